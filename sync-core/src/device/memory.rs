//! A host whose stores are memory: simulated devices in the demo and in the tests.
//!
//! It carries out effects exactly as a real host must, in order, and can be switched off between any two.

use std::collections::BTreeMap;

use super::{Device, Effect, Event, Notice, Put, Status, Stored};
use crate::ids::{DocId, PublicKey};

/// A device in memory. What is in `log`, `docs`, `office` and `cursor` survives [`MemoryHost::restart`].
#[derive(Debug, Default)]
pub struct MemoryHost {
    pub device: Device,
    pub log: Vec<u8>,
    pub docs: BTreeMap<DocId, Vec<u8>>,
    pub office: BTreeMap<String, String>,
    pub cursor: Option<Vec<u8>>,
    /// The request to carry, until it is taken.
    pub outgoing: Option<Request>,
    pub public_key: Option<PublicKey>,
    pub status: Option<Status>,
    pub notices: Vec<Notice>,
    /// Records called saved, newest last.
    pub saved: Vec<(DocId, String)>,
    /// The last refusal of a write.
    pub refused: Option<&'static str>,
}

/// A `POST /v1/sync` to carry to the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub token: String,
    pub body: Vec<u8>,
}

impl MemoryHost {
    /// Takes one event in and carries out everything that follows from it.
    pub fn step(&mut self, event: Event, body: &[u8], now_ms: i64) {
        let effects = self.device.step(event, body);
        self.carry_out(effects, now_ms);
    }

    /// Carries out effects in order.
    pub fn carry_out(&mut self, effects: Vec<Effect>, now_ms: i64) {
        for effect in effects {
            match effect {
                Effect::Append(bytes) => self.log.extend_from_slice(&bytes),
                Effect::Compact(bytes) => self.log = bytes,
                Effect::Cache { puts, drops, cursor } => self.cache(puts, &drops, cursor),
                Effect::Send { token, body } => self.outgoing = Some(Request { token, body }),
                Effect::Continue => self.step(Event::Continue { now_ms }, &[], now_ms),
                Effect::Saved { record, doc } => self.saved.push((doc, record)),
                Effect::Refused { code } => self.refused = Some(code),
                Effect::PublicKey(key) => self.public_key = Some(key),
                Effect::Status(status) => self.status = Some(status),
                Effect::Notice(notice) => self.notices.push(notice),
            }
        }
    }

    /// Switches the device off and on: only the stores remain.
    pub fn restart(&mut self, now_ms: i64) {
        let stored = Stored {
            log: &self.log,
            docs: self.docs.iter().map(|(doc, bytes)| (*doc, bytes.as_slice())).collect(),
            office: self.office.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            cursor: self.cursor.as_deref(),
        };
        let (device, effects) = Device::open(stored);
        self.device = Device { first_version: self.device.first_version, ..device };
        self.outgoing = None;
        self.carry_out(effects, now_ms);
    }

    /// The browser throws the cache away; the log stays.
    pub fn wipe_cache(&mut self) {
        self.docs.clear();
        self.office.clear();
        self.cursor = None;
    }

    fn cache(&mut self, puts: Vec<Put>, drops: &[String], cursor: Option<Vec<u8>>) {
        for put in puts {
            match put {
                Put::Document { doc, bytes, .. } => drop(self.docs.insert(doc, bytes)),
                Put::Office { key, value } => drop(self.office.insert(key, value)),
            }
        }
        for key in drops {
            self.office.remove(key);
            if let Ok(doc) = key.parse() {
                self.docs.remove(&doc);
            }
        }
        if cursor.is_some() {
            self.cursor = cursor;
        }
    }
}
