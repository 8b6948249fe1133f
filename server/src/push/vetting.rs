//! Having what may be written vetted: a job for each document, side by side.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use sync_core::admission::{Bytes, Candidate, Finding, Job, Limits, Vetted, frame};
use sync_core::ids::{ChangeHash, DocId};
use sync_core::scope::Scope;
use sync_core::verdict::{Flag, Verdict};

use super::open::Pushed;
use super::{Outcomes, VettingDown};
use crate::app::App;
use crate::auth::SignedIn;
use crate::store::{ChangeRow, Stored};

/// What is fit for the log of one document.
#[derive(Debug)]
pub struct Sound {
    /// As the document was created, or is being.
    pub scope: Scope,
    pub existing: Vec<ChangeRow>,
    /// Each after what it builds on.
    pub new: Vec<(Pushed, ChangeRow)>,
}

type Passed = Vec<(Pushed, Option<Flag>)>;

/// Vets all that passed the scope check.
pub async fn sort_out(app: &App, from: &SignedIn, outcomes: &mut Outcomes) -> Stored<()> {
    let mut by_doc: BTreeMap<DocId, Passed> = BTreeMap::new();
    for (pushed, flag) in std::mem::take(&mut outcomes.passed) {
        by_doc.entry(pushed.item.doc).or_default().push((pushed, flag));
    }
    let docs: Vec<DocId> = by_doc.keys().copied().collect();
    let mut existing = app.log.changes_of(&docs).await?;
    let mut jobs = Vec::with_capacity(docs.len());
    for (doc, passed) in by_doc {
        let existing = existing.remove(&doc).unwrap_or_default();
        let mut refused = app.log.refused(from.device.id, doc).await?;
        refused.extend(outcomes.refused.iter().filter(|(p, _)| p.item.doc == doc).map(|(p, _)| p.item.hash));
        jobs.push((passed, existing, refused));
    }
    let vetted = join_all(jobs.into_iter().map(|(passed, existing, refused)| async {
        let Some(job) = job(from, &passed, &existing, refused) else {
            return (passed, existing, Ok(Vec::new()));
        };
        let found = app.vetting.vet(job).await;
        (passed, existing, found)
    }));
    for (passed, existing, found) in vetted.await {
        take(from, outcomes, passed, existing, found);
    }
    Ok(())
}

fn job(from: &SignedIn, passed: &Passed, existing: &[ChangeRow], refused: Vec<ChangeHash>) -> Option<Job> {
    let (first, _) = passed.first()?;
    Some(Job {
        doc: first.item.doc,
        kind: first.item.scope.kind,
        existing: existing.iter().map(|row| Bytes(row.bytes.clone())).collect(),
        refused,
        candidates: passed
            .iter()
            .map(|(pushed, _)| Candidate {
                hash: pushed.item.hash,
                actor: pushed.item.actor(&from.device.public_key),
                bytes: Bytes(pushed.bytes.clone()),
            })
            .collect(),
    })
}

fn take(
    from: &SignedIn,
    outcomes: &mut Outcomes,
    passed: Passed,
    existing: Vec<ChangeRow>,
    found: Result<Vec<Vetted>, VettingDown>,
) {
    let Ok(found) = found else {
        // Nothing is known of them; they are kept, and the device asks again.
        outcomes.said.extend(passed.into_iter().map(|(pushed, _)| (pushed, Verdict::Waiting)));
        return;
    };
    let mut findings: BTreeMap<ChangeHash, Finding> =
        found.into_iter().map(|vetted| (vetted.hash, vetted.finding)).collect();
    let mut new = Vec::new();
    let mut created = existing.first().map(|row| row.scope);
    for (pushed, flag) in passed {
        match findings.remove(&pushed.item.hash) {
            Some(Finding::Sound(_)) => {
                let scope = *created.get_or_insert(pushed.item.scope);
                new.push(row(from, pushed, scope, flag));
            }
            Some(Finding::Known) => outcomes.said.push((pushed, Verdict::Duplicate)),
            Some(Finding::Remake(reason)) => outcomes.said.push((pushed, Verdict::Remake(reason))),
            Some(Finding::SetAside(reason)) => outcomes.refused.push((pushed, reason)),
            Some(Finding::Waiting(_)) | None => outcomes.said.push((pushed, Verdict::Waiting)),
        }
    }
    // A change's operations are numbered after those of all it builds on, so this is an order of building.
    new.sort_by_key(|(pushed, _)| {
        frame(&pushed.bytes, &Limits::default()).map_or(0, |framed| framed.start_op)
    });
    if let (Some(scope), Some((first, _))) = (created, new.first()) {
        let doc = first.item.doc;
        outcomes.sound.insert(doc, Sound { scope, existing, new });
    }
}

fn row(from: &SignedIn, pushed: Pushed, scope: Scope, flag: Option<Flag>) -> (Pushed, ChangeRow) {
    let row = ChangeRow {
        doc: pushed.item.doc,
        scope,
        hash: pushed.item.hash,
        author: from.person(),
        device: from.device.id,
        envelope: pushed.envelope,
        flag,
        bytes: pushed.bytes.clone(),
    };
    (pushed, row)
}
