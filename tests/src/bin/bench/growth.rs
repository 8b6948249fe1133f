//! The same push against a month, a year and five years of history of the case: one evening's visits to it, to a log
//! that is as full as that of any other month.

use std::time::{Duration, Instant};

use footpath_tests::binary::Footpath;
use footpath_tests::chance::Chance;
use footpath_tests::clock::Time;
use footpath_tests::district::Walker;
use footpath_tests::past::{self, Past};
use footpath_tests::phone::Phone;
use footpath_tests::stories::notes;
use serde_json::{Value, json};
use sync_core::civil;
use sync_core::ids::{Id, Month};

const MONTHS: [usize; 3] = [1, 12, 60];
const A_MONTH: usize = 12;
const VISITS: usize = 12;
/// Turns, one push of each history in every one: the machine's moods fall on all alike.
const TURNS: usize = 30;
/// Each case's log of this month takes three of the pushes.
const CASES: usize = 10;

pub fn measure() -> Value {
    let mut footpath = Footpath::new();
    footpath.add_person("vera", "coordinator");
    let cases: Vec<Vec<Id>> = MONTHS.iter().map(|months| past_of(&footpath, *months)).collect();
    footpath.start();
    // The desk's tables are made before anything is measured.
    footpath.wait_for_tables(Duration::from_secs(300));
    let walkers = MONTHS.iter().map(|months| walker(&footpath, *months));
    let mut walkers: Vec<(Walker, Vec<Id>)> = walkers.zip(cases).collect();
    let mut chance = Chance::new(60);
    let mut took: Vec<Vec<Duration>> = vec![Vec::new(); MONTHS.len()];
    for turn in 0..TURNS {
        for (place, (walker, cases)) in walkers.iter_mut().enumerate() {
            for _ in 0..VISITS {
                let case = cases[turn % cases.len()];
                walker.phone.visit(case, &notes(&mut chance, 120)).expect("a visit is saved");
            }
            let request = walker.phone.ask().expect("something to say");
            let began = Instant::now();
            let answer =
                walker.link.client.send(footpath_tests::binary::sync_ask(&request)).expect("an answer");
            took[place].push(began.elapsed());
            assert!(walker.phone.hear(answer.status, &answer.body).is_none(), "one round trip is enough");
            assert_eq!(walker.phone.waiting(), 0);
        }
    }
    let median = |mut took: Vec<Duration>| {
        took.sort();
        took[took.len() / 2].as_micros() as u64
    };
    let medians: Vec<u64> = took.into_iter().map(median).collect();
    json!({"m1_us": medians[0], "m12_us": medians[1], "m60_us": medians[2], "visits": VISITS, "pushes": TURNS})
}

/// A worker's past, put there before the server starts; gives the cases.
fn past_of(footpath: &Footpath, months: usize) -> Vec<Id> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = past::open(footpath.data.path());
        let people = past::workers(log.as_ref(), &[login(months)], "vera").await;
        let past = Past {
            workers: 1,
            cases: CASES,
            visits: months * A_MONTH,
            a_month: A_MONTH,
            until: Month(civil::month(now_ms()).0 - 1),
            note: 120,
        };
        let cases = past::fill(log.as_ref(), &people, past).await;
        log.close(Duration::from_secs(60)).await.unwrap();
        cases
    })
}

fn login(months: usize) -> String {
    format!("months{months}")
}

fn walker(footpath: &Footpath, months: usize) -> Walker {
    let mut phone = Phone::new(&login(months), &Time::Real, &mut Chance::new(months as u64));
    footpath.sign_in(&mut phone, &login(months));
    let mut walker = Walker { phone, link: footpath.link() };
    walker.sync_all();
    walker
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as i64
}
