//! One request, one answer. The answer is taken in two steps, so that bytes which kill the core are
//! known by name at the next start.

use std::collections::{BTreeMap, BTreeSet};

use super::Device;
use super::event::{Effect, Notice, Put};
use super::held::Held;
use super::keeping::{self, PageSize};
use super::known;
use super::log::{Answered, Chain, LogRecord, Wrote};
use super::offer::{self, Giving, Mark};
use super::turns::Turns;
use crate::crdt::{Change, genesis_hash};
use crate::envelope::{Envelope, Header, Item, TARGET_BYTES, VERSION};
use crate::ids::{ChangeHash, DocId, Id};
use crate::keys::DeviceKey;
use crate::office::{Decision, InboxNote, OfficeRow, Outcome, Review, Topic};
use crate::scope::Scope;
use crate::verdict::{Flag, Reason, Verdict};
use crate::vouch::Receipt;
use crate::wire::{self, Admitted, Asked, DeviceState, Newest, Row, SyncAnswer, SyncRequest, VerdictOn};

/// A document is shunned when the core has ended so often in a row while it was tried.
const FATAL_TRIALS: u32 = 3;

/// A document is made again so often in one talk at most.
const MOST_REMADE: u32 = 3;

/// Phones that speak version 1 have a core of their own, from before; this one need not carry what reads it. The
/// tests make old phones of it.
const KNOWS_VERSION_1: bool = cfg!(not(target_arch = "wasm32"));

/// The request under way.
#[derive(Debug, Default)]
pub(super) struct Flight {
    phase: Phase,
    carried: BTreeSet<ChangeHash>,
    /// What the answer need not repeat.
    asked: Asked,
    /// Envelopes the server wants with whole bytes.
    whole: BTreeSet<u64>,
    turns: Turns,
    /// The clock was corrected for this request already.
    clock_corrected: bool,
    /// Apply what comes document by document, each named first: the last time was fatal.
    careful: bool,
    page: PageSize,
    /// How often each document was made again since somebody last asked for a sync.
    remade: BTreeMap<DocId, u32>,
    pub giving: Giving,
    pub due: u32,
    pub revoked: bool,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    Sent,
    /// Announced in the log, about to be applied; rows up to the number have been.
    Applying(Box<Vouched>, usize),
}

/// An answer and the receipts of its rows.
#[derive(Debug)]
struct Vouched {
    answer: SyncAnswer,
    receipts: Vec<Receipt>,
}

impl Flight {
    pub fn under_way(&self) -> bool {
        !matches!(self.phase, Phase::Idle)
    }

    pub fn carries(&self, hash: &ChangeHash) -> bool {
        self.under_way() && self.carried.contains(hash)
    }

    /// Work may stand on something that the server will not have, whatever is made of it: it waits for the next
    /// sync then, and does not keep the line busy.
    fn may_remake(&mut self, doc: DocId) -> bool {
        let times = self.remade.entry(doc).or_default();
        *times += 1;
        *times <= MOST_REMADE
    }

    /// Somebody asks for a sync.
    pub fn begin(&mut self) {
        self.giving.tried_again = false;
        self.remade.clear();
    }

    fn land(&mut self) {
        self.phase = Phase::Idle;
        self.carried.clear();
    }
}

impl Device {
    /// Builds and sends the next request, unless one is under way.
    pub(super) fn sync(&mut self, now_ms: i64) -> Vec<Effect> {
        if self.flight.under_way() || self.state.identity.is_none() {
            return Vec::new();
        }
        let mut effects = self.seal_again();
        effects.extend(self.seal());
        // What a restored server lacks comes first: own work may build on it.
        let (offers, first) = self.next_offers();
        let envelopes = if first { Vec::new() } else { self.flight.turns.next(&self.state.sealed) };
        self.flight.carried =
            envelopes.iter().filter_map(read_header).flat_map(|h| h.items).map(|i| i.hash).collect();
        let head = self.state.chain;
        let request = SyncRequest {
            cursor: self.asking(),
            envelopes,
            state: DeviceState {
                clock_ms: now_ms,
                waiting: self.state.outbox.len() as u32,
                set_aside: self.state.quarantine.len() as u32,
            },
            head: head.hash.map(|hash| Newest { number: head.number, hash }),
            floor: self.floor(),
            older: self.older(),
            page_bytes: self.flight.page.wish(),
            offers,
            holds: self.holdings(),
        };
        self.flight.giving.telling = request.holds.is_some();
        let Some(body) = self.pack(&request) else { return effects };
        let Some(token) = self.token("POST", "/v1/sync", &body, now_ms) else { return effects };
        self.flight.phase = Phase::Sent;
        effects.push(Effect::Send { token, body });
        effects.push(self.status());
        effects
    }

    /// In version 2; in the first one for a device that is told to be an old one.
    fn pack(&mut self, request: &SyncRequest) -> Option<Vec<u8>> {
        if KNOWS_VERSION_1 && self.first_version {
            return Some(wire::pack(request));
        }
        let (key, org) = (self.state.key.as_ref()?.public(), self.state.identity.as_ref()?.org);
        let whole: Vec<u64> = self.flight.whole.iter().copied().chain(self.offered_again()).collect();
        let body = wire::pack_request(
            request,
            &key,
            org,
            &known::Admitted::in_documents(&self.docs, &self.shelf),
            &whole,
        );
        self.flight.asked = Asked::by(request);
        Some(body)
    }

    fn unpack(&self, body: &[u8]) -> Result<SyncAnswer, wire::WireError> {
        if KNOWS_VERSION_1 && body.first() == Some(&wire::VERSION) {
            return wire::unpack(body, wire::MAX_UNPACKED);
        }
        wire::unpack_answer(body, &self.flight.asked)
    }

    /// The request did not get through, or its answer did not.
    pub(super) fn cut(&mut self) -> Vec<Effect> {
        if matches!(self.flight.phase, Phase::Sent) {
            self.flight.page.was_cut();
        }
        self.failed()
    }

    pub(super) fn failed(&mut self) -> Vec<Effect> {
        // The clock may be wrong in another way by the next request.
        self.flight.clock_corrected = false;
        self.flight.land();
        vec![self.status()]
    }

    pub(super) fn answer(&mut self, status: u16, now_ms: i64, body: &[u8]) -> Vec<Effect> {
        if !matches!(self.flight.phase, Phase::Sent) {
            return Vec::new();
        }
        match status {
            200 => match self.vouched(body) {
                Some(vouched) => self.announce(vouched),
                None => self.refused("answer_unreadable"),
            },
            401 => self.unauthorized(now_ms, body),
            413 => {
                let smaller = self.flight.turns.halve();
                self.flight.land();
                if smaller { self.sync(now_ms) } else { self.refused("too_large") }
            }
            _ => self.failed(),
        }
    }

    fn vouched(&self, body: &[u8]) -> Option<Vouched> {
        let answer = self.unpack(body).ok()?;
        let receipts = self.receipts(&answer)?;
        Some(Vouched { answer, receipts })
    }

    /// Applies the announced answer, or the next document of it.
    pub(super) fn proceed(&mut self, now_ms: i64) -> Vec<Effect> {
        let Phase::Applying(vouched, done) = std::mem::take(&mut self.flight.phase) else {
            return Vec::new();
        };
        if !self.flight.careful {
            return self.apply(*vouched, now_ms);
        }
        let rows = &vouched.answer.rows;
        let Some(row) = rows.get(done) else {
            self.flight.careful = false;
            return self.apply(*vouched, now_ms);
        };
        // Opening is what may be fatal; the page is stored as a whole at the end, as always.
        let next = rows.iter().skip(done + 1).find_map(doc_of);
        self.try_row(row);
        let announce = self.note(LogRecord::Trying(next));
        self.flight.phase = Phase::Applying(vouched, done + 1);
        vec![announce, Effect::Continue]
    }

    fn try_row(&self, row: &Row) {
        let (Row::Changes(doc, scope, _) | Row::Snapshot(doc, scope, _)) = row else { return };
        if self.state.shunned.contains(doc) {
            return;
        }
        let mut trial = self.docs.get(doc).cloned().unwrap_or_else(|| Held::new(*scope));
        let taken = match row {
            Row::Changes(_, _, changes) => trial.take(changes.clone(), None, &self.shelf).is_ok(),
            Row::Snapshot(_, _, snapshot) => trial.take_piece(snapshot.clone(), None, &self.shelf).is_ok(),
            Row::Office(_) => false,
        };
        if taken {
            let _ = trial.document(&self.shelf);
        }
    }

    /// A trial that never ended: the battery, or something fatal. Which document it is, is found out by going
    /// on carefully; the one that ends it again and again is shunned.
    pub(super) fn settle_trial(&mut self, effects: &mut Vec<Effect>) {
        match self.state.trying {
            Some(Some(doc))
                if self.state.suspects.get(&doc).is_some_and(|times| *times + 1 >= FATAL_TRIALS) =>
            {
                effects.push(self.note(LogRecord::Shunned(doc)));
                effects.push(Effect::Notice(Notice { doc: Some(doc), ..Notice::new("document_shunned") }));
            }
            Some(Some(doc)) => {
                effects.push(self.note(LogRecord::Suspect(doc)));
                self.flight.careful = true;
            }
            Some(None) => self.flight.careful = true,
            None => {}
        }
    }

    /// Puts what is not in an envelope yet into envelopes. Their numbers are spent from here on.
    fn seal(&mut self) -> Vec<Effect> {
        let (Some(key), Some(org)) = (self.state.key.clone(), self.state.identity.as_ref().map(|i| i.org))
        else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        loop {
            let (mut items, mut changes, mut bytes): (Vec<Item>, Vec<Vec<u8>>, usize) = Default::default();
            for pending in self.state.outbox.iter().filter(|pending| pending.envelope.is_none()) {
                bytes += pending.wrote.bytes.len();
                if bytes > TARGET_BYTES && !items.is_empty() {
                    break;
                }
                items.push(pending.wrote.item.clone());
                changes.push(pending.wrote.bytes.to_vec());
            }
            if items.is_empty() {
                return effects;
            }
            let header = self.next_header(&key, org, items);
            effects.push(self.note(LogRecord::Sealed(Envelope::seal(&key, &header, changes))));
        }
    }

    /// The header that follows the newest envelope of this device's chain.
    pub(super) fn next_header(&self, key: &DeviceKey, org: Id, items: Vec<Item>) -> Header {
        Header {
            version: VERSION,
            org,
            device: key.device(),
            number: self.state.chain.number + 1,
            previous: self.state.chain.hash,
            items,
        }
    }

    fn unauthorized(&mut self, now_ms: i64, body: &[u8]) -> Vec<Effect> {
        let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let code = problem.get("code").and_then(serde_json::Value::as_str);
        let server_time = problem.get("server_time_ms").and_then(serde_json::Value::as_i64);
        match (code, server_time) {
            (Some("clock"), Some(server_time)) if !self.flight.clock_corrected => {
                let mut effects =
                    vec![self.note(LogRecord::Clock(server_time.saturating_sub(now_ms), server_time))];
                self.flight.land();
                self.flight.clock_corrected = true;
                effects.extend(self.sync(now_ms));
                effects
            }
            (Some("unknown_device"), _) => self.refused("unknown_device"),
            _ => self.refused("not_authorized"),
        }
    }

    fn refused(&mut self, code: &'static str) -> Vec<Effect> {
        let mut effects = self.failed();
        effects.push(Effect::Notice(Notice::new(code)));
        effects
    }

    fn announce(&mut self, vouched: Vouched) -> Vec<Effect> {
        let risky = vouched.answer.rows.iter().find_map(doc_of);
        self.flight.phase = Phase::Applying(Box::new(vouched), 0);
        match risky {
            None => vec![Effect::Continue],
            Some(doc) => {
                let announced = LogRecord::Trying(self.flight.careful.then_some(doc));
                vec![self.note(announced), Effect::Continue]
            }
        }
    }

    /// Takes a whole answer in. The page is cached before the log says that anything was answered for: a
    /// crash in between only means that the same verdicts are asked for again.
    fn apply(&mut self, vouched: Vouched, now_ms: i64) -> Vec<Effect> {
        let Vouched { answer, receipts } = vouched;
        // Of a page that is not the last, the server has rows beyond it: nobody knows how far.
        let seq = if answer.more { u64::MAX } else { answer.cursor.seq };
        let mark = Mark { epoch: answer.cursor.epoch, seq };
        let mut page = Page {
            mark: Some(mark),
            restored: self.was_restored(mark.epoch).then_some(mark.epoch),
            all_heard: answer.all_heard,
            ..Page::default()
        };
        let held = if page.restored.is_some() { self.families() } else { Vec::new() };
        let mut receipts = receipts.into_iter();
        let sealed_before = self.state.sealed.len();
        let before = self.state.chain;
        for verdict in &answer.verdicts {
            self.take_verdict(verdict, &mut page);
        }
        self.take_offered(&answer.offered, mark, &mut page);
        for row in answer.rows {
            self.take_row(row, receipts.next(), &mut page);
        }
        for grant in &answer.revoked {
            self.take_revocation(*grant, &mut page);
        }
        self.tell_of_leaving(&mut page);
        self.cursor = Some(answer.cursor);
        self.flight.page.came(answer.more);
        self.flight.due = answer.due;
        self.flight.revoked = answer.device_revoked;
        self.flight.clock_corrected = false;

        let mut log = Vec::new();
        if self.state.trying.is_some() {
            log.push(self.note(LogRecord::Tried));
        }
        if !page.answered.is_empty() {
            log.push(self.note(LogRecord::Answered(std::mem::take(&mut page.answered))));
        }
        let newest = answer
            .newest
            .map_or(Chain::default(), |newest| Chain { number: newest.number, hash: Some(newest.hash) });
        if newest.number > before.number || (newest.number == before.number && newest.hash != before.hash) {
            log.extend(self.rolled_back(newest, answer.server_time_ms));
        }
        let clock = (answer.server_time_ms.saturating_sub(now_ms), answer.server_time_ms);
        log.push(self.note(LogRecord::Clock(clock.0, clock.1)));
        if !answer.more {
            self.give_way(&mut page);
        }
        // Not before the last page: the ground may still be on its way. The server will say it again.
        for wrote in std::mem::take(&mut page.waiting) {
            if self.ground_is_lost(&wrote) {
                page.remake(wrote.item.doc, Some(wrote.item.hash));
            }
        }
        for (doc, aside) in std::mem::take(&mut page.remake).into_iter().filter(|_| !answer.more) {
            if !self.flight.may_remake(doc) {
                continue;
            }
            // Also in the very answer that tells of the restore.
            let may_come = page.restored.is_some() && !answer.all_heard;
            log.extend(self.remake(doc, &aside, may_come));
            page.touched.insert(doc);
        }
        if page.late > 0 {
            page.notices.push(Notice { count: Some(page.late), ..Notice::new("accepted_late") });
        }
        self.flight.land();
        self.flight.whole.extend(&answer.full);
        let sealed = &self.state.sealed;
        self.flight.whole.retain(|number| sealed.contains_key(number));
        let progressed = !self.state.sealed.is_empty() && self.state.sealed.len() < sealed_before;
        let written_meanwhile = self.state.outbox.iter().any(|pending| pending.envelope.is_none());
        self.flight.turns.answered(&self.state.sealed, &answer.full);
        let unheard = self.flight.turns.unheard(&self.state.sealed);
        log.extend(self.note_told_holdings(mark.epoch));
        let begun_anew = self.notice_epoch(answer.ended, held, &mut log, &mut page);
        let more =
            answer.more || progressed || written_meanwhile || unheard || begun_anew || self.more_to_give();
        if !answer.more {
            log.push(self.note(LogRecord::Synced(answer.server_time_ms)));
        }

        // What is withdrawn is in the log before it goes from its document.
        let mut effects = std::mem::take(&mut page.withdrawn);
        effects.push(self.store(&mut page));
        effects.extend(log);
        effects.extend(self.see_off(!answer.more));
        effects.push(self.status());
        effects.extend(page.notices.into_iter().map(Effect::Notice));
        if more && !self.flight.revoked {
            effects.extend(self.sync(now_ms));
        }
        effects
    }

    fn store(&mut self, page: &mut Page) -> Effect {
        let mut puts: Vec<Put> = page.touched.iter().filter_map(|doc| self.put(*doc)).collect();
        puts.append(&mut page.office);
        Effect::Cache {
            puts,
            drops: std::mem::take(&mut page.drops),
            cursor: self.cursor.as_ref().and_then(|cursor| keeping::stored(cursor, self.read_from)),
        }
    }

    /// What goes from this device: after the log knows what was answered for. A start in between, on which that is
    /// asked for again, would else find the work and not its document, and make one of the work alone.
    fn see_off(&mut self, all_has_come: bool) -> Option<Effect> {
        let busy = self.docs_with_work();
        let leaving = self.docs.iter().filter(|(doc, held)| held.leaving && !busy.contains(doc));
        let mut gone: Vec<DocId> =
            leaving.filter(|(_, held)| !self.owes(held)).map(|(doc, _)| *doc).collect();
        for doc in &gone {
            self.docs.remove(doc);
        }
        if all_has_come {
            gone.extend(self.let_go());
        }
        let mut drops: Vec<String> = gone.iter().map(DocId::to_string).collect();
        drops.extend(gone.into_iter().flat_map(|doc| self.drop_reviews(doc)));
        (!drops.is_empty()).then_some(Effect::Cache { puts: Vec::new(), drops, cursor: None })
    }

    /// What was said of a document goes with it.
    fn drop_reviews(&mut self, doc: DocId) -> Vec<String> {
        let of_it = format!("office/{}/{doc}/", Topic::Review.name());
        let proofs = offer::proof_key(&of_it);
        let of_it = |key: &str| key.starts_with(&of_it) || key.starts_with(&proofs);
        let gone: Vec<String> = self.office.keys().filter(|key| of_it(key)).cloned().collect();
        self.office.retain(|key, _| !of_it(key));
        gone
    }

    fn take_verdict(&mut self, on: &VerdictOn, page: &mut Page) {
        let found = self.state.outbox.iter().find(|pending| pending.wrote.item.hash == on.hash);
        let Some(wrote) = found.map(|pending| pending.wrote.clone()) else {
            return self.take_verdict_again(on, page);
        };
        page.touched.insert(wrote.item.doc);
        match on.verdict {
            Verdict::Waiting => {
                page.waiting.push(wrote);
                return;
            }
            // For lack of room the server kept nothing of it: then it is still ours to keep and to offer.
            Verdict::SetAside(Reason::Quota) => return,
            Verdict::Remake(_) => {
                page.remake(wrote.item.doc, None);
                return;
            }
            Verdict::Accepted | Verdict::AcceptedFlagged(_) | Verdict::Duplicate => {
                let author = self.person();
                let held = self.docs.entry(wrote.item.doc).or_insert_with(|| Held::new(wrote.item.scope));
                // Let in by a person, or brought back by another phone, and in a document the server has not given: it
                // may not be this person's. If it is, its rows come, and it stays.
                let otherwise = matches!(
                    on.verdict,
                    Verdict::AcceptedFlagged(Flag::Released) | Verdict::AcceptedFlagged(Flag::Restored)
                );
                held.leaving |= otherwise && !held.any();
                // Let in by their own right: it was given to them again.
                held.leaving &= on.verdict != Verdict::Accepted;
                let new = held.add(Admitted { author, bytes: wrote.bytes }, &self.shelf);
                if let Some(mark) = page.mark {
                    held.proofs.take(&wrote.item, mark);
                }
                // Taken in, but no longer this person's: nothing about it will come any more. Unless its row is here: then it
                // was given to them since, and this is heard for the second time.
                let late = on.verdict == Verdict::AcceptedFlagged(Flag::AfterReassignment);
                held.leaving |= late && new;
                page.late += usize::from(late);
            }
            Verdict::SetAside(reason) => page.notices.push(Notice {
                doc: Some(wrote.item.doc),
                record: Some(wrote.intent.record),
                reason: Some(reason.code().to_owned()),
                ..Notice::new("set_aside")
            }),
            Verdict::Settled => {}
        }
        page.answered.push(Answered { doc: on.doc, hash: on.hash, verdict: on.verdict });
    }

    /// Whether a change builds on one of this device's own that is nowhere any more: a damaged log lost it.
    /// The server, which waits for it, would wait for ever.
    fn ground_is_lost(&self, wrote: &Wrote) -> bool {
        let Ok(change) = Change::parse(&wrote.bytes) else { return false };
        let document = self.docs.get(&wrote.item.doc).and_then(|held| held.document(&self.shelf).ok());
        let here = |hash: &ChangeHash| {
            document.as_ref().is_some_and(|document| document.has(hash))
                || genesis_hash(wrote.item.scope.kind).as_ref() == Ok(hash)
                || self.state.unsent().any(|own| own.item.hash == *hash)
        };
        change.deps().any(|hash| !here(&hash))
    }

    fn take_row(&mut self, row: Row, receipt: Option<Receipt>, page: &mut Page) {
        match row {
            Row::Changes(doc, scope, changes) => {
                let held = self.docs.entry(doc).or_insert_with(|| Held::new(scope));
                if let Some(receipt) = receipt {
                    held.proofs.give(scope, &changes, receipt);
                }
                self.take_changes(doc, scope, changes, page);
            }
            Row::Office(row) => {
                if let Some((key, value)) = receipt.and_then(|receipt| self.office_proof(&row, receipt)) {
                    self.office.insert(key.clone(), value.clone());
                    page.office.push(Put::Office { key, value });
                }
                self.take_office(row, page);
            }
            Row::Snapshot(doc, scope, snapshot) => {
                if !self.take_snapshot((doc, scope), snapshot, receipt, page.restored) {
                    page.notices.push(Notice { doc: Some(doc), ..Notice::new("row_unreadable") });
                }
                page.touched.insert(doc);
            }
        }
    }

    fn take_changes(&mut self, doc: DocId, scope: Scope, changes: Vec<Admitted>, page: &mut Page) {
        // Ours that was set aside and comes as a row was released. Its own bytes say which it is, so that
        // no row need be taken apart twice.
        let ours = self.state.quarantine.iter().map(|(wrote, _)| wrote).filter(|wrote| wrote.item.doc == doc);
        for wrote in ours.filter(|wrote| changes.iter().any(|admitted| admitted.bytes == wrote.bytes)) {
            let hash = wrote.item.hash;
            page.answered.push(Answered { doc, hash, verdict: Verdict::Duplicate });
        }
        let held = self.docs.entry(doc).or_insert_with(|| Held::new(scope));
        held.leaving = false;
        if !held.take(changes, page.restored, &self.shelf).unwrap_or(false) {
            page.notices.push(Notice { doc: Some(doc), ..Notice::new("row_unreadable") });
        }
        page.touched.insert(doc);
    }

    fn take_office(&mut self, row: OfficeRow, page: &mut Page) {
        let key = row.cache_key();
        if self.office.get(&key).is_some_and(|known| *known == row.value) {
            return;
        }
        match row.topic {
            Topic::Inbox => self.take_note(&row, page),
            Topic::Review => {
                let doc = DocId(row.subject.0);
                page.touched.insert(doc);
                let review = serde_json::from_str::<Review>(&row.value);
                if review.is_ok_and(|review| review.decision == Decision::Returned) {
                    // Let go of long ago, perhaps: whoever is to correct it must have it.
                    self.want([doc]);
                    page.notices.push(Notice {
                        doc: Some(doc),
                        record: Some(row.key.clone()),
                        ..Notice::new("returned")
                    });
                }
            }
            Topic::Catalogue | Topic::Route | Topic::Offer | Topic::Card => {}
        }
        if row.value == "null" {
            self.office.remove(&key);
            page.drops.push(key);
        } else {
            self.office.insert(key.clone(), row.value.clone());
            page.office.push(Put::Office { key, value: row.value });
        }
    }

    /// A coordinator dealt with something of ours that was set aside.
    fn take_note(&mut self, row: &OfficeRow, page: &mut Page) {
        let Ok(note) = serde_json::from_str::<InboxNote>(&row.value) else { return };
        let Ok(hash) = row.key.parse::<ChangeHash>() else { return };
        let (verdict, told) = match note.outcome {
            Outcome::SetAside => return,
            // In the log after all; its row only comes to those who have the document.
            Outcome::Released => (Verdict::Duplicate, "released"),
            Outcome::Settled => (Verdict::Settled, "settled"),
        };
        // In a history that is lost, perhaps, and another phone of this person brought the word back: the verdict tells.
        let asked_again = self.state.sealed.values().any(|sealed| sealed.open.contains(&hash));
        let begun_anew =
            page.mark.is_some_and(|mark| self.state.epoch.is_some_and(|known| known != mark.epoch));
        if asked_again || begun_anew {
            return;
        }
        if self.state.quarantine.iter().any(|(wrote, _)| wrote.item.hash == hash) {
            page.touched.insert(note.doc);
            page.answered.push(Answered { doc: note.doc, hash, verdict });
            page.notices.push(Notice { doc: Some(note.doc), ..Notice::new(told) });
        }
    }

    /// The server has newer envelopes of ours than we: our storage went back in time. What we lost comes
    /// with the rows; nothing we write from now on may use a number that is spent.
    fn rolled_back(&mut self, newest: Chain, server_time_ms: i64) -> Vec<Effect> {
        // Seconds run ahead of any count of incarnations, and of any earlier jump.
        let jump = u32::try_from(server_time_ms / 1000).unwrap_or(u32::MAX);
        let record = LogRecord::RolledBack(jump.max(self.state.next_incarnation.saturating_add(1)), newest);
        vec![self.note(record), Effect::Notice(Notice::new("rolled_back"))]
    }
}

/// What one answer changes, gathered before anything is stored.
#[derive(Default)]
pub(super) struct Page {
    /// How far the log goes of which this is a page.
    pub mark: Option<Mark>,
    /// Its epoch, when the server was restored from a backup since this device knows it.
    pub restored: Option<Id>,
    /// Nobody is left who may bring what the server lost.
    pub all_heard: bool,
    pub touched: BTreeSet<DocId>,
    pub drops: Vec<String>,
    /// What the person no longer has.
    pub left: BTreeSet<DocId>,
    pub office: Vec<Put>,
    pub answered: Vec<Answered>,
    /// Own work that leaves its document for the log.
    pub withdrawn: Vec<Effect>,
    /// Documents in which work is to be made again, each with what is to be beside the unanswered work.
    remake: BTreeMap<DocId, BTreeSet<ChangeHash>>,
    /// Waits on the server for what it builds on.
    pub waiting: Vec<Wrote>,
    /// How much was taken in although the person no longer has what it is about.
    late: usize,
    pub notices: Vec<Notice>,
}

impl Page {
    /// The unanswered work of this document is to be made again; and this, which was set aside.
    pub fn remake(&mut self, doc: DocId, aside: Option<ChangeHash>) {
        self.remake.entry(doc).or_default().extend(aside);
    }
}

fn doc_of(row: &Row) -> Option<DocId> {
    match row {
        Row::Changes(doc, ..) | Row::Snapshot(doc, ..) => Some(*doc),
        Row::Office(_) => None,
    }
}

fn read_header(envelope: &Envelope) -> Option<Header> {
    minicbor::decode(&envelope.header).ok()
}

#[cfg(test)]
mod tests;
