//! What is left out comes back to the byte, whatever was written; what does not is asked for whole.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;

use super::*;
use crate::crdt::{Change, Document};
use crate::envelope::{self, Envelope, Header, Item};
use crate::ids::{Actor, ChangeHash, DocId, Id, Month};
use crate::keys::DeviceKey;
use crate::record::{Fields, Scalar};
use crate::scope::{Kind, Scope};

const ORG: Id = Id([1; 16]);
const CLOCK: i64 = 1_780_000_000_000;

/// A device and a server in one: what is in `server` has been admitted.
struct Both {
    key: DeviceKey,
    documents: BTreeMap<DocId, (Scope, Document)>,
    server: BTreeMap<DocId, (Scope, Vec<ChangeHash>)>,
    items: Vec<Item>,
    changes: Vec<Vec<u8>>,
}

impl Both {
    fn new() -> Self {
        let key = DeviceKey::from_seed([7; 32]);
        Self { key, documents: BTreeMap::new(), server: BTreeMap::new(), items: vec![], changes: vec![] }
    }

    fn write(&mut self, doc: DocId, scope: Scope, record: &str, fields: &[(&str, Scalar)]) -> Change {
        let (_, document) =
            self.documents.entry(doc).or_insert_with(|| (scope, Document::new(scope.kind).unwrap()));
        let actor = Actor::of(&self.key.public(), doc, 3);
        let fields: Fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let at_ms = CLOCK - 60_000 + 1_000 * self.items.len() as i64;
        let change = document.write(&actor, at_ms, record, &fields).unwrap().unwrap();
        self.items.push(Item { doc, scope, incarnation: 3, hash: change.hash(), replaces: None });
        self.changes.push(change.bytes().to_vec());
        change
    }

    fn seal(&mut self, number: u64) -> Envelope {
        let (items, changes) = (std::mem::take(&mut self.items), std::mem::take(&mut self.changes));
        let previous = (number > 1).then_some(crate::ids::Hash32([number as u8; 32]));
        let device = self.key.device();
        let header = Header { version: envelope::VERSION, org: ORG, device, number, previous, items };
        Envelope::seal(&self.key, &header, changes)
    }

    /// The server takes an envelope in.
    fn admit(&mut self, envelope: &Envelope) {
        let header: Header = minicbor::decode(&envelope.header).unwrap();
        for item in header.items {
            self.server.entry(item.doc).or_insert((item.scope, vec![])).1.push(item.hash);
        }
    }

    fn elide(&self, envelopes: &[Envelope]) -> Vec<Packed> {
        elide(&self.key.public(), ORG, CLOCK, envelopes, self, &[])
    }

    fn restore(&self, packed: &[Packed]) -> Vec<Result<Envelope, u64>> {
        let mut found = Found::default();
        for _ in 0..3 {
            match restore(&self.key.public(), ORG, CLOCK, packed, &found) {
                Ok(envelopes) => return envelopes,
                Err(wanted) => self.find(wanted, &mut found),
            }
        }
        panic!("it never stops asking");
    }

    fn find(&self, wanted: Wanted, found: &mut Found) {
        for beginning in wanted.documents {
            let mut docs = self.server.iter().filter(|(doc, _)| doc.0.starts_with(&beginning));
            found.documents.insert(beginning, docs.next().map(|(doc, (scope, _))| (*doc, *scope)));
        }
        for (doc, beginning) in wanted.changes {
            let hashes = self.server.get(&doc).map(|(_, hashes)| hashes.as_slice()).unwrap_or_default();
            let hash = hashes.iter().find(|hash| hash.0.starts_with(&beginning)).copied();
            found.changes.insert((doc, beginning), hash);
        }
    }
}

impl Known for Both {
    fn document(&self, doc: DocId, scope: &Scope) -> bool {
        self.server.get(&doc).is_some_and(|(known, _)| known == scope)
    }

    fn change(&self, doc: DocId, hash: &ChangeHash) -> bool {
        self.server.get(&doc).is_some_and(|(_, hashes)| hashes.contains(hash))
    }
}

fn log(case: u8) -> (DocId, Scope) {
    let (case, month) = (Id([case; 16]), Month(24_316));
    (DocId::of_log(case, month), Scope::of_log(case, Some(Id([9; 16])), month))
}

fn record(n: u8) -> String {
    Id::v7(CLOCK - 60_000, [n; 10]).to_string()
}

fn all_short(packed: &[Packed]) -> bool {
    let elided = |item: &ShortItem| matches!(item.change, ShortChange::Elided(_));
    packed.iter().all(|packed| matches!(packed, Packed::Short(short) if short.items.iter().all(elided)))
}

fn length(message: &impl Encode<()>) -> usize {
    minicbor::to_vec(message).unwrap().len()
}

/// Two visits and a correction in new logs; then more in the same, which the server has by then.
#[test]
fn a_days_work_comes_back_and_is_short() {
    let mut both = Both::new();
    let visit: &[(&str, Scalar)] =
        &[("date", "2026-05-02".into()), ("notes", "дрова, вода".into()), ("mood", Scalar::Int(4))];
    let (first, second) = (log(1), log(2));
    both.write(first.0, first.1, &record(1), visit);
    both.write(second.0, second.1, &record(2), visit);
    both.write(first.0, first.1, &record(1), &[("notes", "дрова".into()), ("mood", Scalar::Null)]);
    let envelope = both.seal(1);
    let packed = both.elide(std::slice::from_ref(&envelope));
    assert!(all_short(&packed));
    assert_eq!(both.restore(&packed), [Ok(envelope.clone())]);
    both.admit(&envelope);

    both.write(first.0, first.1, &record(3), visit);
    both.write(second.0, second.1, &record(2), &[("notes", "вода".into())]);
    let later = [both.seal(2)];
    let packed = both.elide(&later);
    assert!(all_short(&packed));
    assert_eq!(both.restore(&packed), [Ok(later[0].clone())]);
    assert!(length(&packed) * 2 < length(&later.to_vec()), "{} {}", length(&packed), length(&later.to_vec()));
}

#[test]
fn every_kind_of_document_and_value_comes_back() {
    let mut both = Both::new();
    let values: &[(&str, Scalar)] = &[
        ("performer/0199a0b0c0d0e0f00102030405060708/role", "social_worker".into()),
        ("a", Scalar::Float(0.5)),
        ("b", Scalar::Bool(true)),
        ("c", Scalar::Int(-5)),
        ("d", "".into()),
        ("e", "0199a0b0c0d0e0f00102030405060708".into()),
    ];
    for (n, kind) in [Kind::Person, Kind::Case, Kind::Task, Kind::Activity].into_iter().enumerate() {
        let id = Id([n as u8 + 20; 16]);
        let family = (kind == Kind::Case).then_some(id);
        let scope = Scope { kind, family, place: None, month: None };
        both.write(DocId(id.0), scope, "own", values);
        both.write(DocId(id.0), scope, "own", &[("a", Scalar::Null), ("d", "b".into())]);
    }
    let (doc, scope) = log(1);
    both.write(doc, scope, "not an id", values);
    both.write(doc, scope, "0199A0B0C0D0E0F00102030405060708", values);
    let envelope = both.seal(1);
    let packed = both.elide(std::slice::from_ref(&envelope));
    assert!(all_short(&packed));
    assert_eq!(both.restore(&packed), [Ok(envelope)]);
}

/// Two devices in one document: the change names another's map and another's values.
#[test]
fn edits_of_what_others_wrote_come_back() {
    let mut both = Both::new();
    let (doc, scope) = log(1);
    let mut others = Document::new(Kind::Log).unwrap();
    let fields: Fields = [("notes".to_owned(), "чужое".into())].into();
    let theirs = others.write(&Actor([5; 16]), CLOCK, &record(1), &fields).unwrap().unwrap();
    both.documents.insert(doc, (scope, others));
    both.server.insert(doc, (scope, vec![theirs.hash()]));
    both.write(doc, scope, &record(1), &[("notes", "своё".into()), ("mood", Scalar::Int(1))]);
    let envelope = both.seal(4);
    let packed = both.elide(std::slice::from_ref(&envelope));
    assert!(all_short(&packed));
    assert_eq!(both.restore(&packed), [Ok(envelope)]);
}

#[test]
fn a_server_that_lost_what_was_left_out_asks_for_whole_bytes() {
    let mut both = Both::new();
    let (doc, scope) = log(1);
    both.write(doc, scope, &record(1), &[("notes", "раз".into())]);
    let first = both.seal(1);
    both.admit(&first);
    both.write(doc, scope, &record(2), &[("notes", "два".into())]);
    let second = both.seal(2);
    let packed = both.elide(std::slice::from_ref(&second));
    both.server.clear();
    assert_eq!(both.restore(&packed), [Err(2)]);
    let whole = elide(&both.key.public(), ORG, CLOCK, std::slice::from_ref(&second), &both, &[2]);
    assert_eq!(both.restore(&whole), [Ok(second)]);
}

/// Bytes that are no change of ours travel as they are.
#[test]
fn what_cannot_be_said_shorter_stays_as_it_is() {
    let mut both = Both::new();
    let (doc, scope) = log(1);
    both.write(doc, scope, &record(1), &[("notes", "раз".into())]);
    both.items.push(Item { doc, scope, incarnation: 1, hash: ChangeHash([6; 32]), replaces: None });
    both.changes.push(vec![1, 2, 3]);
    both.write(doc, scope, &record(2), &[("notes", "два".into())]);
    let mut broken = both.seal(1);
    let packed = both.elide(std::slice::from_ref(&broken));
    assert_eq!(both.restore(&packed), [Ok(broken.clone())]);

    broken.changes[0][9] ^= 1;
    let packed = both.elide(std::slice::from_ref(&broken));
    assert_eq!(both.restore(&packed), [Ok(broken.clone())], "a change that is not what its hash says");
    broken.changes.push(ByteVec::from(vec![9]));
    assert_eq!(both.elide(std::slice::from_ref(&broken)), [Packed::Whole(broken)]);
}

/// Whatever is done to the short form, either the exact envelope comes out or its number.
#[test]
fn a_flipped_bit_gives_no_other_envelope() {
    let mut both = Both::new();
    let (first, second) = (log(1), log(2));
    both.write(first.0, first.1, &record(1), &[("notes", "раз".into()), ("mood", Scalar::Int(1))]);
    both.write(second.0, second.1, &record(2), &[("notes", "два".into()), ("mood", Scalar::Int(2))]);
    both.write(first.0, first.1, &record(1), &[("notes", "три".into())]);
    let envelope = both.seal(1);
    let packed = minicbor::to_vec(both.elide(std::slice::from_ref(&envelope))).unwrap();
    let mut read = 0;
    for bit in 0..packed.len() * 8 {
        let mut flipped = packed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(message) = minicbor::decode::<Vec<Packed>>(&flipped) else { continue };
        read += 1;
        for restored in both.restore(&message).into_iter().flatten() {
            let exact = restored == envelope;
            assert!(exact || restored.open(ORG, &both.key.public()).is_err(), "bit {bit}");
        }
    }
    assert!(read > 100, "{read} of them were read");
}

/// Field names said once and used for ever would make gigabytes of a few bytes.
#[test]
fn a_short_form_cannot_grow_without_end() {
    let mut both = Both::new();
    let (doc, scope) = log(1);
    both.write(doc, scope, &record(1), &[("notes", "раз".into())]);
    let envelope = both.seal(1);
    let [Packed::Short(mut short)] = <[Packed; 1]>::try_from(both.elide(&[envelope])).unwrap() else {
        panic!()
    };
    let first = &mut short.items[0];
    let ShortChange::Elided(elided) = &mut first.change else { panic!() };
    elided.shape = Shape::Named(vec!["k".repeat(100_000)]);
    let mut again = first.clone();
    let ShortChange::Elided(elided) = &mut again.change else { panic!() };
    elided.shape = Shape::Back(0);
    short.items.extend(vec![again; 10_000]);
    let packed = [Packed::Short(short)];
    assert_eq!(both.restore(&packed), [Err(1)]);
}
