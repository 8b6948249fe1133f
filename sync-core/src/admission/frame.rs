//! The first step: is this a change, whole, unaltered and of a size we read? No automerge yet.

use super::columns::Columns;
use super::limits::{Limits, MAX_OP, MAX_TIME_MS};
use super::ops::{FramedOp, read_ops};
use super::reader::{Reader, put_uleb};
use crate::ids::{Actor, ChangeHash};
use crate::verdict::Reason;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The only chunk a device sends. 0 is a whole document, 2 a deflated change, 3 a bundle.
const CHANGE: u8 = 1;

/// A change read by our own code, in full: enough to see whether it fits a document without automerge.
#[derive(Clone, PartialEq, Debug)]
pub struct Framed<'a> {
    /// The whole chunk, as it came.
    pub bytes: &'a [u8],
    /// SHA-256 of the chunk without magic and checksum: the change's identity in its document.
    pub hash: ChangeHash,
    pub actor: Actor,
    /// Position among the changes of its actor, from 1.
    pub seq: u64,
    /// Counter of its first operation.
    pub start_op: u64,
    /// The author's clock in milliseconds since 1970 UTC, uncorrected.
    pub time_ms: i64,
    /// The changes it builds on: at least one, ascending.
    pub deps: Vec<ChangeHash>,
    /// At least one.
    pub ops: Vec<FramedOp<'a>>,
}

impl Framed<'_> {
    /// Counter of its last operation.
    pub fn max_op(&self) -> u64 {
        self.start_op + self.ops.len() as u64 - 1
    }
}

/// Reads a change chunk: exact length, checksum, capped header, columns and operations, one spelling.
pub fn frame<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Framed<'a>, Reason> {
    if bytes.len() > limits.bytes {
        return Err(Reason::TooLarge);
    }
    let (hash, body) = open_chunk(bytes)?;
    let mut reader = Reader::new(body);
    let deps = read_deps(&mut reader, limits)?;
    let actor = read_actor(&mut reader)?;
    let seq = reader.uleb()?;
    if seq == 0 || seq > u64::from(u32::MAX) {
        return Err(Reason::WrongSequence);
    }
    let start_op = reader.uleb()?;
    if start_op == 0 || start_op > MAX_OP {
        return Err(Reason::WrongStartOp);
    }
    let time_ms = reader.sleb()?;
    if time_ms.unsigned_abs() > MAX_TIME_MS.unsigned_abs() {
        return Err(Reason::Malformed);
    }
    // A message: ours have none, and it would carry a person's words past every check of fields.
    if reader.uleb()? != 0 {
        return Err(Reason::Malformed);
    }
    let actors = read_actors(&mut reader, actor, limits)?;
    let columns = Columns::read(reader)?;
    let ops = read_ops(&columns, &actors, start_op, limits)?;
    if start_op + ops.len() as u64 > MAX_OP {
        return Err(Reason::WrongStartOp);
    }
    Ok(Framed { bytes, hash, actor, seq, start_op, time_ms, deps, ops })
}

/// The hash of the chunk and what is in it.
fn open_chunk(bytes: &[u8]) -> Result<(ChangeHash, &[u8]), Reason> {
    let mut reader = Reader::new(bytes);
    let (magic, checksum, [kind]) = (reader.array()?, reader.array::<4>()?, reader.array()?);
    if magic != MAGIC || kind != CHANGE {
        return Err(Reason::Malformed);
    }
    let len = reader.uleb()?;
    let body = reader.rest();
    if len != body.len() as u64 {
        return Err(Reason::Malformed);
    }
    let hash = chunk_hash(body);
    if hash.as_bytes().starts_with(&checksum) { Ok((hash, body)) } else { Err(Reason::BadChecksum) }
}

fn chunk_hash(body: &[u8]) -> ChangeHash {
    use sha2::{Digest, Sha256};
    let mut head = vec![CHANGE];
    put_uleb(&mut head, body.len() as u64);
    ChangeHash(Sha256::new().chain_update(head).chain_update(body).finalize().into())
}

fn read_deps(reader: &mut Reader<'_>, limits: &Limits) -> Result<Vec<ChangeHash>, Reason> {
    let count = reader.count(limits.deps)?;
    let deps = (0..count).map(|_| reader.array().map(ChangeHash)).collect::<Result<Vec<_>, _>>()?;
    if deps.is_empty() {
        // Only genesis builds on nothing, and nobody sends it.
        return Err(Reason::Malformed);
    }
    if deps.is_sorted_by(|one, next| one < next) { Ok(deps) } else { Err(Reason::NotCanonical) }
}

fn read_actor(reader: &mut Reader<'_>) -> Result<Actor, Reason> {
    match reader.uleb()? {
        16 => reader.array().map(Actor),
        _ => Err(Reason::WrongActor),
    }
}

/// The author and the other actors it names, these ascending.
fn read_actors(reader: &mut Reader<'_>, author: Actor, limits: &Limits) -> Result<Vec<Actor>, Reason> {
    let count = reader.count(limits.actors)?;
    let others = (0..count).map(|_| read_actor(reader)).collect::<Result<Vec<_>, _>>()?;
    if !others.is_sorted_by(|one, next| one < next) || others.contains(&author) {
        return Err(Reason::NotCanonical);
    }
    Ok(std::iter::once(author).chain(others).collect())
}
