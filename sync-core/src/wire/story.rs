//! A document told from its beginning: what each of its changes says, and nothing that follows from it.
//!
//! A change's hash and checksum follow from its content, its number and first operation from what came before, its
//! actor is one of few. Told so, a month's log takes two thirds of its changes' bytes, and whoever hears the story
//! makes the very same changes of it. Only what has been admitted is told.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

mod value;

use value::{Key, Value};

use super::MAX_UNPACKED;
use crate::admission::{Framed, OpId};
use crate::crdt::{Action, Change, GENESIS_ACTOR, Key as Name, Object, Op, OpRef, Parts, genesis_hash};
use crate::ids::{Actor, ChangeHash};
use crate::scope::Kind;

/// The top map of every document.
const TOP: OpId = OpId { counter: 1, actor: GENESIS_ACTOR };

/// What an operation takes besides its key and value, about.
const OP_BYTES: usize = 40;

#[derive(Encode, Decode)]
struct Story {
    #[n(0)]
    actors: Vec<Actor>,
    /// Names of fields that are set together.
    #[n(1)]
    shapes: Vec<Vec<Key>>,
    #[n(2)]
    changes: Vec<Told>,
}

/// One change. Numbers are differences from what could be expected, and mostly 0.
#[derive(Encode, Decode)]
struct Told {
    #[n(0)]
    actor: u32,
    #[n(1)]
    seq: i64,
    #[n(2)]
    start_op: i64,
    /// Minus the time of the change before.
    #[n(3)]
    time_ms: i64,
    /// So many changes back, 1 is the one before; 0 is genesis.
    #[n(4)]
    deps: Vec<u32>,
    #[n(5)]
    shape: u32,
    #[n(6)]
    values: Vec<Value>,
    /// The record whose map it makes.
    #[n(7)]
    made: Option<Key>,
    /// The map it writes to, when it is neither the one made nor the top map.
    #[n(8)]
    object: Option<Named>,
    /// What each put overwrites; empty when none overwrites anything.
    #[n(9)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    over: Vec<Vec<Named>>,
}

/// An operation, by its counter and the place of its actor.
#[derive(Encode, Decode)]
struct Named(#[n(0)] u64, #[n(1)] u32);

/// What both sides remember from change to change.
struct Course {
    time_ms: i64,
    /// Each change and its last operation; genesis is the first.
    passed: Vec<(ChangeHash, u64)>,
    seqs: BTreeMap<Actor, u64>,
}

impl Course {
    fn new(kind: Kind) -> Option<Self> {
        let passed = vec![(genesis_hash(kind).ok()?, 1)];
        Some(Self { time_ms: 0, passed, seqs: BTreeMap::new() })
    }

    fn expected_seq(&self, actor: &Actor) -> u64 {
        self.seqs.get(actor).copied().unwrap_or(0) + 1
    }

    /// The change so many back; 0 is genesis.
    fn back(&self, count: u32) -> Option<(ChangeHash, u64)> {
        match count {
            0 => self.passed.first().copied(),
            _ => self.passed.get(self.passed.len().checked_sub(count as usize)?).copied(),
        }
    }

    fn find(&self, hash: &ChangeHash) -> Option<u32> {
        let at = self.passed.iter().rposition(|(passed, _)| passed == hash)?;
        if at == 0 { Some(0) } else { u32::try_from(self.passed.len() - at).ok() }
    }

    fn pass(&mut self, actor: Actor, seq: u64, time_ms: i64, hash: ChangeHash, max_op: u64) {
        self.seqs.insert(actor, seq);
        self.time_ms = time_ms;
        self.passed.push((hash, max_op));
    }
}

/// These changes, each after what it builds on, in as few words as there are; `None` when one of them is not of
/// the form our devices write.
pub fn tell(kind: Kind, changes: &[Framed<'_>]) -> Option<Vec<u8>> {
    let mut course = Course::new(kind)?;
    let mut actors: Vec<Actor> = Vec::new();
    let mut shapes: Vec<Vec<&str>> = Vec::new();
    let mut told = Vec::new();
    for change in changes {
        told.push(tell_one(&course, &mut actors, &mut shapes, change)?);
        course.pass(change.actor, change.seq, change.time_ms, change.hash, change.max_op());
    }
    let shapes =
        shapes.into_iter().map(|keys| keys.into_iter().map(|key| Key(key.to_owned())).collect()).collect();
    minicbor::to_vec(Story { actors, shapes, changes: told }).ok()
}

fn tell_one<'a>(
    course: &Course,
    actors: &mut Vec<Actor>,
    shapes: &mut Vec<Vec<&'a str>>,
    change: &Framed<'a>,
) -> Option<Told> {
    let (made, puts) = match change.ops.split_first() {
        Some((first, puts)) if first.value.is_none() && first.object == TOP && first.preds.is_empty() => {
            (Some(Key(first.key.to_owned())), puts)
        }
        _ => (None, change.ops.as_slice()),
    };
    let object = match &made {
        Some(_) => OpId { counter: change.start_op, actor: change.actor },
        None => puts.first()?.object,
    };
    let own = place(actors, &change.actor)?;
    let mut named = |op: &OpId| Some(Named(op.counter, place(actors, &op.actor)?));
    let (mut keys, mut values, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for op in puts {
        if op.object != object {
            return None;
        }
        keys.push(op.key);
        values.push(Value(op.value.clone()?));
        over.push(op.preds.iter().map(&mut named).collect::<Option<Vec<Named>>>()?);
    }
    if over.iter().all(Vec::is_empty) {
        over.clear();
    }
    let deps: Vec<u32> = change.deps.iter().map(|hash| course.find(hash)).collect::<Option<_>>()?;
    let expected = deps.iter().filter_map(|dep| course.back(*dep)).map(|(_, max_op)| max_op).max()? + 1;
    Some(Told {
        actor: own,
        seq: difference(change.seq, course.expected_seq(&change.actor))?,
        start_op: difference(change.start_op, expected)?,
        time_ms: change.time_ms.checked_sub(course.time_ms)?,
        deps,
        shape: place(shapes, &keys)?,
        values,
        object: if made.is_none() && object != TOP { Some(named(&object)?) } else { None },
        made,
        over,
    })
}

/// Where it stands, put at the end when it is new.
fn place<T: PartialEq + Clone>(known: &mut Vec<T>, one: &T) -> Option<u32> {
    let at = known.iter().position(|other| other == one).unwrap_or(known.len());
    if at == known.len() {
        known.push(one.clone());
    }
    u32::try_from(at).ok()
}

fn difference(number: u64, expected: u64) -> Option<i64> {
    i64::try_from(number).ok()?.checked_sub(i64::try_from(expected).ok()?)
}

/// The changes of a story, in its order; `None` when it is no story.
pub fn hear(kind: Kind, story: &[u8]) -> Option<Vec<Change>> {
    let story: Story = minicbor::decode(story).ok()?;
    let mut course = Course::new(kind)?;
    let mut room = MAX_UNPACKED;
    story.changes.iter().map(|told| hear_one(&story, &mut course, told, &mut room)).collect()
}

fn hear_one(story: &Story, course: &mut Course, told: &Told, room: &mut usize) -> Option<Change> {
    let actor = *story.actors.get(told.actor as usize)?;
    let keys = story.shapes.get(told.shape as usize)?;
    let lengths = keys.iter().map(|key| key.0.len()).chain(told.values.iter().map(Value::length));
    *room = room.checked_sub(lengths.map(|length| length + OP_BYTES).sum())?;
    if keys.len() != told.values.len() || !(told.over.is_empty() || told.over.len() == keys.len()) {
        return None;
    }
    let ground = told.deps.iter().map(|dep| course.back(*dep)).collect::<Option<Vec<_>>>()?;
    let expected = ground.iter().map(|(_, max_op)| *max_op).max()?.checked_add(1)?;
    let start_op = expected.checked_add_signed(told.start_op)?;
    let parts = Parts {
        actor,
        seq: course.expected_seq(&actor).checked_add_signed(told.seq)?,
        start_op,
        time_ms: course.time_ms.checked_add(told.time_ms)?,
        deps: ground.into_iter().map(|(hash, _)| hash).collect(),
        ops: ops(story, told, keys, start_op)?,
    };
    let change = Change::compose(&parts).ok()?;
    course.pass(actor, parts.seq, parts.time_ms, change.hash(), change.max_op());
    Some(change)
}

fn ops(story: &Story, told: &Told, keys: &[Key], start_op: u64) -> Option<Vec<Op>> {
    let op = |object: &Object, key: &Key, action, preds| {
        let key = Name::Name(key.0.clone());
        Op { counter: 0, object: object.clone(), key, action, insert: false, preds }
    };
    let named = |name: &Named| {
        let actor = story.actors.get(name.1 as usize)?.as_bytes().to_vec();
        Some(OpRef { counter: name.0, actor, own: name.1 == told.actor })
    };
    let top = Object::Made(OpRef { counter: TOP.counter, actor: TOP.actor.as_bytes().to_vec(), own: false });
    let mut ops = Vec::with_capacity(keys.len() + 1);
    let object = match (&told.made, &told.object) {
        (Some(made), _) => {
            ops.push(op(&top, made, Action::MakeMap, Vec::new()));
            Object::Made(OpRef { counter: start_op, actor: Vec::new(), own: true })
        }
        (None, Some(object)) => Object::Made(named(object)?),
        (None, None) => top,
    };
    for (at, (key, value)) in keys.iter().zip(&told.values).enumerate() {
        let over = told.over.get(at).into_iter().flatten();
        let preds = over.map(named).collect::<Option<_>>()?;
        ops.push(op(&object, key, Action::Put(value.0.clone()), preds));
    }
    Some(ops)
}

#[cfg(test)]
mod tests;
