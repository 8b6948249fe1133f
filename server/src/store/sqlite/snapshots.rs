//! Documents in one piece, and documents as they are given.

use async_trait::async_trait;
use minicbor::bytes::ByteVec;
use rusqlite::{Connection, OptionalExtension, params};
use sync_core::ids::{DocId, Id, Month};
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::Scope;
use sync_core::wire::{Grant, Snapshot};

use super::codec::{self, DOCUMENT, ROW, bytes, id, odd, topic_number};
use super::names::{named, numbered};
use super::{SqliteLog, queries};
use crate::squeeze::{spread, squeeze};
use crate::store::{ChangeRow, Documents, Entry, Extent, Held, Months, NewSnapshot, Stored, Whole};

/// Snapshots are packed once and stay: some milliseconds each.
const QUALITY: i32 = 9;

/// No document grows so big: its changes would have been refused.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

#[async_trait]
impl Documents for SqliteLog {
    async fn extents(&self, scopes: &[Grant], months: Months) -> Stored<Vec<Vec<Extent>>> {
        let scopes = scopes.to_vec();
        self.readers
            .read(move |connection| {
                scopes.into_iter().map(|scope| extents_in(connection, scope, months)).collect()
            })
            .await
    }

    async fn whole(&self, docs: &[DocId], until: u64) -> Stored<Vec<Whole>> {
        let (docs, org) = (docs.to_vec(), self.org());
        self.readers
            .read(move |connection| {
                let found = docs.into_iter().map(|doc| whole(connection, org, doc, until));
                Ok(found.collect::<Stored<Vec<_>>>()?.into_iter().flatten().collect())
            })
            .await
    }

    async fn rows_of(&self, doc: DocId) -> Stored<(u64, Vec<ChangeRow>)> {
        let org = self.org();
        self.readers
            .read(move |connection| {
                let Some(scope) = queries::scopes_of(connection, &[doc])?.remove(&doc) else {
                    return Ok((0, Vec::new()));
                };
                let extent = extent(connection, doc, scope)?;
                let newest = extent.beyond.seq.max(extent.snapshot.seq);
                Ok((newest, changes(connection, org, doc, (0, newest))?))
            })
            .await
    }

    async fn changed_in(&self, after: u64, until: u64) -> Stored<Vec<Extent>> {
        self.readers.read(move |connection| changed_in(connection, after, until)).await
    }

    async fn put_snapshots(&self, snapshots: Vec<NewSnapshot>) -> Stored<()> {
        let packed: Vec<(NewSnapshot, Vec<u8>)> = tokio::task::spawn_blocking(move || {
            let pack = |new: NewSnapshot| {
                let packed = squeeze(&new.snapshot.bytes, QUALITY);
                (new, packed)
            };
            snapshots.into_iter().map(pack).collect()
        })
        .await
        .map_err(|error| crate::store::StoreError::Broken(error.to_string()))?;
        self.writer
            .write(move |writing| {
                let mut statement = writing.connection.prepare_cached(
                    "INSERT OR REPLACE INTO snapshots (doc, seq, changes, size, packed, authors) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?;
                for (new, packed) in &packed {
                    let (size, authors) = (new.snapshot.bytes.len() as u64, bytes(&new.snapshot.authors));
                    statement.execute(params![new.doc.0, new.seq, new.changes, size, packed, authors])?;
                }
                Ok(())
            })
            .await
    }

    async fn drop_snapshots(&self, before: Month) -> Stored<()> {
        self.writer
            .write(move |writing| {
                let earlier = concat!("SELECT ", named!("documents.doc"), " FROM documents WHERE month < ?1");
                let sql = format!("DELETE FROM snapshots WHERE doc IN ({earlier})");
                writing.connection.prepare_cached(&sql)?.execute([before.0])?;
                Ok(())
            })
            .await
    }
}

fn extents_in(connection: &Connection, scope: Grant, months: Months) -> Stored<Vec<Extent>> {
    let mut found = Vec::new();
    match scope {
        Grant::Document(doc) => {
            for scope in queries::scopes_of(connection, &[doc])?.into_values() {
                found.push(extent(connection, doc, scope)?);
            }
        }
        Grant::Family(family) => {
            let (family_is, subject) = (numbered!("?1"), named!("documents.doc"));
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {DOCUMENT} FROM documents INDEXED BY documents_family \
                 WHERE family = {family_is} AND (month IS NULL OR month >= ?2 OR EXISTS (SELECT 1 FROM office \
                 WHERE topic = ?3 AND subject = {subject} AND json_extract(value, '$.decision') = 'returned'))",
            ))?;
            let floor = months.floor.map_or(0, |month| month.0);
            let mut rows = statement.query(params![family.0, floor, topic_number(Topic::Review)])?;
            while let Some(row) = rows.next()? {
                let doc = id!(row, 0, DocId).ok_or(odd("document"))?;
                found.push(extent(connection, doc, codec::scope(row, 1)?)?);
            }
        }
        Grant::Place(_) | Grant::Organisation(_) | Grant::Person(_) => {}
    }
    Ok(found)
}

fn extent(connection: &Connection, doc: DocId, scope: Scope) -> Stored<Extent> {
    let snapshot = connection
        .prepare_cached("SELECT changes, seq, size FROM snapshots WHERE doc = ?1")?
        .query_row([doc.0], held)
        .optional()?
        .unwrap_or_default();
    let beyond = connection
        .prepare_cached(concat!(
            "SELECT count(*), coalesce(max(seq), 0), coalesce(sum(coalesce(size, length(body))), 0) ",
            "FROM log INDEXED BY log_doc WHERE doc = ",
            numbered!("?1"),
            " AND kind = 1 AND seq > ?2"
        ))?
        .query_row(params![doc.0, snapshot.seq], held)?;
    Ok(Extent { doc, scope, snapshot, beyond })
}

fn held(row: &rusqlite::Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held { changes: row.get(0)?, seq: row.get(1)?, bytes: row.get(2)? })
}

fn whole(connection: &Connection, org: Id, doc: DocId, until: u64) -> Stored<Option<Whole>> {
    let Some(scope) = queries::scopes_of(connection, &[doc])?.remove(&doc) else { return Ok(None) };
    let kept = snapshot(connection, doc, until)?;
    let (snapshot, after) = kept.map_or((None, 0), |(snapshot, seq)| (Some(snapshot), seq));
    let changes = changes(connection, org, doc, (after, until))?;
    if snapshot.is_none() && changes.is_empty() {
        return Ok(None);
    }
    Ok(Some(Whole { doc, scope, snapshot, changes, reviews: reviews(connection, doc, until)? }))
}

/// The snapshot, unless it holds something newer than `until` or cannot be read: its rows are there all the same.
fn snapshot(connection: &Connection, doc: DocId, until: u64) -> Stored<Option<(Snapshot, u64)>> {
    let sql = "SELECT seq, size, packed, authors FROM snapshots WHERE doc = ?1 AND seq <= ?2";
    let kept: Option<(u64, u64, Vec<u8>, Vec<u8>)> = connection
        .prepare_cached(sql)?
        .query_row(params![doc.0, until], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    Ok(kept.and_then(|(seq, size, packed, authors)| {
        let bytes = spread(&packed, size.min(MAX_BYTES) as usize)?;
        let authors = minicbor::decode(&authors).ok()?;
        Some((Snapshot { bytes: ByteVec::from(bytes), authors }, seq))
    }))
}

fn changes(
    connection: &Connection,
    org: Id,
    doc: DocId,
    (after, until): (u64, u64),
) -> Stored<Vec<ChangeRow>> {
    let doc_is = numbered!("?1");
    let sql = format!(
        "SELECT {ROW} FROM log INDEXED BY log_doc WHERE doc = {doc_is} AND kind = 1 AND seq > ?2 AND seq <= ?3 \
         ORDER BY seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![doc.0, after, until], |row| Ok(codec::log_row(row, org)))?;
    let mut found = Vec::new();
    for row in rows {
        match row??.entry {
            Entry::Change(change) => found.push(change),
            _ => return Err(odd("change")),
        }
    }
    Ok(found)
}

fn reviews(connection: &Connection, doc: DocId, until: u64) -> Stored<Vec<OfficeRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, value FROM office WHERE topic = ?1 AND subject = ?2 AND seq <= ?3 AND value <> 'null'",
    )?;
    let rows = statement.query_map(params![topic_number(Topic::Review), doc.0, until], |row| {
        Ok(OfficeRow { topic: Topic::Review, subject: Id(doc.0), key: row.get(0)?, value: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn changed_in(connection: &Connection, after: u64, until: u64) -> Stored<Vec<Extent>> {
    // From the beginning, the list of documents is quicker than the log.
    let which = if after == 0 {
        "?1 < ?2"
    } else {
        "doc IN (SELECT doc FROM log WHERE seq > ?1 AND seq <= ?2 AND kind = 1)"
    };
    let mut statement =
        connection.prepare_cached(&format!("SELECT {DOCUMENT} FROM documents WHERE {which}"))?;
    let mut rows = statement.query(params![after, until])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let doc = id!(row, 0, DocId).ok_or(odd("document"))?;
        found.push(extent(connection, doc, codec::scope(row, 1)?)?);
    }
    Ok(found)
}
