//! Random histories of a small district.

use std::collections::BTreeMap;

use sync_core::crdt::Document;
use sync_core::envelope::Item;
use sync_core::ids::{Actor, ChangeHash, DeviceId, DocId, Hash32, Id, Month};
use sync_core::office::{Decision, OfficeRow, Review, Topic};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::{Flag, Reason};
use sync_core::wire::Grant;

use super::NOW;
use crate::store::{Assignment, ChangeRow, Entry, OfficeEntry, SetAsideRow};

/// Numbers that look random and are the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len() as u64) as usize]
    }
}

/// A district that writes at random: each phone has its own copy of each document and pulls now and then.
pub struct District {
    pub dice: Dice,
    docs: Vec<(DocId, Scope)>,
    phones: Vec<BTreeMap<DocId, Document>>,
    log: BTreeMap<DocId, Document>,
    digests: Vec<(DocId, String, Hash32)>,
    set_aside: Vec<u64>,
    seq: u64,
}

impl District {
    pub fn new(seed: u64) -> Self {
        let scope = |kind, family, place| Scope { kind, family, place: Some(Id([place; 16])), month: None };
        let mut docs = Vec::new();
        for case in [1u8, 2, 3] {
            let family = Some(Id([case; 16]));
            docs.push((DocId([case; 16]), scope(Kind::Case, family, 100 + case)));
            docs.push((DocId([case + 10; 16]), scope(Kind::Person, family, 100 + case)));
            docs.push((DocId([case + 20; 16]), scope(Kind::Task, family, 100 + case)));
            let month = Month(24_316);
            let log = Scope::of_log(Id([case; 16]), Some(Id([100 + case; 16])), month);
            docs.push((DocId::of_log(Id([case; 16]), month), log));
        }
        docs.push((DocId([40; 16]), scope(Kind::Activity, None, 101)));
        let blank = |docs: &[(DocId, Scope)]| {
            docs.iter()
                .map(|(doc, scope)| (*doc, Document::new(scope.kind).unwrap()))
                .collect::<BTreeMap<_, _>>()
        };
        Self {
            dice: Dice(seed | 1),
            phones: vec![blank(&docs), blank(&docs), blank(&docs)],
            log: blank(&docs),
            docs,
            digests: Vec::new(),
            set_aside: Vec::new(),
            seq: 0,
        }
    }

    pub fn step(&mut self) -> Entry {
        self.seq += 1;
        match self.dice.roll(12) {
            0 | 1 => self.review(),
            2 => self.office(),
            3 => self.assignment(),
            4 => self.quarantine(),
            _ => self.change(),
        }
    }

    pub fn change(&mut self) -> Entry {
        let (doc, scope) = *self.dice.pick(&self.docs.clone());
        let phone = self.dice.roll(3) as usize;
        if self.dice.roll(3) == 0 {
            for change in self.log[&doc].changes() {
                self.phones[phone].get_mut(&doc).unwrap().apply(&change).unwrap();
            }
        }
        let record = match scope.kind {
            // Each phone makes records of its own, and edits those it has seen.
            Kind::Log => {
                let own = Id([phone as u8 + 50 + (self.dice.roll(2) as u8) * 10; 16]).to_string();
                let seen = self.phones[phone][&doc].record_ids("").unwrap();
                if seen.is_empty() || self.dice.roll(2) == 0 { own } else { self.dice.pick(&seen).clone() }
            }
            _ => doc.to_string(),
        };
        let fields = self.fields(scope.kind);
        let document = self.phones[phone].get_mut(&doc).unwrap();
        let actor = Actor([phone as u8 + 1; 16]);
        let at_ms = NOW + self.seq as i64 * 1000;
        let Some(change) = document.write(&actor, at_ms, &record, &fields).unwrap() else {
            return self.office();
        };
        for earlier in document.changes() {
            if self.log[&doc].has(&earlier.hash()) || earlier.hash() == change.hash() {
                continue;
            }
            panic!("every change is in the log before the next is made");
        }
        self.log.get_mut(&doc).unwrap().apply(&change).unwrap();
        if let Some(now) = self.log[&doc].record(&record).unwrap() {
            self.digests.push((doc, record, now.digest()));
        }
        Entry::Change(ChangeRow {
            doc,
            scope,
            hash: change.hash(),
            author: Id([200 + phone as u8; 16]),
            device: DeviceId([phone as u8 + 1; 16]),
            envelope: self.seq,
            flag: (self.dice.roll(9) == 0).then_some(Flag::AfterReassignment),
            bytes: change.bytes().to_vec(),
        })
    }

    fn fields(&mut self, kind: Kind) -> Fields {
        let type_ = match kind {
            Kind::Log => *self.dice.pick(&["visit", "delivery", "nonsense"]),
            Kind::Person => "person",
            Kind::Case => "case",
            Kind::Task => "task",
            Kind::Activity => "activity",
        };
        let mut fields = Fields::from([("type".to_owned(), Scalar::from(type_))]);
        for _ in 0..self.dice.roll(4) {
            let number = self.dice.roll(5) as i64;
            let (key, value): (&str, Scalar) = match self.dice.roll(8) {
                0 => ("mood", number.into()),
                1 => ("date", format!("2026-06-{:02}", number + 1).into()),
                2 => ("date", "someday".into()),
                3 => ("name", format!("Анна {number}").into()),
                4 => ("person", Id([11 + number as u8 % 3; 16]).to_string().into()),
                5 => ("notes", Scalar::Null),
                6 => ("void/at", if number > 2 { number.into() } else { Scalar::Null }),
                _ => ("care_status", self.dice.pick(&["active", "paused"]).to_owned().into()),
            };
            fields.insert(key.to_owned(), value);
        }
        fields
    }

    fn review(&mut self) -> Entry {
        if self.digests.is_empty() {
            return self.office();
        }
        let (doc, record, digest) = self.dice.pick(&self.digests.clone()).clone();
        let decision = *self.dice.pick(&[Decision::Approved, Decision::Returned]);
        let by = Id([9; 16]);
        let review = Review { decision, digest, comment: Some("ещё раз".into()), by, at_ms: NOW };
        let mut row = OfficeRow::review(doc, &record, &review);
        if self.dice.roll(6) == 0 {
            row.value = "null".into();
        }
        Entry::Office(OfficeEntry { row, to: Grant::Document(doc), by })
    }

    fn office(&mut self) -> Entry {
        let (key, value) = match self.dice.roll(5) {
            0 => ("places", places(self.dice.roll(3) as u8)),
            1 => ("people", serde_json::json!([{"id": Id([200; 16]), "name": "Анна", "duty": "worker"}, 7])),
            2 => ("forms", serde_json::json!([])),
            3 => ("forms", serde_json::Value::Null),
            _ => ("places", serde_json::json!("odd")),
        };
        let org = Id([1; 16]);
        let row =
            OfficeRow { topic: Topic::Catalogue, subject: org, key: key.into(), value: value.to_string() };
        Entry::Office(OfficeEntry { row, to: Grant::Organisation(org), by: Id([9; 16]) })
    }

    fn assignment(&mut self) -> Entry {
        let person = Id([200 + self.dice.roll(3) as u8; 16]);
        let case = Id([1 + self.dice.roll(3) as u8; 16]);
        let (by, grant) = (Id([9; 16]), Grant::Family(case));
        match self.dice.roll(4) {
            0 => Entry::Assigned(Assignment {
                person,
                case,
                from: Some("2026-06-01".into()),
                to: None,
                substitute: self.dice.roll(2) == 0,
                by,
            }),
            1 | 2 => Entry::Granted { person, grant, by },
            _ => Entry::Revoked { person, grant, by },
        }
    }

    fn quarantine(&mut self) -> Entry {
        let by = Id([9; 16]);
        if !self.set_aside.is_empty() && self.dice.roll(2) == 0 {
            let of = *self.dice.pick(&self.set_aside.clone());
            return match self.dice.roll(2) {
                0 => Entry::Released { of, by },
                _ => Entry::Settled { of, by, note: "по телефону".into() },
            };
        }
        self.set_aside.push(self.seq);
        let (doc, scope) = *self.dice.pick(&self.docs.clone());
        let hash = ChangeHash(sync_core::ids::sha256(&self.seq.to_be_bytes()));
        Entry::SetAside(SetAsideRow {
            author: Id([200; 16]),
            device: DeviceId([1; 16]),
            envelope: self.seq,
            item: Item { doc, scope, incarnation: 1, hash, replaces: None },
            reason: *self.dice.pick(Reason::ALL),
            bytes: vec![0; 5],
        })
    }
}

fn places(without: u8) -> serde_json::Value {
    let all = [(100u8, None), (101, Some(100u8)), (102, Some(100)), (103, Some(102))];
    let kept = all.into_iter().filter(|(id, _)| *id != 101 + without);
    kept.map(|(id, parent)| {
        serde_json::json!({"id": Id([id; 16]), "parent": parent.map(|parent| Id([parent; 16])),
                           "name": {"ru": "Село", "en": "Village"}, "kind": "settlement"})
    })
    .collect()
}
