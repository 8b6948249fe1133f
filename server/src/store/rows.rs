//! Rows of the change log.

use sync_core::envelope::Item;
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32, Id};
use sync_core::office::OfficeRow;
use sync_core::office::Topic;
use sync_core::scope::Scope;
use sync_core::verdict::{Flag, Reason};
use sync_core::wire::Grant;

use super::{Account, DeviceNews, SignedHeader};

/// A row of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    pub seq: u64,
    /// The server's clock when it was appended.
    pub received_ms: i64,
    pub entry: Entry,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// An admitted change.
    Change(ChangeRow),
    /// A value of office data.
    Office(OfficeEntry),
    /// A person is given something from here on.
    Granted { person: Id, grant: Grant, by: Id },
    /// And no longer has it.
    Revoked { person: Id, grant: Grant, by: Id },
    /// A dated grant: the rows above follow from it on its days.
    Assigned(Assignment),
    /// A change that was not admitted.
    SetAside(SetAsideRow),
    /// A person let the set-aside row `of` into the log; its change is a row of its own, flagged.
    Released { of: u64, by: Id },
    /// A person dealt with the set-aside row `of` in another way.
    Settled { of: u64, by: Id, note: String },
}

/// An admitted change.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRow {
    pub doc: DocId,
    /// As the document was created.
    pub scope: Scope,
    pub hash: ChangeHash,
    pub author: Id,
    pub device: DeviceId,
    /// Number of the device's envelope it came in; 0 for the server's own.
    pub envelope: u64,
    pub flag: Option<Flag>,
    /// The uncompressed automerge chunk.
    pub bytes: Vec<u8>,
}

/// Office data and who may see it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfficeEntry {
    pub row: OfficeRow,
    pub to: Grant,
    /// The person whose command or change it follows from.
    pub by: Id,
}

/// A change in quarantine, as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAsideRow {
    /// Who pushed it.
    pub author: Id,
    pub device: DeviceId,
    pub envelope: u64,
    /// What the envelope said of it; not to be trusted when the reason is `bad_signature` or `malformed`.
    pub item: Item,
    pub reason: Reason,
    pub bytes: Vec<u8>,
}

/// A set-aside row and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quarantined {
    pub seq: u64,
    pub received_ms: i64,
    pub row: SetAsideRow,
    pub state: QuarantineState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuarantineState {
    Open,
    Released,
    Settled,
}

/// What the server has said of a change before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Admitted(Option<Flag>),
    SetAside(Reason),
    Settled,
    /// Its device made it again, and what it made is in the log.
    Replaced,
}

/// A row without its body: enough to say who may see it.
#[derive(Clone, Debug, PartialEq)]
pub struct RowHead {
    pub seq: u64,
    pub what: HeadOf,
    /// Bytes of the body.
    pub size: u32,
}

/// What a head stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum HeadOf {
    Change { doc: DocId, scope: Scope, hash: ChangeHash },
    Office { topic: Topic, subject: Id, to: Grant },
}

/// From when until when a person had something, in numbers of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantSpan {
    pub person: Id,
    pub grant: Grant,
    /// Number of the row that gave it.
    pub from: u64,
    /// Number of the row that took it away.
    pub to: Option<u64>,
}

/// A family given to a person from one day until another, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub person: Id,
    pub case: Id,
    /// Civil date; `None` is at once.
    pub from: Option<String>,
    /// Civil date; `None` is until taken away.
    pub to: Option<String>,
    /// In somebody's place for a while.
    pub substitute: bool,
    pub by: Id,
}

/// What is appended at once.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub received_ms: i64,
    pub entries: Vec<Entry>,
    /// Whose account is made or replaced in the same transaction.
    pub account: Option<Account>,
    /// What is noted about the device in the same transaction.
    pub device: Option<DeviceNews>,
    /// What was signed for the changes in it.
    pub envelopes: Vec<SignedHeader>,
    /// Those of the office values that came back after a restore, and from where.
    pub restored: Vec<(OfficeRow, Origin)>,
    /// Arrivals of which every change is in the log now: their raw form is not needed any more.
    pub done: Vec<(DeviceId, Hash32)>,
}

/// Where in a former epoch something was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub epoch: Id,
    pub seq: u64,
}

/// An office value the log has, `null` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnValue {
    pub value: String,
    pub seq: u64,
    /// Set when it came back after a restore.
    pub origin: Option<Origin>,
}
