//! A change: the four steps of admission, and a life with whatever they let in.
//!
//! The first byte names the document. With its high bit set the rest is a whole chunk; without it the body of one,
//! and length and checksum are put right: nobody finds a way through SHA-256 by chance.

use sync_core::admission::{Bytes, Candidate, Finding, History, Job, Limits, Pace, vet};
use sync_core::crdt::{Change, Document};
use sync_core::ids::{ChangeHash, sha256};
use sync_core::record::{Fields, Scalar};

use super::scenes::{Scene, scenes};

const WHOLE: u8 = 0x80;

pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let scenes = scenes();
    let Some(scene) = scenes.get(usize::from(first & !WHOLE) % scenes.len()) else { return };
    let bytes = if first & WHOLE == 0 { chunk(rest) } else { rest.to_vec() };
    if let Finding::Sound(_) = finding(scene, &bytes) {
        live_on(scene, &bytes);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (number, scene) in (0u8..).zip(scenes()) {
        for change in scene.existing.iter().chain([&scene.next]) {
            seeds.push([&[number], body(change.bytes())].concat());
            seeds.push([&[number | WHOLE], change.bytes()].concat());
        }
    }
    seeds
}

/// What vetting says of the bytes, as the next change of the device.
pub fn finding(scene: &Scene, bytes: &[u8]) -> Finding {
    let hash = ChangeHash(sha256(bytes.get(8..).unwrap_or_default()));
    let job = Job {
        doc: scene.item.doc,
        kind: scene.kind(),
        existing: scene.existing.iter().map(|change| Bytes(change.bytes().to_vec())).collect(),
        refused: Vec::new(),
        candidates: vec![Candidate { hash, actor: scene.actor(), bytes: Bytes(bytes.to_vec()) }],
    };
    let found = vet(&job, &Limits::STANDARD, Pace::Together, &mut |_| {}).expect("a sound document");
    found.into_iter().next().expect("a finding for the candidate").finding
}

/// The body of a chunk with the frame that belongs around it.
pub fn chunk(body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![1];
    let mut length = body.len();
    while length >= 0x80 {
        hashed.push(length as u8 | 0x80);
        length >>= 7;
    }
    hashed.push(length as u8);
    hashed.extend_from_slice(body);
    let hash = sha256(&hashed);
    [&[0x85, 0x6f, 0x4a, 0x83], hash.get(..4).unwrap_or_default(), hashed.as_slice()].concat()
}

fn body(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().skip(9).take_while(|byte| **byte >= 0x80).count() + 1;
    bytes.get(9 + length..).unwrap_or_default()
}

/// Everything that is ever done to a document with the change in it.
fn live_on(scene: &Scene, bytes: &[u8]) {
    let kind = scene.kind();
    let all = || scene.existing.iter().map(Change::bytes).chain([bytes]);
    let mut document = Document::from_changes(kind, all()).expect("it applies");
    History::of(&document).expect("its changes are framed");
    for record in document.record_ids("own").expect("its records").iter().take(3) {
        let fields = Fields::from([("notes".to_owned(), Scalar::from("и ещё"))]);
        let edit = document.write(&scene.actor(), 1, record, &fields).expect("it can be written on");
        assert!(edit.is_none_or(|edit| document.has(&edit.hash())));
    }
    let loaded = Document::load_vouched(kind, &document.save()).expect("what was saved loads");
    assert_eq!(loaded.heads(), document.heads());
    for record in document.record_ids("own").expect("its records") {
        assert_eq!(loaded.record(&record), document.record(&record));
    }
    let changes = loaded.changes();
    let again =
        Document::from_changes(kind, changes.iter().map(Change::bytes)).expect("its changes make it again");
    assert_eq!(again.heads(), document.heads());
    again.hydrate();
}
