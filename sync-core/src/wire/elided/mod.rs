//! An envelope without what the server can put back: hashes, actors, dependencies, and the frame of each change.
//!
//! [`elide`] leaves out; [`restore`] puts back and gives the exact bytes. Whether they are exact, the signature
//! over the header tells, which names every change by its hash; where it does not fit, the server asks for whole
//! bytes. What cannot be said shorter stays as it is.

mod cbor;
mod course;
mod elide;
mod restore;

use minicbor::{Decode, Encode, bytes::ByteVec};

pub use elide::{Known, elide};
pub use restore::{Found, Wanted, restore};

use crate::envelope::Envelope;
use crate::ids::{Actor, ChangeHash, DocId, Hash32};
use crate::keys::Sig;
use crate::record::Scalar;
use crate::scope::Scope;

/// Bytes by which a log that the server has is named.
pub const DOC_PREFIX: usize = 6;
/// Bytes by which a change that the server has is named within its document.
pub const CHANGE_PREFIX: usize = 4;

/// An envelope on the wire of version 2.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Packed {
    #[n(0)]
    Whole(#[n(0)] Envelope),
    #[n(1)]
    Short(#[n(0)] Short),
}

impl Packed {
    /// How many changes it says it carries.
    pub fn items(&self) -> usize {
        match self {
            Self::Whole(envelope) => envelope.changes.len(),
            Self::Short(short) => short.items.len(),
        }
    }
}

/// An envelope of the device that asks, put short.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Short {
    #[n(0)]
    number: u64,
    #[n(1)]
    previous: Option<Hash32>,
    #[n(2)]
    signature: Sig,
    #[n(3)]
    items: Vec<ShortItem>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
struct ShortItem {
    #[n(0)]
    doc: DocRef,
    #[n(1)]
    incarnation: u32,
    #[n(2)]
    change: ShortChange,
    #[n(3)]
    replaces: Option<ChangeHash>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
enum ShortChange {
    #[n(0)]
    Bytes(#[n(0)] ChangeHash, #[n(1)] ByteVec),
    #[n(1)]
    Elided(#[n(0)] Elided),
}

/// What is left of a change. Of its times and numbers, the difference from what could be expected.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
struct Elided {
    #[n(0)]
    seq: u64,
    #[n(1)]
    start_op: i64,
    #[n(2)]
    time_ms: i64,
    #[n(3)]
    deps: Vec<Dep>,
    /// The record whose map it makes.
    #[n(4)]
    made: Option<Made>,
    /// The names of the fields it sets.
    #[n(5)]
    shape: Shape,
    #[n(6)]
    values: Vec<Value>,
    /// The map it sets them in, when it is neither the one made nor the top map.
    #[n(7)]
    object: Option<Ref>,
    /// What each put overwrites; empty when none overwrites anything.
    #[n(8)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    over: Vec<Vec<Ref>>,
}

/// A document: as in an item before, as the server has it, or in full.
#[derive(Clone, Debug, PartialEq)]
enum DocRef {
    /// So many items back; 0 is the one before.
    Back(u32),
    /// A log, by the beginning of its id.
    Log([u8; DOC_PREFIX]),
    /// The id is derived when it is left out.
    Named(Scope, Option<DocId>),
}

/// A change to build on.
#[derive(Clone, Debug, PartialEq)]
enum Dep {
    Genesis,
    /// So many items back; 1 is the one before.
    Back(u32),
    /// By the beginning of its hash.
    Known([u8; CHANGE_PREFIX]),
    Named(ChangeHash),
}

/// The key of a record: mostly a UUIDv7 of nearly the time of its change.
#[derive(Clone, Debug, PartialEq)]
enum Made {
    V7(i64, [u8; 10]),
    Key(String),
}

/// Field names: those of a change before, counted from the newest, or new ones.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Back(u32),
    Named(Vec<String>),
}

#[derive(Clone, Debug, PartialEq)]
struct Value(Scalar);

/// An operation of this or another change.
#[derive(Clone, Debug, PartialEq)]
enum Ref {
    Own(u64),
    Other(u64, Actor),
}

#[cfg(test)]
mod tests;
