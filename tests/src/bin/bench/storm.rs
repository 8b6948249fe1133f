//! Many phones come into signal in the same second.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use footpath_tests::binary::Footpath;
use footpath_tests::chance::Chance;
use footpath_tests::clock::Time;
use footpath_tests::district::{District, Walker};
use footpath_tests::holdings;
use footpath_tests::past;
use footpath_tests::phone::Phone;
use footpath_tests::stories::notes;
use serde_json::{Value, json};
use sync_core::ids::Id;
use sync_core::record::Scalar;

use crate::machine::Watch;

/// Phones made ready side by side.
const HANDS: usize = 8;
/// A phone needs little more than its request on the stack.
const STACK: usize = 512 * 1024;

pub fn measure(phones: usize, visits: usize, recipients: usize) -> Value {
    let district = District::new(&[]);
    let mut walkers = gather(&district.footpath, phones, visits, recipients);
    let watch = Watch::begin(district.footpath.process().expect("it runs"));
    let gate = Barrier::new(phones + 1);
    let (wall_s, mut acks) = std::thread::scope(|scope| {
        let runs: Vec<_> = walkers
            .iter_mut()
            .map(|walker| {
                let (gate, builder) = (&gate, std::thread::Builder::new().stack_size(STACK));
                let run = move || {
                    gate.wait();
                    let began = Instant::now();
                    // A server that is busy says so; a phone then comes again.
                    for _ in 0..200 {
                        walker.sync();
                        if walker.phone.waiting() == 0 {
                            break;
                        }
                        std::thread::sleep(Duration::from_millis(250));
                    }
                    began.elapsed()
                };
                builder.spawn_scoped(scope, run).unwrap()
            })
            .collect();
        gate.wait();
        let began = Instant::now();
        let acks: Vec<Duration> = runs.into_iter().map(|run| run.join().unwrap()).collect();
        (began.elapsed().as_secs_f64(), acks)
    });
    let peak_rss_mb = watch.end();
    acks.sort();
    let p99 = acks.get((acks.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
    let lost = walkers.iter_mut().map(lost).sum::<usize>();
    json!({
        "changes_per_s": ((phones * visits) as f64 / wall_s).round(),
        "wall_s": (wall_s * 1000.0).round() / 1000.0,
        "ack_p99_ms": p99.as_millis(),
        "peak_rss_mb": peak_rss_mb.round(),
        "lost": lost,
        "devices": phones,
        "changes": phones * visits,
    })
}

/// Phones of as many people, each with recipients the server knows and visits it does not.
fn gather(footpath: &Footpath, phones: usize, visits: usize, recipients: usize) -> Vec<Walker> {
    let logins: Vec<String> = (0..phones).map(|n| format!("worker{n}")).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Beside the running server: a thousand times `footpath user add` hashes a thousand passwords.
        let log = past::open(footpath.data.path());
        past::workers(log.as_ref(), &logins, "vera").await;
        log.close(Duration::from_secs(60)).await.unwrap();
    });
    let share = phones.div_ceil(HANDS);
    std::thread::scope(|scope| {
        let hands: Vec<_> = logins
            .chunks(share)
            .enumerate()
            .map(|(n, logins)| {
                scope.spawn(move || {
                    let mut chance = Chance::new(50 + n as u64);
                    logins
                        .iter()
                        .map(|login| ready(footpath, login, visits, recipients, &mut chance))
                        .collect()
                })
            })
            .collect();
        hands
            .into_iter()
            .flat_map(|hand: std::thread::ScopedJoinHandle<'_, Vec<Walker>>| hand.join().unwrap())
            .collect()
    })
}

fn ready(footpath: &Footpath, login: &str, visits: usize, recipients: usize, chance: &mut Chance) -> Walker {
    let mut phone = Phone::new(login, &Time::Real, chance);
    footpath.sign_in(&mut phone, login);
    let mut walker = Walker { phone, link: footpath.link() };
    let cases: Vec<Id> = (0..recipients).map(|n| walker.register(&format!("Recipient {n}"))).collect();
    walker.sync_all();
    walker.phone.promises.clear();
    for n in 0..visits {
        walker.phone.visit(cases[n % cases.len()], &notes(chance, 120)).expect("a visit is saved");
    }
    walker
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
