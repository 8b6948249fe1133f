//! A phone: a device on a host in memory, with a clock that may be wrong and a battery that may run out
//! between any two storage steps.

use serde_json::Value;
use sync_core::device::memory::{MemoryHost, Request};
use sync_core::device::{Device, Effect, Event, RecordRow, Stored, WriteEvent};
use sync_core::ids::{DeviceId, DocId, Id, PublicKey};
use sync_core::record::{Fields, Scalar};

use crate::chance::Chance;
use crate::clock::{Clock, Time};

/// A named phone of a named person.
#[derive(Debug)]
pub struct Phone {
    pub name: String,
    pub host: MemoryHost,
    pub clock: Clock,
    pub chance: Chance,
    /// Storage steps until the battery is out; `None` for a full one.
    battery: Option<u32>,
    /// And those of the batteries after it, the next one last.
    spare: Vec<u32>,
    /// How often it has died.
    pub deaths: u32,
    /// What it called saved, oldest first: the promises that everything is about.
    pub promises: Vec<Promise>,
}

/// Something the phone called saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    pub doc: DocId,
    pub record: String,
    pub fields: Fields,
}

impl Phone {
    /// Switched on for the first time; signs in later.
    pub fn new(name: &str, time: &Time, chance: &mut Chance) -> Self {
        Self {
            name: name.to_owned(),
            host: MemoryHost::default(),
            clock: Clock::right(time),
            chance: chance.split(),
            battery: None,
            spare: Vec::new(),
            deaths: 0,
            promises: Vec::new(),
        }
    }

    /// Makes its key; the server is then asked to enrol the public half.
    pub fn make_key(&mut self) -> PublicKey {
        let random = self.chance.bytes();
        self.step(Event::NewKey { random }, &[]);
        self.host.public_key.expect("the battery was full")
    }

    /// Hears the server's answer to enrolment.
    pub fn enrolled(&mut self, answer: Value) {
        self.step(Event::Enrolled { answer, now_ms: self.clock.now_ms() }, &[]);
    }

    pub fn device(&self) -> DeviceId {
        self.host.device.identity().expect("signed in").device
    }

    pub fn person(&self) -> Id {
        self.host.device.identity().expect("signed in").person
    }

    /// Logs a new entry about `case`; the document and record once they are saved.
    pub fn log(&mut self, record_type: &str, case: Id, fields: &[(&str, Scalar)]) -> Option<(DocId, String)> {
        let event = self.event(record_type, fields);
        self.write(WriteEvent { case: Some(case), ..event })
    }

    /// Logs a visit with these notes.
    pub fn visit(&mut self, case: Id, notes: &str) -> Option<(DocId, String)> {
        self.log("visit", case, &[("notes", notes.into()), ("date", "2026-05-15".into())])
    }

    /// Changes fields of a record that is there.
    pub fn correct(&mut self, at: &(DocId, String), fields: &[(&str, Scalar)]) -> Option<(DocId, String)> {
        let event = self.event(&self.type_of(at), fields);
        self.write(WriteEvent { doc: Some(at.0), record: Some(at.1.clone()), ..event })
    }

    pub fn void(&mut self, at: &(DocId, String), why: &str) -> Option<(DocId, String)> {
        let event = self.event(&self.type_of(at), &[]);
        let at = at.clone();
        self.write(WriteEvent { doc: Some(at.0), record: Some(at.1), void: Some(why.to_owned()), ..event })
    }

    /// A form filled in now, for no case yet.
    pub fn event(&mut self, record_type: &str, fields: &[(&str, Scalar)]) -> WriteEvent {
        WriteEvent {
            now_ms: self.clock.now_ms(),
            zone: Some("Asia/Vladivostok".into()),
            random: self.chance.bytes(),
            record_type: record_type.to_owned(),
            record: None,
            doc: None,
            case: None,
            place: None,
            fields: fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            void: None,
            unvoid: false,
        }
    }

    /// Saves a form; `None` when it was refused or the battery was out before the phone said "saved".
    pub fn write(&mut self, event: WriteEvent) -> Option<(DocId, String)> {
        let (fields, before) = (event.fields.clone(), self.host.saved.len());
        self.host.refused = None;
        self.step(Event::Write(Box::new(event)), &[]);
        let (doc, record) = self.host.saved.get(before)?.clone();
        self.promises.push(Promise { doc, record: record.clone(), fields });
        Some((doc, record))
    }

    fn type_of(&self, at: &(DocId, String)) -> String {
        self.row(at).map_or_else(|| "visit".to_owned(), |row| row.record_type)
    }

    /// Looks for a connection: the request it wants carried, if any.
    pub fn ask(&mut self) -> Option<Request> {
        self.step(Event::Sync { now_ms: self.clock.now_ms() }, &[]);
        self.host.outgoing.take()
    }

    /// Hears an answer, and may have something to say to it.
    pub fn hear(&mut self, status: u16, body: &[u8]) -> Option<Request> {
        self.step(Event::Answer { status, now_ms: self.clock.now_ms() }, body);
        self.host.outgoing.take()
    }

    /// Hears that the request did not get through.
    pub fn hear_nothing(&mut self) {
        self.step(Event::Failed, &[]);
    }

    /// One record as its pages show it.
    pub fn row(&self, at: &(DocId, String)) -> Option<RecordRow> {
        self.host.device.rows_in(at.0).into_iter().find(|row| row.id == at.1)
    }

    /// All records, each once.
    pub fn rows(&self) -> Vec<RecordRow> {
        let mut rows = self.host.device.rows();
        rows.sort_by(|a, b| (a.doc, &a.id).cmp(&(b.doc, &b.id)));
        rows.dedup_by(|a, b| (a.doc, &a.id) == (b.doc, &b.id));
        rows
    }

    /// Changes that the server has not answered for.
    pub fn waiting(&self) -> usize {
        self.host.device.waiting()
    }

    /// The codes of what it told its person since the last time.
    pub fn told(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.host.notices).into_iter().map(|notice| notice.code).collect()
    }

    /// The battery will be out after so many more storage steps, perhaps in the middle of one.
    pub fn dies_after(&mut self, steps: u32) {
        self.battery = Some(steps);
    }

    /// Dies as often as numbers are given, each time after so many more storage steps, those at its start included.
    pub fn dies_again_and_again(&mut self, steps: &[u32]) {
        self.spare = steps.iter().rev().copied().collect();
        self.battery = self.spare.pop();
    }

    /// A full battery again.
    pub fn charge(&mut self) {
        self.battery = None;
        self.spare.clear();
    }

    /// Off and on: only what was stored is left.
    pub fn restart(&mut self) {
        while !self.start() {
            self.deaths += 1;
            self.battery = self.spare.pop();
        }
    }

    fn start(&mut self) -> bool {
        let stored = Stored {
            log: &self.host.log,
            docs: self.host.docs.iter().map(|(doc, bytes)| (*doc, bytes.as_slice())).collect(),
            office: self.host.office.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            cursor: self.host.cursor.as_deref(),
        };
        let (mut device, effects) = Device::open(stored);
        device.first_version = self.host.device.first_version;
        self.host.device = device;
        self.host.outgoing = None;
        self.carry_out(effects)
    }

    /// The browser deletes its whole database between two starts; the log is elsewhere.
    pub fn lose_cache(&mut self) {
        self.host.wipe_cache();
        self.restart();
    }

    fn step(&mut self, event: Event, body: &[u8]) {
        let effects = self.host.device.step(event, body);
        if !self.carry_out(effects) {
            self.deaths += 1;
            self.battery = self.spare.pop();
            self.restart();
        }
    }

    /// Carries out effects in order; `false` when the battery was out before the end.
    fn carry_out(&mut self, effects: Vec<Effect>) -> bool {
        for effect in effects {
            if matches!(effect, Effect::Append(_) | Effect::Compact(_) | Effect::Cache { .. })
                && !self.spend()
            {
                self.tear(effect);
                return false;
            }
            if effect == Effect::Continue {
                let next = self.host.device.step(Event::Continue { now_ms: self.clock.now_ms() }, &[]);
                if !self.carry_out(next) {
                    return false;
                }
            } else {
                self.host.carry_out(vec![effect], self.clock.now_ms());
            }
        }
        true
    }

    fn spend(&mut self) -> bool {
        match &mut self.battery {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    /// What is left of a step that was under way: of an append any part, of the others nothing, or all of it
    /// without anybody having heard.
    fn tear(&mut self, effect: Effect) {
        if let Effect::Append(bytes) = effect {
            let part = self.chance.below(bytes.len() + 1);
            self.host.log.extend_from_slice(&bytes[..part]);
        } else if self.chance.one_in(2) {
            self.host.carry_out(vec![effect], self.clock.now_ms());
        }
    }
}
