//! A phone that dies between every two of its storage steps, one after the other.

use footpath_tests::chance::Chance;
use footpath_tests::clock::Time;
use footpath_tests::ledger::Ledger;
use footpath_tests::phone::Phone;
use footpath_tests::stories::cases;
use footpath_tests::wire::{Wire, run_until_quiet};

use crate::promises;

/// Two days in the life of a phone beside another; the first dies once, after so many storage steps.
fn story(steps: u32, seed: u64) -> (Vec<Phone>, Ledger) {
    let mut chance = Chance::new(seed);
    let time = Time::wound();
    let mut ledger = Ledger::new(&time);
    ledger.page = 3;
    let mut wire = Wire::calm();
    let mut phones: Vec<Phone> = ["Anna", "Boris"].map(|name| Phone::new(name, &time, &mut chance)).into();
    phones.iter_mut().for_each(|phone| ledger.enrol(phone));
    let (cases, mut told) = (cases(2), 0);

    phones[0].dies_after(steps);
    for day in 0..2 {
        for case in &cases {
            for phone in &mut phones {
                let at = phone.visit(*case, &promises::unique(&mut told));
                let correction = promises::unique(&mut told);
                if let Some(at) = at {
                    phone.correct(&at, &[("witness", correction.into())]);
                }
            }
        }
        wire.talk(&mut ledger, &mut phones[day % 2]);
        wire.talk(&mut ledger, &mut phones[1 - day % 2]);
    }
    (phones, ledger)
}

#[test]
fn a_death_between_any_two_storage_steps_loses_nothing() {
    let mut steps = 0;
    loop {
        let (mut phones, mut ledger) = story(steps, u64::from(steps));
        let died = phones[0].deaths;
        phones[0].charge();
        run_until_quiet(&mut phones, &mut ledger);
        promises::are_kept(&phones, &ledger);
        promises::all_show_the_same(&phones);
        if died == 0 {
            break;
        }
        steps += 1;
    }
    println!("died after each of the first {steps} storage steps");
    assert!(steps > 20, "only {steps} steps: the story is too short");
}

/// What is in the air when a phone takes an answer in: its own work answered for, and another's coming.
fn answer_in_the_air() -> (Vec<Phone>, Ledger) {
    let mut chance = Chance::new(17);
    let time = Time::wound();
    let mut ledger = Ledger::new(&time);
    let mut phones: Vec<Phone> = ["Anna", "Boris"].map(|name| Phone::new(name, &time, &mut chance)).into();
    phones.iter_mut().for_each(|phone| ledger.enrol(phone));
    let (cases, mut told) = (cases(2), 0);
    for phone in &mut phones {
        for case in &cases {
            phone.visit(*case, &promises::unique(&mut told));
        }
    }
    Wire::calm().talk(&mut ledger, &mut phones[1]);
    (phones, ledger)
}

#[test]
fn deaths_in_a_row_while_an_answer_is_taken_in_lose_nothing_and_shun_nothing() {
    for first in 0..10 {
        for second in 0..6 {
            for third in [0, 3] {
                let (mut phones, mut ledger) = answer_in_the_air();
                phones[0].dies_again_and_again(&[first, second, third]);
                for _ in 0..4 {
                    Wire::calm().talk(&mut ledger, &mut phones[0]);
                }
                phones[0].charge();
                run_until_quiet(&mut phones, &mut ledger);
                let told = phones[0].told();
                assert!(!told.contains(&"document_shunned"), "after {first}, {second}, {third}: {told:?}");
                promises::are_kept(&phones, &ledger);
                promises::all_show_the_same(&phones);
            }
        }
    }
}

#[test]
fn two_deaths_at_any_two_steps_lose_nothing_either() {
    let mut chance = Chance::new(5);
    for seed in 0..60 {
        let (mut phones, mut ledger) = story(chance.below(40) as u32, seed);
        phones[0].dies_again_and_again(&[chance.below(20) as u32, chance.below(6) as u32]);
        let mut wire = Wire::calm();
        for _ in 0..3 {
            wire.talk(&mut ledger, &mut phones[0]);
        }
        phones[0].charge();
        run_until_quiet(&mut phones, &mut ledger);
        promises::are_kept(&phones, &ledger);
        promises::all_show_the_same(&phones);
    }
}
