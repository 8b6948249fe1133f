//! A small district on the real server: a coordinator at the desk, workers with phones, people they visit.

use std::time::{Duration, Instant};

use footpath::config::Config;
use footpath::store::sqlite::SqliteLog;
use footpath::store::{Batch, ChangeLog, Entry, OfficeEntry};
use serde_json::{Value, json};
use sync_core::civil;
use sync_core::device::WriteEvent;
use sync_core::ids::{DocId, Id};
use sync_core::office::{OfficeRow, Topic};
use sync_core::wire::Grant;

use crate::binary::{Footpath, Link, PASSWORD};
use crate::chance::Chance;
use crate::clock::{DAY_MS, Time};
use crate::desk::Desk;
use crate::phone::Phone;
use crate::wire::Wire;

#[derive(Debug)]
pub struct District {
    pub footpath: Footpath,
    pub desk: Desk,
    chance: Chance,
}

/// A phone and its way to the server.
#[derive(Debug)]
pub struct Walker {
    pub phone: Phone,
    pub link: Link,
}

impl District {
    /// A coordinator, Vera, and these workers; nobody has been anywhere yet.
    pub fn new(workers: &[&str]) -> Self {
        Self::on(Footpath::new(), workers)
    }

    /// The same on a server of one's own making that is not started yet.
    pub fn on(mut footpath: Footpath, workers: &[&str]) -> Self {
        let people: Vec<(&str, &str)> = [("vera", "coordinator")]
            .into_iter()
            .chain(workers.iter().map(|login| (*login, "worker")))
            .collect();
        for (login, duty) in people {
            footpath.add_person(login, duty);
        }
        footpath.start();
        let desk = Desk::open(&footpath, "vera");
        Self { footpath, desk, chance: Chance::new(0xd157) }
    }

    /// Another phone of the person with this login, signed in and synced once.
    pub fn walker(&mut self, login: &str) -> Walker {
        let mut phone = Phone::new(login, &Time::Real, &mut self.chance);
        self.footpath.sign_in(&mut phone, login);
        let mut walker = Walker { phone, link: self.footpath.link() };
        walker.sync();
        walker
    }

    /// A copy of a phone, as a backup of all its storage makes one: the same device twice.
    pub fn copy(&mut self, of: &Walker) -> Walker {
        let mut phone = Phone::new("copy", &Time::Real, &mut self.chance);
        let from = &of.phone.host;
        (phone.host.log, phone.host.docs) = (from.log.clone(), from.docs.clone());
        (phone.host.office, phone.host.cursor) = (from.office.clone(), from.cursor.clone());
        phone.restart();
        Walker { phone, link: self.footpath.link() }
    }

    /// A phone that signed in so many months ago and has had no signal since. Its clock stands there.
    pub fn long_away(&mut self, login: &str, months: u32) -> Walker {
        let mut phone = Phone::new(login, &Time::Real, &mut self.chance);
        phone.clock.set(months_ago(months));
        let answer = self.footpath.try_sign_in(&mut phone, login, PASSWORD);
        let mut answer = answer.json();
        answer["server_time_ms"] = json!(phone.clock.now_ms());
        phone.enrolled(answer);
        Walker { phone, link: self.footpath.link() }
    }

    /// Plans whom somebody visits today. The server is stopped for it: plans are written at the desk one day.
    pub fn plan_today(&mut self, person: Id, cases: &[Id]) {
        assert!(self.footpath.stop(), "it ends well");
        let today = civil::date(Time::Real.now_ms() + Config::default().utc_offset_ms());
        let stops: Vec<Value> = cases.iter().map(|case| json!({"case": case, "note": ""})).collect();
        let value = Value::from(stops).to_string();
        let row = OfficeRow { topic: Topic::Route, subject: person, key: today, value };
        let entry = Entry::Office(OfficeEntry { row, to: Grant::Person(person), by: person });
        let path = self.footpath.data.path().join("log.db");
        tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
            let log = SqliteLog::open(&path, || unreachable!("it is founded")).expect("the log opens");
            let batch = Batch { received_ms: 0, entries: vec![entry], ..Batch::default() };
            log.append(batch).await.expect("it is appended");
            log.close(Duration::from_secs(10)).await.expect("it is closed");
        });
        self.footpath.start();
    }

    /// Waits until the server has made so many snapshots.
    pub fn wait_for_snapshots(&self, count: usize) {
        let path = self.footpath.data.path().join("log.db");
        let began = Instant::now();
        loop {
            let log = rusqlite::Connection::open(&path).expect("the log opens");
            let made: usize =
                log.query_row("SELECT count(*) FROM snapshots", (), |row| row.get(0)).expect("a number");
            if made >= count {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{made} snapshots of {count}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Gives a case to a person.
    pub fn assign(&mut self, case: Id, to: &Walker) {
        self.desk.post(&format!("/v1/cases/{case}/assignments"), json!({"person": to.phone.person()}));
    }

    /// And takes it away.
    pub fn unassign(&mut self, case: Id, from: &Walker) {
        self.desk.delete(&format!("/v1/cases/{case}/assignments/{}", from.phone.person()));
    }
}

/// A time in the month so many months before this one.
pub fn months_ago(months: u32) -> i64 {
    let now = Time::Real.now_ms();
    let month = civil::month(now).0 - months;
    (0..).map(|days| now - days * DAY_MS).find(|ms| civil::month(*ms).0 == month).expect("it was once")
}

impl Walker {
    /// Registers somebody: their case and their card.
    pub fn register(&mut self, name: &str) -> Id {
        let event = self.phone.event("case", &[("care_status", "active".into())]);
        let (doc, record) = self.phone.write(event).expect("a case is saved");
        let case = Id(doc.0);
        let card = self.phone.event("person", &[("name", name.into())]);
        let (_, person) = self.phone.write(WriteEvent { case: Some(case), ..card }).expect("a card is saved");
        self.phone.correct(&(doc, record), &[("person", person.into())]).expect("the case names its person");
        case
    }

    /// Writes a task about a case that somebody has accepted.
    pub fn puts_on_a_task(&mut self, helper: &Walker, case: Id) -> (DocId, String) {
        let assignee = format!("assignee/{}", helper.phone.person());
        let fields =
            [("kind", "firewood".into()), ("status", "accepted".into()), (assignee.as_str(), true.into())];
        let task = self.phone.event("task", &fields);
        self.phone.write(WriteEvent { case: Some(case), ..task }).expect("a task is saved")
    }

    /// The record of a case.
    pub fn case_record(&self, case: Id) -> (DocId, String) {
        (DocId(case.0), case.to_string())
    }

    /// Comes into signal: talks until there is nothing more to say.
    pub fn sync(&mut self) {
        Wire::calm().talk(&mut self.link, &mut self.phone);
    }

    /// Syncs, and expects that everything has been answered for.
    pub fn sync_all(&mut self) {
        self.sync();
        assert_eq!(
            self.phone.waiting(),
            0,
            "{} still has work: {:?}",
            self.phone.name,
            self.phone.host.notices
        );
    }
}
