//! Finding a change by its hash, of which the log keeps the beginning where the body says the others.

use rusqlite::{Connection, params};
use sync_core::ids::{ChangeHash, DocId};
use sync_core::scope::Scope;
use sync_core::verdict::Flag;

use super::codec::{self, ROW};
use super::names::numbered;
use super::pack::beginning;
use crate::store::Stored;

/// Where a change is.
pub enum Sought {
    There(Found),
    /// Not there; but another of the document is kept by the same beginning.
    Alike,
    Nowhere,
}

/// The row of a change.
pub struct Found {
    pub seq: u64,
    pub scope: Scope,
    pub flag: Option<Flag>,
}

const BY_HASH: &str = concat!(
    " FROM log INDEXED BY log_change WHERE kind = 1 AND doc = ",
    numbered!("?1"),
    " AND hash IN (?2, ?3)"
);

/// Looks for a change of a document.
pub fn seek(connection: &Connection, doc: DocId, hash: &ChangeHash) -> Stored<Sought> {
    let mut statement = connection.prepare_cached(&format!("SELECT {ROW}{BY_HASH}"))?;
    let mut rows = statement.query(params![doc.0, beginning(hash), hash.0])?;
    let mut alike = Sought::Nowhere;
    while let Some(row) = rows.next()? {
        // One whose body cannot be read is taken for what its beginning says.
        if codec::change(row).map_or(true, |(found, _)| found == *hash) {
            return Ok(Sought::There(Found {
                seq: row.get(0)?,
                scope: codec::scope(row, 3)?,
                flag: codec::flag(row.get(15)?)?,
            }));
        }
        alike = Sought::Alike;
    }
    Ok(alike)
}
