//! What there is before anybody walks anywhere: a district with villages, people with accounts, their phones.

use footpath::command::grant;
use footpath::store::{Account, Batch, ChangeLog, Duty, Entry, OfficeEntry};
use serde_json::{Value, json};
use sync_core::ids::Id;
use sync_core::office::{OfficeRow, Topic};
use sync_core::wire::Grant;

use super::hand::Hand;
use super::invariants::Violation;
use super::scopes::Person;
use super::server::ORG;
use super::world::World;
use crate::chance::Chance;
use crate::phone::Phone;

pub const DISTRICT: Id = Id([100; 16]);
pub const VILLAGES: [Id; 3] = [Id([101; 16]), Id([102; 16]), Id([103; 16])];
pub const COORDINATOR: Id = Id([50; 16]);

/// "footpath" by argon2id with its smallest parameters: what a password costs is not what is tried here.
const PASSWORD: (&str, &str) = (
    "footpath",
    "$argon2id$v=19$m=8,t=1,p=1$uRL3oJ/rBHSo9SULj+dh6w$3UQCkj67HUtdTWiMKPNaiwseqRmZFkkSpnSj3JCdjzI",
);

/// How often a phone asks to be enrolled before it is given up.
const TRIES: usize = 3;

impl World {
    /// Sets up the organisation, and gives each worker and volunteer a phone.
    pub fn found(&mut self, workers: usize, volunteers: usize) {
        for n in 0..workers + volunteers {
            let duty = if n < workers { Duty::Worker } else { Duty::Volunteer };
            // Everybody shares a village with somebody.
            let villages = vec![VILLAGES[n % VILLAGES.len()], VILLAGES[(n + 1) % VILLAGES.len()]];
            let id = Id([51 + n as u8; 16]);
            self.scopes.people.push(Person { id, login: format!("person-{n}"), duty, villages });
        }
        let now_ms = self.server.now_ms();
        let people = self.scopes.people.clone();
        let desk = self.desk.public();
        self.server.with_log(async |log| {
            let staff: Vec<Value> = people
                .iter()
                .map(|person| json!({"id": person.id, "name": person.login, "duty": person.duty.name()}))
                .collect();
            let lists = vec![list("places", places()), list("people", staff.into())];
            log.append(Batch { received_ms: now_ms, entries: lists, ..Batch::default() })
                .await
                .expect("the lists");
            account(log, COORDINATOR, "vera", Duty::Coordinator, vec![DISTRICT], now_ms).await;
            for person in &people {
                account(log, person.id, &person.login, person.duty, person.villages.clone(), now_ms).await;
            }
            log.enrol(COORDINATOR, desk, "desk", now_ms).await.expect("the desk");
        });
        for person in 0..workers + volunteers {
            self.enrol(person, 1_000_000 + person as u32).expect("the first phones are enrolled");
        }
    }

    /// Another phone for this person.
    pub fn enrol(&mut self, person: usize, salt: u32) -> Result<(), Violation> {
        let number = self.hands.len();
        let person = person % self.scopes.people.len();
        let login = self.scopes.people[person].login.clone();
        let mut phone = Phone::new(&format!("phone-{number}"), &self.time, &mut Chance::new(salt.into()));
        let key = phone.make_key();
        let name = phone.name.clone();
        let body = json!({"login": login, "password": PASSWORD.0, "device_name": name, "public_key": key});
        for _ in 0..TRIES {
            let answer = self.server.call("POST", "/v1/enrol", None, body.to_string().as_bytes());
            if let Some((200, answer)) = answer {
                phone.enrolled(serde_json::from_slice(&answer).expect("an answer to enrolment is JSON"));
                self.hands.push(Hand::new(phone, person));
                break;
            }
        }
        Ok(())
    }
}

fn places() -> Value {
    let villages = VILLAGES.iter().enumerate().map(
        |(n, id)| json!({"id": id, "parent": DISTRICT, "name": format!("village {n}"), "kind": "settlement"}),
    );
    let district = json!({"id": DISTRICT, "parent": null, "name": "district", "kind": "district"});
    std::iter::once(district).chain(villages).collect()
}

fn list(key: &str, value: Value) -> Entry {
    let row = OfficeRow { topic: Topic::Catalogue, subject: ORG, key: key.into(), value: value.to_string() };
    Entry::Office(OfficeEntry { row, to: Grant::Organisation(ORG), by: COORDINATOR })
}

async fn account(log: &dyn ChangeLog, person: Id, login: &str, duty: Duty, places: Vec<Id>, now_ms: i64) {
    let account = Account {
        person,
        login: login.into(),
        name: login.into(),
        password_hash: PASSWORD.1.into(),
        duties: vec![duty],
        language: "en".into(),
        places,
    };
    log.put_account(account.clone()).await.expect("an account");
    grant::places(log, &account, now_ms).await.expect("its places");
}
