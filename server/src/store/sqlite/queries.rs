//! Reading the log and what stands beside it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32, Id};
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::Scope;
use sync_core::verdict::Reason;
use sync_core::wire::Grant;

use super::codec::{self, DOCUMENT, ROW, grant_columns, id, odd, reason, topic_number};
use super::names::numbered;
use super::seek::{Sought, seek};
use crate::store::{
    Assignment, ChangeRow, Entry, GrantSpan, Known, LogRow, QuarantineState, Quarantined, RowHead, Stored,
};

pub fn read_after(connection: &Connection, org: Id, after: u64, limit: usize) -> Stored<Vec<LogRow>> {
    let sql = format!("SELECT {ROW} FROM log WHERE seq > ?1 ORDER BY seq LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![after, limit as i64], |row| Ok(codec::log_row(row, org)))?;
    rows.map(|row| row?).collect()
}

pub fn outlines(
    connection: &Connection,
    org: Id,
    (after, until): (u64, u64),
    limit: usize,
) -> Stored<Vec<LogRow>> {
    let sql = format!("SELECT {ROW} FROM log WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows =
        statement.query_map(params![after, until, limit as i64], |row| Ok(codec::log_row(row, org)))?;
    rows.map(|row| {
        let mut row = row??;
        if let Entry::Change(change) = &mut row.entry {
            change.bytes = Vec::new();
        }
        Ok(row)
    })
    .collect()
}

pub fn rows(connection: &Connection, org: Id, seqs: &[u64]) -> Stored<Vec<LogRow>> {
    let sql = format!("SELECT {ROW} FROM log WHERE seq = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let seqs: BTreeSet<u64> = seqs.iter().copied().collect();
    let mut found = Vec::with_capacity(seqs.len());
    for seq in seqs {
        found.extend(statement.query_row([seq], |row| Ok(codec::log_row(row, org))).optional()?.transpose()?);
    }
    Ok(found)
}

/// The condition that selects the rows of a scope by its index, with the scope's id as `?1`.
fn condition(grant: Grant) -> &'static str {
    match grant {
        Grant::Family(_) => concat!("INDEXED BY log_family WHERE family = ", numbered!("?1")),
        Grant::Document(_) => concat!("INDEXED BY log_doc WHERE doc = ", numbered!("?1")),
        Grant::Place(_) => concat!(
            "INDEXED BY log_place WHERE place IS NOT NULL AND (kind = 2 OR doc_kind = 1) AND place = ",
            numbered!("?1")
        ),
        Grant::Organisation(_) => "INDEXED BY log_everyone WHERE everyone = 1 AND ?1 IS NOT NULL",
        Grant::Person(_) => concat!("INDEXED BY log_person WHERE person = ", numbered!("?1")),
    }
}

/// Office values are given as they are now: a row that a newer one has replaced is of the past.
const NEWEST: &str =
    "(kind = 1 OR EXISTS (SELECT 1 FROM office INDEXED BY office_seq WHERE office.seq = log.seq))";

pub fn heads_in(
    connection: &Connection,
    org: Id,
    scopes: &[Grant],
    (after, until): (u64, u64),
    limit: usize,
) -> Stored<Vec<RowHead>> {
    let mut found: BTreeMap<u64, RowHead> = BTreeMap::new();
    for grant in scopes {
        let (_, scope) = grant_columns(*grant);
        let condition = condition(*grant);
        let sql = format!(
            "SELECT {ROW} FROM log {condition} AND seq > ?2 AND seq <= ?3 AND {NEWEST} ORDER BY seq LIMIT ?4"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement
            .query_map(params![scope, after, until, limit as i64], |row| Ok(codec::head(row, org)))?;
        for head in rows {
            let head = head??;
            found.insert(head.seq, head);
        }
    }
    Ok(found.into_values().take(limit).collect())
}

pub fn count_in(connection: &Connection, grant: Grant, after: u64, until: u64) -> Stored<u32> {
    let (_, scope) = grant_columns(grant);
    let condition = condition(grant);
    let sql = format!(
        "SELECT count(DISTINCT coalesce(doc, subject)) FROM log {condition} AND seq > ?2 AND seq <= ?3 AND {NEWEST}"
    );
    Ok(connection.prepare_cached(&sql)?.query_row(params![scope, after, until], |row| row.get(0))?)
}

pub fn newest_in(connection: &Connection, grant: Grant) -> Stored<u64> {
    let (_, scope) = grant_columns(grant);
    let sql = format!("SELECT coalesce(max(seq), 0) FROM log {}", condition(grant));
    Ok(connection.prepare_cached(&sql)?.query_row([scope], |row| row.get(0))?)
}

pub fn changes_of(
    connection: &Connection,
    org: Id,
    docs: &[DocId],
) -> Stored<BTreeMap<DocId, Vec<ChangeRow>>> {
    let doc_is = numbered!("?1");
    let sql =
        format!("SELECT {ROW} FROM log INDEXED BY log_doc WHERE doc = {doc_is} AND kind = 1 ORDER BY seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = BTreeMap::new();
    for doc in docs {
        let mut changes = Vec::new();
        for row in statement.query_map([doc.0], |row| Ok(codec::log_row(row, org)))? {
            match row??.entry {
                Entry::Change(change) => changes.push(change),
                _ => return Err(odd("change")),
            }
        }
        if !changes.is_empty() {
            found.insert(*doc, changes);
        }
    }
    Ok(found)
}

pub fn scopes_of(connection: &Connection, docs: &[DocId]) -> Stored<BTreeMap<DocId, Scope>> {
    let sql = format!("SELECT {DOCUMENT} FROM documents WHERE doc = {}", numbered!("?1"));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = BTreeMap::new();
    for doc in docs {
        if let Some(scope) = statement.query_row([doc.0], |row| Ok(codec::scope(row, 1))).optional()? {
            found.insert(*doc, scope?);
        }
    }
    Ok(found)
}

pub fn family(connection: &Connection, family: Id) -> Stored<BTreeMap<DocId, Scope>> {
    let family_is = numbered!("?1");
    let sql =
        format!("SELECT {DOCUMENT} FROM documents INDEXED BY documents_family WHERE family = {family_is}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = BTreeMap::new();
    let mut rows = statement.query([family.0])?;
    while let Some(row) = rows.next()? {
        found.insert(id!(row, 0, DocId).ok_or(odd("document"))?, codec::scope(row, 1)?);
    }
    Ok(found)
}

pub fn known(
    connection: &Connection,
    device: DeviceId,
    changes: &[(DocId, ChangeHash)],
) -> Stored<Vec<Option<Known>>> {
    let mut refused = connection.prepare_cached(
        "SELECT state, reason FROM quarantine WHERE device = ?1 AND doc = ?2 AND hash = ?3",
    )?;
    let mut replaced =
        connection.prepare_cached("SELECT 1 FROM replaced WHERE device = ?1 AND doc = ?2 AND hash = ?3")?;
    let mut all = Vec::with_capacity(changes.len());
    for (doc, hash) in changes {
        if let Sought::There(found) = seek(connection, *doc, hash)? {
            all.push(Some(Known::Admitted(found.flag)));
            continue;
        }
        let set_aside: Option<(i64, String)> = refused
            .query_row(params![device.0, doc.0, hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        all.push(match set_aside {
            Some((2, _)) => Some(Known::Settled),
            Some((_, code)) => Some(Known::SetAside(reason(&code)?)),
            None if replaced.exists(params![device.0, doc.0, hash.0])? => Some(Known::Replaced),
            None => None,
        });
    }
    Ok(all)
}

pub fn office(connection: &Connection, topic: Topic, subject: Id) -> Stored<Vec<OfficeRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, value FROM office WHERE topic = ?1 AND subject = ?2 AND value <> 'null'",
    )?;
    let rows = statement.query_map(params![topic_number(topic), subject.0], |row| {
        Ok(OfficeRow { topic, subject, key: row.get(0)?, value: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn office_value(connection: &Connection, topic: Topic, subject: Id, key: &str) -> Stored<Option<String>> {
    let sql = "SELECT value FROM office WHERE topic = ?1 AND subject = ?2 AND key = ?3 AND value <> 'null'";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![topic_number(topic), subject.0, key], |row| row.get(0)).optional()?)
}

pub fn catalogue_at(connection: &Connection, org: Id, key: &str, seq: u64) -> Stored<Option<String>> {
    Ok(catalogue(connection, org, key, seq, 1)?.pop())
}

pub fn catalogue_values(connection: &Connection, org: Id, key: &str) -> Stored<Vec<String>> {
    catalogue(connection, org, key, i64::MAX as u64, usize::MAX)
}

/// The newest values of a list up to a number of the log, at most `limit`.
fn catalogue(connection: &Connection, org: Id, key: &str, seq: u64, limit: usize) -> Stored<Vec<String>> {
    let sql = format!(
        "SELECT {ROW} FROM log INDEXED BY log_everyone WHERE everyone = 1 AND seq <= ?1 ORDER BY seq DESC"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut values = Vec::new();
    for row in statement.query_map([seq], |row| Ok(codec::log_row(row, org)))? {
        if let Entry::Office(office) = row??.entry
            && (office.row.topic, office.row.key.as_str()) == (Topic::Catalogue, key)
        {
            values.push(office.row.value);
            if values.len() == limit {
                break;
            }
        }
    }
    Ok(values)
}

fn span(row: &Row<'_>) -> Stored<GrantSpan> {
    Ok(GrantSpan {
        person: id!(row, 0, Id).ok_or(odd("grant"))?,
        grant: codec::grant(row.get(1)?, row.get(2)?)?,
        from: row.get(3)?,
        to: row.get(4)?,
    })
}

pub fn grants_of(connection: &Connection, person: Id) -> Stored<Vec<GrantSpan>> {
    let sql =
        "SELECT person, scope_kind, scope, from_seq, to_seq FROM grants WHERE person = ?1 ORDER BY from_seq";
    connection.prepare_cached(sql)?.query_map([person.0], |row| Ok(span(row)))?.map(|row| row?).collect()
}

pub fn holders_of(connection: &Connection, grant: Grant) -> Stored<Vec<GrantSpan>> {
    let (kind, scope) = grant_columns(grant);
    let sql = "SELECT person, scope_kind, scope, from_seq, to_seq FROM grants INDEXED BY grants_scope \
               WHERE scope_kind = ?1 AND scope = ?2 ORDER BY from_seq";
    connection
        .prepare_cached(sql)?
        .query_map(params![kind, scope], |row| Ok(span(row)))?
        .map(|row| row?)
        .collect()
}

pub fn assignments(connection: &Connection) -> Stored<Vec<Assignment>> {
    let sql = "SELECT person, case_id, from_date, to_date, substitute, by_person FROM assignments";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(())?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Assignment {
            person: id!(row, 0, Id).ok_or(odd("assignment"))?,
            case: id!(row, 1, Id).ok_or(odd("assignment"))?,
            from: row.get(2)?,
            to: row.get(3)?,
            substitute: row.get(4)?,
            by: id!(row, 5, Id).ok_or(odd("assignment"))?,
        });
    }
    Ok(found)
}

pub fn state_number(state: QuarantineState) -> i64 {
    match state {
        QuarantineState::Open => 0,
        QuarantineState::Released => 1,
        QuarantineState::Settled => 2,
    }
}

fn state(number: i64) -> Stored<QuarantineState> {
    match number {
        0 => Ok(QuarantineState::Open),
        1 => Ok(QuarantineState::Released),
        2 => Ok(QuarantineState::Settled),
        _ => Err(odd("quarantine state")),
    }
}

pub fn quarantine(
    connection: &Connection,
    org: Id,
    wanted: Option<QuarantineState>,
    limit: usize,
) -> Stored<Vec<Quarantined>> {
    let sql = "SELECT seq, state FROM quarantine WHERE ?1 IS NULL OR state = ?1 ORDER BY seq DESC LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![wanted.map(state_number), limit as i64], |row| {
        Ok((row.get::<_, u64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (seq, number) = row?;
        found.extend(set_aside_row(connection, org, seq, state(number)?)?);
    }
    Ok(found)
}

pub fn quarantined(connection: &Connection, org: Id, seq: u64) -> Stored<Option<Quarantined>> {
    let number: Option<i64> = connection
        .prepare_cached("SELECT state FROM quarantine WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    match number {
        Some(number) => set_aside_row(connection, org, seq, state(number)?),
        None => Ok(None),
    }
}

fn set_aside_row(
    connection: &Connection,
    org: Id,
    seq: u64,
    state: QuarantineState,
) -> Stored<Option<Quarantined>> {
    let row = rows(connection, org, &[seq])?.pop();
    Ok(row.and_then(|row| match row.entry {
        Entry::SetAside(set_aside) => {
            Some(Quarantined { seq, received_ms: row.received_ms, row: set_aside, state })
        }
        _ => None,
    }))
}

pub fn refused(connection: &Connection, device: DeviceId, doc: DocId) -> Stored<Vec<ChangeHash>> {
    let mut statement = connection.prepare_cached(
        "SELECT hash FROM quarantine INDEXED BY quarantine_doc \
         WHERE doc = ?2 AND state <> 1 AND (device = ?1 OR reason = ?3) \
         UNION SELECT hash FROM replaced WHERE doc = ?2",
    )?;
    let mut rows = statement.query(params![device.0, doc.0, Reason::WrongSequence.code()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(id!(row, 0, ChangeHash));
    }
    Ok(found)
}

pub fn replaced(connection: &Connection, doc: DocId) -> Stored<Vec<(Id, ChangeHash)>> {
    let sql = "SELECT person, hash FROM replaced JOIN devices ON devices.id = replaced.device WHERE doc = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([doc.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(id!(row, 0, Id).zip(id!(row, 1, ChangeHash)));
    }
    Ok(found)
}

pub fn quarantine_load(connection: &Connection, device: DeviceId) -> Stored<(u64, u64)> {
    let sql = "SELECT count(*), coalesce(sum(size), 0) FROM quarantine WHERE device = ?1 AND state = 0";
    Ok(connection.prepare_cached(sql)?.query_row([device.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

pub fn arrivals_load(connection: &Connection, device: DeviceId) -> Stored<u64> {
    let sql = "SELECT coalesce(sum(length(raw)), 0) FROM arrivals WHERE device = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([device.0], |row| row.get(0))?)
}

pub fn arrivals(connection: &Connection, device: DeviceId) -> Stored<Vec<(Hash32, Vec<u8>)>> {
    let mut statement =
        connection.prepare_cached("SELECT hash, raw FROM arrivals WHERE device = ?1 ORDER BY received_ms")?;
    let mut rows = statement.query([device.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((id!(row, 0, Hash32).ok_or(odd("arrival"))?, row.get(1)?));
    }
    Ok(found)
}
