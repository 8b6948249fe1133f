//! What goes into vetting and what comes out, in a form that can cross a pipe.

use minicbor::{Decode, Encode};

use crate::ids::{Actor, ChangeHash, DocId, Id};
use crate::scope::Kind;
use crate::verdict::{Reason, RemakeReason};

/// The changes to vet for one document, and what the log already holds of it.
#[derive(Clone, PartialEq, Debug, Encode, Decode)]
pub struct Job {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub kind: Kind,
    /// The admitted changes, in the order of the log or any other.
    #[n(2)]
    pub existing: Vec<Bytes>,
    /// Changes of this document that were set aside before: what builds on them must be made again.
    #[n(3)]
    pub refused: Vec<ChangeHash>,
    #[n(4)]
    pub candidates: Vec<Candidate>,
}

/// The bytes of one change chunk.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct Bytes(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

/// A change somebody sent.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Candidate {
    /// As the envelope names it.
    #[n(0)]
    pub hash: ChangeHash,
    /// As derived from device, document and incarnation.
    #[n(1)]
    pub actor: Actor,
    #[n(2)]
    pub bytes: Bytes,
}

/// What vetting found about one candidate.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Vetted {
    #[n(0)]
    pub hash: ChangeHash,
    #[n(1)]
    pub finding: Finding,
}

/// The finding: what the write path turns into a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Finding {
    /// May be appended to the log.
    #[n(0)]
    Sound(#[n(0)] Facts),
    /// Is in the log already.
    #[n(1)]
    Known,
    /// Builds on these changes, which are not here yet.
    #[n(2)]
    Waiting(#[n(0)] Vec<ChangeHash>),
    #[n(3)]
    Remake(#[n(0)] RemakeReason),
    #[n(4)]
    SetAside(#[n(0)] Reason),
}

/// What a caller may want to know of a sound change without opening it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Facts {
    /// Position among the changes of its actor, from 1.
    #[n(0)]
    pub seq: u64,
    /// The author's clock in milliseconds since 1970 UTC, uncorrected.
    #[n(1)]
    pub time_ms: i64,
    /// How many operations it has.
    #[n(2)]
    pub ops: u32,
    /// The records it writes to, each once, and whether it is the first to.
    #[n(3)]
    pub records: Vec<Touched>,
}

/// A record a change writes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Touched {
    #[n(0)]
    pub record: Id,
    #[n(1)]
    pub created: bool,
}

/// How the changes that fit are tried on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Pace {
    /// One shadow for all of them; one by one only if that fails.
    #[n(0)]
    Together,
    /// One by one from the start: for finding the one that kills the process.
    #[n(1)]
    OneByOne,
}
