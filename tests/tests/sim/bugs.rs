//! A simulator that has never found anything may be blind: each planted bug is found within the default run, by
//! the invariant that speaks of it, and the shrunk history finds it again.

use footpath_tests::sim::action::History;
use footpath_tests::sim::planted::Bug;
use footpath_tests::sim::run::tell;
use footpath_tests::sim::{fates, shrink};

/// Seeds and days of a run of `sim` that is told nothing else.
const SEEDS: std::ops::Range<u64> = 1..13;
const DAYS: usize = 30;

fn is_found(bug: Bug) {
    let (history, found) = SEEDS
        .map(|seed| fates::history(seed, DAYS, Some(bug)))
        .find_map(|history| tell(&history).violation.map(|found| (history, found)))
        .unwrap_or_else(|| panic!("{bug:?} was not found"));
    let name = found.violation.name;
    assert!(bug.seen_by().contains(&name), "{bug:?} was found as {:?}", found.violation);

    let short = shrink::shrink(&history, name, found.at, 60);
    println!("{bug:?}: {name}, {} actions of {}\n{}", short.actions.len(), found.at + 1, short.to_text());
    assert!(short.actions.len() <= 20 || short.actions.len() * 5 < history.actions.len());
    let again = History::from_text(&short.to_text()).unwrap();
    let again = tell(&again).violation.expect("the shrunk history fails, too");
    assert_eq!(again.violation.name, name);
    // And it is the bug: without it, nothing is wrong with this history.
    let sound = tell(&History { planted: None, ..short }).violation;
    assert!(sound.is_none(), "{sound:?}");
}

#[test]
fn an_answer_before_the_commit_is_found() {
    is_found(Bug::AckBeforeCommit);
}

#[test]
fn a_change_taken_for_new_again_is_found() {
    is_found(Bug::NoDedupe);
}

#[test]
fn a_grant_that_does_not_end_is_found() {
    is_found(Bug::GrantsForEver);
}

#[test]
fn a_device_that_is_never_revoked_is_found() {
    is_found(Bug::NobodyRevoked);
}
