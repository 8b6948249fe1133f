//! Why a copy could not be made or put back.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::read_model::ReadModelError;
use crate::store::StoreError;

#[derive(Debug)]
pub enum BackupError {
    /// A file could not be read or written.
    File(PathBuf, std::io::Error),
    Store(StoreError),
    ReadModel(ReadModelError),
    /// Not an age key, or not an encrypted backup of ours; the words of the library, without secrets.
    Key(String),
    /// What was written is not what is read back.
    WrittenWrong(PathBuf),
    /// There is something in the way that is not to be overwritten.
    Occupied(PathBuf),
    /// The log in the backup is not whole; so many flaws, the first of them.
    NotWhole(u64, String),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, why) => write!(f, "{}: {why}", path.display()),
            Self::Store(why) => why.fmt(f),
            Self::ReadModel(why) => why.fmt(f),
            Self::Key(why) => f.write_str(why),
            Self::WrittenWrong(path) => {
                write!(f, "{}: what the disk gives back is not what was written", path.display())
            }
            Self::Occupied(path) => write!(f, "{} is there already and is not overwritten", path.display()),
            Self::NotWhole(flaws, first) => write!(
                f,
                "the log in this backup is not whole ({flaws} flaws; the first: {first}); nothing was put in \
                 place. Take an older backup, or say --damaged to take this one as it is"
            ),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ReadModelError> for BackupError {
    fn from(error: ReadModelError) -> Self {
        Self::ReadModel(error)
    }
}

/// Names the file with what went wrong.
pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError + '_ {
    move |error| BackupError::File(path.to_owned(), error)
}
