//! The desk over HTTP, with a real store and read model in a folder of its own.

mod access;
mod cases;
mod conflicts;
mod devices;
mod hostile;
mod news;
mod quarantine;
mod records;
mod reviews;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sync_core::crdt::{Change, Document};
use sync_core::ids::{Actor, DocId, Id, Month};
use sync_core::keys::{DeviceKey, request_binding, token};
use sync_core::office::{OfficeRow, Topic};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::{Kind, Scope};
use sync_core::wire::Grant;
use tower::ServiceExt;

use crate::app::{self, App, Clock};
use crate::config::Config;
use crate::push::InProcess;
use crate::read_model::ReadModel;
use crate::store::sqlite::{Founding, SqliteLog};
use crate::store::{Account, Batch, ChangeLog, ChangeRow, Duty, Entry, OfficeEntry, Organisation};

pub const NOW: i64 = 1_780_272_000_000;
const ORG: Id = Id([1; 16]);

/// The district of Vera, with one village; and another district.
pub const DISTRICT: Id = Id([100; 16]);
pub const VILLAGE: Id = Id([101; 16]);
pub const ELSEWHERE: Id = Id([200; 16]);

/// A recipient in the village, and one elsewhere.
pub const CASE: Id = Id([9; 16]);
pub const FAR_CASE: Id = Id([8; 16]);

/// People with accounts; each has one device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Coordinator of the district.
    Vera,
    /// Coordinator of the other district.
    Nina,
    Worker,
    SecondWorker,
    Volunteer,
    Admin,
}

impl Who {
    pub const ALL: [Self; 6] =
        [Self::Vera, Self::Nina, Self::Worker, Self::SecondWorker, Self::Volunteer, Self::Admin];

    pub fn person(self) -> Id {
        Id([50 + self as u8; 16])
    }

    pub fn key(self) -> DeviceKey {
        DeviceKey::from_seed([150 + self as u8; 32])
    }

    fn account(self) -> Account {
        let (duty, place) = match self {
            Self::Vera => (Duty::Coordinator, Some(DISTRICT)),
            Self::Nina => (Duty::Coordinator, Some(ELSEWHERE)),
            Self::Worker | Self::SecondWorker => (Duty::Worker, Some(VILLAGE)),
            Self::Volunteer => (Duty::Volunteer, Some(VILLAGE)),
            Self::Admin => (Duty::Admin, None),
        };
        Account {
            person: self.person(),
            login: format!("{self:?}"),
            name: format!("{self:?}"),
            password_hash: String::new(),
            duties: vec![duty],
            language: "en".into(),
            places: place.into_iter().collect(),
        }
    }
}

/// A server with its people, and the time on its clock.
pub struct Desk {
    pub app: Arc<App>,
    router: Router,
    clock: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// Two districts with a recipient each; nothing has been logged.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let organisation = Organisation { id: ORG, name: "Опора".into(), epoch: Id([2; 16]) };
        let founding = || Founding { organisation, server_seed: [3; 32] };
        let log: Arc<dyn ChangeLog> =
            Arc::new(SqliteLog::open(&folder.path().join("log.db"), founding).unwrap());
        for who in Who::ALL {
            log.put_account(who.account()).await.unwrap();
            log.enrol(who.person(), who.key().public(), &format!("{who:?}'s phone"), NOW).await.unwrap();
        }
        let clock = Arc::new(AtomicI64::new(NOW));
        let config = Config::for_testing(folder.path().to_owned());
        let read_model = ReadModel::open(&folder.path().join("read.db"), log.clone()).await.unwrap();
        let wound = clock.clone();
        let now: Clock = Arc::new(move || wound.load(Ordering::SeqCst));
        let app = Arc::new(App::new(config, log, read_model, Arc::new(InProcess), now));
        let desk = Self { router: app::router(app.clone()), app, clock, _folder: folder };
        desk.found().await;
        desk
    }

    async fn found(&self) {
        let list = |key: &str, value: Value| {
            let row = OfficeRow {
                topic: Topic::Catalogue,
                subject: ORG,
                key: key.into(),
                value: value.to_string(),
            };
            Entry::Office(OfficeEntry { row, to: Grant::Organisation(ORG), by: Who::Admin.person() })
        };
        let place = |id: Id, parent: Option<Id>, name: &str| json!({"id": id, "parent": parent, "name": name, "kind": "settlement"});
        let staff: Vec<Value> = Who::ALL
            .iter()
            .map(|who| json!({"id": who.person(), "name": format!("{who:?}"), "duty": who.account().duties[0].name()}))
            .collect();
        let places = json!([
            place(DISTRICT, None, "Район"),
            place(VILLAGE, Some(DISTRICT), "Калиновка"),
            place(ELSEWHERE, None, "Другой район")
        ]);
        self.append(vec![list("places", places), list("people", staff.into())]).await;
        for (case, place, name) in [(CASE, VILLAGE, "Мария Ёлкина"), (FAR_CASE, ELSEWHERE, "Пётр Дальний")]
        {
            let person = DocId([case.0[0] + 100; 16]);
            let scope = |kind| Scope { kind, family: Some(case), place: Some(place), month: None };
            self.write(
                Who::Admin,
                person,
                scope(Kind::Person),
                &person.to_string(),
                &[("type", "person".into()), ("name", name.into())],
            )
            .await;
            let fields = [
                ("type", "case".into()),
                ("person", person.to_string().into()),
                ("care_status", "active".into()),
            ];
            self.write(Who::Admin, DocId(case.0), scope(Kind::Case), &case.to_string(), &fields).await;
        }
    }

    /// Appends, and waits until pages show it. Gives the number of the newest row.
    pub async fn append(&self, entries: Vec<Entry>) -> u64 {
        let batch = Batch { received_ms: self.app.now_ms(), entries, ..Batch::default() };
        let seqs = self.app.log.append(batch).await.unwrap();
        let newest = *seqs.last().unwrap();
        self.app.read_model.wait_for(newest).await.unwrap();
        newest
    }

    pub fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    /// The document as the log has it.
    pub async fn document(&self, doc: DocId, kind: Kind) -> Document {
        let rows = self.app.log.changes_of(&[doc]).await.unwrap().remove(&doc).unwrap_or_default();
        Document::from_changes(kind, rows.iter().map(|row| row.bytes.as_slice())).unwrap()
    }

    /// Writes on what the log has, and appends the change.
    pub async fn write(
        &self,
        who: Who,
        doc: DocId,
        scope: Scope,
        record: &str,
        fields: &[(&str, Scalar)],
    ) -> Change {
        let document = self.document(doc, scope.kind).await;
        self.write_on(document, who, doc, scope, record, fields).await
    }

    /// Writes on a copy that may be behind the log, as a phone does, and appends the change.
    pub async fn write_on(
        &self,
        mut copy: Document,
        who: Who,
        doc: DocId,
        scope: Scope,
        record: &str,
        fields: &[(&str, Scalar)],
    ) -> Change {
        let change = change_on(&mut copy, self.app.now_ms(), who, doc, record, fields);
        self.append(vec![Entry::Change(row(who, doc, scope, &change))]).await;
        change
    }

    /// A visit to the recipient in the village; gives its record id.
    pub async fn visit(&self, who: Who, id: u8, fields: &[(&str, Scalar)]) -> String {
        let record = Id([id; 16]).to_string();
        let mut all: Vec<(&str, Scalar)> = vec![("type", "visit".into()), ("date", "2026-06-01".into())];
        all.extend(fields.iter().cloned());
        self.write(who, log_doc(), log_scope(), &record, &all).await;
        record
    }

    /// A signed request; gives the status and the JSON of the answer.
    pub async fn call(&self, who: Who, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let (status, bytes) = self.call_raw(Some(who), method, path, body.into_bytes()).await;
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// A request with or without a signature.
    pub async fn call_raw(
        &self,
        who: Option<Who>,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> (StatusCode, Bytes) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(who) = who {
            let binding = request_binding(method, path, &body);
            let token = token(&who.key(), who.person(), ORG, &binding, self.app.now_ms());
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status();
        (status, response.into_body().collect().await.unwrap().to_bytes())
    }

    /// A page that must be there.
    pub async fn get(&self, who: Who, path: &str) -> Value {
        let (status, body) = self.call(who, "GET", path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// A command that must succeed.
    pub async fn post(&self, who: Who, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(who, "POST", path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }
}

/// The log of the recipient in the village.
pub fn log_doc() -> DocId {
    DocId::of_log(CASE, Month(2026 * 12 + 5))
}

pub fn log_scope() -> Scope {
    Scope::of_log(CASE, Some(VILLAGE), Month(2026 * 12 + 5))
}

pub fn case_scope() -> Scope {
    Scope { kind: Kind::Case, family: Some(CASE), place: Some(VILLAGE), month: None }
}

/// A change by this person's phone, made on `copy`.
pub fn change_on(
    copy: &mut Document,
    at_ms: i64,
    who: Who,
    doc: DocId,
    record: &str,
    fields: &[(&str, Scalar)],
) -> Change {
    let fields: Fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    copy.write(&Actor::of(&who.key().public(), doc, 1), at_ms, record, &fields).unwrap().unwrap()
}

pub fn row(who: Who, doc: DocId, scope: Scope, change: &Change) -> ChangeRow {
    ChangeRow {
        doc,
        scope,
        hash: change.hash(),
        author: who.person(),
        device: who.key().device(),
        envelope: 1,
        flag: None,
        bytes: change.bytes().to_vec(),
    }
}
