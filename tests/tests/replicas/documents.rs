//! Three replicas of one document, random histories, changes exchanged in any order and more than once.
//!
//! What must come out is computed beside automerge, from who had seen what: a value stands until somebody
//! who had seen it writes the same field. Everything else must be there, on every replica, and shown as a
//! clash where there are several.

use std::collections::{BTreeMap, BTreeSet};

use footpath_tests::chance::{Chance, setting};
use sync_core::crdt::{Change, Document};
use sync_core::ids::{Actor, ChangeHash, DocId, Id};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::Kind;

const OWN: DocId = DocId([0xd0; 16]);
const FIELDS: &[&str] = &["notes", "mood", "date", "line/00000000000000000000000000000001/qty", "void/at"];

struct Replica {
    document: Document,
    actor: Actor,
    seen: BTreeSet<ChangeHash>,
    /// Came before what they build on.
    held_back: Vec<Change>,
}

/// A write to one field, and all its author had seen.
struct Write {
    change: ChangeHash,
    value: Scalar,
    seen: BTreeSet<ChangeHash>,
}

struct History {
    kind: Kind,
    chance: Chance,
    replicas: Vec<Replica>,
    records: Vec<String>,
    writes: BTreeMap<(String, String), Vec<Write>>,
    changes: Vec<Change>,
    written: i64,
}

impl History {
    fn new(kind: Kind, seed: u64) -> Self {
        let replica = |n: u8| Replica {
            document: Document::new(kind).unwrap(),
            actor: Actor([n; 16]),
            seen: BTreeSet::new(),
            held_back: Vec::new(),
        };
        let records = if kind.keyed() { Vec::new() } else { vec![OWN.to_string()] };
        Self {
            kind,
            chance: Chance::new(seed),
            replicas: [1, 2, 3].map(replica).into(),
            records,
            writes: BTreeMap::new(),
            changes: Vec::new(),
            written: 0,
        }
    }

    fn step(&mut self) {
        match self.chance.below(10) {
            0 | 1 if self.kind.keyed() => self.new_record(),
            0..=5 => self.edit(),
            _ => self.send(),
        }
    }

    fn new_record(&mut self) {
        let id = Id::v7(1_778_835_600_000 + self.written, self.chance.bytes()).to_string();
        self.records.push(id.clone());
        let who = self.chance.below(3);
        self.write(who, &id);
    }

    /// Somebody changes a record they can see.
    fn edit(&mut self) {
        let who = self.chance.below(3);
        let document = &self.replicas[who].document;
        let seen = document.record_ids(&OWN.to_string()).unwrap();
        if !seen.is_empty() {
            let record = self.chance.pick(&seen).clone();
            self.write(who, &record);
        }
    }

    fn write(&mut self, who: usize, record: &str) {
        let mut fields = Fields::new();
        for _ in 0..=self.chance.below(3) {
            self.written += 1;
            let value =
                if self.chance.one_in(2) { format!("{}", self.written).into() } else { self.written.into() };
            fields.insert((*self.chance.pick(FIELDS)).to_owned(), value);
        }
        let replica = &mut self.replicas[who];
        let change = replica.document.write(&replica.actor, self.written, record, &fields).unwrap().unwrap();
        for (field, value) in fields {
            let write = Write { change: change.hash(), value, seen: replica.seen.clone() };
            self.writes.entry((record.to_owned(), field)).or_default().push(write);
        }
        replica.seen.insert(change.hash());
        self.changes.push(change);
    }

    /// Some changes that one replica has reach another: in any order, some twice, some not at all.
    fn send(&mut self) {
        let (from, to) = (self.chance.below(3), self.chance.below(3));
        let mut sent: Vec<Change> = Vec::new();
        for change in &self.changes {
            if self.replicas[from].seen.contains(&change.hash()) {
                let copies = self.chance.below(3);
                sent.extend(std::iter::repeat_n(change.clone(), copies));
            }
        }
        self.chance.shuffle(&mut sent);
        self.replicas[to].take(sent);
    }

    /// In the end everything reaches everybody.
    fn settle(&mut self) {
        for replica in &mut self.replicas {
            let mut all = self.changes.clone();
            self.chance.shuffle(&mut all);
            replica.take(all);
            assert!(replica.held_back.is_empty());
        }
    }

    fn check(&self) {
        let first = &self.replicas[0].document;
        for replica in &self.replicas {
            assert_eq!(replica.document.heads(), first.heads());
        }
        for id in &self.records {
            let expected = self.expected(id);
            let mut digests = BTreeSet::new();
            for replica in &self.replicas {
                let record = replica.document.record(id).unwrap().expect("every record is on every replica");
                digests.insert(record.digest());
                let found: BTreeMap<String, BTreeSet<(ChangeHash, String)>> = record
                    .fields
                    .iter()
                    .map(|(key, values)| {
                        (key.clone(), values.iter().map(|w| (w.change, format!("{:?}", w.value))).collect())
                    })
                    .collect();
                assert_eq!(found, expected, "record {id}");
                let clashes: BTreeSet<&str> = record.conflicts().map(|(field, _)| field).collect();
                let several = expected.iter().filter(|(_, values)| values.len() > 1);
                assert_eq!(clashes, several.map(|(field, _)| field.as_str()).collect());
            }
            assert_eq!(digests.len(), 1, "one digest for {id} on every replica");
        }
    }

    /// The values that nobody who had seen them wrote over.
    fn expected(&self, record: &str) -> BTreeMap<String, BTreeSet<(ChangeHash, String)>> {
        let of_record = self.writes.iter().filter(|((id, _), _)| id == record);
        of_record
            .map(|((_, field), writes)| {
                let stands = |write: &&Write| !writes.iter().any(|later| later.seen.contains(&write.change));
                let standing = writes.iter().filter(stands);
                (field.clone(), standing.map(|w| (w.change, format!("{:?}", w.value))).collect())
            })
            .collect()
    }
}

impl Replica {
    fn take(&mut self, changes: Vec<Change>) {
        self.held_back.extend(changes);
        loop {
            let (document, seen) = (&mut self.document, &mut self.seen);
            let before = self.held_back.len();
            self.held_back.retain(|change| {
                let applied = document.apply(change).is_ok();
                if applied {
                    seen.insert(change.hash());
                }
                !applied
            });
            if self.held_back.len() == before {
                return;
            }
        }
    }
}

#[test]
fn three_replicas_converge_and_lose_nothing() {
    let histories = setting("FOOTPATH_HISTORIES", 60);
    let (first, mut clashes) = (setting("FOOTPATH_SEED", 1), 0);
    for seed in first..first + histories {
        let kind = Kind::ALL[seed as usize % Kind::ALL.len()];
        let mut history = History::new(kind, seed);
        println!("history {seed} of a {kind:?}");
        for _ in 0..80 {
            history.step();
        }
        history.settle();
        history.check();
        clashes +=
            history.records.iter().flat_map(|id| history.expected(id)).filter(|(_, v)| v.len() > 1).count();
    }
    // A test in which nobody ever disagrees proves nothing.
    assert!(clashes as u64 > histories, "only {clashes} clashes in {histories} histories");
}
