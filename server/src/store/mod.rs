//! The store: the append-only, commit-ordered change log and what stands beside it (people, devices, raw arrivals).
//!
//! **What the log promises.** An answered `append` is durable. Numbers are given in commit order, without
//! gaps, from 1: who has read up to n has missed nothing at or below n, ever. A batch is appended whole or
//! not at all. Rows are never changed; grants, quarantine and the newest office values are tables kept in the
//! same transaction, and could be computed again from the rows.
//!
//! No SQL outside the backends, no HTTP in here.

mod envelopes;
mod files;
mod people;
mod rows;
mod snapshots;
pub mod sqlite;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32, Id, PublicKey};
use sync_core::keys::Sig;
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::Scope;
use sync_core::wire::Grant;
use sync_core::wire::elided::{Found, Wanted};
use tokio::sync::watch;

pub use envelopes::{KeptEnvelope, SignedHeader};
pub use files::{Astray, FormerEpoch, LogFiles};
pub use people::{Account, ChainEvidence, Device, DeviceNews, Duty, Organisation};
pub use rows::{
    Assignment, Batch, ChangeRow, Entry, GrantSpan, HeadOf, Known, LogRow, OfficeEntry, Origin, OwnValue,
    QuarantineState, Quarantined, RowHead, SetAsideRow,
};
pub use snapshots::{Documents, Extent, Held, Months, NewSnapshot, Whole};

/// Why the store could not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Another batch appended this change first: nothing of this batch was written.
    AlreadyThere { doc: DocId, hash: ChangeHash },
    /// A login, device key or name is taken by somebody else.
    Taken,
    /// The writer's queue is full, or the store is being closed: try again later.
    Busy,
    /// The disk failed or is full: nothing is written until it takes a probe. Try again later.
    Unwell(String),
    /// A number is greater than any this store can hold: whoever sent it made it up.
    OutOfRange,
    /// The database itself failed; its words, without values.
    Broken(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyThere { doc, hash } => write!(f, "change {hash} of {doc} is in the log already"),
            Self::Taken => f.write_str("taken by somebody else"),
            Self::Busy => f.write_str("the store is busy"),
            Self::Unwell(why) => write!(f, "the disk failed: {why}"),
            Self::OutOfRange => f.write_str("a number is out of range"),
            Self::Broken(why) => write!(f, "the store failed: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}

pub type Stored<T> = Result<T, StoreError>;

/// The change log of one organisation.
#[async_trait]
pub trait ChangeLog: Documents {
    /// Whose log this is; the epoch names this history of it.
    fn organisation(&self) -> &Organisation;

    /// The epochs before this one, the oldest first.
    fn former_epochs(&self) -> &[FormerEpoch];

    /// Seed of the server's own signing key.
    fn server_seed(&self) -> [u8; 32];

    /// Writes everything in `batch` in one transaction and gives the numbers of its entries, in order.
    /// Returns after the commit.
    async fn append(&self, batch: Batch) -> Stored<Vec<u64>>;

    /// Number of the newest committed row, watched: wakes after each commit, batched.
    fn changed(&self) -> watch::Receiver<u64>;

    /// Rows with numbers above `after`, oldest first, at most `limit`.
    async fn read_after(&self, after: u64, limit: usize) -> Stored<Vec<LogRow>>;

    /// Rows with `after < seq <= until`, oldest first, at most `limit`; changes come without their bytes.
    async fn outlines(&self, after: u64, until: u64, limit: usize) -> Stored<Vec<LogRow>>;

    /// The rows with these numbers, oldest first.
    async fn rows(&self, seqs: &[u64]) -> Stored<Vec<LogRow>>;

    /// Heads of the change and office rows addressed to any of `scopes` with `after < seq <= until`,
    /// oldest first, at most `limit`. A place is matched exactly; its subtree is the caller's to spell out.
    async fn heads_in(&self, scopes: &[Grant], after: u64, until: u64, limit: usize) -> Stored<Vec<RowHead>>;

    /// How many documents and office values have rows in `scope` with `after < seq <= until`.
    async fn count_in(&self, scope: Grant, after: u64, until: u64) -> Stored<u32>;

    /// Number of the newest row in `scope`; 0 when there is none.
    async fn newest_in(&self, scope: Grant) -> Stored<u64>;

    /// All admitted changes of these documents, each after what it builds on. A document without any is left out.
    async fn changes_of(&self, docs: &[DocId]) -> Stored<BTreeMap<DocId, Vec<ChangeRow>>>;

    /// What these documents were created as; those not in the log are left out.
    async fn scopes_of(&self, docs: &[DocId]) -> Stored<BTreeMap<DocId, Scope>>;

    /// Documents and admitted changes by the beginnings of their ids; nothing where two begin alike.
    async fn beginning_so(&self, wanted: Wanted) -> Stored<Found>;

    /// The documents of a family, with their scopes.
    async fn family(&self, family: Id) -> Stored<BTreeMap<DocId, Scope>>;

    /// What the server has said of these changes of `device` before, in their order.
    async fn known(&self, device: DeviceId, changes: &[(DocId, ChangeHash)]) -> Stored<Vec<Option<Known>>>;

    /// The newest value of each office row about `subject` under `topic`; taken-away values are left out.
    async fn office(&self, topic: Topic, subject: Id) -> Stored<Vec<OfficeRow>>;

    /// The newest value of one office row, as JSON; `None` when it was taken away or never there.
    async fn office_value(&self, topic: Topic, subject: Id, key: &str) -> Stored<Option<String>>;

    /// The same with its number, and where it came back from.
    async fn office_origin(&self, topic: Topic, subject: Id, key: &str) -> Stored<Option<OwnValue>>;

    /// A list of the catalogue as it was at a number of the log.
    async fn catalogue_at(&self, key: &str, seq: u64) -> Stored<Option<String>>;

    /// Every value that a list of the catalogue ever had.
    async fn catalogue_values(&self, key: &str) -> Stored<Vec<String>>;

    /// Everything this person was ever given, with from when until when.
    async fn grants_of(&self, person: Id) -> Stored<Vec<GrantSpan>>;

    /// Who was ever given this scope.
    async fn holders_of(&self, grant: Grant) -> Stored<Vec<GrantSpan>>;

    /// Dated grants that are not over, and those over but not yet revoked.
    async fn assignments(&self) -> Stored<Vec<Assignment>>;

    /// What is or was in quarantine, newest first; `None` gives all states.
    async fn quarantine(&self, state: Option<QuarantineState>, limit: usize) -> Stored<Vec<Quarantined>>;

    /// One set-aside row by its number.
    async fn quarantined(&self, seq: u64) -> Stored<Option<Quarantined>>;

    /// Hashes of changes of `doc` that nothing `device` writes may wait for: its own in quarantine, open or settled;
    /// anybody's that cannot come as they were (their number is spent, or that of what they stand on); and what was
    /// made again.
    async fn refused(&self, device: DeviceId, doc: DocId) -> Stored<Vec<ChangeHash>>;

    /// Changes of `doc` that were made again, and what was made in their place is in the log; and by whom.
    async fn replaced(&self, doc: DocId) -> Stored<Vec<(Id, ChangeHash)>>;

    /// How many changes of this device stand in quarantine, not yet released or settled, and their bytes.
    async fn quarantine_load(&self, device: DeviceId) -> Stored<(u64, u64)>;

    /// Keeps envelopes as they came, before anything looks into them, each under a hash of its bytes; the same
    /// again is a no-op. A batch that names them as done forgets them.
    async fn keep_arrivals(
        &self,
        device: DeviceId,
        received_ms: i64,
        raw: Vec<(Hash32, Vec<u8>)>,
    ) -> Stored<()>;

    /// How many bytes of this device's envelopes are kept and not yet done.
    async fn arrivals_load(&self, device: DeviceId) -> Stored<u64>;

    /// Envelopes kept and not yet done, with their hashes.
    async fn arrivals(&self, device: DeviceId) -> Stored<Vec<(Hash32, Vec<u8>)>>;

    /// Signed headers with ids above `after`, in the order in which they were kept, at most `limit`.
    async fn envelopes_after(&self, after: u64, limit: usize) -> Stored<Vec<KeptEnvelope>>;

    /// Changes up to this number came before signed headers were kept.
    async fn signed_from(&self) -> Stored<u64>;

    /// What a device signed under these numbers, as far as it is kept.
    async fn signatures(&self, device: DeviceId, numbers: &[u64]) -> Stored<BTreeMap<u64, Vec<Sig>>>;

    async fn account(&self, person: Id) -> Stored<Option<Account>>;
    async fn account_by_login(&self, login: &str) -> Stored<Option<Account>>;
    async fn accounts(&self) -> Stored<Vec<Account>>;
    /// Makes the account or replaces it; `Taken` when another person has the login.
    async fn put_account(&self, account: Account) -> Stored<()>;

    async fn device(&self, device: DeviceId) -> Stored<Option<Device>>;
    async fn devices(&self) -> Stored<Vec<Device>>;
    /// Enrols a key for a person, or gives the device it is already; `Taken` when it is another person's.
    async fn enrol(&self, person: Id, key: PublicKey, name: &str, now_ms: i64) -> Stored<Device>;
    /// Revokes a device; `false` when there is no such device.
    async fn revoke_device(&self, device: DeviceId, now_ms: i64) -> Stored<bool>;
    /// Notes what a device said of itself, outside of any batch.
    async fn note_device(&self, news: DeviceNews) -> Stored<()>;

    /// The device has been here in this epoch, and has nothing more to give back.
    async fn note_heard(&self, device: DeviceId) -> Stored<()>;

    /// Notes what the numbers of a device's envelopes show, outside of any batch.
    async fn note_evidence(&self, device: DeviceId, evidence: ChainEvidence) -> Stored<()>;

    /// Writes and commits nothing of meaning: whether the disk still takes it.
    async fn writable(&self) -> Stored<()>;

    /// Finishes what is queued and closes; later calls say [`StoreError::Busy`].
    async fn close(&self, patience: Duration) -> Stored<()>;
}
