//! A few read connections: readers never wait for the writer, nor it for them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::writer::connect;
use crate::store::{StoreError, Stored};

/// Reads at once.
const CONNECTIONS: usize = 4;

/// Connections that lie ready, and the right to use one.
pub struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    pub fn open(path: &Path) -> Stored<Self> {
        let first = reader(path)?;
        Ok(Self {
            path: path.to_owned(),
            idle: Arc::new(Mutex::new(vec![first])),
            turns: Arc::new(Semaphore::new(CONNECTIONS)),
        })
    }

    /// Reads on a blocking thread, all of `look` in one snapshot of the log.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| StoreError::Busy)?;
        let (idle, path) = (self.idle.clone(), self.path.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let ready = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match ready {
                Some(connection) => connection,
                None => reader(&path)?,
            };
            let result = {
                let snapshot = connection.transaction()?;
                let result = look(&snapshot);
                snapshot.finish()?;
                result
            };
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            result
        });
        reading.await.map_err(|error| StoreError::Broken(error.to_string()))?
    }
}

fn reader(path: &Path) -> Stored<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}
