//! Honest phones that write to one document, and the vetting of what they or others send.

use sync_core::admission::{Bytes, Candidate, Finding, Job, Limits, Pace, Vetted, vet};
use sync_core::crdt::{Change, Document, genesis_hash};
use sync_core::ids::{Actor, ChangeHash, DocId, sha256};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::Kind;
use sync_core::verdict::Reason;

use crate::forge::Parts;

pub const DOC: DocId = DocId([0xd0; 16]);
pub const ENTRY: &str = "0190a0b0c0d0e0f00102030405060708";

/// A small fast source of the same numbers every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }
}

pub fn actor(n: u8) -> Actor {
    Actor([n; 16])
}

pub fn fields(pairs: &[(&str, Scalar)]) -> Fields {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

pub fn genesis(kind: Kind) -> [u8; 32] {
    genesis_hash(kind).unwrap().0
}

/// One write by `actor`, which must change something.
pub fn write(document: &mut Document, actor: Actor, record: &str, pairs: &[(&str, Scalar)]) -> Change {
    document.write(&actor, 1_780_000_000_000, record, &fields(pairs)).unwrap().unwrap()
}

/// The hash of a chunk, whatever is in it.
pub fn hash_of(bytes: &[u8]) -> ChangeHash {
    ChangeHash(sha256(bytes.get(8..).unwrap_or_default()))
}

pub fn candidate(actor: Actor, bytes: &[u8]) -> Candidate {
    Candidate { hash: hash_of(bytes), actor, bytes: Bytes(bytes.to_vec()) }
}

pub fn sent(change: &Change) -> Candidate {
    candidate(change.actor().unwrap(), change.bytes())
}

pub fn job(kind: Kind, existing: &[Change], candidates: Vec<Candidate>) -> Job {
    let existing = existing.iter().map(|change| Bytes(change.bytes().to_vec())).collect();
    Job { doc: DOC, kind, existing, refused: Vec::new(), candidates }
}

pub fn run(job: &Job) -> Vec<Vetted> {
    vet(job, &Limits::STANDARD, Pace::Together, &mut |_| {}).unwrap()
}

/// The finding about one change sent to a document.
pub fn finding(kind: Kind, existing: &[Change], actor: Actor, bytes: &[u8]) -> Finding {
    let mut found = run(&job(kind, existing, vec![candidate(actor, bytes)]));
    assert_eq!(found.len(), 1);
    found.remove(0).finding
}

pub fn is_sound(finding: &Finding) -> bool {
    matches!(finding, Finding::Sound(_))
}

/// A log with one entry by phone 1, and an edit of it by phone 2 not yet sent.
pub struct Scene {
    pub log: Document,
    pub existing: Vec<Change>,
    pub edit: Change,
}

pub fn scene() -> Scene {
    let mut log = Document::new(Kind::Log).unwrap();
    let first = [("type", "visit".into()), ("dose", "5 mg".into()), ("minutes", Scalar::Int(30))];
    let made = write(&mut log, actor(1), ENTRY, &first);
    let mut theirs = log.clone();
    let edit = write(&mut theirs, actor(2), ENTRY, &[("dose", "6 mg".into()), ("note", "тихо".into())]);
    Scene { log, existing: vec![made], edit }
}

impl Scene {
    /// What vetting says of phone 2's edit after `alter` has had its way with it.
    pub fn altered(&self, alter: impl FnOnce(&mut Parts)) -> Finding {
        let mut parts = Parts::of(self.edit.bytes());
        alter(&mut parts);
        self.sent(&parts.bytes())
    }

    /// What vetting says of these bytes from phone 2.
    pub fn sent(&self, bytes: &[u8]) -> Finding {
        finding(Kind::Log, &self.existing, actor(2), bytes)
    }

    #[track_caller]
    pub fn refuses(&self, reason: Reason, alter: impl FnOnce(&mut Parts)) {
        assert_eq!(self.altered(alter), Finding::SetAside(reason));
    }
}
