//! All four steps for the changes pushed to one document.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::decode::decode;
use super::fit::{Fit, fit, record_of};
use super::frame::{Framed, frame};
use super::history::History;
use super::limits::Limits;
use super::shadow::shadow;
use crate::crdt::{Change, Document, DocumentError};
use crate::ids::{Actor, ChangeHash, DocId, Id};
use crate::scope::Kind;
use crate::verdict::{Reason, RemakeReason};

/// The changes to vet for one document, and what the log already holds of it.
#[derive(Clone, PartialEq, Debug, Encode, Decode)]
pub struct Job {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub kind: Kind,
    /// The admitted changes, in the order of the log or any other.
    #[n(2)]
    pub existing: Vec<Bytes>,
    /// Changes of this document that were set aside before: what builds on them must be made again.
    #[n(3)]
    pub refused: Vec<ChangeHash>,
    #[n(4)]
    pub candidates: Vec<Candidate>,
}

/// The bytes of one change chunk.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct Bytes(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

/// A change somebody sent.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Candidate {
    /// As the envelope names it.
    #[n(0)]
    pub hash: ChangeHash,
    /// As derived from device, document and incarnation.
    #[n(1)]
    pub actor: Actor,
    #[n(2)]
    pub bytes: Bytes,
}

/// What vetting found about one candidate.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Vetted {
    #[n(0)]
    pub hash: ChangeHash,
    #[n(1)]
    pub finding: Finding,
}

/// The finding: what the write path turns into a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Finding {
    /// May be appended to the log.
    #[n(0)]
    Sound(#[n(0)] Facts),
    /// Is in the log already.
    #[n(1)]
    Known,
    /// Builds on these changes, which are not here yet.
    #[n(2)]
    Waiting(#[n(0)] Vec<ChangeHash>),
    #[n(3)]
    Remake(#[n(0)] RemakeReason),
    #[n(4)]
    SetAside(#[n(0)] Reason),
}

/// What a caller may want to know of a sound change without opening it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Facts {
    /// Position among the changes of its actor, from 1.
    #[n(0)]
    pub seq: u64,
    /// The author's clock in milliseconds since 1970 UTC, uncorrected.
    #[n(1)]
    pub time_ms: i64,
    /// How many operations it has.
    #[n(2)]
    pub ops: u32,
    /// The records it writes to, each once, and whether it is the first to.
    #[n(3)]
    pub records: Vec<Touched>,
}

/// A record a change writes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Touched {
    #[n(0)]
    pub record: Id,
    #[n(1)]
    pub created: bool,
}

/// How the changes that fit are tried on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Pace {
    /// One shadow for all of them; one by one only if that fails.
    #[n(0)]
    Together,
    /// One by one from the start: for finding the one that kills the process.
    #[n(1)]
    OneByOne,
}

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
    fitting: Vec<(Vec<ChangeHash>, Change)>,
    trying: &'a mut dyn FnMut(ChangeHash),
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
                        self.fitting.push((framed.deps.clone(), change));
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
        let changes: Vec<Change> = self.fitting.iter().map(|(_, change)| change.clone()).collect();
        if pace == Pace::Together && shadow(&document, &changes).is_ok() {
            return;
        }
        let mut good = document;
        for (deps, change) in std::mem::take(&mut self.fitting) {
            let hash = change.hash();
            if let Some(finding) = self.inherited(&deps) {
                self.settle(hash, finding);
                continue;
            }
            (self.trying)(hash);
            match shadow(&good, std::slice::from_ref(&change)) {
                Ok(next) => good = next,
                Err(reason) => self.settle(hash, Finding::SetAside(reason)),
            }
        }
    }

    /// What a change is told because of those it builds on, if one of them is not to be had.
    fn inherited(&self, deps: &[ChangeHash]) -> Option<Finding> {
        let refused = |hash: &ChangeHash| self.job.refused.contains(hash) && !self.history.has(hash);
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
