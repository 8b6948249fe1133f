//! What a device gives back to a server that was restored from an older backup.
//!
//! **What the server once gave or took is kept with the proof of it: what it gave, with its receipt; what it took of
//! one's own, with the incarnation it was written under.** When the epoch changes, the server says how far it
//! remembers; whatever is from beyond that is offered until the server has answered for it. Content given by the
//! server comes back with its receipt, own work in new envelopes, and what was set aside is laid before it again.

use std::collections::{BTreeMap, BTreeSet};

use super::Device;
use super::event::{Effect, Notice, Put};
use super::held::Held;
use super::log::LogRecord;
use super::page::Page;
use super::proofs::{Given, Mark, OfficeProof, Short, proof_key};
use crate::ids::{DocId, Id};
use crate::office::{OfficeRow, Topic};
use crate::scope::{Kind, Scope};
use crate::vouch::{self, Receipt};
use crate::wire::{Admitted, Offer, Offered, Row, SyncAnswer};

/// About how many bytes of offers go into one request.
const OFFER_BYTES: usize = 128 * 1024;

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
    pub ended: Option<u64>,
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
        !self.state.former.is_empty() || self.begun_anew(epoch)
    }

    /// Whether this is the epoch of a history that the log of this device does not know yet.
    pub(super) fn begun_anew(&self, epoch: Id) -> bool {
        self.state.epoch.is_some_and(|known| known != epoch)
    }

    /// Whether the server, as it is now, may not know what it knew at `mark`.
    pub(super) fn lost(&self, mark: Mark) -> bool {
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
        held: Option<Vec<Id>>,
        log: &mut Vec<Effect>,
        page: &mut Page,
    ) -> bool {
        let Some(now) = self.cursor.as_ref().map(|cursor| cursor.epoch) else { return false };
        match self.state.epoch {
            None => log.push(self.note(LogRecord::Epoch(None, now))),
            Some(epoch) if epoch != now => {
                if held.is_none() {
                    log.push(self.note(LogRecord::ToldHoldings(now)));
                }
                self.flight.giving = Giving { ended, held, ..Giving::default() };
                page.notices.push(Notice::new("server_restored"));
                return true;
            }
            Some(_) => {}
        }
        false
    }

    /// The first page was stored, and the log does not know yet of which history it is: the device died in between.
    pub(super) fn note_first_epoch(&mut self, read: Id) -> Option<Effect> {
        self.state.epoch.is_none().then(|| self.note(LogRecord::Epoch(None, read)))
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
