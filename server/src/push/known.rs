//! The server repeats itself: a change that was answered for gets the same answer again.

use std::collections::BTreeSet;

use sync_core::ids::DocId;
use sync_core::verdict::Verdict;

use super::Outcomes;
use super::open::{Opened, Pushed};
use crate::app::App;
use crate::auth::SignedIn;
use crate::store::{Known, Stored};

/// Takes out of a push what needs no judging.
pub async fn sort_out(app: &App, from: &SignedIn, opened: Opened) -> Stored<Outcomes> {
    let mut outcomes = Outcomes::from(opened);
    let pending = std::mem::take(&mut outcomes.pending);
    let known = app.log.known(from.device.id, &pending.iter().map(Pushed::key).collect::<Vec<_>>()).await?;
    for (pushed, known) in pending.into_iter().zip(known) {
        match known {
            Some(known) => outcomes.said.push((pushed, verdict(known))),
            None => outcomes.pending.push(pushed),
        }
    }
    made_again(app, from, &mut outcomes).await?;
    // An envelope that does not open may name changes that came properly before: their fate stands.
    let refused = std::mem::take(&mut outcomes.refused);
    let keys: Vec<_> = refused.iter().map(|(pushed, _)| pushed.key()).collect();
    let known = app.log.known(from.device.id, &keys).await?;
    for ((pushed, reason), known) in refused.into_iter().zip(known) {
        match known {
            Some(known) => outcomes.said.push((pushed, verdict(known))),
            None => outcomes.refused.push((pushed, reason)),
        }
    }
    Ok(outcomes)
}

/// **Of a change and all that was made in its place, one is admitted.** When the old one is in the log, or another
/// that a copy of the phone made in its place, the new one has nothing to say. When several come at once, the old one
/// waits for what becomes of the new, and the second new one for the first.
async fn made_again(app: &App, from: &SignedIn, outcomes: &mut Outcomes) -> Stored<()> {
    let olds: Vec<_> =
        outcomes.pending.iter().filter_map(|pushed| Some((pushed.item.doc, pushed.item.replaces?))).collect();
    if olds.is_empty() {
        return Ok(());
    }
    let known = app.log.known(from.device.id, &olds).await?;
    let mut in_log: BTreeSet<_> = olds
        .iter()
        .zip(known)
        .filter(|(_, known)| matches!(known, Some(Known::Admitted(_) | Known::Replaced)))
        .map(|(old, _)| *old)
        .collect();
    // Another phone of this person may have made the same again: what a restored server could not take as it was.
    for doc in olds.iter().map(|(doc, _)| *doc).collect::<BTreeSet<DocId>>() {
        let by_them = app.log.replaced(doc).await?.into_iter().filter(|(person, _)| *person == from.person());
        in_log.extend(by_them.map(|(_, old)| (doc, old)));
    }
    let mut under_way = BTreeSet::new();
    for pushed in std::mem::take(&mut outcomes.pending) {
        let old = pushed.item.replaces.map(|old| (pushed.item.doc, old));
        if old.is_some_and(|old| in_log.contains(&old)) {
            outcomes.said.push((pushed, Verdict::Settled));
        } else if olds.contains(&pushed.key()) || old.is_some_and(|old| !under_way.insert(old)) {
            outcomes.said.push((pushed, Verdict::Waiting));
        } else {
            outcomes.pending.push(pushed);
        }
    }
    Ok(())
}

fn verdict(known: Known) -> Verdict {
    match known {
        Known::Admitted(None) => Verdict::Duplicate,
        Known::Admitted(Some(flag)) => Verdict::AcceptedFlagged(flag),
        Known::SetAside(reason) => Verdict::SetAside(reason),
        Known::Settled | Known::Replaced => Verdict::Settled,
    }
}
