//! Changes that come back, under the name of who wrote them.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::admission::{Bytes, Candidate, Finding, Job, Limits, frame};
use sync_core::envelope::Item;
use sync_core::ids::{ChangeHash, DeviceId, DocId, Id};
use sync_core::scope::Scope;
use sync_core::verdict::{Flag, Reason};
use sync_core::vouch::Receipt;
use sync_core::wire::{Admitted, Offered, Snapshot};

use super::{all_heard, gaps, words};
use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::Problem;
use crate::push::{self, Grown, same_identity};
use crate::store::{Batch, ChangeRow, Entry, SetAsideRow, Stored};

/// Stands for a device that is not known any more: what comes back says who wrote it, not on which phone.
const SOME_DEVICE: DeviceId = DeviceId([0; 16]);

/// A document of ours in one piece, as changes; `None` when it is none.
pub fn taken_apart(scope: &Scope, snapshot: &Snapshot) -> Option<Vec<Admitted>> {
    let document = snapshot.load(scope.kind).ok()?;
    let authors = snapshot.authors_of(&document);
    let changes = document.changes();
    let admitted = changes.iter().filter_map(|change| {
        let author = *authors.get(&change.hash())?;
        Some(Admitted { author, bytes: change.bytes().to_vec().into() })
    });
    Some(admitted.collect())
}

/// Takes in what of these changes is not there, each after what it builds on.
pub async fn take(
    app: &App,
    from: &SignedIn,
    receipt: &Receipt,
    (doc, claimed): (DocId, Scope),
    changes: Vec<Admitted>,
    carried: &mut BTreeSet<(DocId, ChangeHash)>,
) -> Result<Offered, Problem> {
    let _held = app.locks.hold([doc]).await;
    let existing = app.log.changes_of(&[doc]).await?.remove(&doc).unwrap_or_default();
    let there: BTreeSet<ChangeHash> = existing.iter().map(|row| row.hash).collect();
    let scope = existing.first().map_or(claimed, |row| row.scope);
    if !same_identity(&scope, &claimed) {
        return Ok(Offered::NotVouched);
    }
    let replaced: BTreeSet<(Id, ChangeHash)> = app.log.replaced(doc).await?.into_iter().collect();
    let mut lacking = Vec::new();
    for admitted in changes {
        let Ok(framed) = frame(&admitted.bytes, &Limits::STANDARD) else { return Ok(Offered::NotVouched) };
        carried.insert((doc, framed.hash));
        // What its author made again is there in other words.
        if !there.contains(&framed.hash) && !replaced.contains(&(admitted.author, framed.hash)) {
            let (hash, actor, start_op) = (framed.hash, framed.actor, framed.start_op);
            lacking.push((
                start_op,
                Candidate { hash, actor, bytes: Bytes(admitted.bytes.to_vec()) },
                admitted.author,
            ));
        }
    }
    // A change's operations are numbered after those of all it builds on, so this is an order of building.
    lacking.sort_by_key(|(start_op, ..)| *start_op);
    let job = Job {
        doc,
        kind: scope.kind,
        existing: existing.iter().map(|row| Bytes(row.bytes.clone())).collect(),
        refused: app.log.refused(SOME_DEVICE, doc).await?,
        candidates: lacking.iter().map(|(_, candidate, _)| candidate.clone()).collect(),
    };
    let Sorted { new, odd, waiting } = if lacking.is_empty() {
        Sorted::default()
    } else {
        match app.vetting.vet(job).await {
            Ok(found) => {
                let found: BTreeMap<ChangeHash, Finding> =
                    found.into_iter().map(|vetted| (vetted.hash, vetted.finding)).collect();
                // Its ground may be in this device's own envelopes, until it has been heard itself.
                let waits = found.values().any(|finding| matches!(finding, Finding::Waiting(_)));
                let all_heard = waits && from.device.heard && all_heard(app).await?;
                let mut sorted = sorted(from, (doc, scope), lacking, found, all_heard);
                sorted.odd = not_yet_there(app, from, doc, sorted.odd).await?;
                sorted
            }
            Err(_) => return Ok(Offered::Waiting),
        }
    };
    let said = match (waiting, new.is_empty() && odd.is_empty()) {
        (true, _) => Offered::Waiting,
        (false, true) => Offered::Known,
        (false, false) => Offered::Taken,
    };
    append(app, (from, receipt), &existing, (doc, scope), new, odd).await?;
    Ok(said)
}

#[derive(Default)]
struct Sorted {
    new: Vec<ChangeRow>,
    odd: Vec<SetAsideRow>,
    waiting: bool,
}

fn sorted(
    from: &SignedIn,
    (doc, scope): (DocId, Scope),
    lacking: Vec<(u64, Candidate, Id)>,
    mut found: BTreeMap<ChangeHash, Finding>,
    all_heard: bool,
) -> Sorted {
    let mut sorted = Sorted::default();
    for (_, Candidate { hash, bytes: Bytes(bytes), .. }, author) in lacking {
        let reason = match found.remove(&hash) {
            Some(Finding::Sound(_)) => {
                let flag = Some(Flag::Restored);
                let row =
                    ChangeRow { doc, scope, hash, author, device: SOME_DEVICE, envelope: 0, flag, bytes };
                sorted.new.push(row);
                continue;
            }
            Some(Finding::Known) => continue,
            // Nobody is left who might bring its ground.
            Some(Finding::Waiting(_)) if all_heard => Reason::WrongSequence,
            Some(Finding::Waiting(_)) | None => {
                sorted.waiting = true;
                continue;
            }
            Some(Finding::Remake(_)) => Reason::WrongSequence,
            Some(Finding::SetAside(reason)) => reason,
        };
        // It was in the log once, and something else has taken its place since: for a person to look at.
        tracing::error!(%doc, change = %hash, %reason, "what the server gave once does not fit any more");
        let item = Item { doc, scope, incarnation: 0, hash, replaces: None };
        let device = from.device.id;
        sorted.odd.push(SetAsideRow { author, device, envelope: 0, item, reason, bytes });
    }
    sorted
}

/// What of this does not lie before the coordinator from this device already.
async fn not_yet_there(
    app: &App,
    from: &SignedIn,
    doc: DocId,
    odd: Vec<SetAsideRow>,
) -> Stored<Vec<SetAsideRow>> {
    let keys: Vec<_> = odd.iter().map(|row| (doc, row.item.hash)).collect();
    let known = app.log.known(from.device.id, &keys).await?;
    let new = odd.into_iter().zip(known).filter(|(_, known)| known.is_none());
    Ok(new.map(|(odd, _)| odd).collect())
}

async fn append(
    app: &App,
    (from, receipt): (&SignedIn, &Receipt),
    existing: &[ChangeRow],
    (doc, scope): (DocId, Scope),
    new: Vec<ChangeRow>,
    odd: Vec<SetAsideRow>,
) -> Result<(), Problem> {
    let _held = app.grants.lock().await;
    let mut entries = gaps::entries(app, receipt, (doc, scope), existing, &new).await?;
    entries.extend(words::of_return(app, from, receipt, &scope, &entries).await?);
    if let Some(by) = new.last().map(|row| row.author) {
        let grown = Grown { doc, scope, existing, new: &new, beside: &[] };
        entries.extend(push::derived(app.log.as_ref(), grown, by).await?);
    }
    let mut all: Vec<Entry> = new.into_iter().map(Entry::Change).collect();
    all.append(&mut entries);
    all.extend(odd.into_iter().flat_map(|row| push::lies_aside(row, app.now_ms())));
    if !all.is_empty() {
        app.log.append(Batch { received_ms: app.now_ms(), entries: all, ..Batch::default() }).await?;
    }
    Ok(())
}
