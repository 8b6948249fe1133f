//! What a device gives back to a server that was restored from an older backup.
//!
//! **What the server once gave or took is kept with the proof of it: what it gave, with its receipt; what it took of
//! one's own, with the incarnation it was written under.** When the epoch changes, the server says how far it
//! remembers; whatever is from beyond that is offered until the server has answered for it. Content given by the
//! server comes back with its receipt, own work in new envelopes, and what was set aside is laid before it again.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};

use super::Device;
use super::event::{Effect, Notice, Put};
use super::held::Held;
use super::log::{Answered, LogRecord};
use super::shelf::Shelf;
use super::sync::Page;
use super::withdrawn::Fate;
use crate::crdt::Change;
use crate::envelope::{Envelope, Item, TARGET_BYTES};
use crate::ids::{ChangeHash, DocId, Id, hex, unhex};
use crate::office::{OfficeRow, Topic};
use crate::scope::{Kind, Scope};
use crate::verdict::{Reason, Verdict};
use crate::vouch::{self, Receipt};
use crate::wire::{Admitted, Offer, Offered, Row, SyncAnswer, VerdictOn};

/// About how many bytes of offers go into one request.
const OFFER_BYTES: usize = 128 * 1024;

/// Receipts kept for one document given change by change; one that is given whole needs one.
const MOST_GIVEN: usize = 256;

/// Where in which history something was known to be on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Mark {
    #[n(0)]
    pub epoch: Id,
    #[n(1)]
    pub seq: u64,
}

/// An epoch that ended: the server lost what came after the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Former {
    #[n(0)]
    pub epoch: Id,
    #[n(1)]
    pub ended: u64,
}

/// The beginning of a change's hash: enough to find it again among those of its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub(super) struct Short(#[cbor(n(0), with = "minicbor::bytes")] [u8; 8]);

impl Short {
    fn of(hash: &ChangeHash) -> Self {
        let mut short = [0; 8];
        short.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
        Self(short)
    }
}

/// A row of this document that the server gave.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Given {
    #[n(0)]
    receipt: Receipt,
    #[n(1)]
    scope: Scope,
    /// The changes of the row in its order; `None` when it was the document in one piece.
    #[n(2)]
    changes: Option<Vec<Short>>,
    /// Where the server has it since it was given back.
    #[n(3)]
    safe: Option<Mark>,
}

/// A change of one's own that the server took, and has not given back with a receipt.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Taken {
    #[n(0)]
    pub hash: ChangeHash,
    #[n(1)]
    pub incarnation: u32,
    #[n(2)]
    mark: Mark,
    /// The change it was made in place of.
    #[n(3)]
    pub replaces: Option<ChangeHash>,
}

/// The proofs that are kept with a document.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub(super) struct Proofs {
    #[n(0)]
    given: Vec<Given>,
    #[n(1)]
    taken: Vec<Taken>,
}

/// The proof that is kept beside an office value.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
struct OfficeProof {
    #[n(0)]
    receipt: Receipt,
    #[n(1)]
    safe: Option<Mark>,
}

impl Given {
    fn mark(&self) -> Mark {
        self.safe.unwrap_or(given_at(&self.receipt))
    }
}

fn given_at(receipt: &Receipt) -> Mark {
    Mark { epoch: receipt.page.epoch, seq: receipt.page.seq }
}

impl Proofs {
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.taken.is_empty()
    }

    /// The server took a change of one's own.
    pub fn take(&mut self, item: &Item, mark: Mark) {
        let &Item { hash, incarnation, replaces, .. } = item;
        self.taken.retain(|taken| taken.hash != hash);
        self.taken.push(Taken { hash, incarnation, mark, replaces });
    }

    /// What the server took of one's own and has not given back.
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// Whether the server gave something of it.
    pub fn was_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// The server will not have these after all.
    pub fn let_go(&mut self, hashes: &BTreeSet<ChangeHash>) {
        self.taken.retain(|taken| !hashes.contains(&taken.hash));
        let gone: BTreeSet<Short> = hashes.iter().map(Short::of).collect();
        self.given.retain(|given| !given.changes.iter().flatten().any(|short| gone.contains(short)));
    }

    /// The document is not in one piece any more.
    pub fn taken_apart(&mut self) {
        self.given.retain(|given| given.changes.is_some());
    }

    /// The server gave a row of changes.
    pub fn give(&mut self, scope: Scope, changes: &[Admitted], receipt: Receipt) {
        let hashes: Vec<ChangeHash> =
            changes.iter().filter_map(|admitted| hash_of(&admitted.bytes)).collect();
        if hashes.len() != changes.len() {
            return;
        }
        self.taken.retain(|taken| !hashes.contains(&taken.hash));
        let changes = Some(hashes.iter().map(Short::of).collect());
        self.given.push(Given { receipt, scope, changes, safe: None });
        let surplus = self.given.len().saturating_sub(MOST_GIVEN);
        self.given.drain(..surplus);
    }

    /// The server gave the document in one piece, of these changes: what it gave of them before needs no proof more.
    pub fn give_piece(&mut self, scope: Scope, held: &BTreeSet<ChangeHash>, receipt: Receipt) {
        let inside: BTreeSet<Short> = held.iter().map(Short::of).collect();
        self.taken.retain(|taken| !held.contains(&taken.hash));
        self.given.retain(|given| {
            given.changes.as_ref().is_some_and(|changes| !changes.iter().all(|short| inside.contains(short)))
        });
        self.given.push(Given { receipt, scope, changes: None, safe: None });
    }
}

pub(super) fn hash_of(bytes: &[u8]) -> Option<ChangeHash> {
    Some(Change::parse(bytes).ok()?.hash())
}

/// The key under which the proof of an office value lies beside it.
pub(super) fn proof_key(office: &str) -> String {
    format!("receipt/{office}")
}

/// Offers under way.
#[derive(Debug, Default)]
pub(super) struct Giving {
    /// In the request that was sent.
    sent: Vec<Of>,
    /// What the server called too early: other things first.
    waiting: BTreeSet<Of>,
    /// What was too early was offered once more since somebody last asked for a sync, or something came of it.
    pub tried_again: bool,
    /// Where the server said that the former epoch ended, until it is noted.
    ended: Option<u64>,
    /// The families held when it ended: what has come since says nothing of that.
    held: Option<Vec<Id>>,
    /// The request under way says which families are held.
    pub telling: bool,
}

/// What an offer under way stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// The row of a document with this number among those it was given in.
    Document(DocId, usize),
    Office(String),
}

impl Device {
    /// The receipts of an answer's rows, in their order; no receipts where there is no word of the server's to keep.
    /// `None` when documents come in one piece without it: no such piece is ever opened.
    pub(super) fn receipts(&self, answer: &SyncAnswer) -> Option<Vec<Receipt>> {
        let key = self.state.identity.as_ref().and_then(|identity| identity.server_key);
        let page = vouch::Page { epoch: answer.cursor.epoch, person: self.person(), seq: answer.cursor.seq };
        let receipts = key
            .zip(answer.vouch)
            .and_then(|(key, signature)| vouch::receipts(&key, &page, &answer.rows, &signature));
        let in_pieces = answer.rows.iter().any(|row| matches!(row, Row::Snapshot(..)));
        if in_pieces { receipts } else { Some(receipts.unwrap_or_default()) }
    }

    /// The proof to keep beside an office value that came.
    pub(super) fn office_proof(&self, row: &OfficeRow, receipt: Receipt) -> Option<(String, String)> {
        // These follow from tasks, and come back with them.
        if matches!(row.topic, Topic::Offer | Topic::Card) {
            return None;
        }
        let proof = OfficeProof { receipt, safe: None };
        Some((proof_key(&row.cache_key()), proof.text()?))
    }

    /// Whether a server whose log has this epoch was restored from a backup since this device knows it.
    pub(super) fn was_restored(&self, epoch: Id) -> bool {
        !self.state.former.is_empty() || self.state.epoch.is_some_and(|known| known != epoch)
    }

    /// Whether the server, as it is now, may not know what it knew at `mark`.
    fn lost(&self, mark: Mark) -> bool {
        let Some(cursor) = &self.cursor else { return false };
        if mark.epoch == cursor.epoch {
            return false;
        }
        let since = self.state.former.iter().skip_while(|former| former.epoch != mark.epoch);
        mark.seq > since.map(|former| former.ended).min().unwrap_or(0)
    }

    /// Whether something of this document is still to be given back.
    pub(super) fn owes(&self, held: &Held) -> bool {
        held.proofs.given.iter().any(|given| self.lost(given.mark()))
            || held.proofs.taken.iter().any(|taken| self.lost(taken.mark))
    }

    /// What to offer in the next request; whether it is to go before any own work.
    ///
    /// What was too early is offered once more when there is nothing else, together with own work: the one may be
    /// the ground of the other.
    pub(super) fn next_offers(&mut self) -> (Vec<Offer>, bool) {
        let (mut sent, mut offers) = self.offers();
        let first = !offers.is_empty();
        if !first && !self.flight.giving.waiting.is_empty() && !self.flight.giving.tried_again {
            self.flight.giving.tried_again = true;
            self.flight.giving.waiting.clear();
            (sent, offers) = self.offers();
        }
        self.flight.giving.sent = sent;
        (offers, first)
    }

    /// Whether there is something to offer at once.
    pub(super) fn more_to_give(&self) -> bool {
        let giving = &self.flight.giving;
        !self.offers().1.is_empty() || (!giving.waiting.is_empty() && !giving.tried_again)
    }

    fn offers(&self) -> (Vec<Of>, Vec<Offer>) {
        let mut batch = Batch::default();
        if self.state.former.is_empty() {
            return (batch.of, batch.offers);
        }
        let wanted = |mark: Mark, what: &Of| self.lost(mark) && !self.flight.giving.waiting.contains(what);
        for (doc, held) in &self.docs {
            let mut changes = None;
            for (at, given) in held.proofs.given.iter().enumerate() {
                let what = Of::Document(*doc, at);
                if !wanted(given.mark(), &what) {
                    continue;
                }
                let changes = changes.get_or_insert_with(|| held.all_changes(&self.shelf));
                let row = given_row(*doc, held, given, changes);
                if row.is_some_and(|row| !batch.add(what, row, &given.receipt)) {
                    return (batch.of, batch.offers);
                }
            }
        }
        for (key, proof) in self.office.range(proof_key("")..) {
            if !key.starts_with(&proof_key("")) {
                break;
            }
            let (what, proof) = (Of::Office(key.clone()), OfficeProof::read(proof));
            let Some(proof) = proof.filter(|proof| wanted(proof.mark(), &what)) else { continue };
            if self.office_row(key).is_some_and(|row| !batch.add(what, Row::Office(row), &proof.receipt)) {
                break;
            }
        }
        (batch.of, batch.offers)
    }

    /// An office value as a row again.
    fn office_row(&self, proof_key: &str) -> Option<OfficeRow> {
        let office = proof_key.strip_prefix("receipt/")?;
        let mut parts = office.splitn(4, '/').skip(1);
        let topic = Topic::named(parts.next()?)?;
        let subject = parts.next()?.parse().ok()?;
        let key = parts.next()?.to_owned();
        let value = self.office(office).unwrap_or("null").to_owned();
        Some(OfficeRow { topic, subject, key, value })
    }

    /// The server's words on the offers of the last request. What it calls too early is put off; all else it has,
    /// or will never take.
    pub(super) fn take_offered(&mut self, said: &[Offered], mark: Mark, page: &mut Page) {
        let sent = std::mem::take(&mut self.flight.giving.sent);
        for (what, said) in sent.into_iter().zip(said) {
            if *said == Offered::Taken {
                self.flight.giving.tried_again = false;
            }
            match (said, what) {
                (Offered::Waiting, what) => drop(self.flight.giving.waiting.insert(what)),
                (_, Of::Document(doc, at)) => {
                    let given = self.docs.get_mut(&doc).and_then(|held| held.proofs.given.get_mut(at));
                    if let Some(given) = given {
                        given.safe = Some(mark);
                        page.touched.insert(doc);
                    }
                }
                (_, Of::Office(key)) => {
                    let proof = self.office.get(&key).and_then(|text| OfficeProof::read(text));
                    let proof = proof.and_then(|proof| OfficeProof { safe: Some(mark), ..proof }.text());
                    if let Some(value) = proof {
                        self.office.insert(key.clone(), value.clone());
                        page.office.push(Put::Office { key, value });
                    }
                }
            }
        }
    }

    /// Notes the history the server has now; whether it is another than before, so that there may be something to
    /// give back.
    pub(super) fn notice_epoch(
        &mut self,
        ended: Option<u64>,
        held: Vec<Id>,
        log: &mut Vec<Effect>,
        page: &mut Page,
    ) -> bool {
        let Some(now) = self.cursor.as_ref().map(|cursor| cursor.epoch) else { return false };
        match self.state.epoch {
            None => log.push(self.note(LogRecord::Epoch(None, now))),
            Some(epoch) if epoch != now => {
                self.flight.giving = Giving { ended, held: Some(held), ..Giving::default() };
                page.notices.push(Notice::new("server_restored"));
                return true;
            }
            Some(_) => {}
        }
        false
    }

    /// The families held, for a server that was restored and may have forgotten who has what; once in an epoch.
    pub(super) fn holdings(&self) -> Option<Vec<Id>> {
        let epoch = self.cursor.as_ref()?.epoch;
        let told = self.state.told_holdings == Some(epoch);
        if self.state.former.is_empty() || self.state.epoch != Some(epoch) || told {
            return None;
        }
        Some(self.flight.giving.held.clone().unwrap_or_else(|| self.families()))
    }

    /// The families of which there is more here than work of one's own, which may be about anybody's.
    pub(super) fn families(&self) -> Vec<Id> {
        let of_family = |held: &&Held| match held.scope.kind {
            Kind::Case => held.any(),
            Kind::Log => held.piece.is_some() || held.proofs.was_given(),
            _ => false,
        };
        let held = self.docs.values().filter(of_family).filter(|held| !held.leaving);
        let families: BTreeSet<Id> = held.filter_map(|held| held.scope.family).collect();
        families.into_iter().collect()
    }

    /// An answer came to a request that said it.
    pub(super) fn note_told_holdings(&mut self, epoch: Id) -> Option<Effect> {
        std::mem::take(&mut self.flight.giving.telling).then(|| self.note(LogRecord::ToldHoldings(epoch)))
    }

    /// The server gave a document in one piece, with this receipt.
    pub(super) fn keep_proof_of_piece(&mut self, doc: DocId, scope: Scope, receipt: Option<Receipt>) {
        let (Some(receipt), Some(held)) = (receipt, self.docs.get_mut(&doc)) else { return };
        let inside = if held.proofs.is_empty() { BTreeSet::new() } else { held.in_piece(&self.shelf) };
        held.proofs.give_piece(scope, &inside, receipt);
    }

    /// Envelopes of what was answered for before: a server that has lost it cannot put them together.
    pub(super) fn offered_again(&self) -> impl Iterator<Item = u64> + '_ {
        let own = |hash: &ChangeHash| self.state.outbox.iter().any(|p| p.wrote.item.hash == *hash);
        let again = self.state.sealed.iter().filter(move |(_, sealed)| !sealed.open.iter().all(own));
        again.map(|(number, _)| *number)
    }

    /// A verdict on a change that is in no outbox: it was answered for before, and laid before the server again.
    pub(super) fn take_verdict_again(&mut self, on: &VerdictOn, page: &mut Page) {
        if !self.state.sealed.values().any(|sealed| sealed.open.contains(&on.hash)) {
            return;
        }
        let aside = self.state.quarantine.iter().any(|(wrote, _)| wrote.item.hash == on.hash);
        let verdict = match on.verdict {
            Verdict::SetAside(Reason::Quota) => return,
            // Nobody is left who might bring what it stands on.
            Verdict::Waiting if page.all_heard && self.withdraw(on, Fate::MadeAgain, page) => return,
            // Withdrawn, and what it stands on may be gone from here since.
            Verdict::Waiting => {
                let aside = self.quarantine_of(on.doc).find(|(wrote, _)| wrote.item.hash == on.hash);
                page.waiting.extend(aside.map(|(wrote, _)| wrote.clone()));
                return;
            }
            // A copy of this phone has spent its number since.
            Verdict::Remake(_) if self.withdraw(on, Fate::MadeAgain, page) || aside => {
                page.remake(on.doc, Some(on.hash));
                return;
            }
            // It cannot be read here now; it is not on the server.
            Verdict::Remake(_) if self.was_taken(on) => return,
            Verdict::Remake(_) => Verdict::Settled,
            Verdict::SetAside(reason) => {
                self.withdraw(on, Fate::SetAside(reason), page);
                on.verdict
            }
            Verdict::Settled => {
                self.withdraw(on, Fate::Settled, page);
                on.verdict
            }
            verdict => verdict,
        };
        if verdict.admitted() {
            self.flight.giving.tried_again = false;
            let author = self.person();
            let wrote = self.state.quarantine.iter().find(|(wrote, _)| wrote.item.hash == on.hash);
            if let Some((wrote, _)) = wrote.cloned() {
                let held = self.docs.entry(on.doc).or_insert_with(|| Held::new(wrote.item.scope));
                // Let in otherwise than by their own right: if it is this person's, its rows come, and it stays.
                held.leaving = verdict != Verdict::Accepted && (held.leaving || !held.any());
                held.add(Admitted { author, bytes: wrote.bytes }, &self.shelf);
                if let Some(mark) = page.mark {
                    held.proofs.take(&wrote.item, mark);
                }
            }
        }
        let mut held = self.docs.get_mut(&on.doc);
        if let Some(held) = held.as_mut().filter(|_| on.verdict == Verdict::Accepted) {
            // By their own right: it was given to them again.
            held.leaving = false;
        }
        let taken = held.map(|held| &mut held.proofs.taken);
        let taken = taken.and_then(|taken| taken.iter_mut().find(|taken| taken.hash == on.hash));
        if let (Some(taken), Some(mark)) = (taken, page.mark) {
            taken.mark = mark;
        }
        page.touched.insert(on.doc);
        page.answered.push(Answered { doc: on.doc, hash: on.hash, verdict });
    }

    /// When another epoch has begun, what was set aside is laid before the server once more; own work that it
    /// may have lost is put into new envelopes. Nothing to do in ordinary life.
    pub(super) fn seal_again(&mut self) -> Vec<Effect> {
        let Some(now) = self.cursor.as_ref().map(|cursor| cursor.epoch) else { return Vec::new() };
        let mut effects = Vec::new();
        let began = self.state.epoch.filter(|epoch| *epoch != now);
        if began.is_none() && self.state.former.is_empty() {
            return effects;
        }
        if let Some(former) = began {
            // Before the log says that the epoch is known: after a start in between it is not done again.
            let set_aside = self.state.quarantine.iter().map(|(wrote, _)| wrote);
            let set_aside = set_aside.filter(|wrote| wrote.item.incarnation > 0);
            let set_aside = set_aside.map(|wrote| (wrote.item.clone(), wrote.bytes.to_vec())).collect();
            effects.extend(self.seal_items(set_aside));
            let former = Former { epoch: former, ended: self.flight.giving.ended.take().unwrap_or(0) };
            effects.push(self.note(LogRecord::Epoch(Some(former), now)));
        }
        effects.extend(self.seal_items(self.taken_and_lost()));
        effects
    }

    fn taken_and_lost(&self) -> Vec<(Item, Vec<u8>)> {
        let mut lost = Vec::new();
        for (doc, held) in &self.docs {
            if !held.proofs.taken.iter().any(|taken| self.lost(taken.mark)) {
                continue;
            }
            let changes = held.all_changes(&self.shelf);
            for taken in held.proofs.taken.iter().filter(|taken| self.lost(taken.mark)) {
                let Some(admitted) = changes.get(&Short::of(&taken.hash)) else { continue };
                let item = Item {
                    doc: *doc,
                    scope: held.scope,
                    incarnation: taken.incarnation,
                    hash: taken.hash,
                    replaces: taken.replaces,
                };
                lost.push((item, admitted.bytes.to_vec()));
            }
        }
        lost
    }

    /// Puts what is in no envelope under way into new ones.
    fn seal_items(&mut self, mut items: Vec<(Item, Vec<u8>)>) -> Vec<Effect> {
        let (Some(key), Some(org)) = (self.state.key.clone(), self.state.identity.as_ref().map(|i| i.org))
        else {
            return Vec::new();
        };
        items.retain(|(item, _)| !self.state.sealed.values().any(|sealed| sealed.open.contains(&item.hash)));
        let mut effects = Vec::new();
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let (mut named, mut changes, mut bytes) = (Vec::new(), Vec::new(), 0);
            while let Some((item, change)) =
                items.next_if(|(_, change)| bytes == 0 || bytes + change.len() <= TARGET_BYTES)
            {
                bytes += change.len();
                named.push(item);
                changes.push(change);
            }
            let header = self.next_header(&key, org, named);
            effects.push(self.note(LogRecord::Offered(Envelope::seal(&key, &header, changes))));
        }
        effects
    }
}

/// Offers being put into one request.
#[derive(Default)]
struct Batch {
    of: Vec<Of>,
    offers: Vec<Offer>,
    bytes: usize,
}

impl Batch {
    /// `false` when there is no room for it.
    fn add(&mut self, what: Of, row: Row, receipt: &Receipt) -> bool {
        let offer = Offer { row, receipt: receipt.clone() };
        let size = minicbor::to_vec(&offer).map_or(0, |bytes| bytes.len());
        if self.bytes > 0 && self.bytes + size > OFFER_BYTES {
            return false;
        }
        self.bytes += size;
        self.of.push(what);
        self.offers.push(offer);
        true
    }
}

fn given_row(doc: DocId, held: &Held, given: &Given, changes: &BTreeMap<Short, Admitted>) -> Option<Row> {
    match &given.changes {
        None => Some(Row::Snapshot(doc, given.scope, held.piece.as_ref()?.snapshot())),
        Some(shorts) => {
            let found = shorts.iter().map(|short| changes.get(short).cloned()).collect::<Option<Vec<_>>>()?;
            Some(Row::Changes(doc, given.scope, found))
        }
    }
}

impl Held {
    /// The changes of the piece it came in.
    pub(super) fn in_piece(&self, shelf: &Shelf) -> BTreeSet<ChangeHash> {
        let document = self.piece.as_ref().and_then(|piece| piece.document(&self.scope, shelf).ok());
        document.map(|document| document.past().iter().map(|past| past.hash).collect()).unwrap_or_default()
    }

    /// Every admitted change with its author, by the beginning of its hash.
    pub(super) fn all_changes(&self, shelf: &Shelf) -> BTreeMap<Short, Admitted> {
        let mut all = BTreeMap::new();
        if let Ok(document) = self.document(shelf) {
            let authors = self.authors(&document);
            all.extend(document.changes().into_iter().filter_map(|change| {
                let author = *authors.get(&change.hash())?;
                Some((Short::of(&change.hash()), Admitted { author, bytes: change.bytes().to_vec().into() }))
            }));
        }
        // Those that are passed over until their ground comes are in no document.
        for admitted in self.admitted.iter().chain(&self.beside) {
            if let Some(hash) = hash_of(&admitted.bytes) {
                all.insert(Short::of(&hash), admitted.clone());
            }
        }
        all
    }
}

impl OfficeProof {
    fn mark(&self) -> Mark {
        self.safe.unwrap_or(given_at(&self.receipt))
    }

    /// As a JSON text, as every office value is.
    fn text(&self) -> Option<String> {
        Some(format!("\"{}\"", hex(&minicbor::to_vec(self).ok()?)))
    }

    fn read(text: &str) -> Option<Self> {
        minicbor::decode(&unhex(text.trim_matches('"'))?).ok()
    }
}
