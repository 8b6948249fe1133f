//! The messages of version 2, made as a device and a server make them.

use sync_core::crdt::Document;
use sync_core::envelope::{self, Envelope, Header, Item};
use sync_core::ids::{Actor, ChangeHash, DocId, Hash32, Id, Month};
use sync_core::keys::DeviceKey;
use sync_core::record::{Fields, Scalar};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::{Reason, Verdict};
use sync_core::wire::elided::Known;
use sync_core::wire::{self, Asked, Newest, ShortRequest, SyncAnswer, SyncRequest, VerdictOn};

use super::messages;

const ORG: Id = Id([7; 16]);
const NOW: i64 = 1_780_000_000_000;

/// A server that has every document and change it is asked about.
struct Everything;

impl Known for Everything {
    fn document(&self, _: DocId, _: &Scope) -> bool {
        true
    }

    fn change(&self, _: DocId, _: &ChangeHash) -> bool {
        true
    }
}

/// And one that has nothing.
struct Nothing;

impl Known for Nothing {
    fn document(&self, _: DocId, _: &Scope) -> bool {
        false
    }

    fn change(&self, _: DocId, _: &ChangeHash) -> bool {
        false
    }
}

fn key() -> DeviceKey {
    DeviceKey::from_seed([3; 32])
}

/// Every way to name a document, a change, a record, a field and a value.
fn envelopes() -> Vec<Envelope> {
    let case = Id([5; 16]);
    let log = (DocId::of_log(case, Month(24_316)), Scope::of_log(case, Some(ORG), Month(24_316)));
    let task = (DocId([6; 16]), Scope { kind: Kind::Task, family: None, place: None, month: None });
    let fields = |all: &[(&str, Scalar)]| -> Fields {
        all.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    };
    let values = fields(&[
        ("a", Scalar::Bool(true)),
        ("b", Scalar::Float(0.5)),
        ("c", Scalar::Int(-4)),
        ("d", "дрова".into()),
        ("e", Scalar::Null),
    ]);
    let mut items = Vec::new();
    let mut changes = Vec::new();
    for (doc, scope) in [log, task] {
        let mut document = Document::new(scope.kind).unwrap();
        let record = Id::v7(NOW, [1; 10]).to_string();
        let others =
            document.write(&Actor([9; 16]), NOW, &record, &fields(&[("d", "чужое".into())])).unwrap();
        assert!(others.is_some());
        let again = fields(&[("d", "снова".into())]);
        for (record, fields) in [(&record, &values), (&record, &again), (&"x".to_owned(), &values)] {
            let actor = Actor::of(&key().public(), doc, 1);
            let Some(change) = document.write(&actor, NOW, record, fields).unwrap() else { continue };
            let replaces = (items.len() == 1).then_some(ChangeHash([4; 32]));
            items.push(Item { doc, scope, incarnation: 1, hash: change.hash(), replaces });
            changes.push(change.bytes().to_vec());
        }
    }
    items.push(Item { hash: ChangeHash([8; 32]), replaces: None, ..items[0].clone() });
    changes.push(vec![1, 2, 3]);
    let header = |number, items| Header {
        version: envelope::VERSION,
        org: ORG,
        device: key().device(),
        number,
        previous: (number > 1).then_some(Hash32([2; 32])),
        items,
    };
    let first = Envelope::seal(&key(), &header(1, items), changes);
    let foreign = Envelope::seal(&key(), &Header { org: Id([1; 16]), ..header(2, Vec::new()) }, Vec::new());
    vec![first, foreign]
}

fn short(request: &SyncRequest, known: &impl Known) -> ShortRequest {
    wire::unpack_request(&wire::pack_request(request, &key().public(), ORG, known, &[])).unwrap()
}

pub fn full_request() -> ShortRequest {
    short(&SyncRequest { envelopes: envelopes(), ..messages::full_request() }, &Everything)
}

pub fn bare_request() -> ShortRequest {
    short(&SyncRequest { envelopes: envelopes(), ..SyncRequest::default() }, &Nothing)
}

pub fn full_answer() -> Vec<u8> {
    let request = SyncRequest { envelopes: envelopes(), ..SyncRequest::default() };
    let header: Header = minicbor::decode(&request.envelopes[0].header).unwrap();
    let said = [Verdict::Accepted, Verdict::SetAside(Reason::TooLarge)];
    let on =
        |(item, verdict): (&Item, &Verdict)| VerdictOn { doc: item.doc, hash: item.hash, verdict: *verdict };
    let answer = messages::full_answer();
    let of_the_envelope = header.items.iter().zip(said.iter().cycle()).map(on);
    let verdicts = of_the_envelope.chain(answer.verdicts.clone()).collect();
    wire::plain_answer(&SyncAnswer { verdicts, ..answer }, &Asked::by(&request))
}

/// As the server agrees with everything the device has said.
pub fn bare_answer() -> Vec<u8> {
    let answer = messages::bare_answer();
    let head = Some(Newest { number: 3, hash: Hash32([4; 32]) });
    let request = SyncRequest { cursor: Some(answer.cursor.clone()), head, ..SyncRequest::default() };
    wire::plain_answer(&SyncAnswer { newest: head, ..answer }, &Asked::by(&request))
}
