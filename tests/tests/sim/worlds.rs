//! What must hold holds; and the same seed tells the same story.

use footpath_tests::chance::setting;
use footpath_tests::sim::action::History;
use footpath_tests::sim::fates;
use footpath_tests::sim::run::{Count, tell};

#[test]
fn weeks_of_misfortune_break_nothing() {
    let (first, worlds) = (setting("FOOTPATH_SEED", 1), setting("FOOTPATH_WORLDS", 3));
    let days = setting("FOOTPATH_DAYS", 24) as usize;
    let mut count = Count::default();
    for seed in first..first + worlds {
        println!("world {seed}");
        let history = fates::history(seed, days, None);
        let told = tell(&history);
        if let Some(found) = told.violation {
            panic!("seed {seed}, {days} days, after {:?}: {:?}", found.action, found.violation);
        }
        count.add(&told.count);
    }
    println!("{:?}", count.to_json());
    assert!(count.phone_days >= worlds * days as u64, "somebody was there: {}", count.phone_days);
    assert!(count.phone_deaths > 0 && count.server_deaths > 0, "they had nothing to fear");
    assert!(count.set_aside > 0 && count.fates.len() > 15, "{:?}", count.fates);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let result = || {
        let history = fates::history(7, 12, None);
        let told = tell(&history);
        (history, told.count.to_json(), told.violation.map(|found| (found.at, found.violation)))
    };
    assert_eq!(result(), result());
    assert_ne!(fates::history(7, 12, None).actions, fates::history(8, 12, None).actions);
}

#[test]
fn a_history_is_the_same_when_it_was_written_down() {
    let history = fates::history(3, 30, Some(footpath_tests::sim::planted::Bug::NoDedupe));
    assert_eq!(History::from_text(&history.to_text()).unwrap(), history);
}
