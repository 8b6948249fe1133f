//! The read model that followed the log through all those deaths is the one the log gives from scratch.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use footpath_tests::district::District;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

/// Stops the server, rebuilds, compares every table, and starts it again.
pub fn is_what_the_log_says(district: &mut District) {
    assert!(district.footpath.stop(), "the server ends well when asked to");
    let path = file(district.footpath.data.path());
    let followed = tables(&path);
    assert!(followed.values().map(Vec::len).sum::<usize>() > 100, "there is something to compare");
    district.footpath.run(&["rebuild"]);
    let rebuilt = tables(&file(district.footpath.data.path()));
    assert_eq!(followed.keys().collect::<Vec<_>>(), rebuilt.keys().collect::<Vec<_>>());
    for (table, rows) in &followed {
        assert!(*rows == rebuilt[table], "{table} differs: {} rows and {}", rows.len(), rebuilt[table].len());
    }
    district.footpath.start();
}

fn file(data: &Path) -> PathBuf {
    let files = std::fs::read_dir(data).unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.contains("read") && (name.ends_with(".db") || name.ends_with(".sqlite"))
    };
    files.into_iter().find(is_it).expect("a read model in the data folder")
}

/// Every table with its rows, in an order of their own.
fn tables(path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut select = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let names: Vec<String> = select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    names
        .into_iter()
        .map(|name| {
            let mut select = connection.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
            let columns = select.column_count();
            let read = |row: &rusqlite::Row<'_>| {
                let cells: Vec<Value> = (0..columns).map(|n| row.get_unwrap(n)).collect();
                Ok(format!("{cells:?}"))
            };
            let mut rows: Vec<String> = select.query_map([], read).unwrap().map(Result::unwrap).collect();
            rows.sort();
            (name, rows)
        })
        .collect()
}
