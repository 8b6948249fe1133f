use super::*;
use crate::admission::{Limits, frame};
use crate::crdt::Document;
use crate::record::{Fields, Scalar};

fn fields(all: &[(&str, Scalar)]) -> Fields {
    all.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

/// Two who write at once, and a third who sees both; every kind of value, edits of others' fields.
fn document(kind: Kind) -> Document {
    let mut anna = Document::new(kind).unwrap();
    let record = |n: u8| format!("{n:032x}");
    let visit = fields(&[
        ("performer/0199a0b0c0d0e0f00102030405060708/role", "social_worker".into()),
        ("notes", "дрова, вода — «печь»".into()),
        ("hours", Scalar::Float(0.5)),
        ("done", Scalar::Bool(true)),
        ("mood", Scalar::Int(-3)),
        ("who", "0199a0b0c0d0e0f00102030405060708".into()),
    ]);
    anna.write(&Actor([9; 16]), 5_000, &record(1), &visit).unwrap();
    let mut boris = anna.clone();
    anna.write(&Actor([9; 16]), 7_000, &record(2), &visit).unwrap();
    anna.write(&Actor([9; 16]), 6_000, &record(1), &fields(&[("notes", "одно".into())])).unwrap();
    for n in 3..6 {
        boris.write(&Actor([3; 16]), 8_000, &record(n), &visit).unwrap();
        boris
            .write(&Actor([3; 16]), 9_000, &record(1), &fields(&[("notes", format!("{n}").into())]))
            .unwrap();
    }
    for change in boris.changes() {
        anna.apply(&change).unwrap();
    }
    let last = fields(&[("notes", "все".into()), ("mood", Scalar::Null)]);
    anna.write(&Actor([5; 16]), 1, &record(1), &last).unwrap();
    anna
}

fn story(kind: Kind, changes: &[Change]) -> Vec<u8> {
    let framed: Vec<_> =
        changes.iter().map(|change| frame(change.bytes(), &Limits::STANDARD).unwrap()).collect();
    tell(kind, &framed).unwrap()
}

#[test]
fn the_very_same_changes_are_heard() {
    for kind in Kind::ALL {
        let changes = document(kind).changes();
        let told = story(kind, &changes);
        let heard = hear(kind, &told).unwrap();
        let bytes = |changes: &[Change]| changes.iter().map(|c| c.bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(bytes(&heard), bytes(&changes));
        assert!(told.len() * 3 < bytes(&changes).concat().len() * 2, "{}", told.len());
    }
}

#[test]
fn a_change_before_its_ground_is_not_told() {
    let mut changes = document(Kind::Log).changes();
    changes.swap(0, 1);
    let framed: Vec<_> =
        changes.iter().map(|change| frame(change.bytes(), &Limits::STANDARD).unwrap()).collect();
    assert_eq!(tell(Kind::Log, &framed), None);
}

/// What is heard of a spoilt story is other changes or none: nothing panics.
#[test]
fn a_spoilt_story_does_no_harm() {
    let changes = document(Kind::Log).changes();
    let told = story(Kind::Log, &changes);
    for bit in 0..told.len() * 8 {
        let mut spoilt = told.clone();
        spoilt[bit / 8] ^= 1 << (bit % 8);
        let _ = hear(Kind::Log, &spoilt);
    }
    for cut in 0..told.len() {
        assert!(hear(Kind::Log, &told[..cut]).is_none());
    }
    assert!(hear(Kind::Case, &told).is_none_or(|heard| heard[0].hash() != changes[0].hash()));
}
