//! Whole phones in bad weather: writes, lost and doubled and cut messages, flat batteries, lost caches,
//! clocks that jump. What a phone called saved arrives exactly once.

use footpath_tests::chance::{Chance, setting};
use footpath_tests::clock::{DAY_MS, MINUTE_MS, Time};
use footpath_tests::ledger::Ledger;
use footpath_tests::phone::Phone;
use footpath_tests::stories::cases;
use footpath_tests::wire::{Weather, Wire, run_until_quiet};
use sync_core::ids::{DocId, Id};

use crate::promises;

struct Story {
    chance: Chance,
    time: Time,
    ledger: Ledger,
    wire: Wire,
    phones: Vec<Phone>,
    cases: Vec<Id>,
    told: u64,
}

impl Story {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let time = Time::wound();
        let mut ledger = Ledger::new(&time);
        ledger.page = 1 + chance.below(30);
        let mut phones: Vec<Phone> =
            ["Anna", "Boris", "Vera"].map(|name| Phone::new(name, &time, &mut chance)).into();
        phones.iter_mut().for_each(|phone| ledger.enrol(phone));
        let wire = Wire::new(Weather::STORM, &mut chance);
        Self { chance, time, ledger, wire, phones, cases: cases(3), told: 0 }
    }

    fn step(&mut self) {
        let who = self.chance.below(self.phones.len());
        self.time.pass(MINUTE_MS * 7);
        match self.chance.below(40) {
            0..=9 => self.visit(who),
            10..=19 => self.correct(who),
            20..=34 => self.wire.talk(&mut self.ledger, &mut self.phones[who]),
            35 => self.phones[who].restart(),
            36 => self.phones[who].lose_cache(),
            37 => {
                let steps = self.chance.below(8) as u32;
                self.phones[who].dies_after(steps);
            }
            38 => {
                let wrong = self.chance.below(3);
                self.phones[who].clock.set([0, 4_102_444_800_000, self.time.now_ms()][wrong]);
            }
            _ => self.time.pass(DAY_MS * 3),
        }
    }

    fn visit(&mut self, who: usize) {
        let (case, notes) = (*self.chance.pick(&self.cases), promises::unique(&mut self.told));
        self.phones[who].visit(case, &notes);
    }

    /// One or two fields of a record the phone shows; different people often choose the same.
    fn correct(&mut self, who: usize) {
        let rows: Vec<(DocId, String)> =
            self.phones[who].rows().into_iter().map(|row| (row.doc, row.id)).collect();
        if rows.is_empty() {
            return;
        }
        let at = self.chance.pick(&rows[rows.len().saturating_sub(5)..]).clone();
        let field = *self.chance.pick(&["notes", "mood_notes", "witness"]);
        let text = promises::unique(&mut self.told);
        self.phones[who].correct(&at, &[(field, text.into())]);
    }
}

#[test]
fn nothing_called_saved_is_lost_or_doubled() {
    let (first, stories) = (setting("FOOTPATH_SEED", 1), setting("FOOTPATH_STORIES", 25));
    let (mut saved, mut deaths, mut clashes) = (0, 0, 0);
    for seed in first..first + stories {
        println!("story {seed}");
        let mut story = Story::new(seed);
        for _ in 0..150 {
            story.step();
        }
        let Story { mut ledger, mut phones, .. } = story;
        phones.iter_mut().for_each(Phone::charge);
        run_until_quiet(&mut phones, &mut ledger);
        promises::are_kept(&phones, &ledger);
        promises::all_show_the_same(&phones);
        saved += phones.iter().map(|phone| phone.promises.len()).sum::<usize>();
        deaths += phones.iter().map(|phone| phone.deaths).sum::<u32>();
        clashes += promises::clashes(&phones[0]);
    }
    println!("{stories} stories: {saved} saved, {deaths} deaths, {clashes} clashes, 0 lost");
    assert!(deaths as u64 > stories && clashes as u64 > stories / 2, "{deaths} deaths, {clashes} clashes");
}
