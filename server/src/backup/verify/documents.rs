//! The documents, each from its changes alone.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sync_core::admission::{self, Fit, History, Limits};
use sync_core::crdt::Document;
use sync_core::ids::DocId;

use super::rows::Found;
use super::{Report, Where};
use crate::backup::BackupError;
use crate::store::{ChangeLog, ChangeRow};

/// Documents read at once.
const LOOK: usize = 64;

pub async fn check(log: &dyn ChangeLog, found: &Found, report: &mut Report) -> Result<(), BackupError> {
    let docs: Vec<DocId> = found.sound.iter().copied().collect();
    for docs in docs.chunks(LOOK) {
        for (doc, changes) in changes_of(log, docs, report).await {
            report.documents += 1;
            if let Err(why) = one(&changes) {
                report.flaw(Where::Document(doc), why);
            }
        }
    }
    Ok(())
}

/// The changes of these documents; one of which a row cannot be read is named, and the others are.
pub(super) async fn changes_of(
    log: &dyn ChangeLog,
    docs: &[DocId],
    report: &mut Report,
) -> BTreeMap<DocId, Vec<ChangeRow>> {
    if let Ok(changes) = log.changes_of(docs).await {
        return changes;
    }
    let mut found = BTreeMap::new();
    for doc in docs {
        match log.changes_of(&[*doc]).await {
            Ok(changes) => found.extend(changes),
            Err(why) => report.flaw(Where::Document(*doc), why.to_string()),
        }
    }
    found
}

fn one(changes: &[ChangeRow]) -> Result<(), String> {
    let Some(scope) = changes.first().map(|change| change.scope) else { return Ok(()) };
    let mut history = History::new(scope.kind).map_err(|why| why.to_string())?;
    for change in changes {
        if change.scope != scope {
            return Err(format!("change {} has another scope than the first", change.hash));
        }
        let framed = admission::frame(&change.bytes, &Limits::STANDARD).map_err(|why| why.to_string())?;
        match admission::fit(&framed, &history, None) {
            Fit::Fits => drop(history.add(&framed)),
            Fit::Known => return Err(format!("change {} stands there twice", change.hash)),
            Fit::Waiting(_) => return Err(format!("change {} stands before what it builds on", change.hash)),
            Fit::Remake(_) | Fit::SetAside(_) => {
                return Err(format!("change {} does not continue the document", change.hash));
            }
        }
    }
    let bytes = || changes.iter().map(|change| change.bytes.as_slice());
    match catch_unwind(AssertUnwindSafe(|| Document::from_changes(scope.kind, bytes()).map(|d| d.hydrate())))
    {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(why)) => Err(why.to_string()),
        Err(_) => Err("reading it panicked".to_owned()),
    }
}
