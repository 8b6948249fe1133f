//! A device's side of everything, as a pure state machine: events go in, effects come out.
//!
//! The host (a worker in the browser, a simulated device in the tests) carries the effects out **in
//! order**, and finishes each before the next: an [`Effect::Append`] is flushed before anything after it
//! is begun. So nothing is called saved before it is in the log, and nothing leaves the outbox before the
//! page that answers for it is stored.
//!
//! | room | what it does |
//! |---|---|
//! | `log` | the records that must survive anything |
//! | `state` | what those records add up to; compaction |
//! | `write` | an intent becomes a change |
//! | `sync` | one request, one answer |
//! | `seal` | work into signed envelopes |
//! | `page` | one answer being taken in, and its rows |
//! | `verdicts` | what the server says of one's own work |
//! | `held` | the documents on the device |
//! | `shelf` | those opened a moment ago |
//! | `keeping` | which of them it keeps, and how it asks for others |
//! | `leaving` | what the person no longer has |
//! | `turns` | which envelopes go first |
//! | `proofs` | what shows that the server gave or took something |
//! | `offer` | what it gives back to a server that was restored from a backup |
//! | `withdrawn` | what such a server will not have as it was |
//! | `rows` | documents as the rows that lists and pages show |
//! | `told` | events as JSON |
//! | `memory` | a host whose stores are memory, for the demo and the tests |

mod event;
mod held;
mod keeping;
mod known;
mod leaving;
pub mod log;
pub mod memory;
mod offer;
mod page;
mod proofs;
mod rows;
mod seal;
mod shelf;
mod state;
mod sync;
mod told;
mod turns;
mod verdicts;
mod withdrawn;
mod write;

use std::collections::{BTreeMap, BTreeSet};

pub use event::{Draft, Effect, Event, Notice, Put, Status, WriteEvent};
pub use rows::{Clash, RecordRow, ReviewShown, RowState};
pub use state::Identity;

use crate::ids::{DocId, Id, Month};
use crate::keys::{self, DeviceKey};
use crate::wire::Cursor;
use held::Held;
use log::LogRecord;
use shelf::Shelf;
use state::State;
use sync::Flight;

/// A device: what its log says, the documents and office rows it holds, and the request under way.
#[derive(Debug, Default)]
pub struct Device {
    state: State,
    docs: BTreeMap<DocId, Held>,
    shelf: Shelf,
    /// Office values by cache key, as JSON.
    office: BTreeMap<String, String>,
    cursor: Option<Cursor>,
    /// The oldest month of logs that was asked for while the cursor came so far.
    read_from: Option<Month>,
    /// Logs somebody wants to see since the device was opened.
    wanted: BTreeSet<DocId>,
    flight: Flight,
    /// Speaks version 1 of the wire, as devices from before version 2 do.
    pub first_version: bool,
}

/// What the host found in its stores.
#[derive(Debug, Default)]
pub struct Stored<'a> {
    /// The whole log.
    pub log: &'a [u8],
    /// The cached documents by id.
    pub docs: Vec<(DocId, &'a [u8])>,
    /// The cached office values by cache key, as JSON.
    pub office: Vec<(String, String)>,
    pub cursor: Option<&'a [u8]>,
}

impl Device {
    /// The device as it was left. Cached documents that cannot be read are left out: with the cursor gone
    /// too, the server sends them again.
    pub fn open(stored: Stored<'_>) -> (Self, Vec<Effect>) {
        let read = log::read(stored.log);
        let mut device = Self { state: State::from_log(read.records), ..Self::default() };
        device.office = stored.office.into_iter().collect();
        (device.cursor, device.read_from) = stored.cursor.map(keeping::read).unwrap_or_default();
        let read_of = device.cursor.as_ref().map(|cursor| cursor.epoch);
        let mut unreadable = false;
        for (doc, bytes) in stored.docs {
            match Held::decode(bytes) {
                Some(held) => drop(device.docs.insert(doc, held)),
                None => unreadable = true,
            }
        }
        if unreadable {
            device.cursor = None;
        }
        let mut effects = Vec::new();
        if read.damaged {
            effects.push(Effect::Notice(Notice::new("log_damaged")));
        }
        device.settle_trial(&mut effects);
        if read.damaged || device.state.worth_compacting(stored.log.len()) {
            effects.push(Effect::Compact(device.state.compacted()));
        }
        effects.extend(read_of.and_then(|epoch| device.note_first_epoch(epoch)));
        if device.state.identity.is_some() {
            // What only this device knows is shown in any case: the cache may be gone, or have missed the last of it.
            let waiting = device.docs_with_work();
            effects.extend(device.cache(&waiting));
        }
        effects.push(device.status());
        (device, effects)
    }

    /// One thing happened; here is what to do about it. `body` belongs to [`Event::Answer`].
    pub fn step(&mut self, event: Event, body: &[u8]) -> Vec<Effect> {
        match event {
            Event::NewKey { random } => self.new_key(random),
            Event::Enrolled { answer, now_ms } => self.enrolled(answer, now_ms),
            Event::Write(write) => self.write(*write),
            Event::Draft(draft) => self.draft(draft),
            Event::Sync { now_ms } => {
                self.flight.begin();
                self.sync(now_ms)
            }
            Event::Answer { status, now_ms } => self.answer(status, now_ms, body),
            Event::Continue { now_ms } => self.proceed(now_ms),
            Event::Failed => self.cut(),
            Event::Earlier { docs } => {
                self.want(docs);
                Vec::new()
            }
        }
    }

    /// Who this device is, once enrolled.
    pub fn identity(&self) -> Option<&Identity> {
        self.state.identity.as_ref()
    }

    /// The forms that were not saved, by their key.
    pub fn drafts(&self) -> &BTreeMap<String, String> {
        &self.state.drafts
    }

    /// A token for one request to the server; `None` before enrolment.
    pub fn token(&self, method: &str, path_and_query: &str, body: &[u8], now_ms: i64) -> Option<String> {
        let (key, identity) = (self.state.key.as_ref()?, self.state.identity.as_ref()?);
        let binding = keys::request_binding(method, path_and_query, body);
        Some(keys::token(key, identity.person, identity.org, &binding, self.state.corrected(now_ms)))
    }

    /// What only this device knows, as a log of its own: unanswered and set-aside work with its intents.
    pub fn export_unsent(&self) -> Vec<u8> {
        self.state.unsent().flat_map(|wrote| log::frame(&LogRecord::Wrote(wrote.clone()))).collect()
    }

    /// Whether work on this device has not been answered for.
    pub fn waiting(&self) -> usize {
        self.state.outbox.len()
    }

    /// Rows of every record held: what a host without a cache of its own shows.
    pub fn rows(&self) -> Vec<RecordRow> {
        let docs: BTreeSet<DocId> = self.docs.keys().copied().chain(self.docs_with_work()).collect();
        docs.iter().flat_map(|doc| self.rows_of(*doc)).collect()
    }

    /// The same of one document.
    pub fn rows_in(&self, doc: DocId) -> Vec<RecordRow> {
        self.rows_of(doc)
    }

    /// An office value by its cache key, as JSON.
    pub fn office(&self, cache_key: &str) -> Option<&str> {
        self.office.get(cache_key).map(String::as_str)
    }

    fn new_key(&mut self, random: [u8; 32]) -> Vec<Effect> {
        if let Some(key) = &self.state.key {
            return vec![Effect::PublicKey(key.public())];
        }
        let key = DeviceKey::from_seed(random);
        let public = key.public();
        vec![self.note(LogRecord::Key(key.seed())), Effect::PublicKey(public)]
    }

    fn enrolled(&mut self, answer: serde_json::Value, now_ms: i64) -> Vec<Effect> {
        let server_time = answer.get("server_time_ms").and_then(serde_json::Value::as_i64).unwrap_or(now_ms);
        let mut effects = vec![
            self.note(LogRecord::Enrolled(answer.to_string())),
            self.note(LogRecord::Clock(server_time.saturating_sub(now_ms), server_time)),
        ];
        effects.push(self.status());
        effects
    }

    fn draft(&mut self, draft: Draft) -> Vec<Effect> {
        vec![self.note(LogRecord::Draft(draft.key, draft.body))]
    }

    /// Takes a record into the state and says to append it.
    fn note(&mut self, record: LogRecord) -> Effect {
        let bytes = log::frame(&record);
        self.state.take(record);
        Effect::Append(bytes)
    }

    fn status(&self) -> Effect {
        Effect::Status(Status {
            waiting: self.state.outbox.len(),
            set_aside: self.state.quarantine.len(),
            last_sync_ms: self.state.last_sync_ms,
            syncing: self.flight.under_way(),
            offset_ms: self.state.offset_ms,
            due: self.flight.due,
            held: self.docs.len() as u32,
            signed_in: self.state.identity.is_some(),
            revoked: self.flight.revoked,
        })
    }

    /// The device's person; the zero id before enrolment.
    fn person(&self) -> Id {
        self.state.identity.as_ref().map_or(Id([0; 16]), |identity| identity.person)
    }
}
