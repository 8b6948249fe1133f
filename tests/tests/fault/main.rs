//! kill -9 of the real server, again and again, while phones push as fast as they can.
//!
//! **What must hold:** what a phone called saved is on the server in the end exactly once, whenever the
//! server died. Phones forget what was acknowledged, so what the server lost after that would never come again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clocks;
mod conditions;
mod disk;
mod promises;
mod read_model;
mod rude;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use footpath_tests::chance::{Chance, setting};
use footpath_tests::district::{District, Walker};
use footpath_tests::holdings;
use footpath_tests::phone::Phone;
use footpath_tests::wire::{Weather, Wire};
use sync_core::ids::{DocId, Id};
use sync_core::record::Scalar;

/// A phone in its own thread: writes and talks until it is told to stop.
struct Pusher {
    walker: Walker,
    cases: Vec<Id>,
    chance: Chance,
    texts: u64,
}

impl Pusher {
    fn run(&mut self, stop: &AtomicBool) {
        let mut weather =
            Wire::new(Weather { lose_answer: 20, twice: 20, ..Weather::CALM }, &mut self.chance);
        while !stop.load(Ordering::Relaxed) {
            for _ in 0..=self.chance.below(3) {
                self.write();
            }
            weather.talk(&mut self.walker.link, &mut self.walker.phone);
            if self.chance.one_in(50) {
                self.walker.phone.restart();
            }
        }
    }

    fn write(&mut self) {
        self.texts += 1;
        let text = format!("№{}/{}", self.walker.phone.name, self.texts);
        let case = *self.chance.pick(&self.cases);
        // Mostly new visits, sometimes a correction of the last one, so that changes build on each other.
        let last = self.walker.phone.promises.last().map(|promise| (promise.doc, promise.record.clone()));
        match last {
            Some(at) if self.chance.one_in(3) => {
                self.walker.phone.correct(&at, &[("witness", text.as_str().into())])
            }
            _ => self.walker.phone.visit(case, &text),
        };
    }
}

#[test]
fn kills_of_the_server_lose_and_double_nothing() {
    let kills = setting("FOOTPATH_KILLS", 200);
    let mut chance = Chance::new(setting("FOOTPATH_SEED", 1));
    let mut district = District::new(&["anna", "boris"]);
    // Two people, each with two phones, who share their cases: what one pushes the others pull.
    let mut pushers: Vec<Pusher> = ["anna", "boris", "anna", "boris"]
        .iter()
        .enumerate()
        .map(|(n, login)| {
            let mut walker = district.walker(login);
            walker.phone.name = format!("{login} {n}");
            walker.link.client = footpath_tests::http::Client::new(district.footpath.address)
                .with_patience(Duration::from_secs(10));
            Pusher { walker, cases: Vec::new(), chance: chance.split(), texts: 0 }
        })
        .collect();
    let cases: Vec<Id> = (0..40).map(|n| pushers[0].walker.register(&format!("Recipient {n}"))).collect();
    pushers[0].walker.sync_all();
    for case in &cases {
        district.assign(*case, &pushers[1].walker);
    }
    for pusher in &mut pushers {
        pusher.walker.sync_all();
        pusher.cases.clone_from(&cases);
    }

    let (stop, began) = (AtomicBool::new(false), Instant::now());
    std::thread::scope(|scope| {
        let stop = &stop;
        for pusher in &mut pushers {
            scope.spawn(move || pusher.run(stop));
        }
        // A panic here must not leave the phones running for ever.
        let killing = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            while u64::from(district.footpath.kills) < kills {
                std::thread::sleep(Duration::from_millis(chance.below(150) as u64));
                district.footpath.kill();
                // Sometimes it dies again while it is still getting up.
                if chance.one_in(5) {
                    district.footpath.begin();
                    std::thread::sleep(Duration::from_millis(chance.below(300) as u64));
                    district.footpath.kill();
                }
                district.footpath.start();
            }
        }));
        stop.store(true, Ordering::Relaxed);
        killing.unwrap();
    });

    let waiting: usize = pushers.iter().map(|pusher| pusher.walker.phone.waiting()).sum();
    for _ in 0..2 {
        pushers.iter_mut().for_each(|pusher| pusher.walker.sync_all());
    }
    let texts = check(&mut district, pushers.iter().map(|pusher| &pusher.walker.phone));
    read_model::is_what_the_log_says(&mut district);
    let acknowledged = texts - waiting;
    let cut: u32 = pushers.iter().map(|pusher| pusher.walker.link.cut).sum();
    println!(
        "{} kills in {} s, {cut} requests cut: {texts} saved, {acknowledged} acknowledged before the last kill, 0 lost, 0 doubled",
        district.footpath.kills,
        began.elapsed().as_secs()
    );
    assert!(acknowledged as u64 > kills, "the phones were hardly heard between the kills");
}

/// Every promise once on a phone that was never there, and every record once at the desk.
fn check<'p>(district: &mut District, phones: impl Iterator<Item = &'p Phone>) -> usize {
    let fresh = district.walker("anna");
    let arrived = holdings::texts_of(&fresh.phone);
    let mut promised = BTreeSet::new();
    let mut visits: BTreeSet<(DocId, String)> = BTreeSet::new();
    for phone in phones {
        for promise in &phone.promises {
            let texts =
                promise.fields.values().filter_map(Scalar::as_text).filter(|text| text.starts_with('№'));
            for text in texts {
                let times = arrived.get(text).copied().unwrap_or(0);
                assert_eq!(times, 1, "{} called {text} saved, and it arrived {times} times", phone.name);
                promised.insert(text.to_owned());
                visits.insert((promise.doc, promise.record.clone()));
            }
        }
    }
    let listed = district.desk.all("/v1/records?type=visit&limit=200");
    let ids: BTreeSet<&str> = listed.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids.len(), listed.len(), "no record is listed twice");
    assert!(visits.iter().all(|(_, record)| ids.contains(record.as_str())), "every visit is at the desk");
    promised.len()
}
