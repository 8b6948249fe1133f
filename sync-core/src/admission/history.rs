//! What a document's admitted changes say about themselves: enough to judge the next one without automerge.

use std::collections::BTreeMap;

use super::frame::{Framed, frame};
use super::limits::Limits;
use super::ops::OpId;
use crate::crdt::{Document, DocumentError, GENESIS_ACTOR, genesis_hash};
use crate::ids::{Actor, ChangeHash};
use crate::scope::Kind;

/// The top map of every kind: the first operation of genesis.
pub(super) const TOP: OpId = OpId { counter: 1, actor: GENESIS_ACTOR };

/// How far each actor had got: its newest `seq`.
pub(super) type Clock = BTreeMap<Actor, u64>;

/// The admitted changes of one document, by hash, with the operations they made.
#[derive(Clone, Debug)]
pub struct History {
    kind: Kind,
    changes: BTreeMap<ChangeHash, Known>,
    newest: Clock,
    ops: BTreeMap<OpId, Made>,
    records: BTreeMap<String, OpId>,
}

#[derive(Clone, Debug)]
struct Known {
    max_op: u64,
    /// Everything it builds on, and itself.
    clock: Clock,
}

#[derive(Clone, Debug)]
struct Made {
    object: OpId,
    key: String,
    is_map: bool,
    seq: u64,
}

impl History {
    /// A document with genesis alone.
    pub fn new(kind: Kind) -> Result<Self, DocumentError> {
        let clock = Clock::from([(GENESIS_ACTOR, 1)]);
        let genesis = Known { max_op: 1, clock: clock.clone() };
        Ok(Self {
            kind,
            changes: BTreeMap::from([(genesis_hash(kind)?, genesis)]),
            newest: clock,
            ops: BTreeMap::new(),
            records: BTreeMap::new(),
        })
    }

    /// The history of admitted changes, in whatever order they come.
    pub fn from_changes<'a>(
        kind: Kind,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, DocumentError> {
        let mut history = Self::new(kind)?;
        let mut waiting = Vec::new();
        for bytes in changes {
            waiting.push(frame(bytes, &Limits::STANDARD).map_err(|_| DocumentError::Broken)?);
        }
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|framed| history.missing(framed).next().is_some() || !history.add(framed));
            if waiting.len() == before {
                let missing = waiting.iter().flat_map(|framed| history.missing(framed)).collect();
                return Err(DocumentError::Missing(missing));
            }
        }
        Ok(history)
    }

    /// The history of a document in memory.
    pub fn of(document: &Document) -> Result<Self, DocumentError> {
        let changes = document.changes();
        Self::from_changes(document.kind(), changes.iter().map(|change| change.bytes()))
    }

    /// Takes in an admitted change whose dependencies are here. False when they are not.
    pub fn add(&mut self, framed: &Framed<'_>) -> bool {
        let Some((mut clock, _)) = self.at(&framed.deps) else { return false };
        clock.insert(framed.actor, framed.seq);
        self.changes.insert(framed.hash, Known { max_op: framed.max_op(), clock });
        let newest = self.newest.entry(framed.actor).or_default();
        *newest = framed.seq.max(*newest);
        for (op, counter) in framed.ops.iter().zip(framed.start_op..) {
            let id = OpId { counter, actor: framed.actor };
            let is_map = op.value.is_none();
            if is_map {
                self.records.insert(op.key.to_owned(), id);
            }
            let made = Made { object: op.object, key: op.key.to_owned(), is_map, seq: framed.seq };
            self.ops.insert(id, made);
        }
        true
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the change is part of the document.
    pub fn has(&self, hash: &ChangeHash) -> bool {
        self.changes.contains_key(hash)
    }

    /// Whether nothing has been written since genesis.
    pub fn is_new(&self) -> bool {
        self.changes.len() == 1
    }

    /// The changes it builds on that are not here.
    pub fn missing<'a>(&'a self, framed: &'a Framed<'_>) -> impl Iterator<Item = ChangeHash> + 'a {
        framed.deps.iter().filter(|hash| !self.has(hash)).copied()
    }

    /// The newest `seq` of an actor; 0 when it never wrote.
    pub fn newest_seq(&self, actor: &Actor) -> u64 {
        self.newest.get(actor).copied().unwrap_or(0)
    }

    /// The map of a record, if the document holds it.
    pub(super) fn record_map(&self, record: &str) -> Option<&OpId> {
        self.records.get(record)
    }

    /// The record whose map this operation made, if what `clock` covers includes it.
    pub(super) fn record_of(&self, map: &OpId, clock: &Clock) -> Option<&str> {
        let made = self.ops.get(map).filter(|made| made.is_map)?;
        covers(clock, map, made.seq).then_some(made.key.as_str())
    }

    /// Whether the operation set this key of this map, and what `clock` covers includes it.
    pub(super) fn wrote(&self, op: &OpId, object: &OpId, key: &str, clock: &Clock) -> bool {
        self.ops.get(op).is_some_and(|made| {
            !made.is_map && made.object == *object && made.key == key && covers(clock, op, made.seq)
        })
    }

    /// Everything these changes build on, and their greatest operation counter. `None` when one is not here.
    pub(super) fn at(&self, hashes: &[ChangeHash]) -> Option<(Clock, u64)> {
        let mut clock = Clock::new();
        let mut max_op = 0;
        for hash in hashes {
            let known = self.changes.get(hash)?;
            max_op = known.max_op.max(max_op);
            for (actor, seq) in &known.clock {
                let entry = clock.entry(*actor).or_default();
                *entry = (*seq).max(*entry);
            }
        }
        Some((clock, max_op))
    }
}

fn covers(clock: &Clock, op: &OpId, seq: u64) -> bool {
    clock.get(&op.actor).is_some_and(|newest| *newest >= seq)
}
