//! After a restore: phones that know more than the server carry on where they are, and give back what it lacks.
//!
//! A restore begins a new epoch; the log remembers the former ones and the number at which each ended.
//! **Nothing that any phone still holds is lost, and nothing is downloaded twice**: a cursor of a former epoch goes
//! on under the new one ([`carry_on`]); what a phone read beyond the end it gives back ([`take_back`]), each row
//! with the server's own signature from the day it was given. Nobody else's word counts.

mod carry;
mod content;
mod gaps;
mod office;
pub mod words;

use std::collections::BTreeSet;

use sync_core::ids::{ChangeHash, DocId, Id};
use sync_core::verdict::Verdict;
use sync_core::wire::{Offer, Offered, Row, VerdictOn};

use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::Problem;
use crate::store::{Account, Device, Duty, QuarantineState, StoreError, Stored};
pub use carry::{bridge, carry_on};

/// What became of a request's offers.
#[derive(Debug, Default)]
pub struct TakenBack {
    /// In the order of the offers.
    pub said: Vec<Offered>,
    /// Changes the device is sure to have, since they came from it.
    pub carried: BTreeSet<(DocId, ChangeHash)>,
}

/// What nobody has brought back in so many days after a restore is not waited for any more.
const AWAITED_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// Whether a device in service has not been here since the restore, or not yet given back all it has.
pub fn awaited(device: &Device) -> bool {
    device.revoked_ms.is_none() && !device.heard
}

/// A phone that knows of this epoch brings nothing new: it has given back what it had.
pub async fn note_heard(app: &App, from: &SignedIn) -> Stored<()> {
    if app.log.former_epochs().is_empty() || from.device.heard {
        return Ok(());
    }
    match app.log.note_heard(from.device.id).await {
        // A disk that takes nothing is no reason to withhold what can be read; the next request says it again.
        Err(StoreError::Unwell(_)) => Ok(()),
        noted => noted,
    }
}

/// Whether what the newest restore lost will not come any more: every phone in service has been heard, or had time.
pub async fn all_heard(app: &App) -> Stored<bool> {
    if long_ago(app) {
        return Ok(true);
    }
    if app.log.former_epochs().is_empty() {
        return Ok(false);
    }
    // Who works at the desk has no documents on their device.
    let accounts = app.log.accounts().await?;
    let walks = |account: &&Account| account.has(Duty::Worker) || account.has(Duty::Volunteer);
    let walkers: BTreeSet<Id> = accounts.iter().filter(walks).map(|account| account.person).collect();
    let devices = app.log.devices().await?;
    let phones = devices.iter().filter(|device| walkers.contains(&device.person));
    Ok(!phones.into_iter().any(awaited))
}

/// The same of what waits on these verdicts. What stands on something that a copy of its author's phone has displaced
/// waits for the author to make that again: the copy was heard in place of the phone.
pub async fn none_will_come(app: &App, verdicts: &[VerdictOn]) -> Stored<bool> {
    let of = |on: &&VerdictOn| matches!(on.verdict, Verdict::Waiting | Verdict::Remake(_));
    let docs: BTreeSet<DocId> = verdicts.iter().filter(of).map(|on| on.doc).collect();
    if docs.is_empty() || long_ago(app) {
        return Ok(long_ago(app));
    }
    Ok(all_heard(app).await? && !displaced(app, docs).await?)
}

/// Whether something of these documents found its place taken when it was given back (it is in no envelope), and its
/// author has not made it again.
async fn displaced(app: &App, docs: BTreeSet<DocId>) -> Stored<bool> {
    let mut replaced = BTreeSet::new();
    for doc in &docs {
        replaced.extend(app.log.replaced(*doc).await?.into_iter().map(|(_, hash)| (*doc, hash)));
    }
    let open = app.log.quarantine(Some(QuarantineState::Open), usize::MAX).await?;
    let given_back = open.iter().filter(|kept| kept.row.envelope == 0).map(|kept| &kept.row.item);
    let mut of_these = given_back.filter(|item| docs.contains(&item.doc));
    Ok(of_these.any(|item| !replaced.contains(&(item.doc, item.hash))))
}

fn long_ago(app: &App) -> bool {
    let restored = app.log.former_epochs().last().map(|former| former.restored_ms);
    restored.is_some_and(|restored| app.now_ms() - restored > AWAITED_DAYS * DAY_MS)
}

/// Takes in what the server once gave and may have lost.
pub async fn take_back(app: &App, from: &SignedIn, offers: Vec<Offer>) -> Result<TakenBack, Problem> {
    let mut back = TakenBack::default();
    let key = app.key.public();
    for Offer { row, receipt } in offers {
        if !receipt.vouches_for(&key, &row) {
            tracing::warn!(device = %from.device.id, "offered content is not what this server gave");
            back.said.push(Offered::NotVouched);
            continue;
        }
        let said = match row {
            Row::Office(row) => office::take(app, row, &receipt).await?,
            Row::Changes(doc, scope, changes) => {
                content::take(app, from, &receipt, (doc, scope), changes, &mut back.carried).await?
            }
            Row::Snapshot(doc, scope, snapshot) => match content::taken_apart(&scope, &snapshot) {
                Some(changes) => {
                    content::take(app, from, &receipt, (doc, scope), changes, &mut back.carried).await?
                }
                None => Offered::NotVouched,
            },
        };
        back.said.push(said);
    }
    let taken = back.said.iter().filter(|said| **said == Offered::Taken).count();
    if taken > 0 {
        tracing::info!(device = %from.device.id, taken, "lost rows are back");
    }
    Ok(back)
}
