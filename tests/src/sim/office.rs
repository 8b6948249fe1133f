//! What the coordinator does at the desk: over the real routes, signed by the desk's own key. Who gets no answer
//! presses the button again.

use serde_json::{Value, json};
use sync_core::ids::{DocId, Id};
use sync_core::keys::{request_binding, token};

use super::founding::COORDINATOR;
use super::invariants::Violation;
use super::server::ORG;
use super::texts;
use super::world::World;
use crate::chance::Chance;

/// How often a button is pressed.
const PRESSES: usize = 4;

impl World {
    /// A request of the desk, until it is answered.
    fn press(&mut self, method: &str, path: &str, body: &Value) -> Result<Option<(u16, Value)>, Violation> {
        let body = if method == "GET" { Vec::new() } else { body.to_string().into_bytes() };
        for _ in 0..PRESSES {
            let binding = request_binding(method, path, &body);
            let token = token(&self.desk, COORDINATOR, ORG, &binding, self.server.now_ms());
            let deaths = self.server.deaths;
            self.mirror.seq_before = self.mirror.seq;
            let answer = self.server.call_desk(method, path, &token, &body);
            if self.server.deaths > deaths {
                self.still_there()?;
            }
            self.follow()?;
            if let Some((status, body)) = answer {
                return Ok(Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null))));
            }
        }
        Ok(None)
    }

    fn get(&mut self, path: &str) -> Result<Option<Value>, Violation> {
        let answer = self.press("GET", path, &Value::Null)?;
        Ok(answer.filter(|(status, _)| *status == 200).map(|(_, body)| body))
    }

    pub fn assign(&mut self, case: usize, person: usize) -> Result<(), Violation> {
        let Some((case, _)) = self.cases.get(case % self.cases.len().max(1)).copied() else { return Ok(()) };
        let person = self.scopes.people[person % self.scopes.people.len()].id;
        let path = format!("/v1/cases/{case}/assignments");
        if let Some((200, _)) = self.press("POST", &path, &json!({"person": person}))? {
            self.scopes.give(person, case);
        }
        Ok(())
    }

    pub fn unassign(&mut self, case: usize, person: usize) -> Result<(), Violation> {
        let Some((case, _)) = self.cases.get(case % self.cases.len().max(1)).copied() else { return Ok(()) };
        let person = self.scopes.people[person % self.scopes.people.len()].id;
        let path = format!("/v1/cases/{case}/assignments/{person}");
        if let Some((200, _)) = self.press("DELETE", &path, &Value::Null)? {
            self.scopes.take(person, case);
        }
        Ok(())
    }

    /// Who has a family and who has not, once more.
    pub fn say(&mut self, person: Id, family: Id, given: bool) -> Result<(), Violation> {
        let path = format!("/v1/cases/{family}/assignments");
        let answer = if given {
            self.press("POST", &path, &json!({"person": person}))?
        } else {
            self.press("DELETE", &format!("{path}/{person}"), &Value::Null)?
        };
        // A case that nobody brought back cannot be given.
        if answer.is_none_or(|(status, _)| status != 200) {
            self.scopes.doubt(person, family);
        }
        Ok(())
    }

    pub fn substitute(&mut self, case: usize, person: usize, from: i64, days: i64) -> Result<(), Violation> {
        let Some((case, _)) = self.cases.get(case % self.cases.len().max(1)).copied() else { return Ok(()) };
        let person = self.scopes.people[person % self.scopes.people.len()].id;
        let today = self.today();
        let (first, last) = (today + from, today + from + days);
        let body = json!({
            "person": person, "from": Self::date(first), "to": Self::date(last), "substitute": true,
        });
        if let Some((200, _)) = self.press("POST", &format!("/v1/cases/{case}/assignments"), &body)? {
            self.scopes.lend(person, case, first, last, today);
        }
        Ok(())
    }

    /// Settles a conflict with a value of the coordinator's own, so that each text is written once.
    pub fn choose(&mut self, conflict: usize, salt: u32) -> Result<(), Violation> {
        let Some(page) = self.get("/v1/records?conflicts=true")? else { return Ok(()) };
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let Some(item) = items.get(conflict % items.len().max(1)) else { return Ok(()) };
        let (id, doc) = (text(&item["id"]), text(&item["doc"]));
        let Some(record) = self.get(&format!("/v1/records/{id}?doc={doc}"))? else { return Ok(()) };
        let Some(field) = record["conflicts"].as_array().and_then(|all| all.first()) else { return Ok(()) };
        let values = field["values"].as_array().cloned().unwrap_or_default();
        let hashes: Vec<&Value> = values.iter().map(|value| &value["change"]).collect();
        let seen = values.iter().filter_map(|value| texts::number_of(value["value"].as_str()?)).collect();
        let doc: DocId = doc.parse().expect("the desk names documents");
        let key = text(&field["key"]);
        // A conflict about something else than a text, who is on a task for instance, is settled as it stands.
        let number = self.writes.note(Some((doc, id.clone(), key.clone())), seen);
        let choice = match &values.first().map(|value| &value["value"]) {
            Some(Value::String(_)) => texts::text(number, &mut Chance::new(salt.into()), 0).into(),
            Some(other) => (*other).clone(),
            None => return Ok(()),
        };
        let body = json!({"doc": doc, "field": key, "choose": choice, "shown": hashes});
        self.press("POST", &format!("/v1/records/{id}/conflicts"), &body)?;
        Ok(())
    }

    pub fn review(&mut self, record: usize, approve: bool) -> Result<(), Violation> {
        let Some((doc, id)) = self.record(record) else { return Ok(()) };
        let Some(found) = self.get(&format!("/v1/records/{id}?doc={doc}"))? else { return Ok(()) };
        let item = json!({"record": id, "doc": doc, "digest": found["record"]["digest"]});
        let decision = if approve { "approve" } else { "return" };
        let comment = (!approve).then_some("please look again");
        let body = json!({"items": [item], "decision": decision, "comment": comment});
        self.press("POST", "/v1/reviews", &body)?;
        Ok(())
    }

    pub fn release(&mut self, change: usize) -> Result<(), Violation> {
        let Some(id) = self.set_aside(change)? else { return Ok(()) };
        self.press("POST", &format!("/v1/quarantine/{id}/release"), &json!({}))?;
        Ok(())
    }

    pub fn settle(&mut self, change: usize) -> Result<(), Violation> {
        let Some(id) = self.set_aside(change)? else { return Ok(()) };
        self.press("POST", &format!("/v1/quarantine/{id}/settle"), &json!({"note": "by phone"}))?;
        Ok(())
    }

    fn set_aside(&mut self, change: usize) -> Result<Option<u64>, Violation> {
        let page = self.get("/v1/quarantine")?;
        let items = page.and_then(|page| page["items"].as_array().cloned()).unwrap_or_default();
        Ok(items.get(change % items.len().max(1)).and_then(|item| item["id"].as_u64()))
    }

    /// Takes a device out of service, on whatever phones it is.
    pub fn revoke(&mut self, at: usize) -> Result<(), Violation> {
        let device = self.hands[at].device;
        if let Some((200, _)) = self.press("POST", &format!("/v1/devices/{device}/revoke"), &json!({}))? {
            self.hands.iter_mut().filter(|hand| hand.device == device).for_each(|hand| hand.revoked = true);
        }
        Ok(())
    }

    /// What the server says of the devices.
    pub fn devices(&mut self) -> Result<Vec<Value>, Violation> {
        let page = self.get("/v1/devices")?;
        Ok(page.and_then(|page| page["items"].as_array().cloned()).unwrap_or_default())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
