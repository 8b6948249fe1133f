//! What the log adds up to.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::log::{self, Answered, Chain, LogRecord, Own, Summary, Wrote};
use super::proofs::Former;
use crate::envelope::Envelope;
use crate::ids::{ChangeHash, DeviceId, DocId, Id, PublicKey};
use crate::keys::DeviceKey;
use crate::verdict::{Reason, Verdict};

/// Logs shorter than this are left alone.
const COMPACT_FROM: usize = 512 * 1024;

/// Who a device is: the parts of the server's answer to enrolment that the core needs; the rest is for pages.
///
/// As JSON it is the answer itself, so nothing the server says is lost on a phone that does not know it yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Identity {
    pub device: DeviceId,
    pub person: Id,
    pub org: Id,
    /// What the server signs with.
    pub server_key: Option<PublicKey>,
    /// The whole answer.
    answer: Map<String, Value>,
}

impl TryFrom<Map<String, Value>> for Identity {
    type Error = &'static str;

    fn try_from(answer: Map<String, Value>) -> Result<Self, Self::Error> {
        let (Some(device), Some(person), Some(org)) =
            (id_in(&answer, "device"), id_in(&answer, "person"), id_in(&answer, "org"))
        else {
            return Err("device, person or org is missing");
        };
        Ok(Self { device, person, org, server_key: id_in(&answer, "server_public_key"), answer })
    }
}

fn id_in<I: FromStr>(answer: &Map<String, Value>, name: &str) -> Option<I> {
    answer.get(name)?.as_str()?.parse().ok()
}

impl From<Identity> for Map<String, Value> {
    fn from(identity: Identity) -> Self {
        identity.answer
    }
}

/// A change the server has not answered for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    pub wrote: Wrote,
    /// The envelope it was sealed in.
    pub envelope: Option<u64>,
}

/// An envelope with a change that has not been answered for.
#[derive(Clone, Debug)]
pub(super) struct Sealed {
    pub envelope: Envelope,
    pub open: BTreeSet<ChangeHash>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub key: Option<DeviceKey>,
    pub identity: Option<Identity>,
    pub offset_ms: i64,
    /// The server time heard last: no clock of ours runs before it.
    pub heard_ms: i64,
    pub last_sync_ms: Option<i64>,
    pub next_incarnation: u32,
    pub own: BTreeMap<DocId, Own>,
    pub chain: Chain,
    /// In the order they were written.
    pub outbox: Vec<Pending>,
    pub sealed: BTreeMap<u64, Sealed>,
    pub quarantine: Vec<(Wrote, Reason)>,
    pub drafts: BTreeMap<String, String>,
    pub shunned: BTreeSet<DocId>,
    /// How often in a row the core ended while a document was tried.
    pub suspects: BTreeMap<DocId, u32>,
    /// The server's history as it is now, and those that ended while this device was enrolled.
    pub epoch: Option<Id>,
    pub former: Vec<Former>,
    /// The epoch in which the server was told what families this device holds.
    pub told_holdings: Option<Id>,
    /// Found at the start: what was being applied when the core died.
    pub trying: Option<Option<DocId>>,
}

impl State {
    pub fn from_log(records: Vec<LogRecord>) -> Self {
        let mut state = Self::default();
        for record in records {
            state.take(record);
        }
        state
    }

    /// Takes one record in; the same for a record just made as for one read from the log.
    pub fn take(&mut self, record: LogRecord) {
        match record {
            LogRecord::Key(seed) => self.key = Some(DeviceKey::from_seed(seed)),
            LogRecord::Enrolled(answer) => self.identity = serde_json::from_str(&answer).ok(),
            // The server's last word, also when it is earlier: a server that was wrong once, or whoever answered
            // in its place, must not keep this clock in the future for ever.
            LogRecord::Clock(offset, heard) => (self.offset_ms, self.heard_ms) = (offset, heard),
            LogRecord::Wrote(wrote) => self.wrote(wrote),
            LogRecord::Sealed(envelope) => self.seal(envelope),
            LogRecord::Answered(answers) => answers.into_iter().for_each(|answer| self.answered(answer)),
            LogRecord::Remade(old, new) => {
                old.iter().for_each(|hash| self.forget(hash));
                self.quarantine.retain(|(wrote, _)| !old.contains(&wrote.item.hash));
                new.into_iter().for_each(|wrote| self.wrote(wrote));
            }
            LogRecord::Draft(key, Some(body)) => drop(self.drafts.insert(key, body)),
            LogRecord::Draft(key, None) => drop(self.drafts.remove(&key)),
            LogRecord::Trying(what) => self.trying = Some(what),
            LogRecord::Tried => {
                self.trying = None;
                self.suspects.clear();
            }
            LogRecord::Suspect(doc) => {
                self.trying = None;
                *self.suspects.entry(doc).or_default() += 1;
            }
            LogRecord::Shunned(doc) => {
                self.trying = None;
                self.shunned.insert(doc);
            }
            LogRecord::RolledBack(incarnation, chain) => {
                self.next_incarnation = self.next_incarnation.max(incarnation);
                self.chain = chain;
                self.own.clear();
            }
            LogRecord::Summary(summary) => {
                self.next_incarnation = summary.next_incarnation;
                self.chain = summary.chain;
                self.own = summary.own.into_iter().map(|own| (own.doc, own)).collect();
                self.shunned = summary.shunned.into_iter().collect();
                (self.former, self.epoch) = (summary.former, summary.epoch);
                self.told_holdings = summary.told_holdings;
            }
            LogRecord::Epoch(former, now) => {
                self.former.extend(former);
                self.epoch = Some(now);
            }
            LogRecord::Offered(envelope) => self.offered(envelope),
            LogRecord::ToldHoldings(epoch) => self.told_holdings = Some(epoch),
            LogRecord::Quarantined(wrote, reason) => self.quarantine.push((wrote, reason)),
            LogRecord::Synced(at_ms) => self.last_sync_ms = Some(at_ms),
        }
    }

    /// The device's clock corrected by what the server said, never before the time heard last.
    pub fn corrected(&self, now_ms: i64) -> i64 {
        now_ms.saturating_add(self.offset_ms).max(self.heard_ms)
    }

    /// Everything that is only here: unanswered, then set aside.
    pub fn unsent(&self) -> impl Iterator<Item = &Wrote> {
        self.outbox.iter().map(|pending| &pending.wrote).chain(self.quarantine.iter().map(|(wrote, _)| wrote))
    }

    pub fn worth_compacting(&self, log_bytes: usize) -> bool {
        log_bytes >= COMPACT_FROM && self.compacted().len() < log_bytes / 2
    }

    /// A log that adds up to the same state.
    pub fn compacted(&self) -> Vec<u8> {
        self.summary().iter().flat_map(log::frame).collect()
    }

    fn summary(&self) -> Vec<LogRecord> {
        let mut records = Vec::new();
        records.extend(self.key.as_ref().map(|key| LogRecord::Key(key.seed())));
        let identity = self.identity.as_ref().and_then(|identity| serde_json::to_string(identity).ok());
        records.extend(identity.map(LogRecord::Enrolled));
        records.push(LogRecord::Clock(self.offset_ms, self.heard_ms));
        records.extend(self.last_sync_ms.map(LogRecord::Synced));
        records.extend(
            self.quarantine.iter().map(|(wrote, reason)| LogRecord::Quarantined(wrote.clone(), *reason)),
        );
        records.extend(self.outbox.iter().map(|pending| LogRecord::Wrote(pending.wrote.clone())));
        records.extend(self.sealed.values().map(|sealed| {
            let own = |hash: &ChangeHash| self.outbox.iter().any(|pending| pending.wrote.item.hash == *hash);
            let record = if sealed.open.iter().all(own) { LogRecord::Sealed } else { LogRecord::Offered };
            record(sealed.envelope.clone())
        }));
        records
            .extend(self.drafts.iter().map(|(key, body)| LogRecord::Draft(key.clone(), Some(body.clone()))));
        let times = |(doc, times): (&DocId, &u32)| vec![LogRecord::Suspect(*doc); *times as usize];
        records.extend(self.suspects.iter().flat_map(times));
        // Last, for it overrules what the records above imply.
        records.push(LogRecord::Summary(Summary {
            next_incarnation: self.next_incarnation,
            chain: self.chain,
            own: self.own.values().copied().collect(),
            shunned: self.shunned.iter().copied().collect(),
            former: self.former.clone(),
            epoch: self.epoch,
            told_holdings: self.told_holdings,
        }));
        records
    }

    fn wrote(&mut self, wrote: Wrote) {
        let Wrote { item, .. } = &wrote;
        self.next_incarnation = self.next_incarnation.max(item.incarnation.saturating_add(1));
        self.own.insert(item.doc, Own { doc: item.doc, incarnation: item.incarnation, last: item.hash });
        self.outbox.push(Pending { wrote, envelope: None });
    }

    fn seal(&mut self, envelope: Envelope) {
        let Ok(header) = minicbor::decode::<crate::envelope::Header>(&envelope.header) else { return };
        self.chain = Chain { number: header.number, hash: Some(envelope.hash()) };
        let mut open = BTreeSet::new();
        for item in &header.items {
            for pending in self.outbox.iter_mut().filter(|pending| pending.wrote.item.hash == item.hash) {
                pending.envelope = Some(header.number);
                open.insert(item.hash);
            }
        }
        if !open.is_empty() {
            self.sealed.insert(header.number, Sealed { envelope, open });
        }
    }

    /// An envelope of changes that are in no outbox any more.
    fn offered(&mut self, envelope: Envelope) {
        let Ok(header) = minicbor::decode::<crate::envelope::Header>(&envelope.header) else { return };
        self.chain = Chain { number: header.number, hash: Some(envelope.hash()) };
        let open = header.items.iter().map(|item| item.hash).collect();
        self.sealed.insert(header.number, Sealed { envelope, open });
    }

    fn answered(&mut self, answer: Answered) {
        match answer.verdict {
            Verdict::Accepted | Verdict::AcceptedFlagged(_) | Verdict::Duplicate | Verdict::Settled => {
                self.quarantine.retain(|(wrote, _)| wrote.item.hash != answer.hash);
                self.forget(&answer.hash);
            }
            Verdict::SetAside(reason) => {
                let found = self.outbox.iter().find(|pending| pending.wrote.item.hash == answer.hash);
                let wrote = found.map(|pending| pending.wrote.clone());
                self.forget(&answer.hash);
                self.quarantine.extend(wrote.map(|wrote| (wrote, reason)));
            }
            // Handled by a record of its own, or later.
            Verdict::Remake(_) | Verdict::Waiting => {}
        }
    }

    /// Takes a change out of the outbox, and out of its envelope.
    fn forget(&mut self, hash: &ChangeHash) {
        self.outbox.retain(|pending| pending.wrote.item.hash != *hash);
        for sealed in self.sealed.values_mut() {
            sealed.open.remove(hash);
        }
        self.sealed.retain(|_, sealed| !sealed.open.is_empty());
    }
}

#[cfg(test)]
mod tests;
