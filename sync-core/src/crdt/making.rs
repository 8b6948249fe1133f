//! Making a change by hand: exactly these operations, each over exactly what it is said to overwrite.
//!
//! automerge's own transaction is too clever for a log of who chose what: putting the value that already
//! wins among several writes no put but a delete of the others, and names an author's previous change as a
//! dependency even where the heads already build on it.

use std::num::NonZeroU64;

use automerge::legacy::{self, ObjectId, Op, OpId, OpType};
use automerge::{ActorId, Automerge, Change, ExpandedChange, ObjId, ObjType};

use super::DocumentError;
use super::change::{Action, Key, Object, OpRef, Parts, stored};
use crate::ids::Actor;
use crate::record::Scalar;

/// One field to set in a map: the value, and the operations it overwrites.
pub(super) struct Put<'a> {
    pub key: &'a str,
    pub value: &'a Scalar,
    pub over: Vec<ObjId>,
}

/// Where the fields go.
pub(super) enum Place<'a> {
    /// A map that is there.
    Map(ObjId),
    /// A map to be made in `top` under this key.
    New { top: ObjId, key: &'a str },
}

/// The change by `actor` that sets these fields on top of everything in `document`. Not applied yet.
pub(super) fn make_change(
    document: &Automerge,
    actor: &Actor,
    time_ms: i64,
    place: Place<'_>,
    puts: Vec<Put<'_>>,
) -> Result<Change, DocumentError> {
    let actor_id = ActorId::from(actor.as_bytes());
    let metas = document.get_changes_meta(&[]);
    let newest = metas.iter().filter(|meta| *meta.actor == actor_id).map(|meta| meta.seq).max();
    let start_op = metas.iter().map(|meta| meta.max_op).max().unwrap_or(0) + 1;
    let (object, made) = match place {
        Place::Map(map) => (named(&map)?, None),
        Place::New { top, key } => {
            let make = operation(named(&top)?, key, OpType::Make(ObjType::Map), Vec::new());
            (OpId::new(start_op, &actor_id), Some(make))
        }
    };
    let mut operations: Vec<Op> = made.into_iter().collect();
    for put in puts {
        let over = put.over.iter().map(named).collect::<Result<_, _>>()?;
        operations.push(operation(object.clone(), put.key, OpType::Put(stored(put.value)), over));
    }
    Ok(Change::from(ExpandedChange {
        operations,
        actor_id,
        hash: None,
        seq: newest.unwrap_or(0) + 1,
        start_op: NonZeroU64::new(start_op).ok_or(DocumentError::Broken)?,
        time: time_ms,
        message: None,
        deps: document.get_heads(),
        extra_bytes: Vec::new(),
        author: None,
    }))
}

/// The change with just these operations. What cannot be written as a change gives an error; whether it is one
/// that may be admitted is not asked here.
pub(super) fn compose(parts: &Parts) -> Result<Change, DocumentError> {
    let actor_id = ActorId::from(parts.actor.as_bytes());
    let operations = parts
        .ops
        .iter()
        .map(|op| {
            let id = |of: &OpRef| {
                if of.own {
                    OpId::new(of.counter, &actor_id)
                } else {
                    OpId::new(of.counter, &ActorId::from(of.actor.as_slice()))
                }
            };
            let Key::Name(key) = &op.key else { return Err(DocumentError::Broken) };
            let action = match &op.action {
                Action::MakeMap => OpType::Make(ObjType::Map),
                Action::Put(value) => OpType::Put(stored(value)),
                Action::Forbidden(_) => return Err(DocumentError::Broken),
            };
            let obj = match &op.object {
                Object::Root => ObjectId::Root,
                Object::Made(by) => ObjectId::Id(id(by)),
            };
            let pred: Vec<OpId> = op.preds.iter().map(id).collect();
            Ok(Op {
                action,
                obj,
                key: legacy::Key::Map(key.as_str().into()),
                pred: pred.into(),
                insert: op.insert,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Change::from(ExpandedChange {
        operations,
        actor_id,
        hash: None,
        seq: parts.seq,
        start_op: NonZeroU64::new(parts.start_op).ok_or(DocumentError::Broken)?,
        time: parts.time_ms,
        message: None,
        deps: parts.deps.iter().map(|hash| automerge::ChangeHash(hash.0)).collect(),
        extra_bytes: Vec::new(),
        author: None,
    }))
}

fn operation(object: OpId, key: &str, action: OpType, over: Vec<OpId>) -> Op {
    Op {
        action,
        obj: ObjectId::Id(object),
        key: legacy::Key::Map(key.into()),
        pred: over.into(),
        insert: false,
    }
}

fn named(id: &ObjId) -> Result<OpId, DocumentError> {
    match id {
        ObjId::Id(counter, actor, _) => Ok(OpId::new(*counter, actor)),
        ObjId::Root => Err(DocumentError::Broken),
    }
}
