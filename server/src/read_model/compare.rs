//! Two sets of tables held against each other: those there are, and those the log gives.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::watch;

use super::writer::Writer;
use super::{ReadModelError, tail};
use crate::store::ChangeLog;

/// What was compared, and what is not the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    pub tables: u64,
    /// Tables with how many rows of them are missing, changed or too many.
    pub found: Vec<(String, u64)>,
}

/// Copies the tables at `path` as of one moment, whoever writes them.
pub fn copy(path: &Path, to: &Path) -> Result<(), ReadModelError> {
    // Not one that may only read: when the last connection goes, it takes away what lies beside the file.
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000")?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// Brings the tables at `path` as far as the log, makes them anew beside, and compares the two. Tables of
/// another version or history are no flaw: whoever opens them next makes them again.
pub async fn differences(path: &Path, log: Arc<dyn ChangeLog>) -> Result<Differences, ReadModelError> {
    let newest = *log.changed().borrow();
    let (applied, _) = watch::channel(0);
    let there = Writer::open(path, log.organisation().epoch, newest)?;
    let (there, done) = tail::catch_up(there, &log, tail::BATCH, &applied).await;
    done?;
    there.ok_or(ReadModelError::Behind)?.finish()?;
    let anew = path.with_extension("anew");
    tail::rebuild(&anew, log).await?;
    let (there, anew) = (path.to_owned(), anew);
    let compared = tokio::task::spawn_blocking(move || compare(&there, &anew));
    compared.await.map_err(|_| ReadModelError::Behind)?
}

fn compare(there: &Path, anew: &Path) -> Result<Differences, ReadModelError> {
    let connection = Connection::open(there)?;
    connection.execute("ATTACH ?1 AS anew", [anew.to_string_lossy()])?;
    let mut names = connection.prepare(
        "SELECT name FROM anew.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )?;
    let names: Vec<String> = names.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut differences = Differences { tables: names.len() as u64, found: Vec::new() };
    for name in names {
        let only = |here: &str, other: &str| -> Result<u64, ReadModelError> {
            let sql = format!(
                "SELECT count(*) FROM (SELECT * FROM {here}.\"{name}\" EXCEPT SELECT * FROM {other}.\"{name}\")"
            );
            Ok(connection.query_row(&sql, (), |row| row.get(0))?)
        };
        let rows = only("main", "anew")?.max(only("anew", "main")?);
        if rows > 0 {
            differences.found.push((name, rows));
        }
    }
    Ok(differences)
}
