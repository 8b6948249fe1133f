//! The signed headers of envelopes, in less room: what the log says of a change is not written twice.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use sync_core::envelope::{Header, Item};
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32, Id};
use sync_core::keys::Sig;
use sync_core::scope::Scope;

use super::codec::{self, bytes, id, odd};
use crate::store::{KeptEnvelope, SignedHeader, Stored};

/// A header without device and number, which are columns.
#[derive(Encode, Decode)]
struct Body {
    #[n(0)]
    version: u8,
    #[n(1)]
    previous: Option<Hash32>,
    #[n(2)]
    items: Vec<KeptItem>,
}

#[derive(Encode, Decode)]
enum KeptItem {
    /// The change is this row of the log and has its scope.
    #[n(0)]
    Row(#[n(0)] u64, #[n(1)] u32, #[n(2)] Option<ChangeHash>),
    /// Not in the log when the envelope was kept, or there with another place.
    #[n(1)]
    Whole(#[n(0)] Item),
}

const IN_LOG: &str = "SELECT seq, doc_kind, family, place, month FROM log INDEXED BY log_change \
                      WHERE kind = 1 AND doc = ?1 AND hash = ?2";

/// Keeps a header; one that is kept already is a no-op.
pub fn keep(connection: &Connection, signed: &SignedHeader) -> Stored<()> {
    let header = &signed.header;
    let mut found = connection.prepare_cached(IN_LOG)?;
    let items = header.items.iter().map(|item| kept(&mut found, item)).collect::<Stored<Vec<_>>>()?;
    replace(connection, header, &items)?;
    let body = Body { version: header.version, previous: header.previous, items };
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO envelopes (device, number, signature, body) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![header.device.0, header.number, signed.signature.0, bytes(&body)])?;
    Ok(())
}

/// Notes what those of its changes that are in the log stand in place of.
fn replace(connection: &Connection, header: &Header, items: &[KeptItem]) -> Stored<()> {
    for (item, kept) in header.items.iter().zip(items) {
        if let (Some(old), KeptItem::Row(..)) = (item.replaces, kept) {
            connection
                .prepare_cached("INSERT OR IGNORE INTO replaced (device, doc, hash) VALUES (?1, ?2, ?3)")?
                .execute(params![header.device.0, item.doc.0, old.0])?;
        }
    }
    Ok(())
}

fn kept(found: &mut CachedStatement<'_>, item: &Item) -> Stored<KeptItem> {
    let row = in_log(found, item.doc, item.hash)?;
    Ok(match row {
        Some((seq, scope)) if scope == item.scope => KeptItem::Row(seq, item.incarnation, item.replaces),
        _ => KeptItem::Whole(item.clone()),
    })
}

fn in_log(found: &mut CachedStatement<'_>, doc: DocId, hash: ChangeHash) -> Stored<Option<(u64, Scope)>> {
    let row = found
        .query_row(params![doc.0, hash.0], |row| Ok((row.get::<_, u64>(0)?, codec::scope(row, 1))))
        .optional()?;
    row.map(|(seq, scope)| Ok((seq, scope?))).transpose()
}

/// The signatures kept of a device, by the number of the envelope.
pub fn signatures(
    connection: &Connection,
    device: DeviceId,
    numbers: &[u64],
) -> Stored<BTreeMap<u64, Vec<Sig>>> {
    let sql = "SELECT signature FROM envelopes WHERE device = ?1 AND number = ?2";
    let mut select = connection.prepare_cached(sql)?;
    let mut kept = BTreeMap::new();
    for number in numbers {
        let signatures = select.query_map(params![device.0, number], |row| row.get(0).map(Sig))?;
        let signatures: Vec<Sig> = signatures.collect::<Result<_, _>>()?;
        if !signatures.is_empty() {
            kept.insert(*number, signatures);
        }
    }
    Ok(kept)
}

/// Kept envelopes with ids above `after`, at most `limit`, put together again.
pub fn after(connection: &Connection, org: Id, after: u64, limit: usize) -> Stored<Vec<KeptEnvelope>> {
    let sql = "SELECT id, device, number, signature, body FROM envelopes WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![after, limit as i64])?;
    let mut found = connection.prepare_cached(IN_LOG)?;
    let mut envelopes = Vec::new();
    while let Some(row) = rows.next()? {
        let device = id!(row, 1, DeviceId).ok_or(odd("envelope"))?;
        let (number, body): (u64, Vec<u8>) = (row.get(2)?, row.get(4)?);
        let mut kept = KeptEnvelope {
            id: row.get(0)?,
            device,
            number,
            signature: Sig(row.get(3)?),
            seqs: Vec::new(),
            header: None,
        };
        if let Ok(body) = minicbor::decode::<Body>(&body) {
            let mut items = Vec::with_capacity(body.items.len());
            for item in body.items {
                let (seq, item) = whole(connection, &mut found, item)?;
                kept.seqs.push(seq);
                items.extend(item);
            }
            let Body { version, previous, .. } = body;
            let header = Header { version, org, device, number, previous, items };
            kept.header = (header.items.len() == kept.seqs.len()).then_some(header);
        }
        envelopes.push(kept);
    }
    Ok(envelopes)
}

/// An item as it was signed, and the row its change is in.
fn whole(
    connection: &Connection,
    found: &mut CachedStatement<'_>,
    item: KeptItem,
) -> Stored<(Option<u64>, Option<Item>)> {
    let (seq, incarnation, replaces) = match item {
        KeptItem::Whole(item) => {
            let seq = in_log(found, item.doc, item.hash)?.map(|(seq, _)| seq);
            return Ok((seq, Some(item)));
        }
        KeptItem::Row(seq, incarnation, replaces) => (seq, incarnation, replaces),
    };
    let sql = "SELECT doc, doc_kind, family, place, month, hash FROM log WHERE seq = ?1 AND kind = 1";
    let item = connection
        .prepare_cached(sql)?
        .query_row([seq], |row| {
            Ok((|| -> Stored<Item> {
                let doc = id!(row, 0, DocId).ok_or(odd("change"))?;
                let hash = id!(row, 5, ChangeHash).ok_or(odd("change"))?;
                Ok(Item { doc, scope: codec::scope(row, 1)?, incarnation, hash, replaces })
            })())
        })
        .optional()?;
    Ok((Some(seq), item.transpose()?))
}

/// Changes up to this number came before signatures were kept.
pub fn signed_from(connection: &Connection) -> Stored<u64> {
    let sql = "SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE key = 'signed_from'";
    Ok(connection.prepare_cached(sql)?.query_row((), |row| row.get(0)).optional()?.unwrap_or(0))
}
