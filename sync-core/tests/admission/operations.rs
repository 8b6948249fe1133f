//! Every rule about operations: what may be made, set and overwritten, and where.

use sync_core::admission::{Finding, Limits};
use sync_core::crdt::Document;
use sync_core::scope::Kind;
use sync_core::verdict::Reason;

use crate::forge::{ForgedKey, ForgedOp, Parts, make, overlong, put, sleb};
use crate::phones::{DOC, ENTRY, actor, fields, finding, genesis, is_sound, scene, write};

const OTHER: &str = "0190a0b0c0d0e0f00102030405060709";
/// The map of the entry in the scene, as phone 2's edit names it.
const RECORD: Option<(u64, u64)> = Some((1, 2));

/// What vetting says of phone 2's first change to a new document of a kind, with these operations.
fn first(kind: Kind, ops: &[ForgedOp]) -> Finding {
    let parts = Parts::on(&[genesis(kind)], [2; 16], 1, 2, ops);
    finding(kind, &[], actor(2), &parts.bytes())
}

/// What vetting says of these operations in the place of phone 2's edit.
fn edit(ops: &[ForgedOp]) -> Finding {
    scene().altered(|parts| parts.set_ops(ops))
}

const FORBIDDEN: Finding = Finding::SetAside(Reason::ForbiddenOperation);

#[test]
fn the_same_operations_made_by_hand_are_sound() {
    assert!(is_sound(&first(Kind::Log, &[make(Some((1, 1)), ENTRY), put(Some((0, 2)), "note", "x")])));
    assert!(is_sound(&first(Kind::Task, &[put(Some((1, 1)), "note", "x")])));
    assert!(is_sound(&edit(&[put(RECORD, "note", "x")])));
}

#[test]
fn deletes_counters_lists_texts_tables_and_marks() {
    for action in [2, 3, 4, 5, 6, 7, 8, u64::MAX] {
        let op = ForgedOp { action, kind: 0, ..put(RECORD, "note", "") };
        assert_eq!(edit(std::slice::from_ref(&op)), FORBIDDEN, "action {action}");
        let increment = ForgedOp { kind: 4, value: sleb(1), ..op };
        assert_eq!(edit(&[increment]), FORBIDDEN, "action {action}");
    }
}

#[test]
fn list_insertions_and_list_keys() {
    assert_eq!(edit(&[ForgedOp { insert: true, ..put(RECORD, "note", "x") }]), FORBIDDEN);
    let element = ForgedOp { key: ForgedKey::Element(1, 3), ..put(RECORD, "", "x") };
    assert_eq!(edit(&[element]), FORBIDDEN);
}

#[test]
fn nothing_at_the_root() {
    assert_eq!(first(Kind::Task, &[put(None, "note", "x"), put(Some((1, 1)), "note", "x")]), FORBIDDEN);
    assert_eq!(first(Kind::Log, &[make(None, "entries"), make(Some((1, 1)), ENTRY)]), FORBIDDEN);
    assert_eq!(first(Kind::Task, &[make(None, "task")]), FORBIDDEN);
}

#[test]
fn values_no_field_may_hold() {
    let with = |kind: u64, value: Vec<u8>| edit(&[ForgedOp { kind, value, ..put(RECORD, "note", "") }]);
    for kind in [3, 8, 9] {
        assert_eq!(with(kind, sleb(1)), FORBIDDEN, "kind {kind}");
    }
    for kind in [7, 10, 11, 12, 13, 14, 15] {
        assert_eq!(with(kind, vec![1, 2, 3]), FORBIDDEN, "kind {kind}");
    }
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(with(5, float.to_le_bytes().to_vec()), FORBIDDEN);
    }
    assert!(is_sound(&with(5, 1.5f64.to_le_bytes().to_vec())));
    assert!(is_sound(&with(4, sleb(i64::MIN))));
    assert!(is_sound(&with(0, vec![])));
    let malformed = Finding::SetAside(Reason::Malformed);
    assert_eq!(with(5, vec![0; 4]), malformed);
    assert_eq!(with(6, vec![0xff, 0xfe]), malformed);
    assert_eq!(with(4, vec![1, 1]), malformed);
    assert_eq!(with(4, vec![]), malformed);
    for kind in [0, 1, 2] {
        assert_eq!(with(kind, vec![0]), Finding::SetAside(Reason::NotCanonical));
    }
    assert_eq!(with(4, overlong(1)), Finding::SetAside(Reason::NotCanonical));
}

#[test]
fn a_map_is_made_for_a_record_and_nowhere_else() {
    let in_top = |key: &str| first(Kind::Log, &[make(Some((1, 1)), key)]);
    for key in ["visits", &ENTRY.to_uppercase(), &ENTRY[1..], &format!("{ENTRY}0"), "Ж"] {
        assert_eq!(in_top(key), FORBIDDEN, "{key}");
    }
    // With a value of its own.
    assert_eq!(first(Kind::Log, &[ForgedOp { kind: 1, ..make(Some((1, 1)), ENTRY) }]), FORBIDDEN);
    // In a record, and in a kind that is one record.
    assert_eq!(edit(&[make(RECORD, ENTRY)]), FORBIDDEN);
    assert_eq!(first(Kind::Task, &[make(Some((1, 1)), ENTRY)]), FORBIDDEN);
}

#[test]
fn a_record_is_made_once() {
    let scene = scene();
    let mut parts = Parts::on(&[scene.existing[0].hash().0], [2; 16], 1, 6, &[make(Some((1, 1)), ENTRY)]);
    assert_eq!(scene.sent(&parts.bytes()), Finding::SetAside(Reason::RecordExists));
    parts.set_ops(&[make(Some((1, 1)), OTHER)]);
    assert!(is_sound(&scene.sent(&parts.bytes())));
    // Not even by one who has not seen it made.
    let unseen = Parts::on(&[genesis(Kind::Log)], [2; 16], 1, 2, &[make(Some((1, 1)), ENTRY)]);
    assert_eq!(scene.sent(&unseen.bytes()), Finding::SetAside(Reason::RecordExists));
}

#[test]
fn values_stand_in_records_that_exist() {
    // In the top map of a log, in a field, in maps of nobody's or of later.
    assert_eq!(first(Kind::Log, &[put(Some((1, 1)), "note", "x")]), FORBIDDEN);
    for object in [(1, 3), (1, 99), (1, 0), (1, u64::MAX), (0, 2), (0, 6), (0, 7)] {
        assert_eq!(
            edit(&[put(Some(object), "note", "x"), put(RECORD, "mood", "x")]),
            FORBIDDEN,
            "{object:?}"
        );
    }
    let before_made = [put(Some((0, 3)), "note", "x"), make(Some((1, 1)), ENTRY)];
    assert_eq!(first(Kind::Log, &before_made), FORBIDDEN);
    // In a record the author has not seen.
    let scene = scene();
    let mut parts = Parts::of(scene.edit.bytes());
    parts.deps = vec![genesis(Kind::Log)];
    parts.start_op = 2;
    parts.set_ops(&[put(RECORD, "note", "x")]);
    assert_eq!(scene.sent(&parts.bytes()), FORBIDDEN);
    // An actor that is not in the list of actors.
    let found =
        scene.altered(|parts| parts.set_ops(&[put(Some((2, 2)), "note", "x"), put(RECORD, "a", "x")]));
    assert_eq!(found, Finding::SetAside(Reason::Malformed));
}

#[test]
fn a_field_is_set_once_in_a_change() {
    assert_eq!(edit(&[put(RECORD, "note", "x"), put(RECORD, "note", "y")]), FORBIDDEN);
    let twice = [make(Some((1, 1)), ENTRY), make(Some((1, 1)), ENTRY)];
    assert_eq!(first(Kind::Log, &twice), FORBIDDEN);
    // Not even properly, over the one before.
    let over = ForgedOp { preds: vec![(0, 6)], ..put(RECORD, "note", "y") };
    assert_eq!(edit(&[put(RECORD, "note", "x"), over]), FORBIDDEN);
}

#[test]
fn what_is_overwritten_is_of_the_same_field_and_seen() {
    // The scene's fields in byte order: dose 3, minutes 4, type 5, all by actor 1.
    let over =
        |preds: &[(u64, u64)]| edit(&[ForgedOp { preds: preds.to_vec(), ..put(RECORD, "dose", "7 mg") }]);
    assert!(is_sound(&over(&[(1, 3)])));
    // Overwriting nothing leaves both values standing, for a person to see.
    assert!(is_sound(&over(&[])));
    for pred in [(1, 4), (1, 2), (1, 0), (1, 99), (0, 6), (0, 3)] {
        assert_eq!(over(&[pred]), FORBIDDEN, "{pred:?}");
    }
    assert_eq!(over(&[(1, 3), (1, 3)]), Finding::SetAside(Reason::NotCanonical));
    assert_eq!(over(&[(1, 4), (1, 3)]), Finding::SetAside(Reason::NotCanonical));
    assert_eq!(over(&[(1, 3), (7, 3)]), Finding::SetAside(Reason::Malformed));
    let scene = scene();
    let many = vec![(1, 3); Limits::STANDARD.preds + 1];
    let many = ForgedOp { preds: many, ..put(RECORD, "dose", "7 mg") };
    scene.refuses(Reason::TooLarge, |parts| parts.set_ops(&[many]));
}

#[test]
fn a_record_is_made_over_nothing() {
    let scene = scene();
    let over = ForgedOp { preds: vec![(2, 3)], ..make(Some((1, 1)), OTHER) };
    let mut parts = Parts::on(&[scene.existing[0].hash().0], [2; 16], 1, 6, &[over]);
    parts.others.push(vec![1; 16]);
    assert_eq!(scene.sent(&parts.bytes()), FORBIDDEN);
}

#[test]
fn a_value_not_seen_cannot_be_overwritten() {
    let mut task = Document::new(Kind::Task).unwrap();
    let base = write(&mut task, actor(1), "", &[("note", "a".into())]);
    let mut theirs = task.clone();
    let unseen = write(&mut theirs, actor(3), "", &[("note", "b".into())]);
    let own = write(&mut task, actor(2), "", &[("note", "c".into())]);
    let mut parts = Parts::of(own.bytes());
    assert_eq!(parts.others.len(), 2);
    parts.others.push(vec![3; 16]);
    let op = ForgedOp { preds: vec![(3, unseen.start_op())], ..put(Some((1, 1)), "note", "c") };
    let other = ForgedOp { preds: vec![(2, base.start_op())], ..put(Some((1, 1)), "other", "c") };
    parts.set_ops(&[op, other]);
    assert_eq!(finding(Kind::Task, &[base, unseen], actor(2), &parts.bytes()), FORBIDDEN);
}

#[test]
fn names_and_texts_and_counts_over_their_caps() {
    let limits = Limits::STANDARD;
    for key in ["", "tab\there", "zero\0", "line\nbreak", "\u{85}"] {
        assert_eq!(edit(&[put(RECORD, key, "x")]), FORBIDDEN, "{key:?}");
    }
    let too_large = Finding::SetAside(Reason::TooLarge);
    assert!(is_sound(&edit(&[put(RECORD, &"k".repeat(limits.key), "x")])));
    assert_eq!(edit(&[put(RECORD, &"k".repeat(limits.key + 1), "x")]), too_large);
    assert!(is_sound(&edit(&[put(RECORD, "note", &"n".repeat(limits.text))])));
    assert_eq!(edit(&[put(RECORD, "note", &"n".repeat(limits.text + 1))]), too_large);
    let puts = |count: usize| -> Vec<_> { (0..count).map(|n| put(RECORD, &format!("k{n}"), "")).collect() };
    assert!(is_sound(&edit(&puts(limits.ops))));
    assert_eq!(edit(&puts(limits.ops + 1)), too_large);
    let texts: Vec<_> = (0..3).map(|n| put(RECORD, &format!("k{n}"), &"n".repeat(limits.text))).collect();
    assert_eq!(edit(&texts), too_large);
    assert_eq!(edit(&[ForgedOp { kind: 6 | (u64::MAX << 4), ..put(RECORD, "note", "") }]), too_large);
}

#[test]
fn odd_records_are_not_refused() {
    let mut log = Document::new(Kind::Log).unwrap();
    // No type, no date, a negative time, an unknown field: for a person to judge.
    let odd = fields(&[("minutes", (-5).into()), ("что-то", "?".into())]);
    let change = log.write(&actor(2), 0, ENTRY, &odd).unwrap().unwrap();
    assert!(is_sound(&finding(Kind::Log, &[], actor(2), change.bytes())));
    let empty = log.write(&actor(2), 0, OTHER, &fields(&[])).unwrap().unwrap();
    assert!(is_sound(&finding(Kind::Log, &[change], actor(2), empty.bytes())));
}

#[test]
fn facts_name_the_records() {
    let Finding::Sound(facts) = scene().altered(|_| {}) else { panic!("an honest edit") };
    assert_eq!((facts.seq, facts.ops, facts.time_ms), (1, 2, 1_780_000_000_000));
    assert_eq!(facts.records.len(), 1);
    assert_eq!((facts.records[0].record.to_string().as_str(), facts.records[0].created), (ENTRY, false));
    let Finding::Sound(facts) = first(Kind::Log, &[make(Some((1, 1)), OTHER)]) else { panic!("a new entry") };
    assert_eq!((facts.records[0].record.to_string().as_str(), facts.records[0].created), (OTHER, true));
    let Finding::Sound(facts) = first(Kind::Task, &[put(Some((1, 1)), "note", "x")]) else {
        panic!("a new task")
    };
    assert_eq!((facts.records[0].record.0, facts.records[0].created), (DOC.0, true));
}
