//! All four steps for the changes pushed to one document.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::decode;
use super::fit::{Fit, fit, record_of};
use super::frame::{Framed, frame};
use super::history::History;
use super::job::{Candidate, Facts, Finding, Job, Pace, Touched, Vetted};
use super::limits::Limits;
use super::shadow::shadow;
use crate::crdt::{Change, Document, DocumentError};
use crate::ids::{ChangeHash, Id};
use crate::verdict::{Reason, RemakeReason};

/// Vets the candidates in an order of its own: theirs does not matter.
///
/// `trying` is told of a change before automerge gets to see it alone. An error means that the admitted
/// changes themselves do not make a document, which says nothing about the candidates.
pub fn vet(
    job: &Job,
    limits: &Limits,
    pace: Pace,
    trying: &mut dyn FnMut(ChangeHash),
) -> Result<Vec<Vetted>, DocumentError> {
    let existing = || job.existing.iter().map(|bytes| bytes.0.as_slice());
    let mut found = BTreeMap::new();
    let framed = frame_all(job, limits, &mut found);
    if !framed.is_empty() {
        let history = History::from_changes(job.kind, existing())?;
        let mut bench = Bench { job, history, found, fitting: Vec::new(), trying };
        bench.fit_all(framed);
        if !bench.fitting.is_empty() {
            bench.try_all(Document::from_changes(job.kind, existing())?, pace);
        }
        found = bench.found;
    }
    Ok(in_order_of(job, found))
}

/// What is known about each candidate so far.
type Found = BTreeMap<ChangeHash, Finding>;

/// Step 1: what is no change at all drops out before anything is built.
fn frame_all<'a>(job: &'a Job, limits: &Limits, found: &mut Found) -> Vec<(&'a Candidate, Framed<'a>)> {
    // In order of hashes, so that of two that exclude each other the same one wins everywhere.
    let mut candidates: Vec<&Candidate> = job.candidates.iter().collect();
    candidates.sort_by_key(|candidate| candidate.hash);
    candidates.dedup_by_key(|candidate| candidate.hash);
    let mut framed_all = Vec::new();
    for candidate in candidates {
        let reason = match frame(&candidate.bytes.0, limits) {
            Ok(framed) if framed.hash == candidate.hash => {
                framed_all.push((candidate, framed));
                continue;
            }
            Ok(_) => Reason::BadChecksum,
            Err(reason) => reason,
        };
        found.insert(candidate.hash, Finding::SetAside(reason));
    }
    framed_all
}

fn try_on(document: &Document, fitting: &[Fitting]) -> Result<Document, Reason> {
    let changes: Vec<Change> = fitting.iter().map(|one| one.change.clone()).collect();
    let records: BTreeSet<&str> = fitting.iter().flat_map(|one| &one.records).map(String::as_str).collect();
    shadow(document, &changes, records)
}

fn in_order_of(job: &Job, mut found: Found) -> Vec<Vetted> {
    let hashes = job.candidates.iter().map(|candidate| candidate.hash);
    hashes.filter_map(|hash| Some(Vetted { hash, finding: found.remove(&hash)? })).collect()
}

/// The state of one vetting.
struct Bench<'a> {
    job: &'a Job,
    history: History,
    found: Found,
    /// Changes that fit, each after what it builds on.
    fitting: Vec<Fitting>,
    trying: &'a mut dyn FnMut(ChangeHash),
}

/// A change to be tried on, and the keys of the records it writes to.
struct Fitting {
    change: Change,
    deps: Vec<ChangeHash>,
    records: Vec<String>,
}

impl<'a> Bench<'a> {
    /// Steps 2 and 3, again and again until nothing moves.
    fn fit_all(&mut self, mut waiting: Vec<(&'a Candidate, Framed<'a>)>) {
        loop {
            let before = waiting.len();
            waiting.retain(|(candidate, framed)| self.fit_one(candidate, framed));
            if waiting.len() == before {
                break;
            }
        }
        for (candidate, framed) in waiting {
            let missing = self.history.missing(&framed).collect();
            self.settle(candidate.hash, Finding::Waiting(missing));
        }
    }

    /// Whether the change is still waiting after this look at it.
    fn fit_one(&mut self, candidate: &Candidate, framed: &Framed<'_>) -> bool {
        if let Some(finding) = self.inherited(&framed.deps) {
            self.settle(candidate.hash, finding);
            return false;
        }
        let finding = match fit(framed, &self.history, Some(&candidate.actor)) {
            Fit::Waiting(_) => return true,
            Fit::Known => Finding::Known,
            Fit::Remake(reason) => Finding::Remake(reason),
            Fit::SetAside(reason) => Finding::SetAside(reason),
            Fit::Fits => {
                (self.trying)(candidate.hash);
                match decode(framed) {
                    Ok(change) => {
                        let facts = self.facts(framed);
                        self.history.add(framed);
                        let records =
                            facts.records.iter().map(|touched| touched.record.to_string()).collect();
                        self.fitting.push(Fitting { change, deps: framed.deps.clone(), records });
                        Finding::Sound(facts)
                    }
                    Err(reason) => Finding::SetAside(reason),
                }
            }
        };
        self.settle(candidate.hash, finding);
        false
    }

    /// Step 4.
    fn try_all(&mut self, document: Document, pace: Pace) {
        let fitting = std::mem::take(&mut self.fitting);
        if pace == Pace::Together && try_on(&document, &fitting).is_ok() {
            return;
        }
        let mut good = document;
        for one in fitting {
            let hash = one.change.hash();
            if let Some(finding) = self.inherited(&one.deps) {
                self.settle(hash, finding);
                continue;
            }
            (self.trying)(hash);
            match try_on(&good, std::slice::from_ref(&one)) {
                Ok(next) => good = next,
                Err(reason) => self.settle(hash, Finding::SetAside(reason)),
            }
        }
    }

    /// What a change is told because of those it builds on, if one of them is not to be had.
    fn inherited(&self, deps: &[ChangeHash]) -> Option<Finding> {
        // What comes again beside it is judged anew.
        let here = |hash: &ChangeHash| self.job.candidates.iter().any(|candidate| candidate.hash == *hash);
        let refused =
            |hash: &ChangeHash| self.job.refused.contains(hash) && !self.history.has(hash) && !here(hash);
        deps.iter().find_map(|hash| match self.found.get(hash) {
            Some(Finding::SetAside(_)) => Some(Finding::Remake(RemakeReason::PredecessorSetAside)),
            Some(Finding::Remake(reason)) => Some(Finding::Remake(*reason)),
            None if refused(hash) => Some(Finding::Remake(RemakeReason::PredecessorSetAside)),
            _ => None,
        })
    }

    fn facts(&self, framed: &Framed<'_>) -> Facts {
        let mut records = BTreeMap::new();
        for op in &framed.ops {
            let id = record_of(framed, op, &self.history);
            let id = id.and_then(|id| id.parse().ok()).unwrap_or(Id(self.job.doc.0));
            let created = if self.job.kind.keyed() { op.value.is_none() } else { self.history.is_new() };
            *records.entry(id).or_insert(false) |= created;
        }
        Facts {
            seq: framed.seq,
            time_ms: framed.time_ms,
            ops: u32::try_from(framed.ops.len()).unwrap_or(u32::MAX),
            records: records.into_iter().map(|(record, created)| Touched { record, created }).collect(),
        }
    }

    fn settle(&mut self, hash: ChangeHash, finding: Finding) {
        self.found.insert(hash, finding);
    }
}
