//! Putting a backup back.

use std::path::Path;

use sync_core::ids::Id;

use super::scratch::Scratch;
use super::{BackupError, Report, error::at, key, seal, verify};
use crate::store::LogFiles;

/// A log that is in place again.
#[derive(Debug)]
pub struct Restored {
    pub organisation: String,
    /// Number of the newest row, and when it was written.
    pub seq: u64,
    pub newest_ms: Option<i64>,
    pub report: Report,
}

/// How to take what is in the backup.
#[derive(Clone, Copy, Debug)]
pub struct Taking {
    /// Names the history that begins with this restore.
    pub epoch: Id,
    pub now_ms: i64,
    /// Put it in place whatever is found wrong with it.
    pub damaged: bool,
}

/// Decrypts, checks from end to end, and only then puts the log into `data`, which must have none.
pub async fn restore(
    files: &dyn LogFiles,
    identity: &Path,
    from: &Path,
    data: &Path,
    taking: Taking,
) -> Result<Restored, BackupError> {
    let place = files.path(data);
    vacant(files, data)?;
    let identities = key::identities(identity)?;
    let scratch = Scratch::within(data).map_err(at(data))?;
    let copy = files.path(scratch.path());
    seal::unseal(from, &identities, &copy)?;
    let report = verify::log_alone(files, scratch.path()).await?;
    if let Some(first) = report.flaws.first().filter(|_| !taking.damaged) {
        return Err(BackupError::NotWhole(report.flaw_count, first.to_string()));
    }
    files.begin_epoch(scratch.path(), taking.epoch, taking.now_ms)?;
    let log = files.open(scratch.path())?;
    let organisation = log.organisation().name.clone();
    let seq = *log.changed().borrow();
    let newest_ms = log.rows(&[seq]).await?.first().map(|row| row.received_ms);
    log.close(std::time::Duration::from_secs(30)).await?;
    drop(log);
    // Linked and not renamed: whatever came to be there meanwhile stays.
    std::fs::hard_link(&copy, &place).map_err(at(&place))?;
    seal::sync_folder_of(&place)?;
    Ok(Restored { organisation, seq, newest_ms, report })
}

/// Nothing is there that a restore would hide or mix with.
fn vacant(files: &dyn LogFiles, data: &Path) -> Result<(), BackupError> {
    let log = files.path(data);
    let beside = ["", "-wal", "-shm"].map(|ending| {
        let mut name = log.as_os_str().to_owned();
        name.push(ending);
        std::path::PathBuf::from(name)
    });
    match beside.into_iter().find(|path| path.exists()) {
        Some(path) => Err(BackupError::Occupied(path)),
        None => Ok(()),
    }
}
