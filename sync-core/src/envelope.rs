//! Envelopes: signed, chained batches of changes from one device; the unit that travels.
//!
//! The signature covers the canonical header, which names every change by its hash; how the changes
//! themselves are packed on the wire is not signed and may change with the wire's version.

use std::fmt;

use minicbor::{Decode, Encode, bytes::ByteVec};

use crate::ids::{Actor, ChangeHash, DeviceId, DocId, Hash32, Id, PublicKey, sha256};
use crate::keys::{DeviceKey, Sig};
use crate::scope::Scope;

/// About how many bytes of changes one envelope carries; one bigger change fills one alone.
pub const TARGET_BYTES: usize = 16 * 1024;

/// The format of headers this code writes and reads.
pub const VERSION: u8 = 1;

/// What the device signs.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Header {
    #[n(0)]
    pub version: u8,
    #[n(1)]
    pub org: Id,
    #[n(2)]
    pub device: DeviceId,
    /// Counts the device's envelopes from 1.
    #[n(3)]
    pub number: u64,
    /// Hash of the device's envelope before this one; `None` for the first.
    #[n(4)]
    pub previous: Option<Hash32>,
    #[n(5)]
    pub items: Vec<Item>,
}

/// One change in an envelope.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Item {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub scope: Scope,
    /// Which life of this document on this device; with the device's key it gives the actor.
    #[n(2)]
    pub incarnation: u32,
    #[n(3)]
    pub hash: ChangeHash,
    /// The change that said this first, when this one was made again from it, however often in between.
    #[n(4)]
    pub replaces: Option<ChangeHash>,
}

impl Item {
    /// The actor the change must have when `device_key` wrote it.
    pub fn actor(&self, device_key: &PublicKey) -> Actor {
        Actor::of(device_key, self.doc, self.incarnation)
    }
}

/// An envelope as it travels and as the server keeps it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Envelope {
    /// Canonical CBOR of the [`Header`].
    #[n(0)]
    pub header: ByteVec,
    #[n(1)]
    pub signature: Sig,
    /// The change chunks, uncompressed, one for each item in its order.
    #[n(2)]
    pub changes: Vec<ByteVec>,
}

/// Why an envelope as a whole cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Not a header of ours, or not in canonical form.
    Unreadable,
    /// A version this program does not know.
    UnknownVersion(u8),
    /// From another device or organisation than the one that signed in.
    Foreign,
    BadSignature,
    /// Not one change for each item.
    CountMismatch,
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("the envelope's header cannot be read"),
            Self::UnknownVersion(version) => write!(f, "envelope version {version} is not known here"),
            Self::Foreign => f.write_str("the envelope is from another device or organisation"),
            Self::BadSignature => f.write_str("the envelope's signature is wrong"),
            Self::CountMismatch => f.write_str("the envelope does not carry one change for each item"),
        }
    }
}

impl std::error::Error for EnvelopeError {}

impl Header {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }
}

impl Envelope {
    /// Signs `header` and packs it with its changes.
    pub fn seal(key: &DeviceKey, header: &Header, changes: Vec<Vec<u8>>) -> Self {
        let header = header.encode();
        let signature = key.sign(&signed_message(&header));
        Self { header: header.into(), signature, changes: changes.into_iter().map(ByteVec::from).collect() }
    }

    /// Checks that `org` and the holder of `key` made this envelope, and reads its header.
    ///
    /// The changes are not looked at: whether each is what its item says is for admission.
    pub fn open(&self, org: Id, key: &PublicKey) -> Result<Header, EnvelopeError> {
        let version = self.version().ok_or(EnvelopeError::Unreadable)?;
        if version != VERSION {
            return Err(EnvelopeError::UnknownVersion(version));
        }
        let header: Header = minicbor::decode(&self.header).map_err(|_| EnvelopeError::Unreadable)?;
        if header.encode() != *self.header {
            return Err(EnvelopeError::Unreadable);
        }
        if header.org != org || header.device != DeviceId::of(key) {
            return Err(EnvelopeError::Foreign);
        }
        if !key.verifies(&signed_message(&self.header), &self.signature) {
            return Err(EnvelopeError::BadSignature);
        }
        if header.items.len() != self.changes.len() {
            return Err(EnvelopeError::CountMismatch);
        }
        Ok(header)
    }

    /// SHA-256 of the header: what the next envelope names as its predecessor.
    pub fn hash(&self) -> Hash32 {
        Hash32(sha256(&self.header))
    }

    /// Comes first in the header, whatever else a later version puts there.
    fn version(&self) -> Option<u8> {
        let mut header = minicbor::Decoder::new(&self.header);
        header.array().ok()?;
        header.u8().ok()
    }
}

fn signed_message(header: &[u8]) -> Vec<u8> {
    [b"footpath/envelope/1\0", header].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Month;

    fn header(key: &DeviceKey) -> Header {
        let scope = Scope::of_log(Id([9; 16]), None, Month(24_316));
        let item = Item {
            doc: DocId::of_log(Id([9; 16]), Month(24_316)),
            scope,
            incarnation: 1,
            hash: ChangeHash([5; 32]),
            replaces: None,
        };
        Header {
            version: VERSION,
            org: Id([1; 16]),
            device: key.device(),
            number: 1,
            previous: None,
            items: vec![item],
        }
    }

    #[test]
    fn opens_for_its_own_key_and_organisation_only() {
        let key = DeviceKey::from_seed([7; 32]);
        let envelope = Envelope::seal(&key, &header(&key), vec![vec![1, 2, 3]]);
        assert_eq!(envelope.open(Id([1; 16]), &key.public()), Ok(header(&key)));
        assert_eq!(envelope.open(Id([2; 16]), &key.public()), Err(EnvelopeError::Foreign));
        let other = DeviceKey::from_seed([8; 32]);
        assert_eq!(envelope.open(Id([1; 16]), &other.public()), Err(EnvelopeError::Foreign));
    }

    #[test]
    fn a_changed_header_is_refused() {
        let key = DeviceKey::from_seed([7; 32]);
        let mut forged = header(&key);
        let envelope = Envelope::seal(&key, &forged, vec![vec![1]]);
        forged.number = 2;
        let forged = Envelope { header: forged.encode().into(), ..envelope };
        assert_eq!(forged.open(Id([1; 16]), &key.public()), Err(EnvelopeError::BadSignature));
    }

    #[test]
    fn a_later_version_is_known_by_its_first_byte() {
        let key = DeviceKey::from_seed([7; 32]);
        let later = Envelope::seal(&key, &Header { version: 2, ..header(&key) }, vec![vec![1]]);
        assert_eq!(later.open(Id([1; 16]), &key.public()), Err(EnvelopeError::UnknownVersion(2)));
        // Whatever follows it.
        let strange = Envelope { header: vec![0x82, 2, 0x61, b'?'].into(), ..later };
        assert_eq!(strange.open(Id([1; 16]), &key.public()), Err(EnvelopeError::UnknownVersion(2)));
    }

    #[test]
    fn items_and_changes_must_pair() {
        let key = DeviceKey::from_seed([7; 32]);
        let envelope = Envelope::seal(&key, &header(&key), vec![]);
        assert_eq!(envelope.open(Id([1; 16]), &key.public()), Err(EnvelopeError::CountMismatch));
    }

    #[test]
    fn garbage_is_unreadable() {
        let key = DeviceKey::from_seed([7; 32]);
        let envelope =
            Envelope { header: vec![0xff; 40].into(), ..Envelope::seal(&key, &header(&key), vec![]) };
        assert_eq!(envelope.open(Id([1; 16]), &key.public()), Err(EnvelopeError::Unreadable));
    }
}
