//! What the server had, lost in a restore, and will not have again as it was: a copy of a phone has spent its number
//! meanwhile, or nobody remembers that its author may write there. **It does not stand in its document as if it were on
//! the server.**
//!
//! One's own goes back among what is only here, with what one wrote on top of it. What it said is read from the change
//! itself, for the intent was done with. What others wrote gives way to what the server has in its place, after it has
//! been given back: it lies before a coordinator then, until its author makes it again.

use std::collections::BTreeSet;

use super::Device;
use super::event::Notice;
use super::held::Held;
use super::log::{LogRecord, Wrote};
use super::offer::{Taken, hash_of};
use super::shelf::Shelf;
use super::sync::Page;
use crate::admission::{Framed, History, Limits, frame, written};
use crate::crdt::{Change, Document, DocumentError};
use crate::envelope::Item;
use crate::ids::{ChangeHash, DocId, Id};
use crate::intent::Intent;
use crate::scope::Scope;
use crate::verdict::Reason;
use crate::wire::{Admitted, VerdictOn};

impl Device {
    /// Takes a change that was on the server out of its document: to be set aside for the reason, or made again.
    /// False when the server is not known to have taken it.
    pub(super) fn withdraw(&mut self, on: &VerdictOn, reason: Option<Reason>, page: &mut Page) -> bool {
        let Some(wrote) = self.withdrawable(on.doc, &on.hash) else { return false };
        let hashes: BTreeSet<ChangeHash> = wrote.iter().map(|wrote| wrote.item.hash).collect();
        for wrote in wrote {
            if reason.is_none() {
                page.remake(on.doc, Some(wrote.item.hash));
            }
            // There already when the phone died before the document was stored.
            if self.state.quarantine.iter().any(|(known, _)| known.item.hash == wrote.item.hash) {
                continue;
            }
            if reason.is_some() && wrote.item.hash == on.hash {
                page.notices.push(Notice {
                    doc: Some(on.doc),
                    record: Some(wrote.intent.record.clone()),
                    reason: reason.map(|reason| reason.code().to_owned()),
                    ..Notice::new("set_aside")
                });
            }
            let why = reason.unwrap_or(Reason::WrongSequence);
            page.withdrawn.push(self.note(LogRecord::Quarantined(wrote, why)));
        }
        if let Some(held) = self.docs.get_mut(&on.doc) {
            held.admitted
                .retain(|admitted| !hash_of(&admitted.bytes).is_some_and(|hash| hashes.contains(&hash)));
            held.proofs.let_go(&hashes);
            page.touched.insert(on.doc);
        }
        true
    }

    /// Where everything has been given back, the server's word stands.
    pub(super) fn give_way(&mut self, page: &mut Page) {
        let beside = self.docs.iter().filter(|(_, held)| !held.beside.is_empty() && !self.owes(held));
        let ready: Vec<DocId> = beside.map(|(doc, _)| *doc).collect();
        for doc in ready {
            let Some(held) = self.docs.get_mut(&doc) else { continue };
            if held.give_way(&self.shelf).is_err() {
                page.notices.push(Notice { doc: Some(doc), ..Notice::new("row_unreadable") });
            }
            page.touched.insert(doc);
        }
    }

    /// This change of one's own and those that stand on it, each with what it says; `None` when the server is not
    /// known to have taken it, or it cannot be read.
    fn withdrawable(&self, doc: DocId, hash: &ChangeHash) -> Option<Vec<Wrote>> {
        let held = self.docs.get(&doc)?;
        held.proofs.taken().iter().find(|taken| taken.hash == *hash)?;
        let document = held.document(&self.shelf).ok()?;
        let history = History::of(&document).ok()?;
        let fall = standing_on(&document, *hash);
        let taken = held.proofs.taken().iter().filter(|taken| fall.contains(&taken.hash));
        taken.map(|taken| self.said(&document, &history, (doc, held.scope), taken)).collect()
    }

    fn said(
        &self,
        document: &Document,
        history: &History,
        (doc, scope): (DocId, Scope),
        taken: &Taken,
    ) -> Option<Wrote> {
        let &Taken { hash, incarnation, replaces, .. } = taken;
        let change = document.change(&hash)?;
        let intent = intent(&change, history, (doc, scope), self.person())?;
        let item = Item { doc, scope, incarnation, hash, replaces };
        Some(Wrote { intent, item, bytes: change.bytes().to_vec().into() })
    }
}

impl Held {
    /// What came from the restored server takes the place of what cannot stand with it, and of all that builds on that.
    fn give_way(&mut self, shelf: &Shelf) -> Result<(), DocumentError> {
        self.document(shelf)?;
        let all: Vec<Admitted> = self.all_changes(shelf).into_values().collect();
        let mut all: Vec<(Framed<'_>, &Admitted)> = all.iter().filter_map(framed).collect();
        // Operations are numbered after those of all they build on, so this is an order of building.
        all.sort_by_key(|(old, _)| old.start_op);
        let new: Vec<(Framed<'_>, &Admitted)> = self.beside.iter().filter_map(framed).collect();
        let mut fallen: BTreeSet<ChangeHash> = BTreeSet::new();
        loop {
            let before = fallen.len();
            for (old, _) in &all {
                let on_top = old.deps.iter().any(|dep| fallen.contains(dep));
                if on_top || new.iter().any(|(new, _)| exclude_each_other(new, old)) {
                    fallen.insert(old.hash);
                }
            }
            if fallen.len() == before {
                break;
            }
        }

        let in_piece = self.in_piece(shelf);
        let apart = in_piece.iter().any(|hash| fallen.contains(hash));
        let gone = |old: &Framed<'_>| fallen.contains(&old.hash) || (!apart && in_piece.contains(&old.hash));
        let stay = all.iter().filter(|(old, _)| !gone(old)).chain(&new);
        self.admitted = stay.map(|(_, admitted)| (*admitted).clone()).collect();
        self.beside.clear();
        self.proofs.let_go(&fallen);
        if apart {
            self.piece = None;
            self.proofs.taken_apart();
        }
        Ok(())
    }
}

fn framed(admitted: &Admitted) -> Option<(Framed<'_>, &Admitted)> {
    Some((frame(&admitted.bytes, &Limits::STANDARD).ok()?, admitted))
}

/// Whether no document holds both: they have one number, or make one record.
fn exclude_each_other(a: &Framed<'_>, b: &Framed<'_>) -> bool {
    let makes =
        |framed: &Framed<'_>, key: &str| framed.ops.iter().any(|op| op.value.is_none() && op.key == key);
    let one_record = || a.ops.iter().any(|op| op.value.is_none() && makes(b, op.key));
    a.hash != b.hash && ((a.actor == b.actor && a.seq == b.seq) || one_record())
}

/// A change and all that stands on it.
fn standing_on(document: &Document, hash: ChangeHash) -> BTreeSet<ChangeHash> {
    let mut found = BTreeSet::from([hash]);
    for change in document.changes() {
        if change.deps().any(|dep| found.contains(&dep)) {
            found.insert(change.hash());
        }
    }
    found
}

/// What somebody meant, told from the change that was made of it.
fn intent(change: &Change, history: &History, (doc, scope): (DocId, Scope), author: Id) -> Option<Intent> {
    let framed = frame(change.bytes(), &Limits::STANDARD).ok()?;
    let (record, fields) = written(&framed, history)?;
    let id = change.hash().0.first_chunk().copied()?;
    Some(Intent {
        id: Id(id),
        doc,
        scope,
        record: record.map_or_else(|| Id(doc.0).to_string(), str::to_owned),
        fields,
        seen: Default::default(),
        heads: change.deps().collect(),
        author,
        at_ms: change.time_ms(),
    })
}
