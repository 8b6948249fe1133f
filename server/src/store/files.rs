//! What can be done with the files of a log besides appending to it: copying, checking, another epoch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sync_core::ids::Id;

use super::{ChangeLog, Stored};

/// The files of a backend. Nothing here waits for, or disturbs, a server that has the log open.
pub trait LogFiles: Send + Sync {
    /// Where the log of a data folder is.
    fn path(&self, data: &Path) -> PathBuf;

    /// Opens the log in a folder, which must have one.
    fn open(&self, data: &Path) -> Stored<Arc<dyn ChangeLog>>;

    /// Writes one consistent moment of the log in `data` to a new file that can stand in its place.
    fn copy(&self, data: &Path, to: &Path) -> Stored<()>;

    /// Number of the newest row of the log in `data`.
    fn newest(&self, data: &Path) -> Stored<u64>;

    /// What the database itself finds wrong with its file.
    fn damage(&self, data: &Path) -> Stored<Vec<String>>;

    /// What the tables beside the rows say that does not follow from the rows; `scratch` is a new file.
    fn astray(&self, data: &Path, scratch: &Path) -> Stored<Vec<Astray>>;

    /// Ends the epoch of the log in `data`, which nobody has open, and begins another.
    fn begin_epoch(&self, data: &Path, epoch: Id, now_ms: i64) -> Stored<()>;
}

/// Something beside the rows that does not follow from them. Never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Astray {
    /// This row cannot be read, or not be appended once more.
    Row { seq: u64, why: String },
    /// Columns of this row say something else than what the row says.
    Columns { seq: u64 },
    /// So many entries of a table are missing, changed or too many.
    Table { name: &'static str, entries: u64 },
}

/// An epoch that ended when an older copy of the log took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerEpoch {
    pub epoch: Id,
    /// The newest row of it that this log has.
    pub ended: u64,
    /// When that copy was put in place, by the clock of that machine.
    pub restored_ms: i64,
}
