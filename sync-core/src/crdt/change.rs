//! A parsed change and its operations, in our own words.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy;
use automerge::{ExpandedChange, ObjType, ScalarValue};

use super::DocumentError;
use super::making::compose;
use crate::ids::{Actor, ChangeHash};
use crate::record::Scalar;

/// One automerge change, parsed. Parsing foreign bytes may panic: only [`crate::admission`] does that.
#[derive(Clone, Debug)]
pub struct Change(pub(super) automerge::Change);

impl Change {
    /// Parses an uncompressed change chunk.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        automerge::Change::try_from(bytes).map(Self).map_err(|_| DocumentError::Broken)
    }

    /// The change these parts make: whoever knows them all need not be given its bytes. The parts may be anybody's;
    /// what comes out has passed no check.
    pub fn compose(parts: &Parts) -> Result<Self, DocumentError> {
        // automerge checks little of what it writes; where panics unwind, one is only an error.
        catch_unwind(AssertUnwindSafe(|| compose(parts))).unwrap_or(Err(DocumentError::Broken)).map(Self)
    }

    /// SHA-256 of the chunk: the change's identity within its document.
    pub fn hash(&self) -> ChangeHash {
        ChangeHash(self.0.hash().0)
    }

    /// Who wrote it; `None` when the actor is not 16 bytes, as every actor of ours is.
    pub fn actor(&self) -> Option<Actor> {
        Actor::from_slice(self.0.actor_id().to_bytes())
    }

    /// Position among the changes of its actor, from 1.
    pub fn seq(&self) -> u64 {
        self.0.seq()
    }

    /// Counter of its first operation.
    pub fn start_op(&self) -> u64 {
        self.0.start_op().get()
    }

    /// Counter of its last operation.
    pub fn max_op(&self) -> u64 {
        self.0.max_op()
    }

    /// The author's clock when it was made, in milliseconds since 1970 UTC, uncorrected.
    pub fn time_ms(&self) -> i64 {
        self.0.timestamp()
    }

    /// The changes it builds on.
    pub fn deps(&self) -> impl Iterator<Item = ChangeHash> + '_ {
        self.0.deps().iter().map(|hash| ChangeHash(hash.0))
    }

    /// The uncompressed chunk.
    pub fn bytes(&self) -> &[u8] {
        self.0.raw_bytes()
    }

    /// Whether it carries a commit message, extra bytes or an author: ours never do.
    pub fn has_extras(&self) -> bool {
        self.0.message().is_some() || !self.0.extra_bytes().is_empty() || self.0.author().is_some()
    }

    /// The hash this change has after being decoded and encoded again; differs for a non-canonical encoding.
    pub fn reencoded_hash(&self) -> ChangeHash {
        let again: automerge::Change = self.0.decode().into();
        ChangeHash(again.hash().0)
    }

    /// Its operations in order.
    pub fn ops(&self) -> Vec<Op> {
        let expanded: ExpandedChange = self.0.decode();
        let start = expanded.start_op.get();
        let own = expanded.actor_id.clone();
        let id_of = |op: &legacy::OpId| OpRef {
            counter: op.counter(),
            actor: op.actor().to_bytes().to_vec(),
            own: *op.actor() == own,
        };
        expanded
            .operations
            .iter()
            .zip(start..)
            .map(|(op, counter)| Op {
                counter,
                object: match &op.obj {
                    legacy::ObjectId::Root => Object::Root,
                    legacy::ObjectId::Id(id) => Object::Made(id_of(id)),
                },
                key: match &op.key {
                    legacy::Key::Map(name) => Key::Name(name.to_string()),
                    legacy::Key::Seq(_) => Key::Element,
                },
                action: action_of(op),
                insert: op.insert,
                preds: op.pred.iter().map(id_of).collect(),
            })
            .collect()
    }
}

/// All that a change of ours is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    pub actor: Actor,
    pub seq: u64,
    pub start_op: u64,
    pub time_ms: i64,
    pub deps: Vec<ChangeHash>,
    /// Their counters follow from `start_op` and are not looked at.
    pub ops: Vec<Op>,
}

/// One operation of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// Its place in the document's order of operations.
    pub counter: u64,
    pub object: Object,
    pub key: Key,
    pub action: Action,
    /// A list insertion: never ours.
    pub insert: bool,
    /// The operations it overwrites.
    pub preds: Vec<OpRef>,
}

/// An operation named from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpRef {
    pub counter: u64,
    pub actor: Vec<u8>,
    /// By the same actor as the change it stands in.
    pub own: bool,
}

/// The object an operation works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    Root,
    /// The object made by that operation.
    Made(OpRef),
}

/// The key within the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Name(String),
    /// An element of a list or text: never ours.
    Element,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    MakeMap,
    Put(Scalar),
    /// A value or action that no Footpath device writes; named for the reason shown to people.
    Forbidden(&'static str),
}

fn action_of(op: &legacy::Op) -> Action {
    match &op.action {
        legacy::OpType::Make(ObjType::Map) => Action::MakeMap,
        legacy::OpType::Make(_) => Action::Forbidden("make"),
        legacy::OpType::Put(value) => scalar_of(value).map_or(Action::Forbidden("value"), Action::Put),
        legacy::OpType::Delete => Action::Forbidden("delete"),
        legacy::OpType::Increment(_) => Action::Forbidden("increment"),
        legacy::OpType::MarkBegin(_) | legacy::OpType::MarkEnd(_) => Action::Forbidden("mark"),
    }
}

/// The field value a stored scalar stands for; `None` for what no field may hold.
pub(super) fn scalar_of(value: &ScalarValue) -> Option<Scalar> {
    match value {
        ScalarValue::Null => Some(Scalar::Null),
        ScalarValue::Boolean(value) => Some(Scalar::Bool(*value)),
        ScalarValue::Int(value) => Some(Scalar::Int(*value)),
        ScalarValue::F64(value) if value.is_finite() => Some(Scalar::Float(*value)),
        ScalarValue::Str(value) => Some(Scalar::Text(value.to_string())),
        _ => None,
    }
}

pub(super) fn stored(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Null => ScalarValue::Null,
        Scalar::Bool(value) => ScalarValue::Boolean(*value),
        Scalar::Int(value) => ScalarValue::Int(*value),
        Scalar::Float(value) => ScalarValue::F64(*value),
        Scalar::Text(value) => ScalarValue::Str(value.as_str().into()),
    }
}
