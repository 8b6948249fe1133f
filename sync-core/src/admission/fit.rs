//! The third step: does the change continue this document the way one of our devices would?

use super::frame::Framed;
use super::history::{Clock, History, TOP};
use super::ops::{FramedOp, OpId};
use crate::crdt::GENESIS_ACTOR;
use crate::ids::{Actor, ChangeHash};
use crate::record::Fields;
use crate::verdict::{Reason, RemakeReason};

/// How a framed change stands to a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fit {
    /// It may be applied now.
    Fits,
    /// It is in the document already.
    Known,
    /// These changes must come first.
    Waiting(Vec<ChangeHash>),
    /// The phone must make it again.
    Remake(RemakeReason),
    /// It can never be part of the document.
    SetAside(Reason),
}

/// Judges a change against the admitted history of its document.
///
/// `expected` is the actor derived from device, document and incarnation; the phone, which learns
/// neither of other devices, passes `None` and trusts the server to have looked.
pub fn fit(framed: &Framed<'_>, history: &History, expected: Option<&Actor>) -> Fit {
    if history.has(&framed.hash) {
        return Fit::Known;
    }
    if framed.actor == GENESIS_ACTOR || expected.is_some_and(|actor| *actor != framed.actor) {
        return Fit::SetAside(Reason::WrongActor);
    }
    let Some((clock, max_op)) = history.at(&framed.deps) else {
        return Fit::Waiting(history.missing(framed).collect());
    };
    if framed.seq <= history.newest_seq(&framed.actor) {
        return Fit::Remake(RemakeReason::Fork);
    }
    // What it builds on is fixed in the change: a gap here can never be filled by something to come.
    if framed.seq != clock.get(&framed.actor).copied().unwrap_or(0) + 1 {
        return Fit::SetAside(Reason::WrongSequence);
    }
    if framed.start_op != max_op + 1 {
        return Fit::SetAside(Reason::WrongStartOp);
    }
    match (0..framed.ops.len()).try_for_each(|place| fit_op(framed, place, history, &clock)) {
        Ok(()) => Fit::Fits,
        Err(reason) => Fit::SetAside(reason),
    }
}

/// The id of the record each operation of a fitting change works on; `None` where the document is one record. Of a
/// change whose ground is not here, only the record that it makes itself is known.
pub(super) fn record_of<'a>(
    framed: &'a Framed<'_>,
    op: &'a FramedOp<'_>,
    history: &'a History,
) -> Option<&'a str> {
    if !history.kind().keyed() {
        return None;
    }
    if op.value.is_none() {
        return Some(op.key);
    }
    made_here(framed, &op.object, framed.ops.len()).or_else(|| {
        let (clock, _) = history.at(&framed.deps)?;
        history.record_of(&op.object, &clock)
    })
}

/// The record that a fitting change writes to, `None` where the document is one record, and the fields it writes. No
/// device of ours writes to two records in one change: for one that does there is no answer.
pub fn written<'a>(framed: &'a Framed<'_>, history: &'a History) -> Option<(Option<&'a str>, Fields)> {
    let mut records = framed.ops.iter().map(|op| record_of(framed, op, history));
    let record = records.next()?;
    if records.any(|other| other != record) || (record.is_none() && history.kind().keyed()) {
        return None;
    }
    let fields = framed.ops.iter().filter_map(|op| Some((op.key.to_owned(), op.value.clone()?)));
    Some((record, fields.collect()))
}

fn fit_op(framed: &Framed<'_>, place: usize, history: &History, clock: &Clock) -> Result<(), Reason> {
    let op = framed.ops.get(place).ok_or(Reason::Malformed)?;
    match (&op.value, history.kind().keyed()) {
        (None, true) => return fit_record(op, history),
        (None, false) => return Err(Reason::ForbiddenOperation),
        (Some(_), false) if op.object == TOP => {}
        (Some(_), true) if made_here(framed, &op.object, place).is_some() => {}
        (Some(_), true) if history.record_of(&op.object, clock).is_some() => {}
        (Some(_), _) => return Err(Reason::ForbiddenOperation),
    }
    if op.preds.iter().all(|pred| history.wrote(pred, &op.object, op.key, clock)) {
        Ok(())
    } else {
        Err(Reason::ForbiddenOperation)
    }
}

/// A record's map is made once, in the top map, under an id.
fn fit_record(op: &FramedOp<'_>, history: &History) -> Result<(), Reason> {
    if op.object != TOP || !is_record_id(op.key) {
        return Err(Reason::ForbiddenOperation);
    }
    if history.record_map(op.key).is_some() {
        return Err(Reason::RecordExists);
    }
    if op.preds.is_empty() { Ok(()) } else { Err(Reason::ForbiddenOperation) }
}

/// The key of the map that an earlier operation of the same change made.
fn made_here<'a>(framed: &'a Framed<'_>, map: &OpId, before: usize) -> Option<&'a str> {
    if map.actor != framed.actor {
        return None;
    }
    let place = usize::try_from(map.counter.checked_sub(framed.start_op)?).ok()?;
    let op = framed.ops.get(place).filter(|op| place < before && op.value.is_none())?;
    Some(op.key)
}

fn is_record_id(key: &str) -> bool {
    key.len() == 32 && key.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}
