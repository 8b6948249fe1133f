//! A simulated phone of the demo: the real core, stores in memory, requests straight into the router.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use serde_json::{Value, json};
use sync_core::device::memory::MemoryHost;
use sync_core::device::{Event, RecordRow};
use sync_core::ids::{DocId, Id};
use sync_core::wire;
use tower::ServiceExt;

use super::DemoError;
use super::chance::Chance;

const MAX_ANSWER: usize = wire::MAX_UNPACKED;

/// A phone in somebody's hand. Its clock is whatever the story says.
pub struct Phone {
    pub host: MemoryHost,
    router: Router,
    chance: Chance,
}

impl Phone {
    /// A new phone, enrolled for the person with this login.
    pub async fn enrol(router: &Router, login: &str, name: &str, now_ms: i64) -> Result<Self, DemoError> {
        let seed = login
            .bytes()
            .chain(name.bytes())
            .fold(7u64, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let mut phone =
            Self { host: MemoryHost::default(), router: router.clone(), chance: Chance::new(seed) };
        phone.host.step(Event::NewKey { random: phone.chance.bytes32() }, &[], now_ms);
        let key = phone.host.public_key.ok_or(DemoError::Story("no key"))?;
        let body =
            json!({"login": login, "password": login, "device_name": name, "public_key": key}).to_string();
        let (status, answer) = phone.post("/v1/enrol", None, "application/json", body.into_bytes()).await?;
        if status != 200 {
            return Err(DemoError::Answer { path: "/v1/enrol", status });
        }
        let answer = serde_json::from_slice(&answer).map_err(|_| DemoError::Story("enrolment answer"))?;
        phone.host.step(Event::Enrolled { answer, now_ms }, &[], now_ms);
        Ok(phone)
    }

    /// A phone of which only the log is left.
    pub fn from_log(router: &Router, log: Vec<u8>, now_ms: i64) -> Self {
        let mut host = MemoryHost { log, ..MemoryHost::default() };
        host.restart(now_ms);
        Self { host, router: router.clone(), chance: Chance::new(now_ms.unsigned_abs()) }
    }

    /// Saves a form and gives the record it made or changed.
    pub fn write(&mut self, now_ms: i64, form: Value) -> Result<(DocId, String), DemoError> {
        let mut event = form;
        let members = event.as_object_mut().ok_or(DemoError::Story("a form is an object"))?;
        members.insert("event".into(), "write".into());
        members.insert("now_ms".into(), now_ms.into());
        members.insert("zone".into(), "Asia/Vladivostok".into());
        members.insert("random".into(), sync_core::ids::hex(&self.chance.bytes32()).into());
        let event =
            serde_json::from_value(event).map_err(|_| DemoError::Story("a form the core cannot read"))?;
        self.host.step(event, &[], now_ms);
        match self.host.refused.take() {
            Some(code) => Err(DemoError::Story(code)),
            None => self.host.saved.last().cloned().ok_or(DemoError::Story("nothing saved")),
        }
    }

    /// Comes into signal: syncs until there is nothing more to say.
    pub async fn sync(&mut self, now_ms: i64) -> Result<(), DemoError> {
        self.host.step(Event::Sync { now_ms }, &[], now_ms);
        while let Some(request) = self.host.outgoing.take() {
            let (status, answer) =
                self.post("/v1/sync", Some(request.token), "application/cbor", request.body).await?;
            self.host.step(Event::Answer { status, now_ms }, &answer, now_ms);
            if status != 200 {
                return Err(DemoError::Answer { path: "/v1/sync", status });
            }
        }
        Ok(())
    }

    /// A request of the desk, signed by this device.
    pub async fn rest(
        &self,
        now_ms: i64,
        method: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<Value, DemoError> {
        let body = if method == "GET" { Vec::new() } else { body.to_string().into_bytes() };
        let token = self.host.device.token(method, path, &body, now_ms);
        let (status, answer) = self.request(method, path, token, "application/json", body).await?;
        if !(200..300).contains(&status) {
            return Err(DemoError::Answer { path: "the desk", status });
        }
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|_| DemoError::Story("an answer that is not JSON"))
    }

    /// The rows this phone shows, of one type.
    pub fn rows(&self, record_type: &str) -> Vec<RecordRow> {
        self.host.device.rows().into_iter().filter(|row| row.record_type == record_type).collect()
    }

    /// The rows of one type about one case.
    pub fn rows_of(&self, record_type: &str, case: Id) -> Vec<RecordRow> {
        self.rows(record_type).into_iter().filter(|row| row.case == Some(case)).collect()
    }

    async fn post(
        &self,
        path: &'static str,
        token: Option<String>,
        kind: &'static str,
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), DemoError> {
        self.request("POST", path, token, kind, body).await
    }

    async fn request(
        &self,
        method: &'static str,
        path: &str,
        token: Option<String>,
        kind: &'static str,
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), DemoError> {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body)).map_err(|_| DemoError::Story("a request"))?;
        let answer =
            self.router.clone().oneshot(request).await.map_err(|_| DemoError::Story("the router"))?;
        let status = answer.status().as_u16();
        let body =
            to_bytes(answer.into_body(), MAX_ANSWER).await.map_err(|_| DemoError::Story("an answer"))?;
        Ok((status, body.to_vec()))
    }
}
