//! The tables of records: `record`, `history`, `conflict`, `review`.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use sync_core::civil;
use sync_core::crdt::{Change, DocumentError};
use sync_core::ids::{Hash32, hex, unhex};
use sync_core::office::{Decision, Review};
use sync_core::record::Fields;
use sync_core::scope::Kind;

use super::project::{self, Projected, Reading};
use super::{ReadModelError, cards};
use crate::deflated::deflate;
use crate::store::{ChangeRow, LogRow};

/// What one change did.
pub struct Written {
    at_ms: i64,
    records: Vec<Touched>,
}

/// One record of it: the values put, and the record as it then was.
struct Touched {
    id: String,
    put: Fields,
    projected: Projected,
    /// The change by itself says all that the record shows.
    says_all: bool,
}

/// Reads the next change into its document.
pub fn collect(reading: &mut Reading, change: &Change) -> Result<Written, DocumentError> {
    let mut records = Vec::new();
    for (id, put) in reading.read(change)? {
        if let Some(record) = reading.record(&id)? {
            let projected = project::record(&record);
            // Of a name that is not shown as it is, the log cannot be asked.
            let says_all = put == projected.fields
                && hex(&key_of(&id)) == id
                && reading.alone(change).get(&id) == Some(&put)
                && project::digest(&put) == projected.digest;
            records.push(Touched { id, put, projected, says_all });
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
    let from = Origin {
        row,
        change,
        at_ms: written.at_ms,
        doc: doc_number(transaction, change)?,
        writer: writer_number(transaction, change)?,
    };
    for Touched { id, put, projected, says_all } in &written.records {
        let known = known(transaction, from.doc, id)?;
        let in_log = known.is_none() && *says_all;
        let record = put_record(transaction, &from, id, projected, known.as_ref(), in_log)?;
        if !in_log {
            put_history(transaction, &from, record, put, projected, known.as_ref())?;
        }
        put_conflicts(transaction, change, id, projected, known.is_none())?;
        match change.scope.kind {
            Kind::Case => cards::put_case(transaction, change, projected)?,
            Kind::Person => cards::put_person(transaction, change, projected)?,
            _ => {}
        }
    }
    Ok(())
}

/// What all the rows of one change have in common.
struct Origin<'a> {
    row: &'a LogRow,
    change: &'a ChangeRow,
    at_ms: i64,
    doc: i64,
    writer: i64,
}

/// A record as the tables have it.
struct Known {
    record: i64,
    /// Its first change is its only one, and what it shows is read from the log.
    in_log: bool,
    first: First,
    flags: Option<String>,
    digest: Vec<u8>,
}

/// What the row of a record says of its first change.
struct First {
    seq: u64,
    writer: i64,
    at_ms: i64,
    received_ms: i64,
}

fn known(transaction: &Transaction<'_>, doc: i64, id: &str) -> Result<Option<Known>, ReadModelError> {
    let known = transaction
        .prepare_cached(
            "SELECT n, fields IS NULL, first_seq, writer, at_ms, received_ms, flags, digest FROM record
             WHERE substr(id, 9) = substr(?1, 9) AND id = ?1 AND doc = ?2",
        )?
        .query_row(params![key_of(id), doc], |row| {
            Ok(Known {
                record: row.get(0)?,
                in_log: row.get(1)?,
                first: First {
                    seq: row.get(2)?,
                    writer: row.get(3)?,
                    at_ms: row.get(4)?,
                    received_ms: row.get(5)?,
                },
                flags: row.get(6)?,
                digest: row.get(7)?,
            })
        })
        .optional()?;
    Ok(known)
}

fn doc_number(transaction: &Transaction<'_>, change: &ChangeRow) -> Result<i64, ReadModelError> {
    let found = transaction
        .prepare_cached("SELECT n FROM doc WHERE id = ?1")?
        .query_row([change.doc.0], |row| row.get(0))
        .optional()?;
    if let Some(n) = found {
        return Ok(n);
    }
    let scope = &change.scope;
    transaction
        .prepare_cached("INSERT INTO doc (id, kind, case_id, place, month) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            change.doc.0,
            kind_name(scope.kind),
            scope.family.map(|family| family.to_string()),
            scope.place.map(|place| place.to_string()),
            scope.month.map(|month| month.to_string())
        ])?;
    Ok(transaction.last_insert_rowid())
}

fn writer_number(transaction: &Transaction<'_>, change: &ChangeRow) -> Result<i64, ReadModelError> {
    let (author, device) = (change.author.to_string(), change.device.to_string());
    let found = transaction
        .prepare_cached("SELECT n FROM writer WHERE author = ?1 AND device = ?2")?
        .query_row([&author, &device], |row| row.get(0))
        .optional()?;
    if let Some(n) = found {
        return Ok(n);
    }
    transaction
        .prepare_cached("INSERT INTO writer (author, device) VALUES (?1, ?2)")?
        .execute([&author, &device])?;
    Ok(transaction.last_insert_rowid())
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
    let found: Option<(i64, String)> = transaction
        .prepare_cached(
            "SELECT n, digest FROM record_shown
             WHERE doc_key = ?1 AND substr(key, 9) = substr(?2, 9) AND key = ?2",
        )?
        .query_row(params![key_of(doc), key_of(record)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((n, digest)) = found {
        let state = state_of(transaction, doc, record, &digest)?;
        transaction
            .prepare_cached("UPDATE record SET state = ?2 WHERE n = ?1")?
            .execute(params![n, project::state_number(state)])?;
    }
    Ok(())
}

/// Writes the change, and the first one with it when that stood in the row of its record alone.
fn put_history(
    transaction: &Transaction<'_>,
    from: &Origin<'_>,
    record: i64,
    put: &Fields,
    projected: &Projected,
    before: Option<&Known>,
) -> Result<(), ReadModelError> {
    if let Some(Known { first, flags, digest, .. }) = before.filter(|known| known.in_log) {
        transaction
            .prepare_cached(
                "INSERT INTO history (record, seq, writer, at_ms, received_ms, flag, digest)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6 ->> '$[0]', ?7)",
            )?
            .execute(params![
                record,
                first.seq,
                first.writer,
                first.at_ms,
                first.received_ms,
                flags,
                digest
            ])?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO history (record, seq, hash, writer, at_ms, received_ms, flag, fields, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            record,
            from.row.seq,
            from.change.hash.0,
            from.writer,
            from.at_ms,
            from.row.received_ms,
            from.change.flag.map(|flag| flag.code()),
            packed(put),
            projected.digest.0
        ])?;
    Ok(())
}

/// Writes the record as it is now; gives its number.
fn put_record(
    transaction: &Transaction<'_>,
    from: &Origin<'_>,
    id: &str,
    projected: &Projected,
    before: Option<&Known>,
    in_log: bool,
) -> Result<i64, ReadModelError> {
    let state = state_of(transaction, &from.change.doc.to_string(), id, &projected.digest.to_string())?;
    let state = project::state_number(state);
    let fields = (!in_log).then(|| packed(&projected.fields));
    let digest = if in_log { beginning(&projected.digest) } else { &projected.digest.0 };
    // A record without a readable date stands under the day the server first got it.
    let received_ms = before.map_or(from.row.received_ms, |known| known.first.received_ms);
    let day = project::day(&projected.date.clone().unwrap_or_else(|| civil::date(received_ms)));
    let violations = (!projected.violations.is_empty()).then(|| json(&projected.violations));
    let flags = flags(before, from.change);
    let (conflicts, voided, seq) = (projected.conflicts.len(), projected.voided, from.row.seq);
    if let Some(Known { record, .. }) = before {
        transaction
            .prepare_cached(
                "UPDATE record SET type = ?2, day = ?3, state = ?4, conflicts = ?5, violations = ?6, flags = ?7,
                   fields = ?8, digest = ?9, voided = ?10, last_seq = ?11 WHERE n = ?1",
            )?
            .execute(params![
                record,
                projected.type_,
                day,
                state,
                conflicts,
                violations,
                flags,
                fields,
                digest,
                voided,
                seq
            ])?;
        return Ok(*record);
    }
    transaction
        .prepare_cached(
            "INSERT INTO record (doc, id, type, writer, at_ms, day, state, conflicts, violations, flags, fields, digest,
                                 voided, first_seq, last_seq, received_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, NULL, ?15)",
        )?
        .execute(params![
            from.doc,
            key_of(id),
            projected.type_,
            from.writer,
            from.at_ms,
            day,
            state,
            conflicts,
            violations,
            flags,
            fields,
            digest,
            voided,
            seq,
            received_ms
        ])?;
    Ok(transaction.last_insert_rowid())
}

/// The flags of all changes of the record, each once, sorted.
fn flags(before: Option<&Known>, change: &ChangeRow) -> Option<String> {
    let known = before.and_then(|known| known.flags.as_deref());
    let mut flags: BTreeSet<String> =
        known.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    flags.extend(change.flag.map(|flag| flag.code().to_owned()));
    (!flags.is_empty()).then(|| json(&flags))
}

fn put_conflicts(
    transaction: &Transaction<'_>,
    change: &ChangeRow,
    id: &str,
    projected: &Projected,
    new: bool,
) -> Result<(), ReadModelError> {
    let doc = change.doc.to_string();
    if !new {
        transaction
            .prepare_cached("DELETE FROM conflict WHERE doc = ?1 AND record = ?2")?
            .execute(params![doc, id])?;
    }
    if projected.conflicts.is_empty() {
        return Ok(());
    }
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

/// An id in hex as the tables keep it.
fn key_of(id: &str) -> Vec<u8> {
    unhex(id).unwrap_or_else(|| id.as_bytes().to_vec())
}

/// So much of a digest stands in the tables while the log says the rest: enough to know again what was reviewed.
fn beginning(digest: &Hash32) -> &[u8] {
    digest.0.get(..8).unwrap_or_default()
}

fn packed(fields: &Fields) -> Vec<u8> {
    deflate(json(fields).as_bytes()).unwrap_or_default()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
