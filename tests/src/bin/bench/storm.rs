//! Many phones come into signal in the same second.

use std::sync::Barrier;
use std::time::Instant;

use footpath_tests::chance::Chance;
use footpath_tests::district::{District, Walker};
use footpath_tests::holdings;
use footpath_tests::stories::notes;
use serde_json::{Value, json};
use sync_core::ids::Id;
use sync_core::record::Scalar;

use crate::machine::Watch;

pub fn measure(phones: usize, visits: usize) -> Value {
    let logins: Vec<String> = (0..phones).map(|n| format!("worker{n}")).collect();
    let mut district = District::new(&logins.iter().map(String::as_str).collect::<Vec<_>>());
    let mut chance = Chance::new(50);
    let mut walkers: Vec<Walker> = logins.iter().map(|login| district.walker(login)).collect();
    for walker in &mut walkers {
        let cases: Vec<Id> = (0..9).map(|n| walker.register(&format!("Recipient {n}"))).collect();
        walker.sync_all();
        walker.phone.promises.clear();
        for n in 0..visits {
            walker.phone.visit(cases[n % cases.len()], &notes(&mut chance, 120)).expect("a visit is saved");
        }
    }

    let watch = Watch::begin(district.footpath.process().expect("it runs"));
    let gate = Barrier::new(phones + 1);
    let wall_s = std::thread::scope(|scope| {
        let runs: Vec<_> = walkers
            .iter_mut()
            .map(|walker| {
                let gate = &gate;
                scope.spawn(move || {
                    gate.wait();
                    // A server that is busy says so; a phone then comes again.
                    for _ in 0..100 {
                        walker.sync();
                        if walker.phone.waiting() == 0 {
                            break;
                        }
                    }
                })
            })
            .collect();
        gate.wait();
        let began = Instant::now();
        for run in runs {
            run.join().unwrap();
        }
        began.elapsed().as_secs_f64()
    });
    let peak_rss_mb = watch.end();
    let lost = walkers.iter_mut().map(lost).sum::<usize>();
    json!({
        "changes_per_s": ((phones * visits) as f64 / wall_s).round(),
        "wall_s": (wall_s * 1000.0).round() / 1000.0,
        "peak_rss_mb": peak_rss_mb.round(),
        "lost": lost,
        "devices": phones,
        "changes": phones * visits,
    })
}

/// What the phone called saved and a full resync does not bring back.
fn lost(walker: &mut Walker) -> usize {
    let unanswered = walker.phone.waiting();
    walker.phone.lose_cache();
    walker.sync();
    let there = holdings::texts_of(&walker.phone);
    let notes = walker.phone.promises.iter().filter_map(|promise| promise.fields.get("notes"));
    let missing = notes.filter_map(Scalar::as_text).filter(|note| !there.contains_key(*note)).count();
    missing.max(unanswered)
}
