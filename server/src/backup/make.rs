//! Making a backup, beside a server that runs or without one.

use std::path::Path;

use age::x25519::Recipient;

use super::scratch::Scratch;
use super::{BackupError, error::at, seal};
use crate::store::LogFiles;

/// A backup that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Number of the newest row in it.
    pub seq: u64,
    /// Length of the file.
    pub bytes: u64,
}

/// Copies the log in `data` as of one moment into `out`, for `recipients` to open.
///
/// The moment's copy, unencrypted, lies in the data folder while this lasts: there must be room for it.
pub async fn backup(
    files: &dyn LogFiles,
    data: &Path,
    recipients: &[Recipient],
    out: &Path,
) -> Result<Made, BackupError> {
    if out.exists() {
        return Err(BackupError::Occupied(out.to_owned()));
    }
    let scratch = Scratch::within(data).map_err(at(data))?;
    let copy = files.path(scratch.path());
    files.copy(data, &copy)?;
    // A copy of a damaged file looks whole from outside for as long as nobody needs it.
    let damage = files.damage(scratch.path())?;
    if let Some(first) = damage.first() {
        return Err(BackupError::NotWhole(damage.len() as u64, first.clone()));
    }
    let seq = files.newest(scratch.path())?;
    let bytes = seal::seal(&copy, recipients, out)?;
    Ok(Made { seq, bytes })
}
