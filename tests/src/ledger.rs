//! The smallest server that keeps the protocol: a list of admitted changes in memory, the real admission in
//! front of it, everything given to everybody. It makes the phone's side testable by the ten thousand; what
//! it leaves out (scopes, durability, people at a desk) is tested against the real server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sync_core::admission::{Bytes, Candidate, Finding, Job, Limits, Pace, vet};
use sync_core::crdt::{Change, genesis_hash};
use sync_core::device::memory::Request;
use sync_core::envelope::{Envelope, Item};
use sync_core::ids::{ChangeHash, DeviceId, DocId, Id, PublicKey};
use sync_core::scope::Scope;
use sync_core::verdict::Verdict;
use sync_core::wire::{self, Admitted, Cursor, Newest, Row, SyncAnswer, SyncRequest, VerdictOn};

use crate::clock::Time;
use crate::phone::Phone;
use crate::wire::Server;

const ORG: Id = Id([0x0f; 16]);
const EPOCH: Id = Id([0xe0; 16]);

/// An admitted change.
#[derive(Clone, Debug)]
pub struct Line {
    pub doc: DocId,
    pub scope: Scope,
    pub hash: ChangeHash,
    pub admitted: Admitted,
}

#[derive(Debug)]
pub struct Ledger {
    time: Time,
    /// In the order of admission.
    pub lines: Vec<Line>,
    devices: BTreeMap<DeviceId, (PublicKey, Id)>,
    newest: BTreeMap<DeviceId, Newest>,
    /// Came before what they build on.
    waiting: Vec<Arrival>,
    aside: BTreeMap<(DocId, ChangeHash), Verdict>,
    /// Lines in one answer.
    pub page: usize,
}

#[derive(Clone, Debug)]
struct Arrival {
    author: Id,
    item: Item,
    candidate: Candidate,
}

impl Ledger {
    pub fn new(time: &Time) -> Self {
        Self {
            time: time.clone(),
            lines: Vec::new(),
            devices: BTreeMap::new(),
            newest: BTreeMap::new(),
            waiting: Vec::new(),
            aside: BTreeMap::new(),
            page: 40,
        }
    }

    /// Signs a new phone in for a person of its own.
    pub fn enrol(&mut self, phone: &mut Phone) {
        // This server is simple, and speaks version 1 alone.
        phone.host.device.first_version = true;
        let key = phone.make_key();
        let (device, person) = (DeviceId::of(&key), Id([self.devices.len() as u8 + 1; 16]));
        self.devices.insert(device, (key, person));
        phone.enrolled(json!({
            "device": device, "person": person, "org": ORG, "name": phone.name,
            "server_time_ms": self.time.now_ms(),
        }));
    }

    fn answer(&mut self, from: DeviceId, request: SyncRequest) -> SyncAnswer {
        let (key, author) = self.devices[&from];
        let mut arrived = Vec::new();
        for envelope in &request.envelopes {
            arrived.extend(self.open(envelope, &key, author));
        }
        let asked: Vec<(DocId, ChangeHash)> = arrived.iter().map(|a| (a.item.doc, a.item.hash)).collect();
        let verdicts = self.admit(arrived);
        let verdicts = asked
            .into_iter()
            .map(|(doc, hash)| VerdictOn { doc, hash, verdict: verdicts[&(doc, hash)] })
            .collect();
        let after =
            request.cursor.filter(|cursor| cursor.epoch == EPOCH).map_or(0, |cursor| cursor.seq) as usize;
        let until = self.lines.len().min(after + self.page);
        let cursor = Cursor { epoch: EPOCH, seq: until as u64, backfills: Vec::new() };
        SyncAnswer {
            verdicts,
            rows: self.lines[after..until]
                .iter()
                .map(|line| Row::Changes(line.doc, line.scope, vec![line.admitted.clone()]))
                .collect(),
            due: (self.lines.len() - until) as u32,
            more: until < self.lines.len(),
            newest: self.newest.get(&from).copied(),
            ..SyncAnswer::bare(cursor, self.time.now_ms())
        }
    }

    fn open(&mut self, envelope: &Envelope, key: &PublicKey, author: Id) -> Vec<Arrival> {
        let header = envelope.open(ORG, key).expect("phones seal their envelopes well");
        let newest = Newest { number: header.number, hash: envelope.hash() };
        let known = self.newest.entry(header.device).or_insert(newest);
        if newest.number > known.number {
            *known = newest;
        }
        let items = header.items.into_iter().zip(&envelope.changes);
        items
            .map(|(item, bytes)| Arrival {
                author,
                candidate: Candidate {
                    hash: item.hash,
                    actor: item.actor(key),
                    bytes: Bytes(bytes.to_vec()),
                },
                item,
            })
            .collect()
    }

    /// The real admission, document by document, with what was waiting there.
    fn admit(&mut self, arrived: Vec<Arrival>) -> BTreeMap<(DocId, ChangeHash), Verdict> {
        let mut verdicts = BTreeMap::new();
        let docs: BTreeSet<DocId> = arrived.iter().map(|arrival| arrival.item.doc).collect();
        for doc in docs {
            let held = self.waiting.extract_if(.., |waiting| waiting.item.doc == doc);
            let here = held.chain(arrived.iter().filter(|arrival| arrival.item.doc == doc).cloned());
            let here: Vec<Arrival> = here.filter(|a| !self.aside.contains_key(&(doc, a.item.hash))).collect();
            if let Some(first) = here.first() {
                let kind = first.item.scope.kind;
                let found = vet(&self.job(doc, &here), &Limits::default(), Pace::Together, &mut |_| {})
                    .unwrap_or_else(|error| panic!("{kind:?} {doc} in the ledger is broken: {error}"));
                for vetted in found {
                    verdicts.insert((doc, vetted.hash), self.take(doc, &vetted.hash, vetted.finding, &here));
                }
                self.enter(doc, here, &verdicts);
            }
        }
        for arrival in &arrived {
            let key = (arrival.item.doc, arrival.item.hash);
            if let Some(verdict) = self.aside.get(&key) {
                verdicts.insert(key, *verdict);
            }
        }
        verdicts
    }

    fn job(&self, doc: DocId, here: &[Arrival]) -> Job {
        let lines = self.lines.iter().filter(|line| line.doc == doc);
        Job {
            doc,
            kind: here[0].item.scope.kind,
            existing: lines.map(|line| Bytes(line.admitted.bytes.to_vec())).collect(),
            refused: self.aside.keys().filter(|(of, _)| *of == doc).map(|(_, hash)| *hash).collect(),
            candidates: here.iter().map(|arrival| arrival.candidate.clone()).collect(),
        }
    }

    fn take(&mut self, doc: DocId, hash: &ChangeHash, finding: Finding, here: &[Arrival]) -> Verdict {
        match finding {
            Finding::Sound(_) => Verdict::Accepted,
            Finding::Known => Verdict::Duplicate,
            Finding::Waiting(_) => {
                self.waiting.extend(here.iter().find(|arrival| arrival.item.hash == *hash).cloned());
                Verdict::Waiting
            }
            Finding::Remake(reason) => Verdict::Remake(reason),
            Finding::SetAside(reason) => {
                self.aside.insert((doc, *hash), Verdict::SetAside(reason));
                Verdict::SetAside(reason)
            }
        }
    }

    /// Enters what was accepted, each change after what it builds on.
    fn enter(&mut self, doc: DocId, here: Vec<Arrival>, verdicts: &BTreeMap<(DocId, ChangeHash), Verdict>) {
        let accepted =
            |arrival: &Arrival| verdicts.get(&(doc, arrival.item.hash)) == Some(&Verdict::Accepted);
        let mut left: Vec<Arrival> = here.into_iter().filter(accepted).collect();
        let mut entered: BTreeSet<ChangeHash> =
            self.lines.iter().filter(|line| line.doc == doc).map(|line| line.hash).collect();
        entered.extend(left.first().map(|arrival| genesis_hash(arrival.item.scope.kind).unwrap()));
        while !left.is_empty() {
            let ready = |arrival: &mut Arrival| {
                Change::parse(&arrival.candidate.bytes.0).unwrap().deps().all(|dep| entered.contains(&dep))
            };
            let next: Vec<Arrival> = left.extract_if(.., ready).collect();
            assert!(!next.is_empty(), "admitted without what they build on: {left:?}");
            for arrival in next.into_iter() {
                if entered.insert(arrival.item.hash) {
                    let admitted =
                        Admitted { author: arrival.author, bytes: arrival.candidate.bytes.0.into() };
                    self.lines.push(Line {
                        doc,
                        scope: arrival.item.scope,
                        hash: arrival.item.hash,
                        admitted,
                    });
                }
            }
        }
    }
}

impl Server for Ledger {
    fn post(&mut self, from: DeviceId, request: &Request) -> Option<(u16, Vec<u8>)> {
        let request =
            wire::unpack(&request.body, wire::MAX_UNPACKED).expect("phones pack their requests well");
        Some((200, wire::pack(&self.answer(from, request))))
    }
}
