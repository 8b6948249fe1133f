//! A small organisation, its server in memory's reach, and phones.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use serde_json::{Value, json};
use sync_core::device::memory::MemoryHost;
use sync_core::device::{Event, RecordRow};
use sync_core::ids::{DocId, Id};
use sync_core::office::{OfficeRow, Topic};
use sync_core::verdict::Verdict;
use sync_core::wire::{self, Grant, SyncAnswer};
use tower::ServiceExt;

use crate::app::{App, Clock, router};
use crate::config::Config;
use crate::push::InProcess;
use crate::read_model::ReadModel;
use crate::store::sqlite::{Founding, SqliteLog};
use crate::store::{Account, Batch, ChangeLog, Duty, Entry, OfficeEntry, Organisation};

pub const NOW: i64 = 1_780_000_000_000;
pub const ORG: Id = Id([1; 16]);
pub const ANNA: Id = Id([0xa; 16]);
pub const BORIS: Id = Id([0xb; 16]);
/// A volunteer.
pub const VIKA: Id = Id([0xf; 16]);
pub const CHIEF: Id = Id([0xc; 16]);
pub const ADMIN: Id = Id([0xd; 16]);
pub const DISTRICT: Id = Id([0x20; 16]);
pub const VILLAGE: Id = Id([0x21; 16]);
pub const AWAY: Id = Id([0x22; 16]);

pub struct Field {
    pub app: Arc<App>,
    pub router: Router,
    pub clock: Arc<AtomicI64>,
    seeds: AtomicU8,
    _folder: tempfile::TempDir,
}

fn account(person: Id, login: &str, duty: Duty, places: Vec<Id>) -> Account {
    Account {
        person,
        login: login.into(),
        name: login.to_uppercase(),
        password_hash: String::new(),
        duties: vec![duty],
        language: "ru".into(),
        places,
    }
}

impl Field {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A field whose server has other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let organisation = Organisation { id: ORG, name: "Опора".into(), epoch: Id([2; 16]) };
        let founding = || Founding { organisation, server_seed: [3; 32] };
        let log: Arc<dyn ChangeLog> =
            Arc::new(SqliteLog::open(&folder.path().join("log.db"), founding).unwrap());
        for account in [
            account(ANNA, "anna", Duty::Worker, vec![VILLAGE]),
            account(BORIS, "boris", Duty::Worker, vec![AWAY]),
            account(VIKA, "vika", Duty::Volunteer, vec![DISTRICT]),
            account(CHIEF, "chief", Duty::Coordinator, vec![DISTRICT]),
            account(ADMIN, "admin", Duty::Admin, vec![]),
        ] {
            log.put_account(account).await.unwrap();
        }
        let read_model = ReadModel::open(&folder.path().join("read.db"), log.clone()).await.unwrap();
        let clock = Arc::new(AtomicI64::new(NOW));
        let wound = clock.clone();
        let now: Clock = Arc::new(move || wound.load(Ordering::SeqCst));
        let mut config = Config::for_testing(folder.path().to_owned());
        change(&mut config);
        let app = Arc::new(App::new(config, log, read_model, Arc::new(InProcess), now));
        let field =
            Self { router: router(app.clone()), app, clock, seeds: AtomicU8::new(1), _folder: folder };
        let places = json!([
            {"id": DISTRICT, "parent": null, "name": "Район", "kind": "district"},
            {"id": VILLAGE, "parent": DISTRICT, "name": "Село", "kind": "settlement"},
            {"id": AWAY, "parent": null, "name": "Далёкое", "kind": "settlement"},
        ]);
        field.office(Topic::Catalogue, ORG, "places", places, Grant::Organisation(ORG)).await;
        field
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn wind(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub async fn office(&self, topic: Topic, subject: Id, key: &str, value: Value, to: Grant) {
        let row = OfficeRow { topic, subject, key: key.into(), value: value.to_string() };
        self.append(vec![Entry::Office(OfficeEntry { row, to, by: CHIEF })]).await;
    }

    pub async fn append(&self, entries: Vec<Entry>) {
        let batch = Batch { received_ms: self.now(), entries, ..Batch::default() };
        self.app.log.append(batch).await.unwrap();
    }

    pub async fn give(&self, person: Id, grant: Grant) {
        self.append(vec![Entry::Granted { person, grant, by: CHIEF }]).await;
    }

    pub async fn take(&self, person: Id, grant: Grant) {
        self.append(vec![Entry::Revoked { person, grant, by: CHIEF }]).await;
    }

    /// An enrolled phone of this person.
    pub async fn phone(&self, person: Id) -> Phone {
        let seed = self.seeds.fetch_add(1, Ordering::SeqCst);
        let mut host = MemoryHost::default();
        host.device.first_version = true;
        host.step(Event::NewKey { random: [seed; 32] }, &[], self.now());
        let key = host.public_key.unwrap();
        let device = self.app.log.enrol(person, key, "phone", self.now()).await.unwrap();
        let account = self.app.log.account(person).await.unwrap().unwrap();
        let answer = json!({
            "device": device.id, "person": person, "name": account.name, "login": account.login, "org": ORG,
            "org_name": "Опора", "duties": account.duties, "language": "ru",
            "server_public_key": self.app.key.public(), "server_time_ms": self.now(),
            "epoch": self.app.log.organisation().epoch,
        });
        host.step(Event::Enrolled { answer, now_ms: self.now() }, &[], self.now());
        Phone { host, wrong_by_ms: 0, count: 0 }
    }

    /// A request as it comes off the wire.
    pub async fn send(&self, method: &str, path: &str, token: Option<&str>, body: Vec<u8>) -> (u16, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        (status, to_bytes(answer.into_body(), wire::MAX_UNPACKED).await.unwrap().to_vec())
    }

    pub async fn problem(&self, token: Option<&str>, path: &str, body: Vec<u8>) -> (u16, Value) {
        let (status, body) = self.send("POST", path, token, body).await;
        (status, serde_json::from_slice(&body).unwrap())
    }
}

/// A phone whose clock may be wrong.
pub struct Phone {
    pub host: MemoryHost,
    pub wrong_by_ms: i64,
    pub count: u8,
}

impl Phone {
    pub fn clock(&self, field: &Field) -> i64 {
        field.now() + self.wrong_by_ms
    }

    /// Saves a form; gives document and record.
    pub fn write(&mut self, field: &Field, form: Value) -> (DocId, String) {
        self.count += 1;
        let now_ms = self.clock(field);
        let mut form = form;
        let members = form.as_object_mut().unwrap();
        let random = sync_core::ids::sha256(&[&self.host.public_key.unwrap().0[..], &[self.count]].concat());
        for (name, value) in [
            ("event", json!("write")),
            ("now_ms", json!(now_ms)),
            ("zone", json!("Europe/Moscow")),
            ("random", json!(sync_core::ids::hex(&random))),
        ] {
            members.insert(name.into(), value);
        }
        self.host.step(serde_json::from_value(form).unwrap(), &[], now_ms);
        assert_eq!(self.host.refused.take(), None);
        self.host.saved.last().cloned().unwrap()
    }

    /// A new case in a place, with its person; gives the case.
    pub fn case(&mut self, field: &Field, place: Id) -> Id {
        let (doc, _) =
            self.write(field, json!({"type": "case", "place": place, "fields": {"needs": "дрова"}}));
        let case = Id(doc.0);
        self.write(
            field,
            json!({"type": "person", "case": case, "place": place,
                   "fields": {"name": "Мария", "address": "ул. Садовая, 5", "phone": "+7 900"}}),
        );
        case
    }

    pub fn visit(&mut self, field: &Field, case: Id, note: &str) -> (DocId, String) {
        self.write(field, json!({"type": "visit", "case": case, "place": VILLAGE, "fields": {"notes": note}}))
    }

    /// One request and its answer; `None` when there is nothing to send.
    pub async fn exchange(&mut self, field: &Field) -> Option<SyncAnswer> {
        let request = self.host.outgoing.take()?;
        let (status, body) = field.send("POST", "/v1/sync", Some(&request.token), request.body).await;
        let answer = (status == 200).then(|| wire::unpack(&body, wire::MAX_UNPACKED).unwrap());
        let now_ms = self.clock(field);
        self.host.step(Event::Answer { status, now_ms }, &body, now_ms);
        answer
    }

    pub fn begin(&mut self, field: &Field) {
        let now_ms = self.clock(field);
        self.host.step(Event::Sync { now_ms }, &[], now_ms);
    }

    /// Syncs until there is nothing more to say; gives all answers.
    pub async fn sync(&mut self, field: &Field) -> Vec<SyncAnswer> {
        self.begin(field);
        let mut answers = Vec::new();
        while self.host.outgoing.is_some() {
            answers.extend(self.exchange(field).await);
            assert!(answers.len() < 200, "it never ends");
        }
        answers
    }

    /// The verdicts of one sync, in the order they were given.
    pub async fn verdicts(&mut self, field: &Field) -> Vec<Verdict> {
        let answers = self.sync(field).await;
        answers.iter().flat_map(|answer| &answer.verdicts).map(|on| on.verdict).collect()
    }

    /// The phone's next request, taken off before it is sent.
    pub fn take_request(&mut self, field: &Field) -> (String, Vec<u8>) {
        self.begin(field);
        let request = self.host.outgoing.take().unwrap();
        (request.token, request.body)
    }

    /// A token of this phone's for any request.
    pub fn token(&self, field: &Field, method: &str, path: &str, body: &[u8]) -> String {
        self.host.device.token(method, path, body, self.clock(field)).unwrap()
    }

    pub fn rows(&self, record_type: &str) -> Vec<RecordRow> {
        self.host.device.rows().into_iter().filter(|row| row.record_type == record_type).collect()
    }

    pub fn waiting(&self) -> usize {
        self.host.device.waiting()
    }

    /// The office values of a topic the phone has.
    pub fn values(&self, topic: &str) -> Vec<Value> {
        let prefix = format!("office/{topic}/");
        let rows = self.host.office.iter().filter(|(key, _)| key.starts_with(&prefix));
        rows.map(|(_, value)| serde_json::from_str(value).unwrap()).collect()
    }
}
