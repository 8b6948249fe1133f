//! The seventh migration: every row of the log written anew, with numbers for ids and smaller bodies. See ADR 66.
//!
//! It runs in the transaction of its step: until that is committed the log is as it was, and a program that was killed
//! in the middle begins again. A row says afterwards what it said before, byte for byte, sound or not.

use rusqlite::{Connection, Row, params};
use sync_core::ids::{ChangeHash, Id};

use super::codec::{id, kinds, odd};
use super::names::number_of;
use super::pack::{Kept, pack, unpack};
use crate::store::Stored;

const ROWS: &str = "SELECT seq, kind, doc, doc_kind, family, place, month, person, everyone, topic, subject, hash, \
                    author, device, envelope, flag, received_ms, size, body FROM log_before ORDER BY seq";

const ROW: &str = "INSERT INTO log (seq, kind, doc, doc_kind, family, place, month, person, everyone, topic, subject, \
                   hash, author, device, envelope, flag, received_ms, size, body) VALUES \
                   (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";

/// Brings the rows over, and the tables that name documents and devices with them.
pub fn bring_over(connection: &Connection) -> Stored<()> {
    connection.execute_batch(include_str!("migrations/007.sql"))?;
    let mut old = connection.prepare(ROWS)?;
    let mut rows = old.query(())?;
    while let Some(row) = rows.next()? {
        one(connection, row)?;
    }
    drop(rows);
    drop(old);
    connection.execute_batch(include_str!("migrations/007_after.sql"))?;
    Ok(())
}

fn one(connection: &Connection, row: &Row<'_>) -> Stored<()> {
    let number_of = |id: Option<Id>| number_of(connection, id.map(|id| id.0));
    let content = content(row)?;
    connection.prepare_cached(ROW)?.execute(params![
        row.get::<_, i64>(0)?,
        row.get::<_, i64>(1)?,
        number_of(id!(row, 2, Id))?,
        row.get::<_, Option<i64>>(3)?,
        number_of(id!(row, 4, Id))?,
        number_of(id!(row, 5, Id))?,
        row.get::<_, Option<i64>>(6)?,
        number_of(id!(row, 7, Id))?,
        row.get::<_, Option<i64>>(8)?,
        row.get::<_, Option<i64>>(9)?,
        number_of(id!(row, 10, Id))?,
        content.hash,
        number_of(id!(row, 12, Id))?,
        number_of(id!(row, 13, Id))?,
        row.get::<_, Option<i64>>(14)?,
        row.get::<_, Option<String>>(15)?,
        row.get::<_, i64>(16)?,
        content.size,
        content.body,
    ])?;
    Ok(())
}

struct Content {
    hash: Option<Vec<u8>>,
    size: Option<i64>,
    body: Vec<u8>,
}

/// What stands in the last columns: of a change, smaller.
fn content(row: &Row<'_>) -> Stored<Content> {
    let as_it_is = Content { hash: row.get(11)?, size: row.get(17)?, body: row.get(18)? };
    let (author, hash) = (id!(row, 12, Id), id!(row, 11, ChangeHash));
    let (kinds::CHANGE, Some(author), Some(hash)) = (row.get::<_, i64>(1)?, author, hash) else {
        return Ok(as_it_is);
    };
    // A body that cannot be read stays what it is, beside its whole hash.
    let Ok((_, bytes)) = unpack(author, &hash.0, &as_it_is.body) else { return Ok(as_it_is) };
    let Kept { hash, body } = pack(author, &hash, &bytes);
    let size = (body.len() != bytes.len()).then_some(bytes.len() as i64);
    Ok(Content { hash: Some(hash), size, body })
}

#[cfg(test)]
mod tests;
