//! The desk's tables, table by table and row by row.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use super::invariants::{Violation, must};

/// `READ_MODEL_EQUAL`: both files say the same.
pub fn are_equal(followed: &Path, fresh: &Path) -> Result<(), Violation> {
    let (followed, fresh) = (read(followed), read(fresh));
    for (table, rows) in &followed {
        let again = fresh.get(table);
        must(again == Some(rows), "READ_MODEL_EQUAL", || {
            format!("{table} has {} rows, and {:?} when made afresh", rows.len(), again.map(Vec::len))
        })?;
    }
    must(followed.len() == fresh.len(), "READ_MODEL_EQUAL", || "other tables when made afresh".to_owned())
}

/// Every table with its rows, in an order of their own.
fn read(path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("tables");
    let mut select = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .expect("the list of tables");
    let names: Vec<String> =
        select.query_map([], |row| row.get(0)).expect("tables").map(Result::unwrap).collect();
    names.into_iter().map(|name| (name.clone(), rows(&connection, &name))).collect()
}

fn rows(connection: &Connection, name: &str) -> Vec<String> {
    let mut select = connection.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
    let columns = select.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let cells: Vec<Value> = (0..columns).map(|n| row.get_unwrap(n)).collect();
        Ok(format!("{cells:?}"))
    };
    let mut rows: Vec<String> = select.query_map([], read).expect("rows").map(Result::unwrap).collect();
    rows.sort();
    rows
}
