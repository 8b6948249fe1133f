//! Bodies: a version byte, then the message packed as that version packs it.

use std::fmt;

use minicbor::{Decode, Encode};

/// Version 1: full change bytes, deflated.
pub const VERSION: u8 = 1;

/// The largest body taken from the network, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// The largest body after unpacking, in bytes.
pub const MAX_UNPACKED: usize = 8 * 1024 * 1024;

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    Empty,
    UnknownVersion(u8),
    /// Unpacks to more than allowed.
    TooLarge,
    /// Not DEFLATE, or not the CBOR expected.
    Unreadable,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the body is empty"),
            Self::UnknownVersion(version) => write!(f, "wire version {version} is not known here"),
            Self::TooLarge => f.write_str("the body unpacks to more than is allowed"),
            Self::Unreadable => f.write_str("the body cannot be read"),
        }
    }
}

impl std::error::Error for WireError {}

/// A message as a body.
pub fn pack<T: Encode<()>>(message: &T) -> Vec<u8> {
    let plain = minicbor::to_vec(message).unwrap_or_default();
    let mut body = vec![VERSION];
    body.extend(miniz_oxide::deflate::compress_to_vec(&plain, 9));
    body
}

/// The message in a body, unpacking at most `max` bytes.
pub fn unpack<T: for<'b> Decode<'b, ()>>(body: &[u8], max: usize) -> Result<T, WireError> {
    let (version, packed) = body.split_first().ok_or(WireError::Empty)?;
    if *version != VERSION {
        return Err(WireError::UnknownVersion(*version));
    }
    let plain =
        miniz_oxide::inflate::decompress_to_vec_with_limit(packed, max).map_err(|error| {
            match error.status {
                miniz_oxide::inflate::TINFLStatus::HasMoreOutput => WireError::TooLarge,
                _ => WireError::Unreadable,
            }
        })?;
    decode_whole(&plain)
}

/// The message in these bytes, which must be all of them.
pub(super) fn decode_whole<T: for<'b> Decode<'b, ()>>(plain: &[u8]) -> Result<T, WireError> {
    let mut decoder = minicbor::Decoder::new(plain);
    let message = decoder.decode().map_err(|_| WireError::Unreadable)?;
    if decoder.position() == plain.len() { Ok(message) } else { Err(WireError::Unreadable) }
}
