//! A coordinator at the desk, over REST.

use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::Footpath;
use crate::chance::Chance;
use crate::clock::Time;
use crate::ear::Ear;
use crate::http::{Answer, Ask, Client};
use crate::phone::Phone;

/// The desk signs its requests with a key of its own, as phones do; it holds no replica.
#[derive(Debug)]
pub struct Desk {
    key: Phone,
    pub client: Client,
}

impl Desk {
    pub fn open(footpath: &Footpath, login: &str) -> Self {
        // One key is one person's.
        let seed = login.bytes().fold(0xde5c, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
        let mut key = Phone::new("Desk", &Time::Real, &mut Chance::new(seed));
        footpath.sign_in(&mut key, login);
        Self { key, client: Client::new(footpath.address) }
    }

    pub fn get(&mut self, path: &str) -> Value {
        self.good("GET", path, Value::Null)
    }

    pub fn post(&mut self, path: &str, body: Value) -> Value {
        self.good("POST", path, body)
    }

    pub fn delete(&mut self, path: &str) -> Value {
        self.good("DELETE", path, Value::Null)
    }

    /// Whatever the answer is. What phones have just pushed is at the desk a moment later: that is waited for.
    pub fn ask(&mut self, method: &str, path: &str, body: Value) -> Answer {
        self.catch_up();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let now_ms = self.key.clock.now_ms();
        let token = self.key.host.device.token(method, path, &body, now_ms).expect("signed in");
        let content_type = (!body.is_empty()).then_some("application/json");
        let ask = Ask { method, path, token: Some(&token), content_type, body: &body };
        self.client.send(ask).expect("the server answers")
    }

    /// Listens for news, as an open page does.
    pub fn listen(&self) -> Ear {
        let now_ms = self.key.clock.now_ms();
        let token = self.key.host.device.token("GET", "/v1/news", &[], now_ms).expect("signed in");
        Ear::open(self.client.address(), &token).expect("the stream opens")
    }

    fn catch_up(&mut self) {
        let ready = Ask { method: "GET", path: "/readyz", ..Ask::default() };
        for _ in 0..1_000 {
            let answer = self.client.send(ready).expect("the server answers");
            if answer.json()["read_model_lag"] == 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the desk's tables do not follow the log");
    }

    fn good(&mut self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path, body);
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {said}", answer.status);
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    /// All items of a list, page by page.
    pub fn all(&mut self, path: &str) -> Vec<Value> {
        let (mut items, mut page) = (Vec::new(), self.get(path));
        loop {
            items.extend(page["items"].as_array().expect("a list").iter().cloned());
            let Some(next) = page["next"].as_str() else { return items };
            let sign = if path.contains('?') { '&' } else { '?' };
            page = self.get(&format!("{path}{sign}after={next}"));
        }
    }

    pub fn approve(&mut self, record: &str) -> Value {
        self.decide(record, "approve", Value::Null)
    }

    pub fn send_back(&mut self, record: &str, comment: &str) -> Value {
        self.decide(record, "return", comment.into())
    }

    /// Decides on the record as it is shown now.
    fn decide(&mut self, record: &str, decision: &str, comment: Value) -> Value {
        let shown = self.get(&format!("/v1/records/{record}"));
        let item = json!({"record": record, "digest": shown["record"]["digest"]});
        let body = json!({"items": [item], "decision": decision, "comment": comment});
        self.post("/v1/reviews", body)["results"][0]["outcome"].clone()
    }
}
