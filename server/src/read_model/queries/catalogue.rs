//! The organisation's catalogue, list by list.

use rusqlite::Connection;
use serde_json::{Map, Value};

use super::stored_value;
use crate::read_model::ReadModelError;

/// Each list under its name.
pub fn all(connection: &Connection) -> Result<Map<String, Value>, ReadModelError> {
    let mut select = connection.prepare_cached("SELECT key, value FROM catalogue ORDER BY key")?;
    let mut rows = select.query([])?;
    let mut lists = Map::new();
    while let Some(row) = rows.next()? {
        lists.insert(row.get(0)?, stored_value(&row.get::<_, String>(1)?));
    }
    Ok(lists)
}
