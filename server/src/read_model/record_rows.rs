//! The tables of records: `record`, `history`, `conflict`, `review`.

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use sync_core::civil;
use sync_core::crdt::{Change, DocumentError};
use sync_core::office::{Decision, Review};
use sync_core::record::Fields;
use sync_core::scope::Kind;

use super::project::{self, Projected, Reading};
use super::{ReadModelError, cards};
use crate::store::{ChangeRow, LogRow};

/// What one change did: to each record the values it put, and the record as it then was.
pub struct Written {
    at_ms: i64,
    records: Vec<(String, Fields, Projected)>,
}

/// Reads the next change into its document.
pub fn collect(reading: &mut Reading, change: &Change) -> Result<Written, DocumentError> {
    let mut records = Vec::new();
    for (id, put) in reading.read(change)? {
        if let Some(record) = reading.record(&id)? {
            records.push((id, put, project::record(&record)));
        }
    }
    Ok(Written { at_ms: change.time_ms(), records })
}

/// Writes what one change did.
pub fn put(
    transaction: &Transaction<'_>,
    row: &LogRow,
    change: &ChangeRow,
    written: Written,
) -> Result<(), ReadModelError> {
    for (id, put, projected) in &written.records {
        put_history(transaction, row, change, written.at_ms, id, put, projected)?;
        put_record(transaction, row, change, written.at_ms, id, projected)?;
        put_conflicts(transaction, change, id, projected)?;
        match change.scope.kind {
            Kind::Case => cards::put_case(transaction, change, projected)?,
            Kind::Person => cards::put_person(transaction, change, projected)?,
            _ => {}
        }
    }
    Ok(())
}

/// Adds a decision and sets the record's state by it; `None` takes the decision before it back.
pub fn put_review(
    transaction: &Transaction<'_>,
    row: &LogRow,
    doc: &str,
    record: &str,
    by: &str,
    review: Option<&Review>,
) -> Result<(), ReadModelError> {
    let decision = match review.map(|review| review.decision) {
        Some(Decision::Approved) => "approved",
        Some(Decision::Returned) => "returned",
        None => "withdrawn",
    };
    transaction
        .prepare_cached(
            "INSERT INTO review (seq, doc, record, decision, digest, comment, by, at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            row.seq,
            doc,
            record,
            decision,
            review.map(|review| review.digest.to_string()).unwrap_or_default(),
            review.and_then(|review| review.comment.as_deref()),
            by,
            row.received_ms
        ])?;
    let digest: Option<String> = transaction
        .prepare_cached("SELECT digest FROM record WHERE doc = ?1 AND id = ?2")?
        .query_row(params![doc, record], |row| row.get(0))
        .optional()?;
    if let Some(digest) = digest {
        let state = state_of(transaction, doc, record, &digest)?;
        transaction
            .prepare_cached("UPDATE record SET state = ?3 WHERE doc = ?1 AND id = ?2")?
            .execute(params![doc, record, state])?;
    }
    Ok(())
}

fn put_history(
    transaction: &Transaction<'_>,
    row: &LogRow,
    change: &ChangeRow,
    at_ms: i64,
    id: &str,
    put: &Fields,
    projected: &Projected,
) -> Result<(), ReadModelError> {
    transaction
        .prepare_cached(
            "INSERT INTO history (seq, doc, record, hash, author, device, at_ms, received_ms, flag, fields, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            row.seq,
            change.doc.to_string(),
            id,
            change.hash.to_string(),
            change.author.to_string(),
            change.device.to_string(),
            at_ms,
            row.received_ms,
            change.flag.map(|flag| flag.code()),
            json(put),
            projected.digest.to_string()
        ])?;
    Ok(())
}

fn put_record(
    transaction: &Transaction<'_>,
    row: &LogRow,
    change: &ChangeRow,
    at_ms: i64,
    id: &str,
    projected: &Projected,
) -> Result<(), ReadModelError> {
    let doc = change.doc.to_string();
    let digest = projected.digest.to_string();
    let state = state_of(transaction, &doc, id, &digest)?;
    // A record without a readable date stands under the day the server first got it.
    let received_ms: i64 = transaction
        .prepare_cached("SELECT min(received_ms) FROM history WHERE doc = ?1 AND record = ?2")?
        .query_row(params![doc, id], |row| row.get(0))?;
    let date = projected.date.clone().unwrap_or_else(|| civil::date(received_ms));
    let month =
        change.scope.month.map_or_else(|| date.get(..7).unwrap_or_default().to_owned(), |m| m.to_string());
    transaction
        .prepare_cached(
            "INSERT INTO record (doc, id, kind, type, case_id, place, author, device, at_ms, date, month, state,
                                 digest, conflicts, violations, flags, fields, voided, first_seq, last_seq, received_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
                     (SELECT json_group_array(flag) FROM (SELECT DISTINCT flag FROM history
                       WHERE doc = ?1 AND record = ?2 AND flag IS NOT NULL ORDER BY flag)),
                     ?16, ?17, ?18, ?18, ?19)
             ON CONFLICT (doc, id) DO UPDATE SET
               type = excluded.type, date = excluded.date, month = excluded.month, state = excluded.state,
               digest = excluded.digest, conflicts = excluded.conflicts, violations = excluded.violations,
               flags = excluded.flags, fields = excluded.fields, voided = excluded.voided,
               last_seq = excluded.last_seq",
        )?
        .execute(params![
            doc,
            id,
            kind_name(change.scope.kind),
            projected.type_,
            change.scope.family.map(|family| family.to_string()),
            change.scope.place.map(|place| place.to_string()),
            change.author.to_string(),
            change.device.to_string(),
            at_ms,
            date,
            month,
            state,
            digest,
            projected.conflicts.len(),
            json(&projected.violations),
            json(&projected.fields),
            projected.voided,
            row.seq,
            received_ms
        ])?;
    Ok(())
}

fn put_conflicts(
    transaction: &Transaction<'_>,
    change: &ChangeRow,
    id: &str,
    projected: &Projected,
) -> Result<(), ReadModelError> {
    let doc = change.doc.to_string();
    transaction
        .prepare_cached("DELETE FROM conflict WHERE doc = ?1 AND record = ?2")?
        .execute(params![doc, id])?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO conflict (doc, record, field, rank, value, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for conflict in &projected.conflicts {
        for (rank, written) in conflict.values.iter().enumerate() {
            insert.execute(params![
                doc,
                id,
                conflict.field,
                rank,
                json(&written.value),
                written.change.to_string()
            ])?;
        }
    }
    Ok(())
}

fn state_of(
    transaction: &Transaction<'_>,
    doc: &str,
    record: &str,
    digest: &str,
) -> Result<&'static str, ReadModelError> {
    let newest: Option<(String, String)> = transaction
        .prepare_cached(
            "SELECT decision, digest FROM review WHERE doc = ?1 AND record = ?2 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(params![doc, record], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let newest = newest.as_ref().and_then(|(decision, of)| {
        let decision = match decision.as_str() {
            "approved" => Decision::Approved,
            "returned" => Decision::Returned,
            _ => return None,
        };
        Some((decision, of.as_str()))
    });
    Ok(project::state(newest, digest))
}

/// The name of a kind in the tables and in JSON.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "person",
        Kind::Case => "case",
        Kind::Log => "log",
        Kind::Task => "task",
        Kind::Activity => "activity",
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
