//! Opening envelopes: from bytes somebody sent to items somebody signed.

use std::collections::BTreeSet;

use sync_core::envelope::{Envelope, EnvelopeError, Header, Item};
use sync_core::ids::{ChangeHash, DocId, Hash32, Id, PublicKey, sha256};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::Reason;
use sync_core::wire::Newest;

use crate::store::SignedHeader;

/// A change as it was pushed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// Number of its envelope.
    pub envelope: u64,
    /// Hash of the envelope's raw form, by which it was kept.
    pub arrival: Hash32,
    pub item: Item,
    pub bytes: Vec<u8>,
}

impl Pushed {
    /// What makes it this change and no other.
    pub fn key(&self) -> (DocId, ChangeHash) {
        (self.item.doc, self.item.hash)
    }
}

/// A link of the device's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub at: Newest,
    pub previous: Option<Hash32>,
}

/// What came out of the envelopes of one request.
#[derive(Debug, Default)]
pub struct Opened {
    /// Signed by the device, in the order of its numbers, no change twice.
    pub items: Vec<Pushed>,
    /// Out of envelopes that cannot be trusted.
    pub refused: Vec<(Pushed, Reason)>,
    /// Out of envelopes of a version that a server after this one will know: the device keeps them till then.
    pub later: Vec<Pushed>,
    pub links: Vec<Link>,
    /// What the device signed.
    pub signed: Vec<SignedHeader>,
}

/// An envelope in the form it is kept in, with the hash it is kept by.
pub fn raw(envelope: &Envelope) -> (Hash32, Vec<u8>) {
    let bytes = minicbor::to_vec(envelope).unwrap_or_default();
    (Hash32(sha256(&bytes)), bytes)
}

/// Opens all envelopes. One that does not open is refused as a whole, and none of it disappears.
pub fn open(org: Id, key: &PublicKey, envelopes: &[Envelope]) -> Opened {
    let mut opened = Opened::default();
    for envelope in envelopes {
        let (arrival, bytes) = raw(envelope);
        match envelope.open(org, key) {
            Ok(header) => {
                let at = Newest { number: header.number, hash: envelope.hash() };
                opened.links.push(Link { at, previous: header.previous });
                opened.signed.push(SignedHeader { header: header.clone(), signature: envelope.signature });
                opened.items.extend(items(header, envelope, arrival));
            }
            Err(EnvelopeError::UnknownVersion(version)) => {
                tracing::warn!(version, "an envelope of a version that is not known here");
                let header = minicbor::decode::<Header>(&envelope.header);
                opened.later.extend(header.into_iter().flat_map(|header| items(header, envelope, arrival)));
            }
            Err(error) => {
                let reason = reason(error);
                let found = match minicbor::decode::<Header>(&envelope.header) {
                    Ok(header) if !header.items.is_empty() => items(header, envelope, arrival),
                    _ => vec![unreadable(arrival, bytes)],
                };
                opened.refused.extend(found.into_iter().map(|pushed| (pushed, reason)));
            }
        }
    }
    opened.items.sort_by_key(|pushed| pushed.envelope);
    let mut seen = BTreeSet::new();
    opened.items.retain(|pushed| seen.insert(pushed.key()));
    opened
}

fn items(header: Header, envelope: &Envelope, arrival: Hash32) -> Vec<Pushed> {
    let mut changes = envelope.changes.iter();
    header
        .items
        .into_iter()
        .map(|item| {
            let bytes = changes.next().map(|bytes| bytes.to_vec()).unwrap_or_default();
            Pushed { envelope: header.number, arrival, item, bytes }
        })
        .collect()
}

fn reason(error: EnvelopeError) -> Reason {
    match error {
        EnvelopeError::Foreign | EnvelopeError::BadSignature => Reason::BadSignature,
        EnvelopeError::Unreadable | EnvelopeError::UnknownVersion(_) | EnvelopeError::CountMismatch => {
            Reason::Malformed
        }
    }
}

/// Stands for an envelope that does not even say what is in it: named by its own hash.
fn unreadable(arrival: Hash32, bytes: Vec<u8>) -> Pushed {
    let (head, _) = arrival.0.split_at(16);
    let item = Item {
        doc: DocId::from_slice(head).unwrap_or(DocId([0; 16])),
        scope: Scope { kind: Kind::Log, family: None, place: None, month: None },
        incarnation: 0,
        hash: ChangeHash(arrival.0),
        replaces: None,
    };
    Pushed { envelope: 0, arrival, item, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::envelope::VERSION;
    use sync_core::ids::Month;
    use sync_core::keys::DeviceKey;

    const ORG: Id = Id([1; 16]);

    fn item(hash: u8) -> Item {
        let scope = Scope::of_log(Id([9; 16]), None, Month(24_316));
        let doc = DocId::of_log(Id([9; 16]), Month(24_316));
        Item { doc, scope, incarnation: 1, hash: ChangeHash([hash; 32]), replaces: None }
    }

    fn sealed(key: &DeviceKey, number: u64, items: Vec<Item>) -> Envelope {
        let changes = items.iter().map(|item| vec![item.hash.0[0]; 3]).collect();
        let header =
            Header { version: VERSION, org: ORG, device: key.device(), number, previous: None, items };
        Envelope::seal(key, &header, changes)
    }

    fn key() -> DeviceKey {
        DeviceKey::from_seed([7; 32])
    }

    #[test]
    fn envelopes_out_of_order_are_put_in_order_and_repeats_are_dropped() {
        let envelopes =
            [sealed(&key(), 2, vec![item(3), item(1)]), sealed(&key(), 1, vec![item(1), item(2)])];
        let opened = open(ORG, &key().public(), &envelopes);
        assert_eq!(opened.items.iter().map(|pushed| pushed.item.hash.0[0]).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(opened.links.len(), 2);
        assert!(opened.refused.is_empty());
    }

    #[test]
    fn another_devices_envelope_is_refused_item_by_item() {
        let envelope = sealed(&DeviceKey::from_seed([8; 32]), 1, vec![item(1), item(2)]);
        let opened = open(ORG, &key().public(), &[envelope]);
        assert!(opened.items.is_empty() && opened.links.is_empty());
        let reasons: Vec<_> =
            opened.refused.iter().map(|(pushed, why)| (pushed.item.hash.0[0], *why)).collect();
        assert_eq!(reasons, [(1, Reason::BadSignature), (2, Reason::BadSignature)]);
    }

    #[test]
    fn an_envelope_of_a_later_version_is_for_a_later_server() {
        let header = Header {
            version: VERSION + 1,
            org: ORG,
            device: key().device(),
            number: 1,
            previous: None,
            items: vec![item(1)],
        };
        let opened = open(ORG, &key().public(), &[Envelope::seal(&key(), &header, vec![vec![1]])]);
        assert_eq!(opened.later.iter().map(|pushed| pushed.item.hash.0[0]).collect::<Vec<_>>(), [1]);
        assert!(opened.items.is_empty() && opened.refused.is_empty() && opened.links.is_empty());
    }

    #[test]
    fn an_unreadable_envelope_is_kept_under_its_own_hash() {
        let envelope = Envelope { header: vec![0xff; 9].into(), ..sealed(&key(), 1, vec![item(1)]) };
        let opened = open(ORG, &key().public(), std::slice::from_ref(&envelope));
        let [(pushed, Reason::Malformed)] = opened.refused.as_slice() else { panic!("{opened:?}") };
        assert_eq!(pushed.bytes, raw(&envelope).1);
        assert_eq!(pushed.item.hash.0, raw(&envelope).0.0);
    }
}
