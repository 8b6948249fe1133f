//! The one write path for what devices push, stage by stage:
//!
//! 1. [`receive`]: the envelopes are kept as they came, durably, before anything looks into them;
//! 2. [`open`]: signatures and headers; what does not open is set aside as a whole;
//! 3. the documents are held, so that what is read of them stays true until the commit;
//! 4. [`known`]: a change that was answered for before gets the same answer again;
//! 5. [`scope`]: may this person write this document;
//! 6. [`vetting`]: are these the bytes of a sound change;
//! 7. [`derive`] and [`commit`]: everything that follows, in one append;
//! 8. verdicts, none of them before the commit.

mod aside;
mod chain;
mod commit;
mod derive;
mod known;
mod locks;
mod open;
mod scope;
#[cfg(test)]
mod tests;
mod vet;
mod vetting;

use std::collections::{BTreeMap, BTreeSet};

use sync_core::envelope::Envelope;
use sync_core::ids::{ChangeHash, DocId};
use sync_core::verdict::{Flag, Reason, Verdict};
use sync_core::wire::{DeviceState, Grant, Newest, VerdictOn};

use crate::access::Access;
use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::Problem;
use crate::store::{SignedHeader, StoreError};
pub use chain::heed;
pub use commit::lies_aside;
pub use derive::{Grown, cards_of, entries as derived};
pub use locks::{Held, Locks};
use open::{Opened, Pushed};
pub use scope::same_identity;
pub use vet::{InProcess, Vet, VettingDown};

/// The answer to a push.
#[derive(Debug, Default)]
pub struct Answered {
    pub verdicts: Vec<VerdictOn>,
    /// What the device is sure to have, for it was admitted just now: no need to give it back.
    pub carried: BTreeSet<(DocId, ChangeHash)>,
    pub newest: Option<Newest>,
    /// Whether something came into the log.
    pub grew: bool,
}

/// Takes in what a device pushed, and says what became of each change.
pub async fn push(
    app: &App,
    from: &SignedIn,
    access: &mut Access,
    envelopes: &[Envelope],
    state: DeviceState,
) -> Result<Answered, Problem> {
    if envelopes.is_empty() {
        return commit::quiet(app, from, state).await;
    }
    receive(app, from, envelopes).await?;
    let opened = open::open(app.log.organisation().id, &from.device.public_key, envelopes);
    // The device's own chain is held like a document: two pushes of one device follow one another.
    let chain = DocId(from.device.id.0);
    let docs = opened.items.iter().map(|pushed| pushed.item.doc);
    let _held = app.locks.hold(docs.chain([chain])).await;
    let mut outcomes = known::sort_out(app, from, opened).await?;
    if from.device.revoked_ms.is_some() {
        outcomes.refuse_all(Reason::DeviceRevoked);
    } else {
        scope::sort_out(app, access, &mut outcomes).await?;
        vetting::sort_out(app, from, &mut outcomes).await?;
        aside::sort_out(app, from, &mut outcomes).await?;
    }
    commit::commit(app, from, state, outcomes).await
}

/// Keeps the envelopes as they came. A device of which much is kept already is heard out, but no more is kept.
async fn receive(app: &App, from: &SignedIn, envelopes: &[Envelope]) -> Result<(), StoreError> {
    let (_, quarantined) = app.log.quarantine_load(from.device.id).await?;
    let kept = app.log.arrivals_load(from.device.id).await?;
    if quarantined.saturating_add(kept) >= app.config.quarantine_bytes {
        tracing::warn!(device = %from.device.id, quarantined, kept, "no more is kept of this device");
        return Ok(());
    }
    let raw = envelopes.iter().map(open::raw).collect();
    app.log.keep_arrivals(from.device.id, app.now_ms(), raw).await
}

/// Where each change of a push stands: sorted out stage by stage.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Still to be judged.
    pending: Vec<Pushed>,
    /// May be written by this person; the flag they would get.
    passed: Vec<(Pushed, Option<Flag>)>,
    /// Fit for the log, by document.
    sound: BTreeMap<DocId, vetting::Sound>,
    /// To be set aside, for the reason.
    refused: Vec<(Pushed, Reason)>,
    /// What was said of a change without writing anything.
    said: Vec<(Pushed, Verdict)>,
    /// Grants that come with new documents.
    gains: Vec<Grant>,
    links: Vec<open::Link>,
    signed: Vec<SignedHeader>,
}

impl Outcomes {
    fn refuse_all(&mut self, reason: Reason) {
        let pending = std::mem::take(&mut self.pending);
        self.refused.extend(pending.into_iter().map(|pushed| (pushed, reason)));
    }
}

impl From<Opened> for Outcomes {
    fn from(opened: Opened) -> Self {
        let Opened { items: pending, refused, later, links, signed } = opened;
        // Kept as they came; what the device has heard nothing final of, it keeps too.
        let said = later.into_iter().map(|pushed| (pushed, Verdict::Waiting)).collect();
        Self { pending, refused, said, links, signed, ..Self::default() }
    }
}
