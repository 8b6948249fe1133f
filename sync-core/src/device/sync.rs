//! One request, one answer. The answer is taken in two steps, so that bytes which kill the core are
//! known by name at the next start.

use std::collections::{BTreeMap, BTreeSet};

use super::Device;
use super::event::{Effect, Notice, Put};
use super::held::Held;
use super::keeping::{self, PageSize};
use super::known;
use super::log::{Chain, LogRecord};
use super::offer::Giving;
use super::page::Page;
use super::proofs::Mark;
use super::turns::Turns;
use crate::envelope::{Envelope, Header};
use crate::ids::{ChangeHash, DocId};
use crate::vouch::Receipt;
use crate::wire::{self, Asked, DeviceState, Newest, Row, SyncAnswer, SyncRequest};

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
    fn apply(&mut self, Vouched { mut answer, receipts }: Vouched, now_ms: i64) -> Vec<Effect> {
        let epoch = answer.cursor.epoch;
        // Without a cursor nobody knows what was held: it has been cleared away.
        let held_before = (self.begun_anew(epoch) && self.cursor.is_some()).then(|| self.families());
        let sealed_before = self.state.sealed.len();
        let mut page = self.take_in(&mut answer, receipts);
        let mut log = self.note_answer(&answer, now_ms, &mut page);
        if !answer.more {
            self.give_way(&mut page);
        }
        log.extend(self.make_again(&mut page, answer.more));
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
        log.extend(self.note_told_holdings(epoch));
        let begun_anew = self.notice_epoch(answer.ended, held_before, &mut log, &mut page);
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
        if more {
            effects.extend(self.sync(now_ms));
        }
        effects
    }

    /// Verdicts first, then what came of offers, then rows, then what the person has no longer.
    fn take_in(&mut self, answer: &mut SyncAnswer, receipts: Vec<Receipt>) -> Page {
        // Of a page that is not the last, the server has rows beyond it: nobody knows how far.
        let seq = if answer.more { u64::MAX } else { answer.cursor.seq };
        let mark = Mark { epoch: answer.cursor.epoch, seq };
        let mut page = Page {
            mark: Some(mark),
            restored: self.was_restored(mark.epoch).then_some(mark.epoch),
            all_heard: answer.all_heard,
            ..Page::default()
        };
        for verdict in &answer.verdicts {
            self.take_verdict(verdict, &mut page);
        }
        self.take_offered(&answer.offered, mark, &mut page);
        let mut receipts = receipts.into_iter();
        for row in std::mem::take(&mut answer.rows) {
            self.take_row(row, receipts.next(), &mut page);
        }
        for grant in &answer.revoked {
            self.take_revocation(*grant, &mut page);
        }
        self.tell_of_leaving(&mut page);
        self.cursor = Some(answer.cursor.clone());
        self.flight.page.came(answer.more);
        self.flight.due = answer.due;
        self.flight.revoked = answer.device_revoked;
        self.flight.clock_corrected = false;
        page
    }

    /// What the log is to know of an answer: that it was survived, what was answered for, how far the server knows
    /// this device's chain, and its time.
    fn note_answer(&mut self, answer: &SyncAnswer, now_ms: i64, page: &mut Page) -> Vec<Effect> {
        let mut log = Vec::new();
        if self.state.trying.is_some() {
            log.push(self.note(LogRecord::Tried));
        }
        if !page.answered.is_empty() {
            log.push(self.note(LogRecord::Answered(std::mem::take(&mut page.answered))));
        }
        let ours = self.state.chain;
        let newest = answer
            .newest
            .map_or(Chain::default(), |newest| Chain { number: newest.number, hash: Some(newest.hash) });
        if newest.number > ours.number || (newest.number == ours.number && newest.hash != ours.hash) {
            log.extend(self.rolled_back(newest, answer.server_time_ms));
        }
        let offset_ms = answer.server_time_ms.saturating_sub(now_ms);
        log.push(self.note(LogRecord::Clock(offset_ms, answer.server_time_ms)));
        log
    }

    /// Makes again what cannot be taken as it is. Not before the last page: the ground may still be on its way, and
    /// the server will say it again.
    fn make_again(&mut self, page: &mut Page, more: bool) -> Vec<Effect> {
        for wrote in std::mem::take(&mut page.waiting) {
            if self.ground_is_lost(&wrote) {
                page.remake(wrote.item.doc, Some(wrote.item.hash));
            }
        }
        let mut log = Vec::new();
        // Also in the very answer that tells of the restore.
        let may_come = page.restored.is_some() && !page.all_heard;
        for (doc, aside) in std::mem::take(&mut page.remake).into_iter().filter(|_| !more) {
            if self.flight.may_remake(doc) {
                log.extend(self.remake(doc, &aside, may_come));
                page.touched.insert(doc);
            }
        }
        log
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

    /// The server has newer envelopes of ours than we: our storage went back in time. What we lost comes
    /// with the rows; nothing we write from now on may use a number that is spent.
    fn rolled_back(&mut self, newest: Chain, server_time_ms: i64) -> Vec<Effect> {
        // Seconds run ahead of any count of incarnations, and of any earlier jump.
        let jump = u32::try_from(server_time_ms / 1000).unwrap_or(u32::MAX);
        let record = LogRecord::RolledBack(jump.max(self.state.next_incarnation.saturating_add(1)), newest);
        vec![self.note(record), Effect::Notice(Notice::new("rolled_back"))]
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
