//! The connection the writer writes through, and whether the disk behind it may be trusted.
//!
//! After the disk has refused something nothing is written, and nothing acknowledged, until a new connection has
//! found every row that was ever acknowledged and has written and flushed a probe. The kernel may call pages clean
//! that a failed flush has lost, so the old connection's word is not enough.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::watch;

use super::writer::connect;
use crate::store::{StoreError, Stored};

/// How often a disk that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// The one connection that writes.
pub struct Pen {
    path: PathBuf,
    connection: Option<Connection>,
    tried: Option<Instant>,
    /// Number of the newest row that was acknowledged.
    newest: watch::Sender<u64>,
}

impl Pen {
    /// Writes through `connection`, which is open on `path`.
    pub fn new(path: PathBuf, connection: Connection, newest: watch::Sender<u64>) -> Self {
        Self { path, connection: Some(connection), tried: None, newest }
    }

    /// The connection, if it may be trusted or a new one may.
    pub fn take_up(&mut self) -> Stored<&mut Connection> {
        if self.connection.is_none() {
            if self.tried.is_some_and(|tried| tried.elapsed() < TRY_AGAIN) {
                return Err(StoreError::Unwell("the disk failed a moment ago".to_owned()));
            }
            self.tried = Some(Instant::now());
            let connection = connect(&self.path)?;
            let found = probe(&connection, *self.newest.borrow())?;
            tracing::info!(newest = found, "the disk takes what is written again");
            // A batch whose flush failed may have come through all the same: nobody was told, but it is there.
            self.show(found);
            self.connection = Some(connection);
        }
        self.connection.as_mut().ok_or(StoreError::Busy)
    }

    /// What became of a transaction: after a failure of the disk this connection writes nothing more.
    pub fn put_down(&mut self, outcome: &Stored<u64>) {
        match outcome {
            Ok(seq) => self.show(*seq),
            Err(StoreError::Unwell(_)) => {
                self.connection = None;
                self.tried.get_or_insert_with(Instant::now);
            }
            Err(_) => {}
        }
    }

    /// Folds the write-ahead log into the database.
    pub fn fold(&self) {
        if let Some(connection) = &self.connection {
            let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    fn show(&self, seq: u64) {
        self.newest.send_if_modified(|newest| std::mem::replace(newest, seq) != seq);
    }
}

/// Writes something without meaning and flushes it; the number of the newest row. Everything up to
/// `acknowledged` must be there.
fn probe(connection: &Connection, acknowledged: u64) -> Stored<u64> {
    let counted: u64 = connection.query_row("SELECT seq FROM counter", (), |row| row.get(0))?;
    let there: u64 = connection.query_row("SELECT coalesce(max(seq), 0) FROM log", (), |row| row.get(0))?;
    if counted != there || counted < acknowledged {
        tracing::error!(
            counted,
            there,
            acknowledged,
            "the log has lost rows: it is not written until it is restored"
        );
        return Err(StoreError::Unwell("the log has lost rows".to_owned()));
    }
    connection.execute("UPDATE probe SET n = n + 1", ())?;
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Organisation;
    use crate::store::sqlite::{Founding, SqliteLog};
    use sync_core::ids::Id;

    /// A log without rows, whose pen has met a failure of the disk after `acknowledged` rows.
    fn failed(acknowledged: u64) -> (tempfile::TempDir, Pen) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let organisation = Organisation { id: Id([1; 16]), name: "Опора".into(), epoch: Id([2; 16]) };
        drop(SqliteLog::open(&path, || Founding { organisation, server_seed: [3; 32] }).unwrap());
        let (newest, _) = watch::channel(acknowledged);
        let mut pen = Pen::new(path.clone(), connect(&path).unwrap(), newest);
        assert!(pen.take_up().is_ok(), "before anything fails the connection is good");
        pen.put_down(&Err(StoreError::Unwell("disk I/O error".into())));
        (folder, pen)
    }

    fn tried_for_a_while(pen: &mut Pen) -> bool {
        (0..20).any(|_| {
            std::thread::sleep(TRY_AGAIN / 5);
            pen.take_up().is_ok()
        })
    }

    #[test]
    fn a_disk_that_takes_a_probe_is_believed_again() {
        let (_folder, mut pen) = failed(0);
        assert!(tried_for_a_while(&mut pen));
    }

    #[test]
    fn a_log_without_what_was_acknowledged_is_not() {
        let (_folder, mut pen) = failed(1);
        assert!(!tried_for_a_while(&mut pen));
    }

    #[test]
    fn a_piece_of_work_that_fails_takes_no_connection_along() {
        let (_folder, mut pen) = failed(0);
        assert!(tried_for_a_while(&mut pen));
        pen.put_down(&Err(StoreError::Busy));
        assert!(pen.take_up().is_ok());
    }
}
