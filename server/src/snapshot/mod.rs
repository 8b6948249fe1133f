//! Documents put together from rows of the log, so that they can be given in one piece and without being opened.
//!
//! **A snapshot is a cache.** It is made from admitted rows alone, checked against every one of them before it is
//! kept, and what a device is given is the same without it, only bigger. It is made when the server is idle.

use std::time::Duration;

use sync_core::civil;
use sync_core::ids::{DocId, Month};
use sync_core::wire::{Admitted, Snapshot};
use tokio::time::timeout;

use crate::app::Clock;
use crate::store::{ChangeLog, ChangeRow, Extent, NewSnapshot, Stored};

/// Months whose logs phones fetch: this one and two before. Earlier ones are asked for one at a time, if ever, and
/// given as they are in the log: a second copy of them all would be as big again.
const MONTHS: u32 = 3;

/// Fewer new changes than this are given one by one.
const MANY: u64 = 8;

/// Silence in the log after which there is time; and how long it is waited for at most.
const QUIET: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(30);

/// Without any news, still: a month may end.
const LOOK_AGAIN: Duration = Duration::from_secs(3_600);

/// Makes snapshots along with the log, for as long as it is not dropped.
pub async fn keep_up(log: &dyn ChangeLog, clock: Clock) {
    let mut newest = log.changed();
    let (mut seen, mut month) = (0, Month(0));
    loop {
        let (until, now) = (*newest.borrow_and_update(), civil::month(clock()));
        let from = if month == now { seen } else { 0 };
        match make_due(log, from, until, now).await {
            Ok(_) => (seen, month) = (until, now),
            Err(why) => tracing::warn!(%why, "no snapshots for now"),
        }
        let _ = timeout(LOOK_AGAIN, newest.changed()).await;
        let _ = timeout(PATIENCE, async { while let Ok(Ok(())) = timeout(QUIET, newest.changed()).await {} })
            .await;
    }
}

/// Makes those snapshots that are due by changes numbered above `after`, up to `until`; how many they were.
pub async fn make_due(log: &dyn ChangeLog, after: u64, until: u64, now: Month) -> Stored<usize> {
    let mut made = 0;
    if after == 0 {
        log.drop_snapshots(Month((now.0 + 1).saturating_sub(MONTHS))).await?;
    }
    for extent in log.changed_in(after, until).await? {
        if due(&extent, now) {
            made += usize::from(make(log, extent.doc).await?);
        }
    }
    Ok(made)
}

/// Many changes since the last one, measured by what it has; or any, when the month is over and nothing else is
/// to come. None of a month that phones do not fetch any more.
fn due(extent: &Extent, now: Month) -> bool {
    let (held, new) = (extent.snapshot.changes, extent.beyond.changes);
    let over = extent.scope.month.is_some_and(|month| month < now);
    if extent.scope.month.is_some_and(|month| month.0 + MONTHS <= now.0) {
        return false;
    }
    if over { new > 0 && held + new > 1 } else { new >= MANY.max(held / 4) }
}

async fn make(log: &dyn ChangeLog, doc: DocId) -> Stored<bool> {
    let (seq, rows) = log.rows_of(doc).await?;
    let Some(scope) = rows.first().map(|row| row.scope) else { return Ok(false) };
    let changes = rows.len() as u64;
    let made = tokio::task::spawn_blocking(move || Snapshot::of(scope.kind, &admitted(rows))).await;
    match made {
        Ok(Ok(snapshot)) => {
            log.put_snapshots(vec![NewSnapshot { doc, seq, changes, snapshot }]).await?;
            Ok(true)
        }
        Ok(Err(why)) => {
            tracing::info!(%doc, ?why, "stays without a snapshot");
            Ok(false)
        }
        Err(error) => {
            tracing::error!(%doc, %error, "making its snapshot broke down");
            Ok(false)
        }
    }
}

fn admitted(rows: Vec<ChangeRow>) -> Vec<Admitted> {
    rows.into_iter().map(|row| Admitted { author: row.author, bytes: row.bytes.into() }).collect()
}

#[cfg(test)]
mod tests;
