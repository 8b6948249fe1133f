//! Documents in one piece: each holds the changes of the log and nothing else.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sync_core::ids::{ChangeHash, DocId, Id};

use super::rows::Found;
use super::{Report, Where, documents};
use crate::backup::BackupError;
use crate::store::{ChangeLog, ChangeRow, Whole};

/// Documents read at once.
const LOOK: usize = 64;

pub async fn check(log: &dyn ChangeLog, found: &Found, report: &mut Report) -> Result<(), BackupError> {
    let newest = *log.changed().borrow();
    let docs: Vec<DocId> = found.sound.iter().copied().collect();
    for docs in docs.chunks(LOOK) {
        let mut changes = documents::changes_of(log, docs, report).await;
        for whole in wholes(log, docs, newest, report).await {
            let Some(snapshot) = &whole.snapshot else { continue };
            report.snapshots += 1;
            let rows = changes.remove(&whole.doc).unwrap_or_default();
            let read = || {
                snapshot
                    .load(whole.scope.kind)
                    .ok()
                    .map(|document| (snapshot.authors_of(&document), document.changes()))
            };
            let same =
                catch_unwind(AssertUnwindSafe(read)).ok().flatten().is_some_and(|(authors, pieces)| {
                    let pieces = pieces.iter().map(|change| (change.hash(), change.bytes().to_vec()));
                    same(&whole, &rows, &authors, pieces.collect())
                });
            if !same {
                report.flaw(Where::Snapshot(whole.doc), "does not hold what its changes are");
            }
        }
    }
    Ok(())
}

/// The documents as phones are given them; one that cannot be read is named, and the others are.
async fn wholes(log: &dyn ChangeLog, docs: &[DocId], newest: u64, report: &mut Report) -> Vec<Whole> {
    if let Ok(wholes) = log.whole(docs, newest).await {
        return wholes;
    }
    let mut found = Vec::new();
    for doc in docs {
        match log.whole(&[*doc], newest).await {
            Ok(wholes) => found.extend(wholes),
            Err(why) => report.flaw(Where::Snapshot(*doc), why.to_string()),
        }
    }
    found
}

/// The piece and the changes beyond it are all changes of the document, each once and by its author.
fn same(
    whole: &Whole,
    rows: &[ChangeRow],
    authors: &BTreeMap<ChangeHash, Id>,
    piece: BTreeMap<ChangeHash, Vec<u8>>,
) -> bool {
    let beyond = |row: &ChangeRow| whole.changes.iter().any(|change| change.hash == row.hash);
    let inside = |row: &ChangeRow| {
        piece.get(&row.hash) == Some(&row.bytes) && authors.get(&row.hash) == Some(&row.author)
    };
    // Genesis has no author.
    let held = piece.keys().filter(|hash| authors.contains_key(*hash)).count();
    rows.iter().all(|row| beyond(row) != inside(row)) && held + whole.changes.len() == rows.len()
}
