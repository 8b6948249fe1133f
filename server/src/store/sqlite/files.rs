//! The file of the log as a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sync_core::ids::Id;

use super::{FILE, Founding, SqliteFiles, SqliteLog, again, codec, founded, schema, writer};
use crate::private;
use crate::store::{Astray, ChangeLog, FormerEpoch, LogFiles, Organisation, StoreError, Stored};

/// Faults of a file named at most.
const MOST_NAMED: i64 = 100;

impl LogFiles for SqliteFiles {
    fn path(&self, data: &Path) -> PathBuf {
        data.join(FILE)
    }

    fn open(&self, data: &Path) -> Stored<Arc<dyn ChangeLog>> {
        let path = self.path(data);
        // Said by a connection that makes no file of its own.
        founded(&look(&path)?)?.ok_or_else(|| StoreError::Broken("there is no log in this file".into()))?;
        let nobody = Organisation { id: Id([0; 16]), name: String::new(), epoch: Id([0; 16]) };
        let log = SqliteLog::open(&path, || Founding { organisation: nobody, server_seed: [0; 32] })?;
        Ok(Arc::new(log))
    }

    fn copy(&self, data: &Path, to: &Path) -> Stored<()> {
        let connection = look(&self.path(data))?;
        founded(&connection)?.ok_or_else(|| StoreError::Broken("there is no log in this file".into()))?;
        private::file(to).map_err(io)?;
        connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
        Ok(())
    }

    fn newest(&self, data: &Path) -> Stored<u64> {
        Ok(look(&self.path(data))?.query_row("SELECT seq FROM counter", (), |row| row.get(0))?)
    }

    fn damage(&self, data: &Path) -> Stored<Vec<String>> {
        let connection = look(&self.path(data))?;
        let mut check = connection.prepare(&format!("PRAGMA integrity_check({MOST_NAMED})"))?;
        let said: Vec<String> = check.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }

    fn astray(&self, data: &Path, scratch: &Path) -> Stored<Vec<Astray>> {
        private::file(scratch).map_err(io)?;
        again::compare(&self.path(data), scratch)
    }

    fn begin_epoch(&self, data: &Path, epoch: Id, now_ms: i64) -> Stored<()> {
        let mut connection = writer::connect(&self.path(data))?;
        schema::migrate(&mut connection)?;
        let Founding { organisation, .. } = founded(&connection)?.ok_or(codec::odd("meta"))?;
        let transaction = connection.transaction()?;
        let ended: u64 = transaction.query_row("SELECT seq FROM counter", (), |row| row.get(0))?;
        let mut line = line(&transaction)?;
        line.push(Ended { epoch: organisation.epoch, ended, restored_ms: now_ms });
        let json = serde_json::to_vec(&line).map_err(|_| codec::odd("line of epochs"))?;
        let put = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
        transaction.execute(put, params!["epochs", json])?;
        transaction.execute(put, params!["epoch", epoch.as_bytes()])?;
        transaction.commit()?;
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(())
    }
}

/// A link of the line of epochs, as it is in the database.
#[derive(Serialize, Deserialize)]
struct Ended {
    epoch: Id,
    ended: u64,
    restored_ms: i64,
}

fn line(connection: &Connection) -> Stored<Vec<Ended>> {
    let sql = "SELECT value FROM meta WHERE key = 'epochs'";
    let value: Option<Vec<u8>> =
        connection.prepare_cached(sql)?.query_row((), |row| row.get(0)).optional()?;
    match value {
        None => Ok(Vec::new()),
        Some(json) => serde_json::from_slice(&json).map_err(|_| codec::odd("line of epochs")),
    }
}

/// The epochs before this one, the oldest first.
pub fn former(connection: &Connection) -> Stored<Vec<FormerEpoch>> {
    let line = line(connection)?.into_iter();
    Ok(line.map(|Ended { epoch, ended, restored_ms }| FormerEpoch { epoch, ended, restored_ms }).collect())
}

/// A connection that makes no log where there is none. Not marked as reading only: then SQLite refuses to copy.
fn look(path: &Path) -> Stored<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

fn io(error: std::io::Error) -> StoreError {
    StoreError::Broken(error.to_string())
}
