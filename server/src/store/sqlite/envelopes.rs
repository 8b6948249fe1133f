//! The signed headers of envelopes, in less room: what the log says of a change is not written twice.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use rusqlite::{Connection, OptionalExtension, params};
use sync_core::envelope::{Header, Item};
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32, Id};
use sync_core::keys::Sig;

use super::codec::{self, ROW, bytes, id, odd};
use super::names::{named, number, numbered};
use super::seek::{Sought, seek};
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
    /// The row after that of the item before.
    #[n(2)]
    Next(#[n(0)] u32, #[n(1)] Option<ChangeHash>),
}

impl KeptItem {
    /// In less room, behind the row of the item before.
    fn short(self, before: &mut Option<u64>) -> Self {
        let row = self.row();
        let follows = row.is_some() && before.map(|before| before + 1) == row;
        *before = row;
        match self {
            Self::Row(_, incarnation, replaces) if follows => Self::Next(incarnation, replaces),
            item => item,
        }
    }

    /// As it was before that.
    fn long(self, before: &mut Option<u64>) -> Self {
        let item = match self {
            // No row has the number 0.
            Self::Next(incarnation, replaces) => {
                Self::Row(before.map_or(0, |before| before.saturating_add(1)), incarnation, replaces)
            }
            item => item,
        };
        *before = item.row();
        item
    }

    fn row(&self) -> Option<u64> {
        if let Self::Row(seq, ..) = self { Some(*seq) } else { None }
    }
}

/// Keeps a header; one that is kept already is a no-op.
pub fn keep(connection: &Connection, signed: &SignedHeader) -> Stored<()> {
    let header = &signed.header;
    let items = header.items.iter().map(|item| kept(connection, item)).collect::<Stored<Vec<_>>>()?;
    replace(connection, header)?;
    let mut before = None;
    let items = items.into_iter().map(|item| item.short(&mut before)).collect();
    let body = Body { version: header.version, previous: header.previous, items };
    connection
        .prepare_cached(
            "INSERT INTO envelopes (device, number, signature, body) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS \
             (SELECT 1 FROM envelopes WHERE device = ?1 AND number = ?2 AND signature = ?3)",
        )?
        .execute(params![
            number(connection, header.device.0)?,
            header.number,
            signed.signature.0,
            bytes(&body)
        ])?;
    Ok(())
}

/// Notes what those of its changes that are in the log stand in place of, under whatever scope they are there.
fn replace(connection: &Connection, header: &Header) -> Stored<()> {
    for item in &header.items {
        let Some(old) = item.replaces else { continue };
        if let Sought::There(_) = seek(connection, item.doc, &item.hash)? {
            connection
                .prepare_cached("INSERT OR IGNORE INTO replaced (device, doc, hash) VALUES (?1, ?2, ?3)")?
                .execute(params![header.device.0, item.doc.0, old.0])?;
        }
    }
    Ok(())
}

fn kept(connection: &Connection, item: &Item) -> Stored<KeptItem> {
    Ok(match seek(connection, item.doc, &item.hash)? {
        Sought::There(found) if found.scope == item.scope => {
            KeptItem::Row(found.seq, item.incarnation, item.replaces)
        }
        _ => KeptItem::Whole(item.clone()),
    })
}

/// The signatures kept of a device, by the number of the envelope.
pub fn signatures(
    connection: &Connection,
    device: DeviceId,
    numbers: &[u64],
) -> Stored<BTreeMap<u64, Vec<Sig>>> {
    let sql = concat!("SELECT signature FROM envelopes WHERE device = ", numbered!("?1"), " AND number = ?2");
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
    let device = named!("device");
    let sql = format!(
        "SELECT id, {device}, number, signature, body FROM envelopes WHERE id > ?1 ORDER BY id LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![after, limit as i64])?;
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
            let mut before = None;
            for item in body.items {
                let (seq, item) = whole(connection, item.long(&mut before))?;
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
fn whole(connection: &Connection, item: KeptItem) -> Stored<(Option<u64>, Option<Item>)> {
    let (seq, incarnation, replaces) = match item {
        KeptItem::Whole(item) => {
            let seq = match seek(connection, item.doc, &item.hash)? {
                Sought::There(found) => Some(found.seq),
                Sought::Alike | Sought::Nowhere => None,
            };
            return Ok((seq, Some(item)));
        }
        KeptItem::Row(seq, incarnation, replaces) => (seq, incarnation, replaces),
        KeptItem::Next(..) => return Ok((None, None)),
    };
    let sql = format!("SELECT {ROW} FROM log WHERE seq = ?1 AND kind = 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([seq])?;
    let Some(row) = rows.next()? else { return Ok((Some(seq), None)) };
    let doc = id!(row, 2, DocId).ok_or(odd("change"))?;
    let scope = codec::scope(row, 3)?;
    // Without its hash there is no header: that is said of the envelope, and of the row by whoever reads it.
    let hash = codec::change(row).ok().map(|(hash, _)| hash);
    Ok((Some(seq), hash.map(|hash| Item { doc, scope, incarnation, hash, replaces })))
}

/// Changes up to this number came before signatures were kept.
pub fn signed_from(connection: &Connection) -> Stored<u64> {
    let sql = "SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE key = 'signed_from'";
    Ok(connection.prepare_cached(sql)?.query_row((), |row| row.get(0)).optional()?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::scope::{Kind, Scope};

    #[test]
    fn rows_one_after_the_other_take_a_few_bytes_each() {
        let scope = Scope { kind: Kind::Task, family: None, place: None, month: None };
        let (doc, hash) = (DocId([1; 16]), ChangeHash([2; 32]));
        let items = || {
            let whole = KeptItem::Whole(Item { doc, scope, incarnation: 1, hash, replaces: None });
            let row = |seq| KeptItem::Row(seq, 1, (seq == 70_002).then_some(hash));
            [row(70_001), row(70_002), row(70_003), whole, row(70_004), row(70_005), row(80_000), row(7)]
        };
        let mut before = None;
        let short: Vec<KeptItem> = items().into_iter().map(|item| item.short(&mut before)).collect();
        let next = |item: &KeptItem| matches!(item, KeptItem::Next(..));
        let which: Vec<bool> = short.iter().map(next).collect();
        assert_eq!(which, [false, true, true, false, false, true, false, false]);
        assert!(short.get(2).is_some_and(|item| bytes(item).len() < 6));
        let short: Vec<KeptItem> = minicbor::decode(&bytes(&short)).unwrap();
        let mut before = None;
        let long: Vec<KeptItem> = short.into_iter().map(|item| item.long(&mut before)).collect();
        assert_eq!(bytes(&long), bytes(&Vec::from(items())));
    }
}
