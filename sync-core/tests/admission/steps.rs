//! The later steps on their own: each would hold even if the one before it had missed something.

use sync_core::admission::{Framed, Limits, decode, frame, shadow};
use sync_core::crdt::{Change, Document};
use sync_core::verdict::Reason;

use crate::forge::{Parts, column, put};
use crate::phones::{ENTRY, Scene, hash_of, scene};

/// The scene's edit as framed, but with the bytes of an altered one.
fn slipped_through<'a>(scene: &'a Scene, bytes: &'a [u8]) -> Framed<'a> {
    let framed = frame(scene.edit.bytes(), &Limits::STANDARD).unwrap();
    Framed { bytes, hash: hash_of(bytes), ..framed }
}

fn altered(scene: &Scene, alter: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let mut parts = Parts::of(scene.edit.bytes());
    alter(&mut parts);
    parts.bytes()
}

fn parsed(bytes: &[u8]) -> Change {
    Change::parse(bytes).unwrap()
}

fn loads(document: &Document, change: &Change) -> bool {
    let mut document = document.clone();
    document.apply(change).unwrap();
    Document::load_vouched(document.kind(), &document.save()).is_ok()
}

#[test]
fn decode_takes_what_frame_took() {
    let scene = scene();
    let change = decode(&frame(scene.edit.bytes(), &Limits::STANDARD).unwrap()).unwrap();
    assert_eq!(change.bytes(), scene.edit.bytes());
}

#[test]
fn decode_sees_another_spelling() {
    let scene = scene();
    let runs_of_one = altered(&scene, |parts| *parts.column(column::ACTION) = vec![1, 1, 1, 1]);
    assert_eq!(decode(&slipped_through(&scene, &runs_of_one)).unwrap_err(), Reason::NotCanonical);
    let twice = altered(&scene, |parts| parts.deps.push(parts.deps[0]));
    assert!(decode(&slipped_through(&scene, &twice)).is_err());
}

#[test]
fn decode_sees_other_bytes_under_a_known_hash() {
    let scene = scene();
    let other = altered(&scene, |parts| parts.time += 1);
    let framed = Framed { hash: scene.edit.hash(), ..slipped_through(&scene, &other) };
    assert_eq!(decode(&framed).unwrap_err(), Reason::BadChecksum);
}

#[test]
fn decode_sees_that_the_readers_disagree() {
    let scene = scene();
    let alterations: [fn(&mut Parts); 6] = [
        |parts| parts.time += 1,
        |parts| parts.seq += 1,
        |parts| parts.start_op += 1,
        |parts| parts.extra = vec![1],
        |parts| parts.message = vec![b'm'],
        |parts| parts.set_ops(&[put(Some((1, 2)), "dose", "6 mg"), put(Some((1, 2)), "note", "громко")]),
    ];
    for alter in alterations {
        let bytes = altered(&scene, alter);
        assert_eq!(decode(&slipped_through(&scene, &bytes)).unwrap_err(), Reason::Malformed);
    }
}

#[test]
fn decode_survives_a_panic() {
    std::panic::set_hook(Box::new(|_| {}));
    let scene = scene();
    // An overwritten operation by an actor that is not in the list.
    let bytes = altered(&scene, |parts| *parts.column(column::PRED_ACTOR) = vec![0x7f, 9]);
    let panics = std::panic::catch_unwind(|| parsed(&bytes).ops()).is_err();
    assert!(panics, "automerge has learned to say no: find another");
    assert_eq!(decode(&slipped_through(&scene, &bytes)).unwrap_err(), Reason::Malformed);
}

#[test]
fn shadow_keeps_the_original_out_of_it() {
    let scene = scene();
    let heads = scene.log.heads();
    let after = shadow(&scene.log, std::slice::from_ref(&scene.edit), [ENTRY]).unwrap();
    assert_eq!(scene.log.heads(), heads);
    assert!(after.has(&scene.edit.hash()));
}

#[test]
fn shadow_refuses_what_saves_and_never_loads() {
    let scene = scene();
    let change = parsed(&altered(&scene, |parts| *parts.column(column::ACTION) = vec![1, 1, 1, 1]));
    assert!(!loads(&scene.log, &change), "automerge has learned to load it: find another");
    assert_eq!(shadow(&scene.log, &[change], [ENTRY]).unwrap_err(), Reason::BreaksDocument);
}

#[test]
fn shadow_refuses_what_builds_on_nothing_here() {
    let scene = scene();
    let change = parsed(&altered(&scene, |parts| parts.deps = vec![[9; 32]]));
    assert_eq!(shadow(&scene.log, &[change], [ENTRY]).unwrap_err(), Reason::BreaksDocument);
}

#[test]
fn shadow_refuses_a_record_that_is_not_there_after_all() {
    let scene = scene();
    let found = shadow(&scene.log, std::slice::from_ref(&scene.edit), ["nobody"]);
    assert_eq!(found.unwrap_err(), Reason::BreaksDocument);
}
