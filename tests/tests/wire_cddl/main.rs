//! `schemas/wire.cddl` says what the core writes, and nothing else.

// A failed expectation is the report.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fits;
mod grammar;
mod messages;
mod short;

use fits::{Rules, Value, value_of};
use sync_core::verdict::{Flag, Reason, RemakeReason};

const FILE: &str = include_str!("../../../schemas/wire.cddl");

fn rules() -> Rules {
    Rules(grammar::read(FILE))
}

fn encoded(message: &impl minicbor::Encode<()>) -> Value {
    value_of(&minicbor::to_vec(message).unwrap()).expect("definite lengths, no maps, no tags")
}

#[test]
fn requests_are_what_it_says() {
    for request in [messages::full_request(), messages::bare_request()] {
        assert!(rules().fits("sync-request", &encoded(&request)), "{request:?}");
    }
}

#[test]
fn answers_are_what_it_says() {
    for answer in [messages::full_answer(), messages::bare_answer()] {
        assert!(rules().fits("sync-answer", &encoded(&answer)), "{answer:?}");
    }
}

#[test]
fn version_2_is_what_it_says() {
    for request in [short::full_request(), short::bare_request()] {
        assert!(rules().fits("short-request", &encoded(&request)), "{request:?}");
    }
    for answer in [short::full_answer(), short::bare_answer()] {
        assert!(rules().fits("short-answer", &value_of(&answer).unwrap()));
    }
}

/// Taken one by one, so that a list which is only nearly right cannot hide behind the others.
#[test]
fn verdicts_and_grants_are_what_it_says() {
    let rules = rules();
    for verdict in messages::verdicts() {
        assert!(rules.fits("verdict", &encoded(&verdict)), "{verdict:?}");
    }
    for grant in messages::grants() {
        assert!(rules.fits("grant", &encoded(&grant)), "{grant:?}");
    }
}

#[test]
fn codes_end_where_the_core_ends() {
    let rules = rules();
    for (rule, count) in
        [("flag", Flag::ALL.len()), ("remake-reason", RemakeReason::ALL.len()), ("reason", Reason::ALL.len())]
    {
        assert!(rules.fits(rule, &Value::Int(count as i128 - 1)), "{rule}");
        assert!(!rules.fits(rule, &Value::Int(count as i128)), "{rule}");
    }
}

/// Each value of a message, however deep, is put in place of another kind of value: all of them must be missed.
#[test]
fn a_wrong_value_anywhere_is_seen() {
    let rules = rules();
    for (rule, _, whole) in messages_by_rule() {
        let mut tried = 0;
        spoil(&whole, &mut |spoiled| {
            tried += 1;
            assert!(!rules.fits(rule, &spoiled), "{rule}: {spoiled:?}");
        });
        assert!(tried > 100, "{rule}: only {tried}");
    }
}

#[test]
fn a_missing_or_an_extra_member_is_seen() {
    let rules = rules();
    for (rule, required, whole) in messages_by_rule() {
        let Value::Array(members) = &whole else { panic!("{rule} is no array") };
        for gone in 0..required {
            let mut less = members.clone();
            less.remove(gone);
            assert!(!rules.fits(rule, &Value::Array(less)), "{rule} without member {gone}");
        }
        let more = [members.as_slice(), &[Value::Null]].concat();
        assert!(!rules.fits(rule, &Value::Array(more)), "{rule} with one more");
    }
}

#[test]
fn hand_made_mistakes_are_seen() {
    let rules = rules();
    let int = Value::Int;
    let bytes = |length| Value::Bytes(vec![0; length]);
    let wrong = [
        ("id16", bytes(15)),
        ("hash32", bytes(33)),
        ("scope", Value::Array(vec![int(0)])),
        ("scope", Value::Array(vec![int(6)])),
        ("verdict", Value::Array(vec![int(0)])),
        ("verdict", Value::Array(vec![int(1), Value::Array(vec![])])),
        ("verdict", Value::Array(vec![int(7), Value::Array(vec![])])),
        ("grant", Value::Array(vec![int(5), Value::Array(vec![bytes(16)])])),
        ("row", Value::Array(vec![int(0), Value::Array(vec![bytes(16)])])),
        ("newest", Value::Array(vec![int(-1), bytes(32)])),
        (
            "office-row",
            Value::Array(vec![int(6), bytes(16), Value::Text("k".into()), Value::Text("1".into())]),
        ),
        ("envelope", Value::Array(vec![bytes(4), bytes(64), Value::Array(vec![])])),
    ];
    for (rule, value) in wrong {
        assert!(!rules.fits(rule, &value), "{rule}: {value:?}");
    }
    assert!(value_of(&[0x9f, 0xff]).is_none(), "an indefinite length");
    assert!(value_of(&[0x80, 0x00]).is_none(), "something after the end");
}

#[test]
fn no_rule_stands_about_unused() {
    let rules = rules();
    let mut found = Vec::new();
    rules.reached_from("sync-request", &mut found);
    rules.reached_from("sync-answer", &mut found);
    rules.reached_from("short-request", &mut found);
    rules.reached_from("short-answer", &mut found);
    for rule in rules.0.keys() {
        assert!(found.contains(rule), "{rule}");
    }
}

/// Messages with everything in them, and how many of their members no version could leave out.
fn messages_by_rule() -> [(&'static str, usize, Value); 4] {
    [
        ("sync-request", 3, encoded(&messages::full_request())),
        ("sync-answer", 10, encoded(&messages::full_answer())),
        ("short-request", 3, encoded(&short::full_request())),
        ("short-answer", 12, value_of(&short::full_answer()).unwrap()),
    ]
}

/// Gives `each` every copy of `whole` in which one value is of another kind.
fn spoil(whole: &Value, each: &mut dyn FnMut(Value)) {
    each(if matches!(whole, Value::Text(_)) { Value::Int(1) } else { Value::Text("?".into()) });
    if let Value::Array(items) = whole {
        for (at, item) in items.iter().enumerate() {
            spoil(item, &mut |spoiled| {
                let mut copy = items.clone();
                copy[at] = spoiled;
                each(Value::Array(copy));
            });
        }
    }
}
