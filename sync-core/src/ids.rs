//! Identities: 16-byte ids and 32-byte hashes, with their one text form (lower-case hex).
//!
//! An id is a UUIDv7 made where the thing was made, or the first 16 bytes of a SHA-256 when it is
//! derived. Hashes are whole SHA-256 digests.

use std::fmt;
use std::str::FromStr;

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Text that is not the hex form of the id it was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id: lower-case hex digits expected")
    }
}

impl std::error::Error for NotAnId {}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; $len]);

        impl $name {
            /// The bytes as a slice.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The id whose bytes these are; `None` when the length is wrong.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let bytes = unhex(text).ok_or(NotAnId)?;
                Self::from_slice(&bytes).ok_or(NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&hex(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

bytes_id!(
    /// Anything with a random or derived 16-byte identity: organisation, person, case, place, record, intent.
    Id, 16
);
bytes_id!(
    /// A document. Derived for month logs, random otherwise.
    DocId, 16
);
bytes_id!(
    /// A device: first 16 bytes of SHA-256 of its public key, so nobody can claim another's.
    DeviceId, 16
);
bytes_id!(
    /// The automerge actor of one device in one document in one incarnation.
    Actor, 16
);
bytes_id!(
    /// SHA-256 of an automerge change. A change's identity is (document, hash).
    ChangeHash, 32
);
bytes_id!(
    /// SHA-256 over the canonical form of something: an envelope header, a reviewed record.
    Hash32, 32
);
bytes_id!(
    /// An Ed25519 public key.
    PublicKey, 32
);

impl Id {
    /// A UUIDv7 from a clock reading in milliseconds and 10 random bytes, both given by the host.
    pub fn v7(now_ms: i64, random: [u8; 10]) -> Self {
        let mut bytes = [0u8; 16];
        let ms = now_ms.max(0).to_be_bytes();
        let (head, tail) = bytes.split_at_mut(6);
        head.copy_from_slice(&ms[2..]);
        tail.copy_from_slice(&random);
        bytes[6] = (bytes[6] & 0x0f) | 0x70;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }
}

impl Id {
    /// The clock reading a UUIDv7 was made from, in milliseconds; of any other id, what stands there.
    pub fn time_ms(&self) -> i64 {
        let (head, _) = self.0.split_at(6);
        head.iter().fold(0, |ms, byte| ms << 8 | i64::from(*byte))
    }
}

impl DocId {
    /// The log of `case` in `month`: two phones that never met derive the same document.
    pub fn of_log(case: Id, month: Month) -> Self {
        Self(derive("footpath/log/1", &[case.as_bytes(), &month.0.to_be_bytes()]))
    }
}

impl DeviceId {
    /// The device that holds the secret half of `key`.
    pub fn of(key: &PublicKey) -> Self {
        Self(derive("footpath/device/1", &[key.as_bytes()]))
    }
}

impl Actor {
    /// The only actor `device_key` may use in `doc` under `incarnation`.
    pub fn of(device_key: &PublicKey, doc: DocId, incarnation: u32) -> Self {
        Self(derive("footpath/actor/1", &[device_key.as_bytes(), doc.as_bytes(), &incarnation.to_be_bytes()]))
    }
}

/// A calendar month as `year * 12 + (month - 1)`; the storage bucket of a log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct Month(#[n(0)] pub u32);

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

impl FromStr for Month {
    type Err = NotAnId;

    /// Reads `2026-05`; also accepts a whole civil date and takes its month.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let year: u32 = text.get(0..4).and_then(|y| y.parse().ok()).ok_or(NotAnId)?;
        let month: u32 = text.get(5..7).and_then(|m| m.parse().ok()).ok_or(NotAnId)?;
        if text.get(4..5) != Some("-") || !(1..=12).contains(&month) {
            return Err(NotAnId);
        }
        Ok(Self(year * 12 + month - 1))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// First 16 bytes of SHA-256 over a label and its parts. Every part has a fixed length for its label.
pub fn derive(label: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(label.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut id = [0u8; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

/// Lower-case hex of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0f])
        .filter_map(|nibble| DIGITS.get(usize::from(nibble)).map(|digit| char::from(*digit)))
        .collect()
}

/// The bytes that lower-case hex `text` spells; `None` for anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    fn nibble(digit: u8) -> Option<u8> {
        match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        }
    }
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_refuses_the_rest() {
        assert_eq!(unhex(&hex(&[0, 1, 0xab, 0xff])), Some(vec![0, 1, 0xab, 0xff]));
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("AB"), None);
        assert_eq!("zz".parse::<Id>(), Err(NotAnId));
    }

    #[test]
    fn v7_carries_its_time_and_marks() {
        let id = Id::v7(1_780_000_000_123, [0xff; 10]);
        assert_eq!(id.0[..6], 1_780_000_000_123i64.to_be_bytes()[2..]);
        assert_eq!(id.0[6] >> 4, 7);
        assert_eq!(id.0[8] >> 6, 2);
    }

    #[test]
    fn months_read_and_print() {
        let may: Month = "2026-05".parse().unwrap();
        assert_eq!(may, Month(2026 * 12 + 4));
        assert_eq!(may.to_string(), "2026-05");
        assert_eq!("2026-12-31".parse::<Month>().unwrap().to_string(), "2026-12");
        assert!("2026-13".parse::<Month>().is_err());
    }

    #[test]
    fn two_phones_derive_the_same_log() {
        let case = Id([7; 16]);
        assert_eq!(DocId::of_log(case, Month(24_000)), DocId::of_log(case, Month(24_000)));
        assert_ne!(DocId::of_log(case, Month(24_000)), DocId::of_log(case, Month(24_001)));
    }
}
