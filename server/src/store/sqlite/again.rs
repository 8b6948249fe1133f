//! The log appended once more, from its rows alone, to see whether the tables beside them say the same.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};
use sync_core::ids::Id;

use super::append::append;
use super::writer::Writing;
use super::{codec, founded, queries, schema};
use crate::store::{Astray, Batch, LogRow, Stored};

/// Rows read at once.
const ROWS: usize = 500;

/// The tables that follow from the rows.
const DERIVED: &[&str] = &["documents", "office", "grants", "assignments", "quarantine"];

/// What in the log at `path` does not follow from its rows; `scratch` is a new file for the second copy.
pub fn compare(path: &Path, scratch: &Path) -> Stored<Vec<Astray>> {
    let original = Connection::open(path)?;
    let org = founded(&original)?.ok_or(codec::odd("meta"))?.organisation.id;
    let mut connection = Connection::open(scratch)?;
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    schema::migrate(&mut connection)?;
    connection.execute("ATTACH ?1 AS original", [path.to_string_lossy()])?;
    // Under the same numbers, so that rows can be held against each other. Another id under a number makes other rows,
    // which their signatures and bodies do not bear out.
    connection.execute("INSERT INTO main.names SELECT * FROM original.names", ())?;
    let mut astray = Vec::new();
    let transaction = connection.transaction()?;
    let mut after = 0;
    loop {
        let rows = read(&original, org, after, &mut astray)?;
        let Some(last) = rows.last else { break };
        after = last;
        for row in rows.rows {
            let mut writing = Writing { connection: &transaction, seq: row.seq - 1 };
            let batch = Batch { received_ms: row.received_ms, entries: vec![row.entry], ..Batch::default() };
            if let Err(why) = append(&mut writing, &batch) {
                astray.push(Astray::Row { seq: row.seq, why: why.to_string() });
            }
        }
    }
    transaction.commit()?;
    columns(&connection, &mut astray)?;
    for name in DERIVED {
        let entries = differing(&connection, name)?;
        if entries > 0 {
            astray.push(Astray::Table { name, entries });
        }
    }
    Ok(astray)
}

#[derive(Default)]
struct Rows {
    rows: Vec<LogRow>,
    /// The number of the last row looked at; `None` at the end.
    last: Option<u64>,
}

/// The next rows; when one of them cannot be read, that one alone is named and passed over.
fn read(original: &Connection, org: Id, after: u64, astray: &mut Vec<Astray>) -> Stored<Rows> {
    if let Ok(rows) = queries::read_after(original, org, after, ROWS) {
        let last = rows.last().map(|row| row.seq);
        return Ok(Rows { rows, last });
    }
    let next: Option<u64> = original
        .prepare_cached("SELECT seq FROM log WHERE seq > ?1 ORDER BY seq LIMIT 1")?
        .query_row([after], |row| row.get(0))
        .optional()?;
    let Some(seq) = next else { return Ok(Rows::default()) };
    match queries::rows(original, org, &[seq]) {
        Ok(rows) => Ok(Rows { rows, last: Some(seq) }),
        Err(why) => {
            astray.push(Astray::Row { seq, why: why.to_string() });
            Ok(Rows { rows: Vec::new(), last: Some(seq) })
        }
    }
}

/// Rows whose columns are not what appending them makes of them. Their bodies were read to append them.
fn columns(connection: &Connection, astray: &mut Vec<Astray>) -> Stored<()> {
    let mut names = connection.prepare("SELECT name FROM pragma_table_info('log')")?;
    let names: Vec<String> = names.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let differ: Vec<String> = names
        .iter()
        .filter(|name| !["seq", "body"].contains(&name.as_str()))
        .map(|name| format!("again.{name} IS NOT log.{name}"))
        .collect();
    let sql = format!(
        "SELECT log.seq FROM main.log AS again JOIN original.log AS log USING (seq) WHERE {} ORDER BY 1",
        differ.join(" OR ")
    );
    let mut statement = connection.prepare(&sql)?;
    for seq in statement.query_map((), |row| row.get(0))? {
        astray.push(Astray::Columns { seq: seq? });
    }
    Ok(())
}

/// How many entries of a table are in one of the two and not in the other; a changed one counts once.
fn differing(connection: &Connection, table: &str) -> Stored<u64> {
    let only = |here: &str, there: &str| -> Stored<u64> {
        let sql = format!(
            "SELECT count(*) FROM (SELECT * FROM {here}.{table} EXCEPT SELECT * FROM {there}.{table})"
        );
        Ok(connection.query_row(&sql, (), |row| row.get(0))?)
    };
    Ok(only("main", "original")?.max(only("original", "main")?))
}
