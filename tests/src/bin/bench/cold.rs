//! The first sync of a new phone: twenty recipients with a hundred visits each.

use footpath_tests::chance::Chance;
use footpath_tests::district::District;
use serde_json::{Value, json};

use crate::day;

const RECIPIENTS: usize = 20;
const VISITS: usize = 100;

pub fn measure() -> Value {
    let mut chance = Chance::new(2_000);
    let mut district = District::new(&["anna"]);
    let mut old = district.walker("anna");
    for recipient in 0..RECIPIENTS {
        let case = old.register(&format!("Recipient {recipient}"));
        for visit in 0..VISITS {
            day::visit(&mut old, case, visit % 28, &mut chance);
        }
        old.sync_all();
    }

    let mut new = district.walker("anna");
    // It has synced once to sign in: now as if it had not.
    new.phone.lose_cache();
    let (traffic, _) = day::sync_measured(&mut new, &district);
    assert_eq!(new.phone.rows().len(), old.phone.rows().len());
    json!({
        "visits": RECIPIENTS * VISITS,
        "wire_bytes_down": traffic.down,
        "wire_bytes_up": traffic.up,
        "round_trips": traffic.round_trips,
    })
}
