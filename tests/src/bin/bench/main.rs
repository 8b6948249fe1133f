//! Measures what is promised of sync, against the real server over real HTTP, and prints it as one JSON object.
//!
//! Bytes are those of whole HTTP messages on the wire, headers as a browser sends them included; TLS and
//! TCP's own are not. Bytes are exact, times are this machine's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cold;
mod day;
mod machine;
mod storm;

use footpath_tests::admission_cost;
use serde_json::json;

fn main() {
    let (day_push, idle_sync) = day::measure();
    let cost = admission_cost::measure(12, 2_000);
    let storm50 = storm::measure(50, 12);
    let report = json!({
        "day_push": day_push,
        "idle_sync": idle_sync,
        "admission": {"median_us": tenths(cost.median_us), "p99_us": tenths(cost.p99_us)},
        "first_sync": cold::measure(),
        "storm50": storm50,
        "machine": machine::facts(),
    });
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
