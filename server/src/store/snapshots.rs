//! Documents in one piece, and documents as they are given.

use async_trait::async_trait;
use sync_core::ids::{DocId, Month};
use sync_core::office::OfficeRow;
use sync_core::scope::Scope;
use sync_core::wire::{Grant, Snapshot};

use super::{ChangeRow, Stored};

/// A document and what giving it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub doc: DocId,
    pub scope: Scope,
    /// Its snapshot holds so many changes, every one up to the number; zeros when there is none.
    pub snapshot: Held,
    /// And these came since.
    pub beyond: Held,
}

/// Changes of a document, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub changes: u64,
    /// Number of the newest.
    pub seq: u64,
    pub bytes: u64,
}

/// A document as it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub doc: DocId,
    pub scope: Scope,
    pub snapshot: Option<Snapshot>,
    /// What the snapshot has not, oldest first.
    pub changes: Vec<ChangeRow>,
    /// The newest word on each of its records.
    pub reviews: Vec<OfficeRow>,
}

/// A snapshot to be kept. The store takes its maker's word that it holds what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSnapshot {
    pub doc: DocId,
    pub seq: u64,
    pub changes: u64,
    pub snapshot: Snapshot,
}

/// What months of a log are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Months {
    /// Logs of earlier months are left out, unless a record in them was returned; `None` leaves nothing out.
    pub floor: Option<Month>,
}

/// The part of the log that knows documents, not rows. A snapshot is a cache of rows: it may be dropped at any
/// time, and what is given is the same without it, only bigger.
#[async_trait]
pub trait Documents: Send + Sync {
    /// For each scope its documents, or the one document: what giving each takes. Only families and documents
    /// have any here.
    async fn extents(&self, scopes: &[Grant], months: Months) -> Stored<Vec<Vec<Extent>>>;

    /// These documents as they were at number `until`, in this order. Those without a change are left out.
    async fn whole(&self, docs: &[DocId], until: u64) -> Stored<Vec<Whole>>;

    /// All rows of a document that a snapshot is made from, and the number of the newest.
    async fn rows_of(&self, doc: DocId) -> Stored<(u64, Vec<ChangeRow>)>;

    /// Documents with a change numbered above `after`, up to `until`.
    async fn changed_in(&self, after: u64, until: u64) -> Stored<Vec<Extent>>;

    /// Keeps snapshots, each in place of an older one of its document.
    async fn put_snapshots(&self, snapshots: Vec<NewSnapshot>) -> Stored<()>;

    /// Drops the snapshots of logs of earlier months. Where this does nothing they only take room.
    async fn drop_snapshots(&self, _before: Month) -> Stored<()> {
        Ok(())
    }
}
