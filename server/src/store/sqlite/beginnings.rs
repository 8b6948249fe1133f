//! Documents and changes by the beginning of their id: how a device names what it knows the server has.

use rusqlite::Connection;
use sync_core::ids::{ChangeHash, DocId};
use sync_core::scope::Scope;
use sync_core::wire::elided::{Found, Wanted};

use super::codec::{self, DOCUMENT, ROW, id, odd};
use super::names::numbered;
use crate::store::Stored;

/// What there is under each beginning; nothing where two begin alike.
pub fn find(connection: &Connection, wanted: &Wanted) -> Stored<Found> {
    let mut found = Found::default();
    for beginning in &wanted.documents {
        found.documents.insert(*beginning, document(connection, beginning)?);
    }
    for (doc, beginning) in &wanted.changes {
        found.changes.insert((*doc, *beginning), change(connection, *doc, beginning)?);
    }
    Ok(found)
}

fn document(connection: &Connection, beginning: &[u8]) -> Stored<Option<(DocId, Scope)>> {
    let sql = format!(
        "SELECT {DOCUMENT} FROM names JOIN documents ON documents.doc = names.n \
         WHERE names.id >= ?1 AND names.id <= ?2 LIMIT 2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([beginning.to_vec(), last::<16>(beginning)])?;
    let mut only = None;
    while let Some(row) = rows.next()? {
        if only.is_some() {
            return Ok(None);
        }
        only = Some((id!(row, 0, DocId).ok_or(odd("document"))?, codec::scope(row, 1)?));
    }
    Ok(only)
}

fn change(connection: &Connection, doc: DocId, beginning: &[u8]) -> Stored<Option<ChangeHash>> {
    let doc_is = numbered!("?1");
    let sql = format!(
        "SELECT {ROW} FROM log INDEXED BY log_change \
         WHERE kind = 1 AND doc = {doc_is} AND hash >= ?2 AND hash <= ?3 LIMIT 2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([doc.0.to_vec(), beginning.to_vec(), last::<32>(beginning)])?;
    let mut only = None;
    while let Some(row) = rows.next()? {
        if only.is_some() {
            return Ok(None);
        }
        // What cannot be read is not known: then the device names it in full.
        let Ok((hash, _)) = codec::change(row) else { return Ok(None) };
        only = Some(hash);
    }
    Ok(only)
}

/// The last of `N` bytes that begins so.
fn last<const N: usize>(beginning: &[u8]) -> Vec<u8> {
    let mut bytes = beginning.to_vec();
    bytes.resize(N, 0xff);
    bytes
}
