//! Approve and return: a decision about exactly the state of a record that the coordinator saw.

use sync_core::ids::{DocId, Hash32, Id};
use sync_core::office::{Decision, OfficeRow, Review};
use sync_core::wire::Grant;

use crate::app::App;
use crate::problem::Problem;
use crate::read_model::queries::record::changed_since;
use crate::read_model::queries::records::RecordItem;
use crate::store::{Account, Batch, Entry, OfficeEntry};

/// A record, and the digest of it that was seen.
pub struct Subject {
    pub record: String,
    /// When not given: the document that had the record first.
    pub doc: Option<DocId>,
    pub digest: Hash32,
}

/// What became of one decision.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The record is another than was seen: these fields were written since.
    Changed(Vec<String>),
    /// No such record within the coordinator's places.
    Missing,
}

/// An outcome for each subject, in their order.
pub struct Decided {
    pub outcomes: Vec<Outcome>,
    /// Number of the newest row written; `None` when none was.
    pub newest: Option<u64>,
}

/// Decides about all subjects that are still as they were seen, in one append.
///
/// A change that is committed between the look and the append does no harm: a decision names its digest,
/// so the record is `edited`, or `received`, as soon as the read model has both.
pub async fn decide(
    app: &App,
    coordinator: &Account,
    subjects: Vec<Subject>,
    decision: Decision,
    comment: Option<String>,
) -> Result<Decided, Problem> {
    let wanted =
        subjects.iter().map(|subject| (subject.record.clone(), subject.doc.map(|doc| doc.to_string())));
    let found = app.read_model.records_with_history(&coordinator.places, wanted.collect()).await?;
    let at_ms = app.now_ms();
    let mut outcomes = Vec::with_capacity(subjects.len());
    let mut entries = Vec::new();
    for (subject, found) in subjects.into_iter().zip(found) {
        let Some((record, history)) = found else {
            outcomes.push(Outcome::Missing);
            continue;
        };
        let digest = subject.digest.to_string();
        if record.digest != digest {
            outcomes.push(Outcome::Changed(changed_since(&history, &digest)));
            continue;
        }
        let review = Review {
            decision,
            digest: subject.digest,
            comment: comment.clone(),
            by: coordinator.person,
            at_ms,
        };
        entries.push(entry(&record, &review)?);
        outcomes.push(Outcome::Done);
    }
    if entries.is_empty() {
        return Ok(Decided { outcomes, newest: None });
    }
    let seqs = app.log.append(Batch { received_ms: at_ms, entries, ..Batch::default() }).await?;
    Ok(Decided { outcomes, newest: seqs.last().copied() })
}

/// The decision, addressed to those who have the document.
fn entry(record: &RecordItem, review: &Review) -> Result<Entry, Problem> {
    let doc: DocId = record.doc.parse().map_err(Problem::internal)?;
    let family: Option<Id> = record.case.as_deref().map(str::parse).transpose().map_err(Problem::internal)?;
    let to = family.map_or(Grant::Document(doc), Grant::Family);
    Ok(Entry::Office(OfficeEntry { row: OfficeRow::review(doc, &record.id, review), to, by: review.by }))
}
