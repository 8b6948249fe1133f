//! The messages of `POST /v1/sync`, as both sides mean them; how they are packed is for [`super::body`].

use minicbor::{Decode, Encode, bytes::ByteVec};
use serde::{Deserialize, Serialize};

use crate::envelope::Envelope;
use crate::ids::{ChangeHash, DocId, Hash32, Id, Month};
use crate::keys::Sig;
use crate::office::OfficeRow;
use crate::scope::Scope;
use crate::verdict::Verdict;
use crate::vouch::Receipt;

/// From the phone: how far it has read, what it has to give.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub struct SyncRequest {
    /// `None` asks for everything from the beginning.
    #[n(0)]
    pub cursor: Option<Cursor>,
    /// Own envelopes in the order of their numbers.
    #[n(1)]
    pub envelopes: Vec<Envelope>,
    #[n(2)]
    pub state: DeviceState,
    /// The newest envelope of this device's chain, those in this request included.
    #[n(3)]
    pub head: Option<Newest>,
    /// The oldest month of logs the device keeps; `None` wants all.
    #[n(4)]
    pub floor: Option<Month>,
    /// Logs before the floor that it holds all the same.
    #[n(5)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    pub older: Vec<DocId>,
    /// About how many bytes of answer it would like, packed; halved after a link was cut.
    #[n(6)]
    pub page_bytes: Option<u32>,
    /// What the server vouched for before it was restored from an older backup, and may have lost.
    #[n(7)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// After a restore of the server, until an answer comes: the families of which it held the case, or a log that it
    /// was given, when the history ended. `None` says nothing.
    #[n(8)]
    pub holds: Option<Vec<Id>>,
}

/// A row as the server once gave it, with the proof that it did.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Offer {
    #[n(0)]
    pub row: Row,
    #[n(1)]
    pub receipt: Receipt,
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
    /// The server's signature over this page: see [`crate::vouch`].
    #[n(10)]
    pub vouch: Option<Sig>,
    /// Set when the cursor was of a former epoch: the number at which that epoch's history ended. What the
    /// device has from beyond it, it offers.
    #[n(11)]
    pub ended: Option<u64>,
    /// Numbers of envelopes that could not be put together from their elided form: to be sent with whole bytes.
    #[n(12)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    pub full: Vec<u64>,
    /// What became of the offers of the request, in their order.
    #[n(13)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    pub offered: Vec<Offered>,
    /// Every phone in service that may have what a restored server lost has been heard, or had time: what is waited for
    /// will not come any more.
    #[n(14)]
    #[cbor(default, skip_if = "std::ops::Not::not")]
    pub all_heard: bool,
}

/// The server's word on an offer. Whichever it is but the last, the device need not offer it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Offered {
    /// It was lacking and is back.
    #[n(0)]
    Taken,
    /// The server has it, or something newer.
    #[n(1)]
    Known,
    /// The server does not know the proof as its own.
    #[n(2)]
    NotVouched,
    /// It builds on something that has not come back yet: to be offered again.
    #[n(3)]
    Waiting,
}

impl SyncAnswer {
    /// An answer with nothing in it but where the device stands.
    pub fn bare(cursor: Cursor, server_time_ms: i64) -> Self {
        Self {
            epoch: cursor.epoch,
            server_time_ms,
            verdicts: Vec::new(),
            revoked: Vec::new(),
            rows: Vec::new(),
            cursor,
            due: 0,
            more: false,
            newest: None,
            device_revoked: false,
            vouch: None,
            ended: None,
            full: Vec::new(),
            offered: Vec::new(),
            all_heard: false,
        }
    }
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
    /// While whole documents are given, most wanted first: the last one given. Then `after` is where the rows
    /// that came meanwhile begin.
    #[n(3)]
    pub at: Option<Place>,
}

impl Backfill {
    /// Everything of `grant` up to `until`, from the beginning.
    pub fn new(grant: Grant, until: u64) -> Self {
        Self { grant, until, after: 0, at: None }
    }
}

/// A place in the order in which documents are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Place {
    /// Lower comes first.
    #[n(0)]
    pub rank: u32,
    #[n(1)]
    pub doc: DocId,
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
    Office(#[n(0)] OfficeRow),
    /// A document up to some moment, in place of its changes. Never to a device that speaks version 1.
    #[n(2)]
    Snapshot(#[n(0)] DocId, #[n(1)] Scope, #[n(2)] Snapshot),
}

/// A document in automerge's compact form, made by the server from changes it has checked against it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Snapshot {
    #[n(0)]
    pub bytes: ByteVec,
    /// Who stands behind each actor of the document, genesis left out, in the order of the actors' bytes.
    #[n(1)]
    pub authors: Vec<Id>,
}

/// An admitted change and who wrote it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Admitted {
    #[n(0)]
    pub author: Id,
    #[n(1)]
    pub bytes: ByteVec,
}
