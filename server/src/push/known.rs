//! The server repeats itself: a change that was answered for gets the same answer again.

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

fn verdict(known: Known) -> Verdict {
    match known {
        Known::Admitted(None) => Verdict::Duplicate,
        Known::Admitted(Some(flag)) => Verdict::AcceptedFlagged(flag),
        Known::SetAside(reason) => Verdict::SetAside(reason),
        Known::Settled => Verdict::Settled,
    }
}
