//! What records say, where the tables leave it to the log: a record with one change shows what that change put, and
//! its row of the log says it. The digest follows from that. See ADR 58.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sync_core::crdt::Change;

use super::queries::record::ChangeItem;
use super::queries::records::RecordItem;
use super::{ReadModelError, project};
use crate::store::{ChangeLog, ChangeRow, Entry};

/// Puts in the fields and digests that stand in the log alone.
pub async fn of_records(
    log: &dyn ChangeLog,
    records: impl Iterator<Item = &mut RecordItem>,
) -> Result<(), ReadModelError> {
    let mut records: Vec<&mut RecordItem> = records.filter(|record| record.in_log).collect();
    let changes = changes(log, records.iter().map(|record| record.first_seq).collect()).await?;
    for record in &mut records {
        (record.fields, record.digest) = put(&changes, record.first_seq, &record.id)?;
        record.in_log = false;
    }
    Ok(())
}

/// The same for one record and what was written into it.
pub async fn of_story(
    log: &dyn ChangeLog,
    record: &mut RecordItem,
    history: &mut [ChangeItem],
) -> Result<(), ReadModelError> {
    let wanted = history.iter().filter(|change| change.in_log).map(|change| change.seq);
    let changes = changes(log, wanted.collect()).await?;
    for change in history.iter_mut().filter(|change| change.in_log) {
        let row = changes.get(&change.seq).ok_or(ReadModelError::Odd("number of a change"))?;
        change.change = row.hash.to_string();
        (change.fields, change.digest) = put(&changes, change.seq, &record.id)?;
        change.in_log = false;
    }
    // Its only change is in the story.
    if record.in_log {
        (record.fields, record.digest) = put(&changes, record.first_seq, &record.id)?;
        record.in_log = false;
    }
    Ok(())
}

async fn changes(log: &dyn ChangeLog, seqs: Vec<u64>) -> Result<BTreeMap<u64, ChangeRow>, ReadModelError> {
    if seqs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = log.rows(&seqs).await?.into_iter();
    Ok(rows
        .filter_map(|row| match row.entry {
            Entry::Change(change) => Some((row.seq, change)),
            _ => None,
        })
        .collect())
}

/// What this row of the log put into the record, and the digest of just that.
fn put(
    changes: &BTreeMap<u64, ChangeRow>,
    seq: u64,
    record: &str,
) -> Result<(Map<String, Value>, String), ReadModelError> {
    let odd = || ReadModelError::Odd("number of a change");
    let row = changes.get(&seq).ok_or_else(odd)?;
    let change = Change::parse(&row.bytes).map_err(|_| odd())?;
    let mut alone = project::alone(row.scope.kind, &row.doc.to_string(), &change);
    let fields = alone.remove(record).ok_or_else(odd)?;
    let digest = project::digest(&fields).to_string();
    match serde_json::to_value(fields) {
        Ok(Value::Object(fields)) => Ok((fields, digest)),
        _ => Err(odd()),
    }
}
