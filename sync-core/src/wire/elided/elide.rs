//! The device's side: leaving out.

use minicbor::bytes::ByteVec;

use super::course::{Course, Passed};
use super::{
    DOC_PREFIX, Dep, DocRef, Elided, Made, Packed, Ref, Shape, Short, ShortChange, ShortItem, Value,
};
use crate::admission::{Framed, Limits, OpId, frame};
use crate::crdt::{GENESIS_ACTOR, genesis_hash};
use crate::envelope::{self, Envelope, Header, Item};
use crate::ids::{Actor, ChangeHash, DeviceId, DocId, Id, PublicKey, unhex};
use crate::scope::{Kind, Scope};

/// The top map of every document.
const TOP: OpId = OpId { counter: 1, actor: GENESIS_ACTOR };

/// What the server is known to have.
pub trait Known {
    /// Whether it has this document, with just this scope.
    fn document(&self, doc: DocId, scope: &Scope) -> bool;
    /// Whether it has admitted this change.
    fn change(&self, doc: DocId, hash: &ChangeHash) -> bool;
}

/// The envelopes of one request, each as short as it goes; those with a number in `whole` as they are.
pub fn elide(
    key: &PublicKey,
    org: Id,
    clock_ms: i64,
    envelopes: &[Envelope],
    known: &impl Known,
    whole: &[u64],
) -> Vec<Packed> {
    let mut course = Course::new(clock_ms);
    envelopes
        .iter()
        .map(|envelope| match header_of(key, org, envelope) {
            Some(header) if !whole.contains(&header.number) => {
                Packed::Short(shorten(&mut course, key, envelope, &header, known))
            }
            _ => Packed::Whole(envelope.clone()),
        })
        .collect()
}

/// The header, when nothing about it is other than the server would expect.
fn header_of(key: &PublicKey, org: Id, envelope: &Envelope) -> Option<Header> {
    let header: Header = minicbor::decode(&envelope.header).ok()?;
    let ours = header.version == envelope::VERSION && header.org == org && header.device == DeviceId::of(key);
    let whole = header.items.len() == envelope.changes.len() && header.encode() == *envelope.header;
    (ours && whole).then_some(header)
}

fn shorten(
    course: &mut Course,
    key: &PublicKey,
    envelope: &Envelope,
    header: &Header,
    known: &impl Known,
) -> Short {
    let mut items = Vec::new();
    for (item, bytes) in header.items.iter().zip(&envelope.changes) {
        let doc = name_document(course, item, known);
        let framed = frame(bytes, &Limits::STANDARD).ok().filter(|framed| framed.hash == item.hash);
        let elided =
            framed.as_ref().and_then(|framed| leave_out(course, item, framed, &item.actor(key), known));
        let max_op = framed.filter(|_| elided.is_some()).map(|framed| framed.max_op());
        course.pass(Passed { doc: item.doc, scope: item.scope, hash: item.hash, max_op });
        let change = elided.map_or_else(|| as_it_is(item, bytes), ShortChange::Elided);
        items.push(ShortItem { doc, incarnation: item.incarnation, change, replaces: item.replaces });
    }
    Short { number: header.number, previous: header.previous, signature: envelope.signature, items }
}

fn as_it_is(item: &Item, bytes: &ByteVec) -> ShortChange {
    ShortChange::Bytes(item.hash, bytes.clone())
}

fn name_document(course: &Course, item: &Item, known: &impl Known) -> DocRef {
    if let Some(back) = course.find(|passed| passed.doc == item.doc && passed.scope == item.scope) {
        return DocRef::Back(back);
    }
    let derived = item.scope.kind == Kind::Log && item.scope.fits(item.doc);
    match item.doc.as_bytes().first_chunk::<DOC_PREFIX>() {
        Some(prefix) if derived && known.document(item.doc, &item.scope) => DocRef::Log(*prefix),
        _ => DocRef::Named(item.scope, (!derived).then_some(item.doc)),
    }
}

/// `None` for a change that is not of the form our devices make: one record, made or written to.
fn leave_out(
    course: &mut Course,
    item: &Item,
    change: &Framed<'_>,
    actor: &Actor,
    known: &impl Known,
) -> Option<Elided> {
    if change.actor != *actor {
        return None;
    }
    let deps: Vec<Dep> = change.deps.iter().map(|hash| dep(course, item, *hash, known)).collect();
    let (made, puts) = match change.ops.split_first() {
        Some((first, puts)) if first.value.is_none() && first.object == TOP && first.preds.is_empty() => {
            (Some(made(first.key, change.time_ms)), puts)
        }
        _ => (None, change.ops.as_slice()),
    };
    let object = match &made {
        Some(_) => OpId { counter: change.start_op, actor: *actor },
        None => puts.first()?.object,
    };
    let mut keys = Vec::new();
    let mut values = Vec::new();
    let mut over = Vec::new();
    for op in puts {
        if op.object != object {
            return None;
        }
        keys.push(op.key.to_owned());
        values.push(Value(op.value.clone()?));
        over.push(op.preds.iter().map(|pred| reference(pred, actor)).collect());
    }
    if over.iter().all(Vec::is_empty) {
        over.clear();
    }
    let start_op = i64::try_from(change.start_op).ok()?;
    let expected = i64::try_from(course.expected_start(&deps)).ok()?;
    let elided = Elided {
        seq: change.seq,
        start_op: start_op - expected,
        time_ms: change.time_ms.checked_sub(course.time_ms)?,
        deps,
        object: (made.is_none() && object != TOP).then(|| reference(&object, actor)),
        made,
        shape: course.find_shape(&keys).map_or_else(|| Shape::Named(keys.clone()), Shape::Back),
        values,
        over,
    };
    course.time_ms = change.time_ms;
    course.note_shape(keys.into());
    Some(elided)
}

fn dep(course: &Course, item: &Item, hash: ChangeHash, known: &impl Known) -> Dep {
    if genesis_hash(item.scope.kind) == Ok(hash) {
        return Dep::Genesis;
    }
    if let Some(back) = course.find(|passed| passed.doc == item.doc && passed.hash == hash) {
        return Dep::Back(back + 1);
    }
    match hash.as_bytes().first_chunk() {
        Some(prefix) if known.change(item.doc, &hash) => Dep::Known(*prefix),
        _ => Dep::Named(hash),
    }
}

fn made(name: &str, time_ms: i64) -> Made {
    let v7 = || {
        let id = unhex(name).and_then(|bytes| Id::from_slice(&bytes))?;
        let rest = *id.as_bytes().last_chunk::<10>()?;
        let delta = id.time_ms().checked_sub(time_ms)?;
        Some(Made::V7(delta, rest))
    };
    v7().unwrap_or_else(|| Made::Key(name.to_owned()))
}

fn reference(op: &OpId, own: &Actor) -> Ref {
    if op.actor == *own { Ref::Own(op.counter) } else { Ref::Other(op.counter, op.actor) }
}
