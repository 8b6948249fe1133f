//! The read model: tables for the desk, computed from the change log and from nothing else.
//!
//! One SQLite file beside the log, fed by tailing the log after commit. **The same log gives the same
//! tables**, however it was cut into batches, so the file may be deleted at any time: `footpath rebuild`
//! or the next start makes it again.

mod cards;
mod catalogue;
mod compare;
mod content;
mod desk;
mod desk_rows;
pub mod project;
pub mod queries;
mod record_rows;
mod tail;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::private;
use crate::store::{ChangeLog, StoreError};
pub use compare::{Differences, copy, differences};
pub use tail::rebuild;
use writer::Writer;

/// Of the projection: tables of another version are made again. Raise it with every change of meaning.
pub const VERSION: i64 = 4;

/// Queries at once.
const READERS: usize = 4;

/// The longest a page waits for what it has just written.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 5 });

/// Why the read model could not answer.
#[derive(Debug)]
pub enum ReadModelError {
    /// SQLite's words; they carry no values.
    Broken(String),
    Store(StoreError),
    /// A value in a table that this program cannot have written.
    Odd(&'static str),
    /// The tables have not come as far as the row asked for.
    Behind,
}

impl fmt::Display for ReadModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => write!(f, "the read model failed: {why}"),
            Self::Store(why) => write!(f, "the read model cannot read the log: {why}"),
            Self::Odd(what) => write!(f, "the read model holds an odd {what}"),
            Self::Behind => f.write_str("the read model is behind the log"),
        }
    }
}

impl std::error::Error for ReadModelError {}

impl From<rusqlite::Error> for ReadModelError {
    fn from(error: rusqlite::Error) -> Self {
        match StoreError::from(error) {
            StoreError::Broken(why) => Self::Broken(why),
            told => Self::Store(told),
        }
    }
}

impl From<StoreError> for ReadModelError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for ReadModelError {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// The tables, kept up to date while this lives.
pub struct ReadModel {
    path: PathBuf,
    applied: watch::Receiver<u64>,
    log: Arc<dyn ChangeLog>,
    permits: Semaphore,
    readers: Arc<Mutex<Vec<Connection>>>,
    tail: JoinHandle<()>,
}

impl ReadModel {
    /// Opens the tables in `path` and begins to follow the log. Tables that are missing, of another version
    /// or of another history are made again while the server runs: until then pages show what is there.
    pub async fn open(path: &Path, log: Arc<dyn ChangeLog>) -> Result<Self, ReadModelError> {
        let newest = *log.changed().borrow();
        let writer = Writer::open(path, log.organisation().epoch, newest)?;
        let (applied_here, applied) = watch::channel(writer.seq());
        let tail = tokio::spawn(tail::follow(writer, Arc::clone(&log), applied_here));
        Ok(Self {
            path: path.to_owned(),
            applied,
            log,
            permits: Semaphore::new(READERS),
            readers: Arc::new(Mutex::new(Vec::new())),
            tail,
        })
    }

    /// Runs a query on one of the read connections.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, ReadModelError> + Send + 'static,
    ) -> Result<T, ReadModelError> {
        let _permit = self.permits.acquire().await.map_err(|_| ReadModelError::Behind)?;
        let (readers, path) = (Arc::clone(&self.readers), self.path.clone());
        tokio::task::spawn_blocking(move || {
            let idle = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => connect_to_read(&path)?,
            };
            // One transaction, so that the parts of an answer are of one moment.
            let transaction = connection.transaction()?;
            let answer = query(&transaction);
            drop(transaction);
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            answer
        })
        .await
        .map_err(|_| ReadModelError::Broken("a query did not finish".to_owned()))?
    }

    /// The number of the newest row of the log that the tables know.
    pub fn position(&self) -> u64 {
        *self.applied.borrow()
    }

    /// The same, watched.
    pub fn shown(&self) -> watch::Receiver<u64> {
        self.applied.clone()
    }

    /// Waits until the tables know row `seq`, for a while: who has just written sees it.
    pub async fn wait_for(&self, seq: u64) -> Result<(), ReadModelError> {
        let mut applied = self.applied.clone();
        let reached = tokio::time::timeout(PATIENCE, applied.wait_for(|applied| *applied >= seq)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            _ => Err(ReadModelError::Behind),
        }
    }
}

impl Drop for ReadModel {
    fn drop(&mut self) {
        self.tail.abort();
    }
}

fn connect(path: &Path) -> Result<Connection, ReadModelError> {
    private::file(path)?;
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn connect_to_read(path: &Path) -> Result<Connection, ReadModelError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000;")?;
    Ok(connection)
}

/// An id in hex as the tables keep it. What is no hex names nothing there.
fn key(id: &str) -> Vec<u8> {
    sync_core::ids::unhex(id).unwrap_or_default()
}

/// Removes the file and what SQLite keeps beside it.
fn remove(path: &Path) -> Result<(), ReadModelError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
