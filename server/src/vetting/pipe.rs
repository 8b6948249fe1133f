//! What goes through the pipe: a length (u32, big-endian), then that many bytes of CBOR.

use std::io::{self, Read, Write};

use minicbor::{Decode, Encode};
use sync_core::admission::{Job, Pace, Vetted};
use sync_core::ids::ChangeHash;

/// Longest message, in bytes. A job holds a whole document's changes.
pub const MAX_MESSAGE: usize = 256 << 20;

/// What the server asks of a child.
#[derive(Debug, Encode, Decode)]
pub struct Ask {
    #[n(0)]
    pub job: Job,
    #[n(1)]
    pub pace: Pace,
    /// Processor time for the job, or for each change when they are done one by one.
    #[n(2)]
    pub cpu_seconds: u64,
    #[n(3)]
    pub memory_mib: u64,
}

/// What a child says.
#[derive(Debug, Encode, Decode)]
pub enum Say {
    /// Started, and able to vet an honest change.
    #[n(0)]
    Ready,
    /// About to let automerge see this change.
    #[n(1)]
    Trying(#[n(0)] ChangeHash),
    /// The findings, in the order of the job.
    #[n(2)]
    Found(#[n(0)] Vec<Vetted>),
    /// The admitted changes of the job make no document.
    #[n(3)]
    NoDocument,
}

/// One message as bytes, its length first.
pub fn framed<T: Encode<()>>(message: &T) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    minicbor::encode(message, &mut bytes).map_err(io::Error::other)?;
    let len = bytes.len() - 4;
    if len > MAX_MESSAGE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let head = u32::try_from(len).map_err(io::Error::other)?.to_be_bytes();
    bytes.splice(..4, head);
    Ok(bytes)
}

/// The length a message announces; an error when it is over the cap.
pub fn length(head: [u8; 4]) -> io::Result<usize> {
    let len = usize::try_from(u32::from_be_bytes(head)).map_err(io::Error::other)?;
    if len > MAX_MESSAGE { Err(io::ErrorKind::InvalidData.into()) } else { Ok(len) }
}

/// A message from its bytes without the length.
pub fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> io::Result<T> {
    minicbor::decode(bytes).map_err(io::Error::other)
}

/// Writes a message and flushes it.
pub fn send<T: Encode<()>>(out: &mut impl Write, message: &T) -> io::Result<()> {
    out.write_all(&framed(message)?)?;
    out.flush()
}

/// Reads a message; `None` when the other end is closed.
pub fn receive<T: for<'b> Decode<'b, ()>>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut bytes = vec![0; length(head)?];
    input.read_exact(&mut bytes)?;
    read(&bytes).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_round_trip() {
        let mut pipe = Vec::new();
        send(&mut pipe, &Say::Ready).unwrap();
        send(&mut pipe, &Say::Trying(ChangeHash([7; 32]))).unwrap();
        let mut input = pipe.as_slice();
        assert!(matches!(receive(&mut input).unwrap(), Some(Say::Ready)));
        assert!(matches!(receive(&mut input).unwrap(), Some(Say::Trying(hash)) if hash.0 == [7; 32]));
        assert!(receive::<Say>(&mut input).unwrap().is_none());
    }

    #[test]
    fn a_length_over_the_cap_is_not_believed() {
        assert!(length([0xff; 4]).is_err());
        assert!(receive::<Say>(&mut [0xff, 0xff, 0xff, 0xff, 1].as_slice()).is_err());
    }
}
