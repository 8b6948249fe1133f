//! Ids by number: an id is written once, and rows name it in a byte or two.

use rusqlite::{Connection, OptionalExtension};

use crate::store::Stored;

/// The id that is a number in a column.
macro_rules! named {
    ($column:literal) => {
        concat!("(SELECT id FROM names WHERE n = ", $column, ")")
    };
}
pub(super) use named;

/// The number of the id that is bound so.
macro_rules! numbered {
    ($parameter:literal) => {
        concat!("(SELECT n FROM names WHERE id = ", $parameter, ")")
    };
}
pub(super) use numbered;

/// The number of an id, a new one when it has none.
pub fn number(connection: &Connection, id: [u8; 16]) -> Stored<i64> {
    let known = connection
        .prepare_cached("SELECT n FROM names WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    match known {
        Some(number) => Ok(number),
        None => Ok(connection.prepare_cached("INSERT INTO names (id) VALUES (?1)")?.insert([id])?),
    }
}

/// The same of an id that need not be there.
pub fn number_of(connection: &Connection, id: Option<[u8; 16]>) -> Stored<Option<i64>> {
    id.map(|id| number(connection, id)).transpose()
}
