//! Work on a record that was set aside with its creation: it waits there too.
//!
//! A change that builds on a set-aside one is made again without it, on what was admitted. But when it works on
//! a record that the set-aside one makes, there is nothing to work on: made again it would make the record a
//! second time, and the first could never be let in. So it is set aside beside it, for the same reason, and can
//! be let in after it.

use std::collections::BTreeSet;

use sync_core::admission::{Limits, frame};
use sync_core::ids::{Actor, DocId};
use sync_core::verdict::{Reason, RemakeReason, Verdict};

use super::Outcomes;
use super::open::Pushed;
use crate::app::App;
use crate::auth::SignedIn;
use crate::store::{QuarantineState, Stored};

/// Rows of the quarantine looked through at most: more than any device may have there.
const LOOK: usize = 10_000;

const FALLEN: Verdict = Verdict::Remake(RemakeReason::PredecessorSetAside);

/// Sets aside what is to be made again and cannot be.
pub async fn sort_out(app: &App, from: &SignedIn, outcomes: &mut Outcomes) -> Stored<()> {
    let docs: BTreeSet<DocId> = outcomes
        .said
        .iter()
        .filter(|(_, verdict)| *verdict == FALLEN)
        .map(|(pushed, _)| pushed.item.doc)
        .collect();
    if docs.is_empty() {
        return Ok(());
    }
    let kept = app.log.quarantine(Some(QuarantineState::Open), LOOK).await?;
    // What was given back after a restore and found its place taken (in no envelope) is never let in as it is: its
    // author makes it again.
    let kept = kept.iter().filter(|kept| kept.row.device == from.device.id && kept.row.envelope > 0);
    let mut made: Vec<Made> = kept
        .map(|kept| (kept.row.item.doc, kept.row.bytes.as_slice(), kept.row.reason))
        .chain(outcomes.refused.iter().map(|(pushed, why)| (pushed.item.doc, pushed.bytes.as_slice(), *why)))
        .filter(|(doc, ..)| docs.contains(doc))
        .filter_map(|(doc, bytes, reason)| Made::by(doc, bytes, reason))
        .collect();
    made.retain(|made| made.reason != Reason::Quota);
    for (pushed, verdict) in std::mem::take(&mut outcomes.said) {
        match made.iter().find(|made| verdict == FALLEN && made.works_on(&pushed)) {
            Some(made) => outcomes.refused.push((pushed, made.reason)),
            None => outcomes.said.push((pushed, verdict)),
        }
    }
    Ok(())
}

/// The operations of a set-aside change among which are those that make records.
struct Made {
    doc: DocId,
    actor: Actor,
    counters: std::ops::RangeInclusive<u64>,
    reason: Reason,
}

impl Made {
    fn by(doc: DocId, bytes: &[u8], reason: Reason) -> Option<Self> {
        let framed = frame(bytes, &Limits::STANDARD).ok()?;
        Some(Self { doc, actor: framed.actor, counters: framed.start_op..=framed.max_op(), reason })
    }

    fn works_on(&self, pushed: &Pushed) -> bool {
        let Ok(framed) = frame(&pushed.bytes, &Limits::STANDARD) else { return false };
        let within = |op: &sync_core::admission::FramedOp<'_>| {
            op.object.actor == self.actor && self.counters.contains(&op.object.counter)
        };
        // A change that makes a record works on it too.
        pushed.item.doc == self.doc
            && framed.ops.iter().any(within)
            && !(framed.actor == self.actor && framed.start_op == *self.counters.start())
    }
}
