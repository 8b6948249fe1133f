//! What travels in `POST /v1/sync`: one request, one answer, CBOR, deflated, versioned.
//!
//! The shapes are written down in `schemas/wire.cddl`. A body is one version byte, then raw DEFLATE of
//! one CBOR item.

use std::fmt;

use minicbor::{Decode, Encode, bytes::ByteVec};
use serde::{Deserialize, Serialize};

use crate::envelope::Envelope;
use crate::ids::{ChangeHash, DocId, Hash32, Id};
use crate::scope::Scope;
use crate::verdict::Verdict;

/// Version 1: full change bytes, deflated.
pub const VERSION: u8 = 1;

/// The largest body taken from the network, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// The largest body after unpacking, in bytes.
pub const MAX_UNPACKED: usize = 8 * 1024 * 1024;

/// From the phone: how far it has read, what it has to give.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct SyncRequest {
    /// `None` asks for everything from the beginning.
    #[n(0)]
    pub cursor: Option<Cursor>,
    /// Own envelopes in the order of their numbers.
    #[n(1)]
    pub envelopes: Vec<Envelope>,
    #[n(2)]
    pub state: DeviceState,
}

/// What a device says of itself, for the coordinator's list of devices.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub struct DeviceState {
    /// The device's clock, uncorrected, in milliseconds since 1970 UTC.
    #[n(0)]
    pub clock_ms: i64,
    /// Changes not yet answered for, those in this request included.
    #[n(1)]
    pub waiting: u32,
    /// Changes set aside and not settled.
    #[n(2)]
    pub set_aside: u32,
}

/// From the server: a verdict for each change, then what the device may have and has not got.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct SyncAnswer {
    /// Names the server's history; another epoch means it was restored from an older backup.
    #[n(0)]
    pub epoch: Id,
    #[n(1)]
    pub server_time_ms: i64,
    #[n(2)]
    pub verdicts: Vec<VerdictOn>,
    /// What this person no longer has: the phone drops it once its own changes there are answered for.
    #[n(3)]
    pub revoked: Vec<Grant>,
    #[n(4)]
    pub rows: Vec<Row>,
    /// Stored together with `rows` or not at all.
    #[n(5)]
    pub cursor: Cursor,
    /// About how many documents are still due after this page.
    #[n(6)]
    pub due: u32,
    /// Whether to ask again at once.
    #[n(7)]
    pub more: bool,
    /// The newest envelope the server has from this device: a device that is behind it was rolled back.
    #[n(8)]
    pub newest: Option<Newest>,
    /// Set when the device has been revoked: it gets verdicts and nothing else.
    #[n(9)]
    pub device_revoked: bool,
}

/// Number and hash of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Newest {
    #[n(0)]
    pub number: u64,
    #[n(1)]
    pub hash: Hash32,
}

/// The server's word on one change.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct VerdictOn {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub hash: ChangeHash,
    #[n(2)]
    pub verdict: Verdict,
}

/// How far a device has read the change log.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Cursor {
    #[n(0)]
    pub epoch: Id,
    /// Every row up to here that was granted then has been given.
    #[n(1)]
    pub seq: u64,
    /// What was granted on the way and is still being given, in order.
    #[n(2)]
    pub backfills: Vec<Backfill>,
}

/// Rows of a newly granted scope, from the beginning up to the grant.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Backfill {
    #[n(0)]
    pub grant: Grant,
    /// Rows up to here are the backfill's to give; moves along with the cursor's `seq`.
    #[n(1)]
    pub until: u64,
    /// Rows up to here have been given.
    #[n(2)]
    pub after: u64,
}

/// What a person may be given.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Everything about one recipient.
    #[n(0)]
    Family(#[n(0)] Id),
    /// One document: a task or activity the person is on.
    #[n(1)]
    Document(#[n(0)] DocId),
    /// Person cards and task offers of a place.
    #[n(2)]
    Place(#[n(0)] Id),
    /// The catalogue of the organisation.
    #[n(3)]
    Organisation(#[n(0)] Id),
    /// What is addressed to this person: the inbox, the route of the day.
    #[n(4)]
    Person(#[n(0)] Id),
}

/// One piece of what the device is given.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Row {
    /// Admitted changes of one document, each after what it builds on.
    #[n(0)]
    Changes(#[n(0)] DocId, #[n(1)] Scope, #[n(2)] Vec<Admitted>),
    /// A whole value of office data; the last one given is the value.
    #[n(1)]
    Office(#[n(0)] crate::office::OfficeRow),
}

/// An admitted change and who wrote it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Admitted {
    #[n(0)]
    pub author: Id,
    #[n(1)]
    pub bytes: ByteVec,
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    Empty,
    UnknownVersion(u8),
    /// Unpacks to more than allowed.
    TooLarge,
    /// Not DEFLATE, or not the CBOR expected.
    Unreadable,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the body is empty"),
            Self::UnknownVersion(version) => write!(f, "wire version {version} is not known here"),
            Self::TooLarge => f.write_str("the body unpacks to more than is allowed"),
            Self::Unreadable => f.write_str("the body cannot be read"),
        }
    }
}

impl std::error::Error for WireError {}

/// A message as a body.
pub fn pack<T: Encode<()>>(message: &T) -> Vec<u8> {
    let plain = minicbor::to_vec(message).unwrap_or_default();
    let mut body = vec![VERSION];
    body.extend(miniz_oxide::deflate::compress_to_vec(&plain, 9));
    body
}

/// The message in a body, unpacking at most `max` bytes.
pub fn unpack<T: for<'b> Decode<'b, ()>>(body: &[u8], max: usize) -> Result<T, WireError> {
    let (version, packed) = body.split_first().ok_or(WireError::Empty)?;
    if *version != VERSION {
        return Err(WireError::UnknownVersion(*version));
    }
    let plain =
        miniz_oxide::inflate::decompress_to_vec_with_limit(packed, max).map_err(|error| {
            match error.status {
                miniz_oxide::inflate::TINFLStatus::HasMoreOutput => WireError::TooLarge,
                _ => WireError::Unreadable,
            }
        })?;
    let mut decoder = minicbor::Decoder::new(&plain);
    let message = decoder.decode().map_err(|_| WireError::Unreadable)?;
    if decoder.position() == plain.len() { Ok(message) } else { Err(WireError::Unreadable) }
}
