//! The second step: automerge reads the change too, and must read what we read.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::frame::Framed;
use super::ops::{FramedOp, OpId};
use crate::crdt::{Action, Change, Key, Object, Op, OpRef};
use crate::verdict::Reason;

/// Parses a framed change with automerge, which may panic: where panics unwind they become a reason.
///
/// The change must be in the one spelling automerge writes, and both readers must agree on every field.
pub fn decode(framed: &Framed<'_>) -> Result<Change, Reason> {
    guarded(|| parse(framed)).unwrap_or(Err(Reason::Malformed))
}

/// Runs `step`; `None` when it panicked. In WASM a panic ends the instance instead.
pub(super) fn guarded<T>(step: impl FnOnce() -> T) -> Option<T> {
    // Whatever `step` was building is dropped with the panic, so no half-made value is ever seen.
    catch_unwind(AssertUnwindSafe(step)).ok()
}

fn parse(framed: &Framed<'_>) -> Result<Change, Reason> {
    let change = Change::parse(framed.bytes).map_err(|_| Reason::Malformed)?;
    if change.hash() != framed.hash || change.bytes() != framed.bytes {
        return Err(Reason::BadChecksum);
    }
    if change.reencoded_hash() != framed.hash {
        return Err(Reason::NotCanonical);
    }
    let ops = change.ops();
    let same_header = change.actor() == Some(framed.actor)
        && change.seq() == framed.seq
        && change.start_op() == framed.start_op
        && change.time_ms() == framed.time_ms
        && change.deps().eq(framed.deps.iter().copied())
        && !change.has_extras();
    let same_ops =
        ops.len() == framed.ops.len() && ops.iter().zip(&framed.ops).all(|(op, ours)| agree(op, ours));
    if same_header && same_ops { Ok(change) } else { Err(Reason::Malformed) }
}

fn agree(op: &Op, ours: &FramedOp<'_>) -> bool {
    let same_action = match (&op.action, &ours.value) {
        (Action::MakeMap, None) => true,
        (Action::Put(value), Some(ours)) => value == ours,
        _ => false,
    };
    let same_object = matches!(&op.object, Object::Made(object) if same(object, &ours.object));
    let same_key = matches!(&op.key, Key::Name(name) if name == ours.key);
    let same_preds = op.preds.len() == ours.preds.len()
        && op.preds.iter().zip(&ours.preds).all(|(pred, ours)| same(pred, ours));
    same_action && same_object && same_key && same_preds && !op.insert
}

fn same(op: &OpRef, ours: &OpId) -> bool {
    op.counter == ours.counter && op.actor == ours.actor.as_bytes()
}
