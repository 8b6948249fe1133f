//! Where office values came back from after a restore: beside the log, for telling which of two is newer.

use minicbor::{Decode, Encode};
use rusqlite::{Connection, OptionalExtension, params};
use sync_core::ids::Id;
use sync_core::office::OfficeRow;

use super::codec::{bytes, odd, topic_number};
use crate::store::{Origin, OwnValue, Stored};

#[derive(Encode, Decode)]
struct Came {
    #[n(0)]
    epoch: Id,
    #[n(1)]
    seq: u64,
    /// The row it is in now: a later row is not from there.
    #[n(2)]
    row: u64,
}

fn key(row: &OfficeRow) -> String {
    format!("restored/{}", row.cache_key())
}

/// Notes where the newest value of this office row came from.
pub fn note(connection: &Connection, row: &OfficeRow, from: Origin) -> Stored<()> {
    let Some(own) = own(connection, row)? else { return Ok(()) };
    let came = Came { epoch: from.epoch, seq: from.seq, row: own.seq };
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
        .execute(params![key(row), bytes(&came)])?;
    Ok(())
}

/// The value there is, by whatever hand.
pub fn own(connection: &Connection, row: &OfficeRow) -> Stored<Option<OwnValue>> {
    let sql = "SELECT value, seq FROM office WHERE topic = ?1 AND subject = ?2 AND key = ?3";
    let found: Option<(String, u64)> = connection
        .prepare_cached(sql)?
        .query_row(params![topic_number(row.topic), row.subject.0, row.key], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((value, seq)) = found else { return Ok(None) };
    let came: Option<Vec<u8>> = connection
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key(row)], |row| row.get(0))
        .optional()?;
    let came: Option<Came> =
        came.map(|bytes| minicbor::decode(&bytes).map_err(|_| odd("origin"))).transpose()?;
    let origin = came.filter(|came| came.row == seq).map(|came| Origin { epoch: came.epoch, seq: came.seq });
    Ok(Some(OwnValue { value, seq, origin }))
}
