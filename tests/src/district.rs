//! A small district on the real server: a coordinator at the desk, workers with phones, people they visit.

use serde_json::json;
use sync_core::device::WriteEvent;
use sync_core::ids::{DocId, Id};

use crate::binary::{Footpath, Link};
use crate::chance::Chance;
use crate::clock::Time;
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
        let people: Vec<(&str, &str)> = [("vera", "coordinator")]
            .into_iter()
            .chain(workers.iter().map(|login| (*login, "worker")))
            .collect();
        let footpath = Footpath::with_people(&people);
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

    /// Gives a case to a person.
    pub fn assign(&mut self, case: Id, to: &Walker) {
        self.desk.post(&format!("/v1/cases/{case}/assignments"), json!({"person": to.phone.person()}));
    }

    /// And takes it away.
    pub fn unassign(&mut self, case: Id, from: &Walker) {
        self.desk.delete(&format!("/v1/cases/{case}/assignments/{}", from.phone.person()));
    }
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
