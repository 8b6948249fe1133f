//! A day of twelve visits, sent in the evening by a phone that holds twenty recipients; then a sync without news,
//! of this phone and of one that holds five hundred.

use std::time::{Duration, Instant};

use footpath_tests::chance::Chance;
use footpath_tests::district::{District, Walker};
use footpath_tests::http::Client;
use footpath_tests::link::{Nature, SlowLink};
use footpath_tests::stories::notes;
use serde_json::{Value, json};
use sync_core::ids::Id;
use sync_core::record::Scalar;

const RECIPIENTS: usize = 20;
/// Twelve visits to nine of them: some are visited twice.
const VISITED: usize = 9;
const VISITS: usize = 12;
const NOTE: usize = 120;
/// More than any worker has.
const MANY: usize = 500;

pub fn measure() -> Value {
    let mut chance = Chance::new(12);
    let mut district = District::new(&["anna", "boris"]);
    let mut anna = district.walker("anna");
    let cases: Vec<Id> = (0..RECIPIENTS).map(|n| anna.register(&format!("Recipient {n}"))).collect();
    for case in &cases {
        visit(&mut anna, *case, 0, &mut chance);
    }
    anna.sync_all();
    anna.sync_all();

    let rows: Vec<Value> =
        (0..VISITS).map(|n| visit(&mut anna, cases[n % VISITED], n + 1, &mut chance)).collect();
    let push = sync_measured(&mut anna, &district, Nature::edge());
    assert_eq!(anna.phone.waiting(), 0);
    let idle = sync_measured(&mut anna, &district, Nature::none());

    let mut boris = district.walker("boris");
    for n in 0..MANY {
        boris.register(&format!("Recipient {n}"));
    }
    boris.sync_all();
    boris.sync_all();
    let idle_500 = sync_measured(&mut boris, &district, Nature::none());

    let plain = serde_json::to_vec(&rows).unwrap();
    // A gzip file is its deflated content with 18 bytes around it.
    let gzipped = miniz_oxide::deflate::compress_to_vec(&plain, 9).len() + 18;
    json!({
        "day_push": {
            "wire_bytes_up": push.up,
            "wire_bytes_down": push.down,
            "round_trips": push.round_trips,
            "payload_bytes": push.payload,
            "json_gzip9_bytes": gzipped,
            "edge_s": push.took.as_secs_f64(),
        },
        "idle_sync": idle.total(),
        "idle_sync_500": idle_500.total(),
    })
}

/// Logs a visit as the form writes it, and gives the row as plain JSON would carry it.
pub fn visit(anna: &mut Walker, case: Id, day: usize, chance: &mut Chance) -> Value {
    let role = format!("performer/{}/role", anna.phone.person());
    let (hour, minute) = (9 + chance.below(8), chance.below(60));
    let date = format!("2026-05-{:02}", day + 1);
    let (start, end) = (format!("{hour:02}:{minute:02}"), format!("{:02}:{minute:02}", hour + 1));
    let note = notes(chance, NOTE);
    let services = ["cooking", "cleaning", "shopping", "talk", "washing"];
    let service = format!("service/{}", chance.pick(&services));
    let fields: Vec<(&str, Scalar)> = vec![
        (&service, true.into()),
        ("date", date.into()),
        ("start", start.into()),
        ("end", end.into()),
        ("place_kind", "home".into()),
        (&role, "social_worker".into()),
        ("mood", Scalar::Int(chance.below(5) as i64 + 1)),
        ("notes", note.into()),
    ];
    let (_, record) = anna.phone.log("visit", case, &fields).expect("a visit is saved");
    let shown: serde_json::Map<String, Value> =
        fields.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect();
    json!({"id": record, "case": case, "type": "visit", "zone": "Asia/Vladivostok", "fields": shown})
}

/// What one sync cost.
struct Cost {
    up: u64,
    down: u64,
    round_trips: u64,
    /// Bytes of the requests' bodies.
    payload: usize,
    took: Duration,
}

impl Cost {
    fn total(&self) -> Value {
        json!({"wire_bytes_total": self.up + self.down, "round_trips": self.round_trips})
    }
}

/// One sync over a connection of its own, counted between the phone and the server.
fn sync_measured(walker: &mut Walker, district: &District, nature: Nature) -> Cost {
    let link = SlowLink::to(district.footpath.address, nature);
    walker.link.client = Client::new(link.address);
    let before = walker.link.sent_bodies;
    let began = Instant::now();
    walker.sync();
    let took = began.elapsed();
    let (up, down) = link.bytes();
    let round_trips = walker.link.client.traffic.round_trips;
    walker.link.client = Client::new(district.footpath.address);
    Cost { up, down, round_trips, payload: walker.link.sent_bodies - before, took }
}
