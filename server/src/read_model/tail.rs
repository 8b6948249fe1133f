//! Following the log: one task, batch after batch.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{error, info};

use super::writer::Writer;
use super::{ReadModelError, remove};
use crate::store::{ChangeLog, LogRow};

/// Rows taken at once, when so many wait: the more, the more changes of a document are read while it is open.
pub(super) const BATCH: usize = 5_000;

/// Documents whose changes are read from the log at once.
const DOCUMENTS: usize = 200;

/// Follows the log until it is closed. A failure is tried again: the tables stay as they were meanwhile.
pub(super) async fn follow(mut writer: Writer, log: Arc<dyn ChangeLog>, applied: watch::Sender<u64>) {
    let mut newest = log.changed();
    loop {
        match catch_up(writer, &log, BATCH, &applied).await {
            (Some(back), Ok(())) => writer = back,
            (Some(back), Err(why)) => {
                error!(%why, "the read model did not take a batch; trying again");
                writer = back;
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            (None, _) => {
                error!("the read model's writer is gone; the tables stay as they are until the next start");
                return;
            }
        }
        let seq = writer.seq();
        if newest.wait_for(|newest| *newest > seq).await.is_err() {
            return;
        }
    }
}

/// Makes the tables anew from the whole log, in a file beside `path` that then takes its place.
/// Gives the number of rows read. Not while a server has the tables open.
pub async fn rebuild(path: &Path, log: Arc<dyn ChangeLog>) -> Result<u64, ReadModelError> {
    rebuild_in_batches(path, log, BATCH).await
}

pub(super) async fn rebuild_in_batches(
    path: &Path,
    log: Arc<dyn ChangeLog>,
    batch: usize,
) -> Result<u64, ReadModelError> {
    let beside = path.with_extension("rebuild");
    let writer = Writer::begin(&beside, log.organisation().epoch)?;
    let (applied, _) = watch::channel(0);
    let (writer, done) = catch_up(writer, &log, batch, &applied).await;
    done?;
    let writer = writer.ok_or(ReadModelError::Behind)?;
    let seq = writer.seq();
    writer.finish()?;
    remove(path)?;
    std::fs::rename(&beside, path)?;
    info!(seq, "the read model is rebuilt");
    Ok(seq)
}

/// Takes batches until there is no row left. Gives the writer back, unless a batch took it down.
pub(super) async fn catch_up(
    mut writer: Writer,
    log: &Arc<dyn ChangeLog>,
    batch: usize,
    applied: &watch::Sender<u64>,
) -> (Option<Writer>, Result<(), ReadModelError>) {
    loop {
        let rows = match log.read_after(writer.seq(), batch).await {
            Ok(rows) if rows.is_empty() => return (Some(writer), Ok(())),
            Ok(rows) => rows,
            Err(why) => return (Some(writer), Err(why.into())),
        };
        let rows: Arc<[LogRow]> = rows.into();
        let batch = Arc::clone(&rows);
        let Some((back, wanted)) = aside(writer, move |writer| writer.begin_batch(&batch)).await else {
            return (None, Err(ReadModelError::Behind));
        };
        writer = back;
        for docs in wanted.chunks(DOCUMENTS) {
            let documents = match log.changes_of(docs).await {
                Ok(documents) => documents,
                Err(why) => {
                    writer.forget();
                    return (Some(writer), Err(why.into()));
                }
            };
            let batch = Arc::clone(&rows);
            let Some((back, ())) = aside(writer, move |writer| writer.read(&batch, &documents)).await else {
                return (None, Err(ReadModelError::Behind));
            };
            writer = back;
        }
        match aside(writer, move |writer| writer.write(&rows)).await {
            Some((back, Ok(()))) => writer = back,
            Some((back, Err(why))) => return (Some(back), Err(why)),
            None => return (None, Err(ReadModelError::Behind)),
        }
        applied.send_replace(writer.seq());
    }
}

/// Lets the writer do a piece of its work on a blocking thread: documents take their time to read, and whoever waits
/// for an answer of the server shares the other threads. `None` when the work took the writer down.
async fn aside<T: Send + 'static>(
    mut writer: Writer,
    work: impl FnOnce(&mut Writer) -> T + Send + 'static,
) -> Option<(Writer, T)> {
    let worked = tokio::task::spawn_blocking(move || {
        let done = work(&mut writer);
        (writer, done)
    });
    worked.await.ok()
}
