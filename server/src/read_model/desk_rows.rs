//! Assignments and quarantine in the tables.

use rusqlite::{Transaction, params};
use sync_core::wire::Grant;

use super::ReadModelError;
use super::record_rows::kind_name;
use crate::store::{Assignment, Entry, LogRow, SetAsideRow};

/// Writes what a row that is neither a change nor office data says.
pub fn put(transaction: &Transaction<'_>, row: &LogRow, entry: &Entry) -> Result<(), ReadModelError> {
    match entry {
        Entry::Assigned(assignment) => put_assignment(transaction, row, assignment),
        Entry::Granted { person, grant: Grant::Family(case), by } => transaction
            .prepare_cached(
                "INSERT INTO assignment (case_id, person, substitute, holds, ended, by, seq, at_ms)
                 VALUES (?1, ?2, 0, 1, 0, ?3, ?4, ?5)
                 ON CONFLICT (case_id, person) DO UPDATE SET
                   holds = 1, ended = 0, seq = excluded.seq,
                   -- A family given again without days is given without days.
                   from_on = iif(ended, NULL, from_on), to_on = iif(ended, NULL, to_on),
                   substitute = iif(ended, 0, substitute), by = iif(ended, excluded.by, by),
                   at_ms = iif(ended, excluded.at_ms, at_ms)",
            )?
            .execute(params![case.to_string(), person.to_string(), by.to_string(), row.seq, row.received_ms])
            .map(drop),
        Entry::Revoked { person, grant: Grant::Family(case), .. } => transaction
            .prepare_cached(
                "UPDATE assignment SET holds = 0, ended = 1, seq = ?3 WHERE case_id = ?1 AND person = ?2",
            )?
            .execute(params![case.to_string(), person.to_string(), row.seq])
            .map(drop),
        Entry::SetAside(set_aside) => put_set_aside(transaction, row, set_aside),
        Entry::Released { of, by } => settle(transaction, row, *of, "released", &by.to_string(), None),
        Entry::Settled { of, by, note } => {
            settle(transaction, row, *of, "settled", &by.to_string(), Some(note))
        }
        Entry::Granted { .. } | Entry::Revoked { .. } | Entry::Change(_) | Entry::Office(_) => Ok(()),
    }
    .map_err(ReadModelError::from)
}

fn put_assignment(
    transaction: &Transaction<'_>,
    row: &LogRow,
    assignment: &Assignment,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO assignment (case_id, person, from_on, to_on, substitute, holds, ended, by, seq, at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6, ?7, ?8)
             ON CONFLICT (case_id, person) DO UPDATE SET
               from_on = excluded.from_on, to_on = excluded.to_on, substitute = excluded.substitute, ended = 0,
               by = excluded.by, seq = excluded.seq, at_ms = excluded.at_ms",
        )?
        .execute(params![
            assignment.case.to_string(),
            assignment.person.to_string(),
            assignment.from,
            assignment.to,
            assignment.substitute,
            assignment.by.to_string(),
            row.seq,
            row.received_ms
        ])?;
    Ok(())
}

fn put_set_aside(
    transaction: &Transaction<'_>,
    row: &LogRow,
    set_aside: &SetAsideRow,
) -> rusqlite::Result<()> {
    let scope = &set_aside.item.scope;
    transaction
        .prepare_cached(
            "INSERT INTO quarantine (id, doc, hash, kind, case_id, place, author, device, envelope_no, reason,
                                     received_ms, size, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'open')",
        )?
        .execute(params![
            row.seq,
            set_aside.item.doc.to_string(),
            set_aside.item.hash.to_string(),
            kind_name(scope.kind),
            scope.family.map(|family| family.to_string()),
            scope.place.map(|place| place.to_string()),
            set_aside.author.to_string(),
            set_aside.device.to_string(),
            set_aside.envelope,
            set_aside.reason.code(),
            row.received_ms,
            set_aside.bytes.len()
        ])?;
    Ok(())
}

fn settle(
    transaction: &Transaction<'_>,
    row: &LogRow,
    of: u64,
    state: &str,
    by: &str,
    note: Option<&str>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE quarantine SET state = ?2, by = ?3, at_ms = ?4, note = ?5 WHERE id = ?1")?
        .execute(params![of, state, by, row.received_ms, note])?;
    Ok(())
}
