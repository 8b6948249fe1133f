//! The core in a browser: the one file that speaks wasm-bindgen.
//!
//! State is behind a `RefCell` and nothing is borrowed across the boundary: a callback that comes back in
//! finds the core whole. JSON goes in, plain JavaScript objects come out; bytes are `Uint8Array`.

use std::cell::RefCell;

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::device::{Device, Effect, Event, Put, Stored};
use crate::ids::{DocId, PublicKey};
use crate::record::Fields;
use crate::schema;

/// One device. See `docs/architecture.md` for the conversation between it and its host.
#[wasm_bindgen]
#[derive(Default)]
pub struct Core {
    device: RefCell<Device>,
}

#[wasm_bindgen]
impl Core {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the device as its stores left it. `docs` and `office` are arrays of `[key, value]`.
    pub fn open(&self, log: &[u8], docs: &Array, cursor: Option<Vec<u8>>, office: &Array) -> Array {
        let docs: Vec<(DocId, Vec<u8>)> =
            docs.iter().filter_map(|pair| document_of(&Array::from(&pair))).collect();
        let stored = Stored {
            log,
            docs: docs.iter().map(|(doc, bytes)| (*doc, bytes.as_slice())).collect(),
            office: office.iter().filter_map(|pair| office_of(&Array::from(&pair))).collect(),
            cursor: cursor.as_deref(),
        };
        let (device, effects) = Device::open(stored);
        self.device.replace(device);
        objects(&effects)
    }

    /// One event, as JSON; the effects to carry out, in order.
    pub fn step(&self, event: &str, body: Option<Vec<u8>>) -> Result<Array, JsError> {
        let event: Event = serde_json::from_str(event).map_err(|error| JsError::new(&error.to_string()))?;
        Ok(objects(&self.device.borrow_mut().step(event, body.as_deref().unwrap_or_default())))
    }

    /// A token for one request; undefined before enrolment.
    pub fn token(&self, method: &str, path_and_query: &str, body: &[u8], now_ms: f64) -> Option<String> {
        self.device.borrow().token(method, path_and_query, body, now_ms as i64)
    }

    /// Who this device is, as JSON; undefined before enrolment.
    pub fn identity(&self) -> Option<String> {
        self.device.borrow().identity().map(json)
    }

    /// The forms that were not saved, as JSON.
    pub fn drafts(&self) -> String {
        json(self.device.borrow().drafts())
    }

    /// Every record schema by type, as JSON.
    pub fn schemas(&self) -> String {
        schema::record_schemas().to_json()
    }

    /// What a person should look at in these fields, as JSON.
    pub fn check(&self, record_type: &str, fields: &str) -> Result<String, JsError> {
        let fields: Fields =
            serde_json::from_str(fields).map_err(|error| JsError::new(&error.to_string()))?;
        Ok(json(&schema::check(record_type, &fields)))
    }

    /// What only this device has, as bytes to keep elsewhere.
    pub fn export_unsent(&self) -> Vec<u8> {
        self.device.borrow().export_unsent()
    }
}

fn document_of(pair: &Array) -> Option<(DocId, Vec<u8>)> {
    let doc = pair.get(0).as_string()?.parse().ok()?;
    Some((doc, Uint8Array::new(&pair.get(1)).to_vec()))
}

fn office_of(pair: &Array) -> Option<(String, String)> {
    Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
}

fn objects(effects: &[Effect]) -> Array {
    effects.iter().map(object).collect()
}

fn object(effect: &Effect) -> JsValue {
    match effect {
        Effect::Append(bytes) => tagged("append", [("bytes", blob(bytes))]),
        Effect::Compact(bytes) => tagged("compact", [("bytes", blob(bytes))]),
        Effect::Cache { puts, drops, cursor } => tagged(
            "cache",
            [
                ("puts", puts.iter().map(put).collect::<Array>().into()),
                ("drops", drops.iter().map(|key| JsValue::from_str(key)).collect::<Array>().into()),
                ("cursor", cursor.as_deref().map_or(JsValue::UNDEFINED, blob)),
            ],
        ),
        Effect::Send { token, body } => tagged(
            "send",
            [
                ("method", "POST".into()),
                ("path", "/v1/sync".into()),
                ("token", token.into()),
                ("bytes", blob(body)),
            ],
        ),
        Effect::Continue => tagged("continue", []),
        Effect::Saved { record, doc } => {
            tagged("saved", [("record", record.into()), ("doc", doc.to_string().into())])
        }
        Effect::Refused { code } => tagged("refused", [("code", (*code).into())]),
        Effect::PublicKey(PublicKey(key)) => {
            tagged("public_key", [("public_key", crate::ids::hex(key).into())])
        }
        Effect::Status(status) => tagged("status", [("status", parsed(status))]),
        Effect::Notice(notice) => tagged("notice", [("notice", parsed(notice))]),
    }
}

fn put(put: &Put) -> JsValue {
    match put {
        Put::Document { doc, bytes, rows } => {
            record([("key", doc.to_string().into()), ("bytes", blob(bytes)), ("rows", parsed(rows))])
        }
        Put::Office { key, value } => record([("key", key.into()), ("value", value.into())]),
    }
}

fn tagged<const N: usize>(name: &str, members: [(&str, JsValue); N]) -> JsValue {
    let object = record(members);
    // Setting a plain property of a plain object cannot fail.
    let _ = Reflect::set(&object, &"do".into(), &name.into());
    object
}

fn record<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

fn blob(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn parsed(value: &(impl Serialize + ?Sized)) -> JsValue {
    js_sys::JSON::parse(&json(value)).unwrap_or(JsValue::NULL)
}
