//! Measures what is promised of sync, against the real server over real HTTP, and prints it as one JSON object.
//!
//! Bytes are those of whole HTTP messages on the wire, headers as a browser sends them included; TLS and
//! TCP's own are not. Bytes are exact, times are this machine's. `bench storm50 growth` measures these alone,
//! `bench list` says what there is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod day;
mod first;
mod growth;
mod machine;
mod poke;
mod rest;
mod storm;

use footpath_tests::admission_cost;
use serde_json::{Map, Value, json};

/// What can be measured: a name, and what gives one or more entries of the report.
type Part = (&'static str, fn() -> Value);

const PARTS: &[Part] = &[
    ("day_push", day::measure),
    ("admission", admission),
    ("first_sync", first::measure),
    ("storm50", || json!({"storm50": storm::measure(50, 12, 9)})),
    ("growth", || json!({"growth": growth::measure()})),
    ("rest100k", || json!({"rest100k": rest::measure()})),
    ("poke", poke::measure),
    ("storm1000", || json!({"storm1000": storm::measure(1_000, 12, 3)})),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted == ["list"] {
        PARTS.iter().for_each(|(name, _)| println!("{name}"));
        return;
    }
    let mut report = Map::new();
    for (name, measure) in PARTS {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == name) {
            continue;
        }
        eprintln!("measuring {name}");
        if let Value::Object(entries) = measure() {
            report.extend(entries);
        }
    }
    report.insert("machine".to_owned(), machine::facts());
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

fn admission() -> Value {
    let cost = admission_cost::measure(12, 2_000);
    json!({"admission": {"median_us": tenths(cost.median_us), "p99_us": tenths(cost.p99_us)}})
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
