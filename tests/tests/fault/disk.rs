//! Disks that are full or fail: nothing is acknowledged that is not kept, whoever can be served is, the others
//! are told when to come back, and when the fault ends nobody has to start anything again.

use std::time::{Duration, Instant};

use footpath_tests::binary::{Footpath, sync_ask};
use footpath_tests::district::{District, Walker};
use footpath_tests::http::Answer;

use crate::conditions::{FailingFlush, SmallDisk, skipped};
use crate::promises::{kept_after_a_kill, two_walkers};

/// Enough for a day of a small district, and soon full.
const MEGABYTES: u32 = 24;

/// One request of a phone, and its answer, which the phone hears, too.
fn one_request(walker: &mut Walker) -> Option<Answer> {
    let request = walker.phone.ask()?;
    let answer = walker.link.client.send(sync_ask(&request)).expect("the server answers");
    walker.phone.hear(answer.status, &answer.body);
    Some(answer)
}

/// Whether this is the answer of a server that cannot keep anything, which must say when to come back.
fn is_told_to_come_back(answer: &Answer) -> bool {
    if answer.status == 200 {
        return false;
    }
    let said = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, 503, "{said}");
    let wait: u64 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..120).contains(&wait), "{wait} s");
    true
}

/// Writes and pushes until a push is not taken; how many were.
fn push_until_refused(walkers: &mut [Walker], cases: &[sync_core::ids::Id], most: u32, name: &str) -> u32 {
    for turn in 0..most {
        let walker = &mut walkers[turn as usize % 2];
        let case = cases[turn as usize % cases.len()];
        let text = format!("{name} {turn} {}", "ы".repeat(600));
        walker.phone.visit(case, &text).expect("a visit is saved, whatever the server does");
        if is_told_to_come_back(&one_request(walker).expect("there is something to send")) {
            assert!(walker.phone.waiting() > 0, "refused, and the phone let go of it");
            return turn;
        }
    }
    panic!("{most} pushes were taken");
}

fn gets_ready(district: &District) {
    let began = Instant::now();
    while !district.footpath.is_ready() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "it does not recover:\n{}",
            district.footpath.read_said()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_full_disk_acknowledges_nothing_and_is_well_again_when_there_is_room() {
    let footpath = Footpath::new();
    let Some(disk) = SmallDisk::over(footpath.data.path(), MEGABYTES) else {
        return skipped("a full disk: mounting a small one is not permitted here");
    };
    let mut district = District::on(footpath, &["anna"]);
    let (mut walkers, cases) = two_walkers(&mut district);
    let mut taken = 0;
    for round in 0..3 {
        disk.fill();
        taken += push_until_refused(&mut walkers, &cases, 20_000, &format!("full {round}"));
        assert!(!district.footpath.is_ready(), "a disk that takes nothing is no ready server");
        // Who only wants to read is served.
        let reader =
            walkers.iter_mut().find(|walker| walker.phone.waiting() == 0).expect("one waits for nothing");
        assert_eq!(one_request(reader).expect("a pull").status, 200);
        disk.make_room();
        gets_ready(&district);
        for walker in &mut walkers {
            walker.sync_all();
        }
    }
    kept_after_a_kill(&mut district, &mut walkers);
    println!(
        "3 times full: {taken} pushes taken before, 0 acknowledged and lost, recovered without a restart"
    );
}

#[test]
fn a_flush_that_fails_acknowledges_nothing_and_is_well_again_when_it_does_not() {
    let mut district = District::new(&["anna"]);
    let (mut walkers, cases) = two_walkers(&mut district);
    let process = district.footpath.process().expect("it runs");
    for round in 0..3 {
        let Some(failing) = FailingFlush::of(process) else {
            return skipped("flushes that fail: there is no strace here, or it may not trace");
        };
        let taken = push_until_refused(&mut walkers, &cases, 1, &format!("EIO {round}"));
        assert_eq!(taken, 0, "a push was acknowledged whose flush failed");
        // And again: the second failure meets a server that is mending itself.
        for walker in &mut walkers {
            walker
                .phone
                .visit(cases[0], &format!("EIO {round} {} again", walker.phone.device()))
                .expect("saved");
            assert!(is_told_to_come_back(&one_request(walker).expect("a push")));
        }
        assert!(!district.footpath.is_ready(), "a disk that does not flush is no ready server");
        drop(failing);
        gets_ready(&district);
        for walker in &mut walkers {
            walker.sync_all();
        }
    }
    kept_after_a_kill(&mut district, &mut walkers);
    println!("3 times EIO on every flush: 0 acknowledged meanwhile, recovered without a restart");
}
