//! The first sync of a new phone: twenty recipients with a hundred visits each, in the three months a phone keeps.

use std::collections::BTreeSet;
use std::time::Instant;

use footpath_tests::binary::sync_ask;
use footpath_tests::chance::Chance;
use footpath_tests::clock::Time;
use footpath_tests::district::{District, Walker, months_ago};
use footpath_tests::http::{Client, Traffic};
use footpath_tests::link::{Nature, SlowLink};
use footpath_tests::phone::Phone;
use serde_json::{Value, json};
use sync_core::civil;
use sync_core::ids::{DocId, Id, Month};
use sync_core::wire::{self, Asked, Cursor, Row};

use crate::day;

const RECIPIENTS: usize = 20;
const VISITS: usize = 100;
const MONTHS: u32 = 3;
/// Stops on today's route.
const STOPS: usize = 6;

/// Bytes to the phone between one cut and the next.
const CUTS: [u64; 5] = [5_000, 20_000, 9_000, 40_000, 2_000];

pub fn measure() -> Value {
    let (mut district, mut old, cases, json_bytes) = story();
    let route: Vec<Id> = cases.iter().step_by(3).take(STOPS).copied().collect();
    district.plan_today(old.phone.person(), &route);
    district.wait_for_snapshots(RECIPIENTS * MONTHS as usize);
    old.sync_all();
    let expected = old.phone.rows().len();

    let mut plain = First::of(&district, &route, Nature::none());
    plain.run();
    assert_eq!(plain.phone.rows().len(), expected);
    let mut edge = First::of(&district, &route, Nature::edge());
    edge.run();
    assert_eq!(edge.phone.rows().len(), expected);
    let mut lossy = First::of(&district, &route, Nature::lossy(&CUTS));
    lossy.run();
    assert_eq!(lossy.phone.rows().len(), expected);
    json!({
        "first_sync": {
            "visits": RECIPIENTS * VISITS,
            "bytes_down": plain.traffic.down,
            "bytes_up": plain.traffic.up,
            "requests": plain.traffic.round_trips,
            "s": plain.complete_s,
            "edge_today_usable_s": edge.today_s,
            "edge_complete_s": edge.complete_s,
            "json_gzip9_bytes": json_bytes,
        },
        "first_sync_lossy": {
            "complete_s": lossy.complete_s,
            "today_usable_s": lossy.today_s,
            "cuts": lossy.cuts,
            "resumed": lossy.resumed,
            "requests": lossy.traffic.round_trips,
        },
    })
}

/// What happened before: a phone that wrote for three months and came into signal; and the visits as gzipped JSON.
fn story() -> (District, Walker, Vec<Id>, usize) {
    let mut chance = Chance::new(2_000);
    let mut district = District::new(&["anna"]);
    let mut old = district.long_away("anna", MONTHS - 1);
    let cases: Vec<Id> = (0..RECIPIENTS).map(|n| old.register(&format!("Recipient {n}"))).collect();
    let mut rows = Vec::new();
    for month in 0..MONTHS {
        old.phone.clock.set(months_ago(MONTHS - 1 - month));
        let visits =
            VISITS / MONTHS as usize + if month + 1 == MONTHS { VISITS % MONTHS as usize } else { 0 };
        for visit in 0..visits {
            for case in &cases {
                rows.push(day::visit(&mut old, *case, visit % 28, &mut chance));
            }
        }
    }
    old.phone.clock.error_ms = 0;
    old.sync_all();
    let plain = serde_json::to_vec(&rows).unwrap();
    let json_bytes = miniz_oxide::deflate::compress_to_vec(&plain, 9).len() + 18;
    (district, old, cases, json_bytes)
}

/// A new phone, signed in and never synced.
struct First<'a> {
    phone: Phone,
    client: Client,
    link: SlowLink,
    route: &'a [Id],
    given: BTreeSet<DocId>,
    traffic: Traffic,
    today_s: f64,
    complete_s: f64,
    cuts: u64,
    resumed: u64,
}

impl<'a> First<'a> {
    fn of(district: &District, route: &'a [Id], nature: Nature) -> Self {
        let mut phone = Phone::new("anna", &Time::Real, &mut Chance::new(7));
        district.footpath.sign_in(&mut phone, "anna");
        let link = SlowLink::to(district.footpath.address, nature);
        Self {
            phone,
            client: Client::new(link.address),
            link,
            route,
            given: BTreeSet::new(),
            traffic: Traffic::default(),
            today_s: 0.0,
            complete_s: 0.0,
            cuts: 0,
            resumed: 0,
        }
    }

    /// Syncs until there is nothing more to come, and again after each cut.
    fn run(&mut self) {
        let began = Instant::now();
        let mut cut_at: Option<Option<Cursor>> = None;
        let mut request = self.phone.ask();
        while let Some(asked) = request {
            let read = self.phone.host.device.read_request(&asked.body).unwrap();
            // Goes on where the last whole page ended, and not before.
            self.resumed += u64::from(cut_at.take().is_some_and(|cursor| cursor == read.cursor));
            request = match self.client.send(sync_ask(&asked)) {
                Ok(answer) => {
                    assert_eq!(answer.status, 200);
                    self.take_note(&answer.body, &Asked::by(&read));
                    self.phone.hear(200, &answer.body)
                }
                Err(_) => {
                    self.cuts += 1;
                    cut_at = Some(read.cursor);
                    self.phone.hear_nothing();
                    self.phone.ask()
                }
            };
            if self.today_s == 0.0 && self.today_is_there() {
                self.today_s = tenths(began.elapsed().as_secs_f64());
            }
        }
        self.complete_s = tenths(began.elapsed().as_secs_f64());
        self.traffic = self.client.traffic;
        assert_eq!(self.cuts, self.link.cuts(), "every cut was noticed");
    }

    /// No document is brought twice, however often the link is cut.
    fn take_note(&mut self, body: &[u8], asked: &Asked) {
        let answer = wire::unpack_answer(body, asked).unwrap();
        let docs: BTreeSet<DocId> = answer
            .rows
            .iter()
            .filter_map(|row| match row {
                Row::Changes(doc, ..) | Row::Snapshot(doc, ..) => Some(*doc),
                Row::Office(_) => None,
            })
            .collect();
        for doc in docs {
            assert!(self.given.insert(doc), "{doc} came twice");
        }
    }

    /// Who is visited today, with their case and what was written this month.
    fn today_is_there(&self) -> bool {
        let now: Month = civil::month(Time::Real.now_ms());
        self.route.iter().all(|case| {
            let docs = &self.phone.host.docs;
            docs.contains_key(&DocId(case.0)) && docs.contains_key(&DocId::of_log(*case, now))
        }) && !self.phone.host.office.is_empty()
    }
}

fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
