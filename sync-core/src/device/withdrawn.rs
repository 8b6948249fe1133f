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
use super::page::Page;
use super::proofs::{Taken, hash_of};
use super::shelf::Shelf;
use crate::admission::{Framed, History, Limits, frame, written};
use crate::crdt::{Change, Document};
use crate::envelope::Item;
use crate::ids::{ChangeHash, DocId, Id};
use crate::intent::Intent;
use crate::verdict::Reason;
use crate::wire::{Admitted, VerdictOn};

/// What becomes of a change that is not on the server any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It lies before a coordinator.
    SetAside(Reason),
    MadeAgain,
    /// A person has dealt with it, or it was made again already.
    Settled,
}

impl Device {
    /// Takes a change that was on the server out of its document, with what this person wrote on top of it. False
    /// when the server is not known to have taken it, or it cannot be read.
    pub(super) fn withdraw(&mut self, on: &VerdictOn, fate: Fate, page: &mut Page) -> bool {
        let Some(wrote) = self.withdrawable(on.doc, &on.hash) else { return false };
        let hashes: BTreeSet<ChangeHash> = wrote.iter().map(|wrote| wrote.item.hash).collect();
        for wrote in wrote {
            let itself = wrote.item.hash == on.hash;
            match fate {
                Fate::Settled if itself => continue,
                Fate::SetAside(reason) => {
                    if itself {
                        page.notices.push(Notice {
                            doc: Some(on.doc),
                            record: Some(wrote.intent.record.clone()),
                            reason: Some(reason.code().to_owned()),
                            ..Notice::new("set_aside")
                        });
                    }
                    self.lay_aside(wrote, reason, page);
                }
                Fate::MadeAgain | Fate::Settled => {
                    page.remake(on.doc, Some(wrote.item.hash));
                    self.lay_aside(wrote, Reason::WrongSequence, page);
                }
            }
        }
        if let Some(held) = self.docs.get_mut(&on.doc) {
            held.admitted
                .retain(|admitted| !hash_of(&admitted.bytes).is_some_and(|hash| hashes.contains(&hash)));
            held.proofs.let_go(&hashes);
            page.touched.insert(on.doc);
        }
        true
    }

    /// Whether the server took this change once and has not given it back.
    pub(super) fn was_taken(&self, on: &VerdictOn) -> bool {
        let held = self.docs.get(&on.doc);
        held.is_some_and(|held| held.proofs.taken.iter().any(|taken| taken.hash == on.hash))
    }

    /// Where everything has been given back, the server's word stands.
    pub(super) fn give_way(&mut self, page: &mut Page) {
        // Of those that gave way, what could not be made again yet.
        for (wrote, _) in self.state.quarantine.iter().filter(|(wrote, _)| wrote.item.incarnation == 0) {
            page.remake(wrote.item.doc, Some(wrote.item.hash));
        }
        let beside = self.docs.iter().filter(|(_, held)| !held.beside.is_empty() && !self.owes(held));
        let ready: Vec<DocId> = beside.map(|(doc, _)| *doc).collect();
        for doc in ready {
            let now = page.mark.map(|mark| mark.epoch);
            let Some(held) = self.docs.get(&doc) else { continue };
            let of_now = held.beside_of == now;
            let fallen = if of_now { held.displaced(&self.shelf) } else { BTreeSet::new() };
            for wrote in self.own_among(doc, &fallen).unwrap_or_default() {
                page.remake(doc, Some(wrote.item.hash));
                self.lay_aside(wrote, Reason::WrongSequence, page);
            }
            if let Some(held) = self.docs.get_mut(&doc) {
                held.give_way(&fallen, &self.shelf);
                page.touched.insert(doc);
            }
        }
    }

    fn lay_aside(&mut self, wrote: Wrote, why: Reason, page: &mut Page) {
        // It lies there when the phone died before the document was stored without it.
        if !self.quarantine_of(wrote.item.doc).any(|(known, _)| known.item.hash == wrote.item.hash) {
            page.withdrawn.push(self.note(LogRecord::Quarantined(wrote, why)));
        }
    }

    /// What of these changes this person wrote, on whichever phone.
    fn own_among(&self, doc: DocId, fallen: &BTreeSet<ChangeHash>) -> Option<Vec<Wrote>> {
        let held = self.docs.get(&doc)?;
        let document = held.document(&self.shelf).ok()?;
        let history = History::of(&document).ok()?;
        let authors = held.authors(&document);
        let own = fallen.iter().filter(|hash| authors.get(*hash) == Some(&self.person()));
        // Its incarnation is not known any more, and no envelope names it: it is only there to be made again.
        let item =
            |hash: &ChangeHash| Item { doc, scope: held.scope, incarnation: 0, hash: *hash, replaces: None };
        Some(own.filter_map(|hash| said(held, &document, &history, (item(hash), self.person()))).collect())
    }

    /// This change of one's own and those that stand on it, each with what it says; `None` when the server is not
    /// known to have taken it, or it cannot be read.
    fn withdrawable(&self, doc: DocId, hash: &ChangeHash) -> Option<Vec<Wrote>> {
        let held = self.docs.get(&doc)?;
        held.proofs.taken.iter().find(|taken| taken.hash == *hash)?;
        let document = held.document(&self.shelf).ok()?;
        let history = History::of(&document).ok()?;
        let fall = standing_on(&document, *hash);
        let taken = held.proofs.taken.iter().filter(|taken| fall.contains(&taken.hash));
        let item = |&Taken { hash, incarnation, replaces, .. }: &Taken| Item {
            doc,
            scope: held.scope,
            incarnation,
            hash,
            replaces,
        };
        taken.map(|taken| said(held, &document, &history, (item(taken), self.person()))).collect()
    }
}

impl Held {
    /// What cannot stand with what came from the restored server, and all that builds on that.
    fn displaced(&self, shelf: &Shelf) -> BTreeSet<ChangeHash> {
        let all = self.all_changes(shelf);
        let all: Vec<(Framed<'_>, &Admitted)> = all.values().filter_map(framed).collect();
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
                return fallen;
            }
        }
    }

    /// Whether something that was taken in cannot stand with this document, which a restored server gave.
    pub(super) fn excluded_by(&self, document: &Document) -> bool {
        let changes = document.changes();
        let new: Vec<Framed<'_>> =
            changes.iter().filter_map(|change| frame(change.bytes(), &Limits::STANDARD).ok()).collect();
        let old = self.admitted.iter().filter_map(framed).filter(|(old, _)| !document.has(&old.hash));
        old.into_iter().any(|(old, _)| new.iter().any(|new| exclude_each_other(new, &old)))
    }

    /// What came from the restored server takes the place of what cannot stand with it.
    fn give_way(&mut self, fallen: &BTreeSet<ChangeHash>, shelf: &Shelf) {
        let in_piece = self.in_piece(shelf);
        if in_piece.iter().any(|hash| fallen.contains(hash)) {
            let all = self.all_changes(shelf);
            let mut all: Vec<(Framed<'_>, &Admitted)> = all.values().filter_map(framed).collect();
            // Operations are numbered after those of all they build on, so this is an order of building.
            all.sort_by_key(|(framed, _)| framed.start_op);
            let old = all.into_iter().map(|(_, admitted)| admitted);
            self.admitted = old.filter(|old| !self.beside.contains(old)).cloned().collect();
            self.piece = None;
            self.proofs.taken_apart();
        }
        self.admitted.retain(|old| !hash_of(&old.bytes).is_some_and(|hash| fallen.contains(&hash)));
        self.admitted.append(&mut self.beside);
        self.proofs.let_go(fallen);
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

/// A change with what its author meant, told from the change itself.
fn said(held: &Held, document: &Document, history: &History, (item, author): (Item, Id)) -> Option<Wrote> {
    let hash = item.hash;
    let passed_over = || {
        let all = held.admitted.iter().filter_map(|admitted| Change::parse(&admitted.bytes).ok());
        all.into_iter().find(|change| change.hash() == hash)
    };
    let change = document.change(&hash).or_else(passed_over)?;
    let framed = frame(change.bytes(), &Limits::STANDARD).ok()?;
    let (record, fields) = written(&framed, history)?;
    let intent = Intent {
        id: Id(hash.0.first_chunk().copied()?),
        doc: item.doc,
        scope: item.scope,
        record: record.map_or_else(|| Id(item.doc.0).to_string(), str::to_owned),
        fields,
        seen: Default::default(),
        heads: framed.deps,
        author,
        at_ms: framed.time_ms,
    };
    Some(Wrote { intent, item, bytes: change.bytes().to_vec().into() })
}
