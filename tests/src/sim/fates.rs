//! From a seed to a history. Each world has weather of its own: of each misfortune there is none, some or plenty,
//! so that rare things also meet where nothing else drowns them.

use super::action::{Action, Fate, History, Shows, What};
use super::planted::Bug;
use super::poison::WAYS;
use crate::chance::Chance;

/// Days between two quiet points, about.
const QUIET_EVERY: usize = 12;

/// Of a thousand phone-days, or of a thousand talks where it says so.
#[derive(Clone, Debug, Default)]
struct Weather {
    /// Of talks.
    bad_link: usize,
    poison: usize,
    battery: usize,
    restart: usize,
    lose_cache: usize,
    clock: usize,
    roll_back: usize,
    twin: usize,
    add_phone: usize,
    lose_phone: usize,
    revoke: usize,
    reassign: usize,
    substitute: usize,
    clash: usize,
    choose: usize,
    review: usize,
    aside: usize,
    stranger: usize,
    server_dies: usize,
    server_clock: usize,
    restore: usize,
    offline: usize,
    reorder: usize,
}

impl Weather {
    fn new(chance: &mut Chance) -> Self {
        let mut of = |usual: usize| match chance.below(5) {
            0 => 0,
            1 => usual / 3,
            2 | 3 => usual,
            _ => usual * 4,
        };
        Self {
            bad_link: of(150),
            poison: of(12),
            battery: of(60),
            restart: of(30),
            lose_cache: of(12),
            clock: of(12),
            roll_back: of(4),
            twin: of(2),
            add_phone: of(3),
            lose_phone: of(1),
            revoke: of(2),
            reassign: of(15),
            substitute: of(10),
            clash: of(60),
            choose: of(60),
            review: of(80),
            aside: of(60),
            stranger: of(30),
            server_dies: of(40),
            server_clock: of(4),
            restore: of(6),
            offline: of(40),
            reorder: of(20),
        }
    }
}

/// The history of this seed.
pub fn history(seed: u64, days: usize, planted: Option<Bug>) -> History {
    let mut chance = Chance::new(seed);
    let workers = 2 + chance.below(3);
    let volunteers = chance.below(2);
    let weather = Weather::new(&mut chance);
    let mut author = Author {
        phones: workers + volunteers,
        offline: vec![0; workers + volunteers],
        chance,
        weather,
        workers,
        volunteers,
        actions: Vec::new(),
        day: 0,
    };
    author.begin();
    for day in 1..=days {
        author.day = day;
        author.day(day);
    }
    author.actions.push(Action::Quiet { deep: true });
    History { seed, workers, volunteers, planted, actions: author.actions }
}

struct Author {
    chance: Chance,
    weather: Weather,
    workers: usize,
    volunteers: usize,
    phones: usize,
    /// Until which day each phone has no signal.
    offline: Vec<usize>,
    day: usize,
    actions: Vec<Action>,
}

impl Author {
    fn begin(&mut self) {
        for p in 0..self.workers {
            for _ in 0..1 + self.chance.below(2) {
                let salt = self.salt();
                self.actions.push(Action::Found { p, salt });
            }
            self.sync(p, Fate::Calm);
        }
        // Most people are visited by two.
        for case in 0..2 * self.workers {
            let person = self.chance.below(self.workers);
            self.actions.push(Action::Assign { case, person });
        }
    }

    fn day(&mut self, day: usize) {
        self.actions.push(Action::Day);
        let mut order: Vec<usize> = (0..self.phones).collect();
        self.chance.shuffle(&mut order);
        // The first day of a history is a Friday.
        let weekend = matches!(day % 7, 1 | 2);
        for p in order {
            let min = 20 + self.chance.below(120) as u32;
            self.actions.push(Action::Pass { min });
            if weekend && !self.chance.one_in(5) {
                self.mishaps(p);
            } else {
                self.phone_day(p);
            }
        }
        self.desk_day();
        self.clashes();
        if day.is_multiple_of(QUIET_EVERY) {
            let deep = day.is_multiple_of(QUIET_EVERY * 4);
            self.actions.push(Action::Quiet { deep });
        }
    }

    fn phone_day(&mut self, p: usize) {
        self.mishaps(p);
        // Few people write much, and most days are quiet.
        for _ in 0..[0, 0, 1, 1, 1, 2, 2, 3, 5][self.chance.below(9)] {
            self.write(p);
        }
        for _ in 0..[0, 0, 0, 1, 1, 2][self.chance.below(6)] {
            let (record, field, salt) = (self.recent(), self.chance.below(3), self.salt());
            self.actions.push(Action::Edit { p, record, field, salt });
        }
        if self.chance.one_in(25) {
            let (record, salt) = (self.recent(), self.salt());
            self.actions.push(Action::Void { p, record, salt });
        }
        if self.chance.one_in(20) {
            let (record, person, on) = (self.recent(), self.chance.below(8), !self.chance.one_in(3));
            let salt = self.salt();
            self.actions.push(Action::Appoint { p, record, person, on, salt });
        }
        self.signal(p);
    }

    fn write(&mut self, p: usize) {
        let stranger = self.often(self.weather.stranger);
        let volunteer = (self.workers..self.workers + self.volunteers).contains(&p);
        let what = match self.chance.below(20) {
            0..=14 if volunteer && !stranger => What::Errand,
            0..=12 => What::Visit,
            13 | 14 => What::Delivery,
            15 | 16 => What::Task,
            17 => What::Errand,
            _ => What::Activity,
        };
        // Of nobody's case is an errand, so a volunteer has what to write about, too.
        let stranger = stranger || volunteer;
        let case = self.chance.below(30);
        let salt = self.salt();
        self.actions.push(Action::Write { p, what, case, stranger, salt });
        if self.chance.one_in(40) && p < self.workers {
            let salt = self.salt();
            self.actions.push(Action::Found { p, salt });
        }
    }

    /// A phone in signal talks, perhaps badly, and tries again.
    fn signal(&mut self, p: usize) {
        if self.offline.get(p).is_some_and(|until| *until > self.day) || self.chance.one_in(3) {
            return;
        }
        if self.often(self.weather.server_dies) {
            let (steps, after) = (self.chance.below(60) as u32, self.chance.one_in(2));
            self.actions.push(Action::ServerDies { steps, after });
        }
        if self.often(self.weather.reorder) {
            self.reorder(p);
        }
        let fate = self.fate();
        self.sync(p, fate);
        if fate != Fate::Calm && !self.chance.one_in(3) {
            self.sync(p, Fate::Calm);
        }
        if self.chance.one_in(6) {
            let late = self.chance.below(4);
            self.actions.push(Action::Deliver { late });
        }
    }

    /// An old request comes in after newer ones, while its token is still good.
    fn reorder(&mut self, p: usize) {
        self.write(p);
        self.sync(p, Fate::Late);
        if self.chance.one_in(2) {
            self.write(p);
        }
        self.sync(p, Fate::Calm);
        self.actions.push(Action::Deliver { late: 0 });
        if self.chance.one_in(2) {
            self.sync(p, Fate::Calm);
        }
    }

    fn fate(&mut self) -> Fate {
        if self.often(self.weather.poison) {
            return Fate::Poison { way: self.chance.below(WAYS.into()) as u8 };
        }
        if !self.often(self.weather.bad_link) {
            return Fate::Calm;
        }
        let at = self.chance.below(1000) as u16;
        match self.chance.below(6) {
            0 => Fate::LoseRequest,
            1 => Fate::LoseAnswer,
            2 => Fate::Twice,
            3 => Fate::Late,
            4 => Fate::CutRequest { at },
            _ => Fate::CutAnswer { at },
        }
    }

    fn sync(&mut self, p: usize, fate: Fate) {
        let turn = if self.chance.one_in(4) { 1 + self.chance.below(2) } else { 0 };
        let salt = self.salt();
        self.actions.push(Action::Sync { p, fate, turn, salt });
    }

    fn mishaps(&mut self, p: usize) {
        let salt = self.salt();
        if self.often(self.weather.battery) {
            let steps = self.chance.below(14) as u32;
            self.actions.push(Action::Battery { p, steps, salt });
        }
        if self.often(self.weather.restart) {
            self.actions.push(Action::Restart { p, salt });
        }
        if self.often(self.weather.lose_cache) {
            self.actions.push(Action::LoseCache { p, salt });
        }
        if self.often(self.weather.clock) {
            let min = self.chance.below(6000) as i64 - 3000;
            let shows = *self.chance.pick(&[Shows::Right, Shows::Y1970, Shows::Y2100, Shows::Off { min }]);
            self.actions.push(Action::Clock { p, shows });
        }
        if self.often(self.weather.roll_back) {
            let back = self.chance.one_in(2);
            self.actions.push(if back { Action::RestoreDisk { p, salt } } else { Action::KeepDisk { p } });
        }
        if self.phones < 7 && self.often(self.weather.twin) {
            self.actions.push(Action::Twin { p, salt });
            self.phones += 1;
        }
        if self.phones < 7 && self.often(self.weather.add_phone) {
            self.actions.push(Action::Enrol { person: p, salt });
            self.phones += 1;
        }
        if self.often(self.weather.lose_phone) {
            self.actions.push(Action::Lose { p });
        }
        if self.often(self.weather.revoke) {
            self.actions.push(Action::Revoke { p });
        }
        if self.often(self.weather.offline)
            && let Some(until) = self.offline.get_mut(p)
        {
            *until = self.day + 2 + self.chance.below(20);
        }
    }

    fn desk_day(&mut self) {
        let phones = self.phones;
        let some = |odds: usize| odds * phones;
        let (case, person) = (self.chance.below(30), self.chance.below(self.workers));
        if self.often(some(self.weather.reassign)) {
            self.actions.push(Action::Assign { case, person });
        }
        if self.often(some(self.weather.reassign)) {
            let person = self.chance.below(self.workers);
            self.actions.push(Action::Unassign { case, person });
        }
        if self.often(some(self.weather.substitute)) {
            let (from, days) = (self.chance.below(6) as i64 - 1, self.chance.below(9) as i64);
            let person = self.chance.below(self.workers);
            self.actions.push(Action::Substitute { case, person, from, days });
        }
        if self.often(some(self.weather.choose)) {
            let (conflict, salt) = (self.chance.below(9), self.salt());
            self.actions.push(Action::Choose { conflict, salt });
        }
        if self.often(some(self.weather.review)) {
            let (record, approve) = (self.recent(), !self.chance.one_in(3));
            self.actions.push(Action::Review { record, approve });
        }
        if self.often(some(self.weather.aside)) {
            let change = self.chance.below(6);
            let release = self.chance.one_in(2);
            self.actions.push(if release { Action::Release { change } } else { Action::Settle { change } });
        }
        if self.often(some(self.weather.server_dies) / 4) {
            self.actions.push(Action::ServerRestart);
        }
        if self.often(some(self.weather.restore)) {
            let salt = self.salt();
            self.actions.push(if self.chance.one_in(2) {
                Action::RestoreServer { salt }
            } else {
                Action::KeepServer
            });
        }
        if self.often(self.weather.server_clock) {
            let min = if self.chance.one_in(2) { 0 } else { self.chance.below(900) as i64 - 450 };
            self.actions.push(Action::ServerClock { min });
        }
    }

    /// Two people change the same field without having heard of each other.
    fn clashes(&mut self) {
        if !self.often(self.weather.clash * self.phones / 2) {
            return;
        }
        let (record, field, salt) = (self.recent(), self.chance.below(3), self.salt());
        let people = 2 + self.chance.below(2);
        self.actions.push(Action::Clash { record, field, people, salt });
    }

    /// Newer records are changed more often than older ones.
    fn recent(&mut self) -> usize {
        let reach = [4, 12, 60][self.chance.below(3)];
        self.chance.below(reach)
    }

    fn often(&mut self, of_a_thousand: usize) -> bool {
        self.chance.below(1000) < of_a_thousand
    }

    fn salt(&mut self) -> u32 {
        self.chance.draw() as u32
    }
}
