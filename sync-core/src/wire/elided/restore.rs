//! The server's side: putting back.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;

use super::course::{Course, Passed};
use super::{
    CHANGE_PREFIX, DOC_PREFIX, Dep, DocRef, Elided, Made, Packed, Ref, Shape, Short, ShortChange, ShortItem,
    Value,
};
use crate::crdt::{Action, Change, GENESIS_ACTOR, Key, Object, Op, OpRef, Parts, genesis_hash};
use crate::envelope::{self, Envelope, Header, Item};
use crate::ids::{Actor, ChangeHash, DeviceId, DocId, Id, PublicKey};
use crate::scope::{Kind, Scope};
use crate::wire::MAX_UNPACKED;

/// No counter of an honest change comes near; automerge keeps counters in 32 bits.
const MOST_COUNTED: u64 = 1 << 31;

/// What an operation takes besides its key and value, about.
const OP_BYTES: usize = 40;

/// Names that were given by their beginnings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub documents: BTreeSet<[u8; DOC_PREFIX]>,
    pub changes: BTreeSet<(DocId, [u8; CHANGE_PREFIX])>,
}

impl Wanted {
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.changes.is_empty()
    }
}

/// What the server has under those names; `None` where it has nothing, or more than one.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub documents: BTreeMap<[u8; DOC_PREFIX], Option<(DocId, Scope)>>,
    pub changes: BTreeMap<(DocId, [u8; CHANGE_PREFIX]), Option<ChangeHash>>,
}

/// The envelopes put together again, or the number of one that must come whole.
///
/// First call it with nothing found: it says what it wants; again, until it wants nothing more.
pub fn restore(
    key: &PublicKey,
    org: Id,
    clock_ms: i64,
    packed: &[Packed],
    found: &Found,
) -> Result<Vec<Result<Envelope, u64>>, Wanted> {
    let mut reader = Reader {
        key,
        org,
        found,
        course: Course::new(clock_ms),
        wanted: Wanted::default(),
        room: MAX_UNPACKED,
    };
    let envelopes = packed
        .iter()
        .map(|packed| match packed {
            Packed::Whole(envelope) => Ok(envelope.clone()),
            Packed::Short(short) => reader.envelope(short).ok_or(short.number),
        })
        .collect();
    if reader.wanted.is_empty() { Ok(envelopes) } else { Err(reader.wanted) }
}

/// Stands for what could not be put together.
const NOWHERE: Scope = Scope { kind: Kind::Log, family: None, place: None, month: None };

struct Reader<'a> {
    key: &'a PublicKey,
    org: Id,
    found: &'a Found,
    course: Course,
    wanted: Wanted,
    /// Bytes that may yet come of a request: a short form of a few must not become gigabytes.
    room: usize,
}

impl Reader<'_> {
    /// `None` when it cannot be put together so that its signature fits.
    fn envelope(&mut self, short: &Short) -> Option<Envelope> {
        let mut items = Vec::new();
        let mut changes = Vec::new();
        for item in &short.items {
            // All items are gone through, so that everything wanted is asked for at once.
            if let Some((item, bytes)) = self.item(item) {
                items.push(item);
                changes.push(bytes);
            }
        }
        if items.len() < short.items.len() {
            return None;
        }
        let header = Header {
            version: envelope::VERSION,
            org: self.org,
            device: DeviceId::of(self.key),
            number: short.number,
            previous: short.previous,
            items,
        };
        let envelope = Envelope { header: header.encode().into(), signature: short.signature, changes };
        envelope.open(self.org, self.key).is_ok().then_some(envelope)
    }

    fn item(&mut self, short: &ShortItem) -> Option<(Item, ByteVec)> {
        let document = self.document(&short.doc);
        // What could not be put together is passed all the same: the ways back are counted by it.
        let (doc, scope) = document.unwrap_or((DocId([0; 16]), NOWHERE));
        let actor = Actor::of(self.key, doc, short.incarnation);
        let made = match &short.change {
            ShortChange::Bytes(hash, bytes) => Some((*hash, bytes.clone(), None)),
            ShortChange::Elided(elided) => self.change(elided, doc, scope, actor),
        };
        let (hash, max_op) = made.as_ref().map_or((ChangeHash([0; 32]), None), |made| (made.0, made.2));
        self.course.pass(Passed { doc, scope, hash, max_op });
        let (hash, bytes, _) = made?;
        document?;
        let item = Item { doc, scope, incarnation: short.incarnation, hash, replaces: short.replaces };
        Some((item, bytes))
    }

    fn document(&mut self, named: &DocRef) -> Option<(DocId, Scope)> {
        match named {
            DocRef::Back(count) => self.course.back(*count).map(|passed| (passed.doc, passed.scope)),
            DocRef::Named(scope, Some(doc)) => Some((*doc, *scope)),
            DocRef::Named(scope, None) => Some((DocId::of_log(scope.family?, scope.month?), *scope)),
            DocRef::Log(prefix) => match self.found.documents.get(prefix) {
                Some(found) => *found,
                None => {
                    self.wanted.documents.insert(*prefix);
                    None
                }
            },
        }
    }

    fn change(
        &mut self,
        elided: &Elided,
        doc: DocId,
        scope: Scope,
        actor: Actor,
    ) -> Option<(ChangeHash, ByteVec, Option<u64>)> {
        let time_ms = self.course.time_ms.checked_add(elided.time_ms)?;
        let keys = match &elided.shape {
            Shape::Back(count) => self.course.shape(*count)?,
            Shape::Named(keys) => keys.as_slice().into(),
        };
        self.course.time_ms = time_ms;
        self.course.note_shape(keys.clone());
        self.room = self.room.checked_sub(weight(&keys, &elided.values))?;
        let expected = i64::try_from(self.course.expected_start(&elided.deps)).ok()?;
        let start_op = u64::try_from(elided.start_op.checked_add(expected)?).ok()?;
        let deps: Vec<Option<ChangeHash>> = elided.deps.iter().map(|dep| self.dep(dep, doc, scope)).collect();
        let parts = Parts {
            actor,
            seq: elided.seq,
            start_op,
            time_ms,
            deps: deps.into_iter().collect::<Option<_>>()?,
            ops: ops(elided, &keys, start_op, time_ms)?,
        };
        if parts.seq > MOST_COUNTED || start_op.checked_add(parts.ops.len() as u64)? > MOST_COUNTED {
            return None;
        }
        let change = Change::compose(&parts).ok()?;
        Some((change.hash(), change.bytes().to_vec().into(), Some(change.max_op())))
    }

    fn dep(&mut self, dep: &Dep, doc: DocId, scope: Scope) -> Option<ChangeHash> {
        match dep {
            Dep::Genesis => genesis_hash(scope.kind).ok(),
            Dep::Back(count) => self.course.back(count.checked_sub(1)?).map(|passed| passed.hash),
            Dep::Named(hash) => Some(*hash),
            Dep::Known(prefix) => match self.found.changes.get(&(doc, *prefix)) {
                Some(found) => *found,
                None => {
                    self.wanted.changes.insert((doc, *prefix));
                    None
                }
            },
        }
    }
}

fn ops(elided: &Elided, keys: &[String], start_op: u64, time_ms: i64) -> Option<Vec<Op>> {
    let mut ops = Vec::with_capacity(keys.len() + 1);
    let top = Object::Made(OpRef { counter: 1, actor: GENESIS_ACTOR.as_bytes().to_vec(), own: false });
    let op = |object, key, action, preds| Op {
        counter: 0,
        object,
        key: Key::Name(key),
        action,
        insert: false,
        preds,
    };
    let object = match (&elided.made, &elided.object) {
        (Some(made), _) => {
            ops.push(op(top, record_key(made, time_ms)?, Action::MakeMap, Vec::new()));
            Object::Made(own(start_op))
        }
        (None, Some(object)) => Object::Made(reference(object)?),
        (None, None) => top,
    };
    if keys.len() != elided.values.len() || !(elided.over.is_empty() || elided.over.len() == keys.len()) {
        return None;
    }
    for (at, (key, value)) in keys.iter().zip(&elided.values).enumerate() {
        let over = elided.over.get(at).into_iter().flatten();
        let preds = over.map(reference).collect::<Option<_>>()?;
        ops.push(op(object.clone(), key.clone(), Action::Put(value.0.clone()), preds));
    }
    Some(ops)
}

/// About how many bytes the operations of a change take.
fn weight(keys: &[String], values: &[Value]) -> usize {
    let texts = values.iter().map(|value| value.0.as_text().map_or(0, str::len));
    keys.iter().map(String::len).chain(texts).map(|bytes| bytes + OP_BYTES).sum()
}

fn record_key(made: &Made, time_ms: i64) -> Option<String> {
    match made {
        Made::Key(key) => Some(key.clone()),
        Made::V7(delta, rest) => {
            let time_ms = time_ms.checked_add(*delta).filter(|ms| (0..1 << 48).contains(ms))?;
            let [_, _, head @ ..] = time_ms.to_be_bytes();
            Id::from_slice(&[head.as_slice(), rest.as_slice()].concat()).map(|id| id.to_string())
        }
    }
}

fn own(counter: u64) -> OpRef {
    OpRef { counter, actor: Vec::new(), own: true }
}

fn reference(named: &Ref) -> Option<OpRef> {
    let (counter, op) = match named {
        Ref::Own(counter) => (*counter, own(*counter)),
        Ref::Other(counter, actor) => {
            (*counter, OpRef { counter: *counter, actor: actor.as_bytes().to_vec(), own: false })
        }
    };
    (counter <= MOST_COUNTED).then_some(op)
}
