//! What happens to a device and what it asks its host to do.

use serde::{Deserialize, Serialize};

use super::rows::RecordRow;
use crate::ids::{DocId, Id, PublicKey};
use crate::record::Fields;

/// Something happened. Times are the device's clock, uncorrected, in milliseconds since 1970 UTC.
///
/// As JSON it is one flat object whose `event` names the variant in snake case.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "super::told::Told")]
pub enum Event {
    /// A key is wanted for enrolment, grown from 32 random bytes (in hex as JSON).
    NewKey { random: [u8; 32] },
    /// The server's answer to enrolment.
    Enrolled { answer: serde_json::Value, now_ms: i64 },
    /// A person saved a form.
    Write(Box<WriteEvent>),
    /// A person is filling in a form.
    Draft(Draft),
    /// There may be a connection.
    Sync { now_ms: i64 },
    /// The server answered the request under way.
    Answer { status: u16, now_ms: i64 },
    /// The host has carried out the effects up to [`Effect::Continue`].
    Continue { now_ms: i64 },
    /// The request under way did not get through.
    Failed,
    /// A person wants to see logs that this device does not keep.
    Earlier { docs: Vec<DocId> },
}

/// A saved form: only the fields that the person set or changed.
#[derive(Clone, Debug)]
pub struct WriteEvent {
    pub now_ms: i64,
    /// IANA name of the device's time zone.
    pub zone: Option<String>,
    pub random: [u8; 32],
    /// The record schema: `type` as JSON.
    pub record_type: String,
    /// The record to change; `None` makes a new one.
    pub record: Option<String>,
    /// The document of the record to change.
    pub doc: Option<DocId>,
    pub case: Option<Id>,
    pub place: Option<Id>,
    pub fields: Fields,
    /// Void the record, with this reason.
    pub void: Option<String>,
    /// Take a void back.
    pub unvoid: bool,
}

/// The state of a form that has not been saved.
#[derive(Clone, Debug)]
pub struct Draft {
    pub key: String,
    /// `None` when the form is done with.
    pub body: Option<String>,
}

/// What the host must do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append to the log and flush. If that fails, throw this device away and open it again.
    Append(Vec<u8>),
    /// Write the log anew with just these bytes, in one step that cannot be half done.
    Compact(Vec<u8>),
    /// Change the cache in one transaction.
    Cache {
        puts: Vec<Put>,
        drops: Vec<String>,
        cursor: Option<Vec<u8>>,
    },
    /// `POST /v1/sync` with this token and body, then [`Event::Answer`] or [`Event::Failed`].
    Send {
        token: String,
        body: Vec<u8>,
    },
    /// Come back with [`Event::Continue`] once everything before this is done.
    Continue,
    /// The record is on this device for good; the page may say so.
    Saved {
        record: String,
        doc: DocId,
    },
    /// What was asked for cannot be done; nothing was changed.
    Refused {
        code: &'static str,
    },
    PublicKey(PublicKey),
    Status(Status),
    Notice(Notice),
}

/// One entry of the cache.
#[derive(Clone, Debug, PartialEq)]
pub enum Put {
    /// A document by its id, with the rows it shows.
    Document { doc: DocId, bytes: Vec<u8>, rows: Vec<RecordRow> },
    /// An office value by its cache key, as JSON.
    Office { key: String, value: String },
}

/// What the person can always see.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// Changes not yet answered for.
    pub waiting: usize,
    pub set_aside: usize,
    /// Server time of the last full answer.
    pub last_sync_ms: Option<i64>,
    pub syncing: bool,
    /// Server time minus device time.
    pub offset_ms: i64,
    /// Documents still to come.
    pub due: u32,
    /// Documents here: with those to come, what the server said there is.
    pub held: u32,
    pub signed_in: bool,
    pub revoked: bool,
}

/// Something to tell the person, by the key of its text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    pub code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<DocId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}

impl Notice {
    pub(super) fn new(code: &'static str) -> Self {
        Self { code, record: None, doc: None, reason: None, count: None }
    }
}
