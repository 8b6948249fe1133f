//! Documents as rows: one for each record, with everything a list or a page shows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Device;
use super::event::{Effect, Put};
use super::log::Wrote;
use crate::crdt::Document;
use crate::ids::{ChangeHash, DocId, Hash32, Id, Month};
use crate::intent::Intent;
use crate::office::{Decision, OfficeRow, Review, Topic};
use crate::record::{Fields, Record, Scalar};
use crate::schema::{self, Violation};
use crate::scope::{Kind, Scope};
use crate::verdict::Reason;

/// A record as lists and pages show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordRow {
    pub id: String,
    pub doc: DocId,
    pub kind: Kind,
    /// The record schema.
    #[serde(rename = "type")]
    pub record_type: String,
    pub case: Option<Id>,
    pub family: Option<Id>,
    pub place: Option<Id>,
    pub month: Option<Month>,
    pub state: RowState,
    /// Why it was set aside.
    pub reason: Option<Reason>,
    /// Which changes of it were set aside.
    pub aside: Vec<ChangeHash>,
    /// No longer this person's: it goes from the device once what waits here is answered for.
    pub leaving: bool,
    /// In no document here, so that it cannot be changed yet: shown from what its author meant alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bare: bool,
    /// The shown value of each field that has one.
    pub fields: Fields,
    pub conflicts: BTreeMap<String, Vec<Clash>>,
    /// Who made the record; `None` when its first change is not here.
    pub author: Option<Id>,
    /// When it was made, by the author's clock.
    pub at_ms: Option<i64>,
    pub digest: Hash32,
    pub review: Option<ReviewShown>,
    pub voided: bool,
    pub violations: Vec<Violation>,
}

/// Where a record is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// On this phone only.
    Phone,
    /// In a request that has not been answered.
    Sending,
    /// On the server, not looked at yet.
    Server,
    Approved,
    Returned,
    /// Changed since it was approved.
    Edited,
    SetAside,
}

/// One of several values that a field has at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clash {
    pub value: Scalar,
    pub change: ChangeHash,
    pub author: Option<Id>,
}

/// The last review of a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewShown {
    pub state: Decision,
    pub comment: Option<String>,
    pub by: Id,
    pub at_ms: i64,
}

impl Device {
    /// Says to cache these documents with their rows.
    pub(super) fn cache(&self, docs: &[DocId]) -> Option<Effect> {
        if docs.is_empty() {
            return None;
        }
        let puts = docs.iter().filter_map(|doc| self.put(*doc)).collect();
        Some(Effect::Cache { puts, drops: Vec::new(), cursor: None })
    }

    pub(super) fn put(&self, doc: DocId) -> Option<Put> {
        let scope = self.scope_of(doc)?;
        let bytes =
            self.docs.get(&doc).map_or_else(|| super::held::Held::new(scope).encode(), |held| held.encode());
        Some(Put::Document { doc, bytes, rows: self.rows_of(doc) })
    }

    /// The rows of one document, records of set-aside work included.
    pub(super) fn rows_of(&self, doc: DocId) -> Vec<RecordRow> {
        let Some(scope) = self.scope_of(doc) else { return Vec::new() };
        let opened = self.open_document(doc, scope).ok();
        let document = opened.as_ref().map(|opened| &opened.document);
        let view =
            View { device: self, doc, scope, authors: self.authors(doc, document), past: past(document) };
        let mut rows: BTreeMap<String, RecordRow> = BTreeMap::new();
        let mut unplaced: Vec<&Wrote> = self.quarantine_of(doc).map(|(wrote, _)| wrote).collect();
        if let Some(opened) = &opened {
            for id in opened.document.record_ids(&doc.to_string()).unwrap_or_default() {
                if let Ok(Some(record)) = opened.document.record(&id)
                    && !record.fields.is_empty()
                {
                    rows.insert(id, view.row(&record));
                }
            }
            unplaced.extend(&opened.adrift);
        } else {
            unplaced.extend(self.state.outbox.iter().map(|p| &p.wrote).filter(|wrote| wrote.item.doc == doc));
        }
        // The server may have set aside the later before the earlier.
        unplaced.sort_by_key(|wrote| (!wrote.intent.fields.contains_key("type"), wrote.intent.id));
        for wrote in unplaced {
            let row = rows.entry(wrote.intent.record.clone()).or_insert_with(|| view.bare(wrote));
            let record = opened.as_ref().map(|opened| opened.document.record(&wrote.intent.record));
            view.lay_over(row, wrote, record.and_then(Result::ok).flatten().as_ref());
        }
        rows.into_values().collect()
    }

    pub(super) fn quarantine_of(&self, doc: DocId) -> impl Iterator<Item = &(Wrote, Reason)> {
        self.state.quarantine.iter().filter(move |(wrote, _)| wrote.item.doc == doc)
    }

    fn authors(&self, doc: DocId, document: Option<&Document>) -> BTreeMap<ChangeHash, Id> {
        let held = self.docs.get(&doc).zip(document);
        let mut authors: BTreeMap<ChangeHash, Id> =
            held.map(|(held, document)| held.authors(document)).unwrap_or_default();
        let mine = self.state.outbox.iter().filter(|pending| pending.wrote.item.doc == doc);
        authors.extend(mine.map(|pending| (pending.wrote.item.hash, self.person())));
        authors
    }
}

/// When each change was made, by its author's clock.
fn past(document: Option<&Document>) -> BTreeMap<ChangeHash, i64> {
    document.map(Document::past).unwrap_or_default().iter().map(|past| (past.hash, past.time_ms)).collect()
}

/// What is needed to show the records of one document.
struct View<'d> {
    device: &'d Device,
    doc: DocId,
    scope: Scope,
    authors: BTreeMap<ChangeHash, Id>,
    past: BTreeMap<ChangeHash, i64>,
}

impl View<'_> {
    fn row(&self, record: &Record) -> RecordRow {
        let fields = record.shown();
        let first = record.fields.get("type").and_then(|values| values.first()).map(|written| written.change);
        let record_type =
            fields.get("type").and_then(Scalar::as_text).unwrap_or(self.scope.kind.top()).to_owned();
        let digest = record.digest();
        let review = self.review(&record.id);
        let (state, reason) = self.state(&record.id, digest, review.as_ref());
        RecordRow {
            id: record.id.clone(),
            doc: self.doc,
            kind: self.scope.kind,
            case: self.scope.family,
            family: self.scope.family,
            place: self.scope.place,
            month: self.scope.month,
            state,
            reason,
            aside: self.aside(&record.id),
            leaving: self.leaving(),
            bare: false,
            conflicts: record
                .conflicts()
                .map(|(key, values)| (key.to_owned(), self.clashes(values)))
                .collect(),
            author: first.and_then(|change| self.authors.get(&change).copied()),
            at_ms: first.and_then(|change| self.past.get(&change).copied()),
            digest,
            review: review.map(|review| ReviewShown {
                state: review.decision,
                comment: review.comment,
                by: review.by,
                at_ms: review.at_ms,
            }),
            voided: record.voided(),
            violations: schema::check(&record_type, &fields),
            record_type,
            fields: fields.into_iter().filter(|(_, value)| *value != Scalar::Null).collect(),
        }
    }

    /// A row for work that is in no document: shown from what the person meant.
    fn bare(&self, wrote: &Wrote) -> RecordRow {
        let intent = &wrote.intent;
        let record = Record { id: intent.record.clone(), fields: BTreeMap::new() };
        let record_type =
            intent.fields.get("type").and_then(Scalar::as_text).unwrap_or(self.scope.kind.top());
        let (state, reason) = self.state(&intent.record, record.digest(), None);
        RecordRow {
            id: intent.record.clone(),
            doc: self.doc,
            kind: self.scope.kind,
            record_type: record_type.to_owned(),
            case: self.scope.family,
            family: self.scope.family,
            place: self.scope.place,
            month: self.scope.month,
            state,
            reason,
            aside: self.aside(&intent.record),
            leaving: self.leaving(),
            bare: true,
            fields: Fields::new(),
            conflicts: BTreeMap::new(),
            author: Some(intent.author),
            at_ms: Some(intent.at_ms),
            digest: record.digest(),
            review: None,
            voided: false,
            violations: Vec::new(),
        }
    }

    /// Shows what is not in the document as its author meant it: instead of what they saw when they wrote it, and
    /// beside what they did not, so that nothing is hidden by it and then overwritten unseen.
    fn lay_over(&self, row: &mut RecordRow, wrote: &Wrote, record: Option<&Record>) {
        let Wrote { intent, item, .. } = wrote;
        for (key, value) in intent.fields.iter().filter(|(key, value)| !self.replaced(wrote, key, value)) {
            let there = record.and_then(|record| record.fields.get(key)).map_or(&[][..], Vec::as_slice);
            let seen = self.seen(wrote, key);
            let known = |other: &Scalar| other == value || seen.contains(&other);
            if there.iter().all(|written| known(&written.value)) {
                row.fields.insert(key.clone(), value.clone());
            } else {
                let clashes = row.conflicts.entry(key.clone()).or_insert_with(|| self.clashes(there));
                let (change, author) = (item.hash, Some(intent.author));
                clashes.push(Clash { value: value.clone(), change, author });
            }
        }
    }

    /// What its author had seen in a field, and what they had seen when they wrote that.
    fn seen<'w>(&'w self, wrote: &'w Wrote, key: &str) -> Vec<&'w Scalar> {
        let mut seen: Vec<&Scalar> = wrote.intent.seen.get(key).into_iter().flatten().collect();
        let mut earlier: Vec<&Intent> =
            self.others(wrote).filter(|other| other.id < wrote.intent.id).collect();
        loop {
            let (known, rest): (Vec<_>, Vec<_>) = earlier
                .into_iter()
                .partition(|e| e.fields.get(key).is_some_and(|value| seen.contains(&value)));
            if known.is_empty() {
                return seen;
            }
            seen.extend(known.into_iter().filter_map(|intent| intent.seen.get(key)).flatten());
            earlier = rest;
        }
    }

    /// Whether the person has changed this value since, in a change that waits or was set aside, too.
    fn replaced(&self, wrote: &Wrote, key: &str, value: &Scalar) -> bool {
        self.others(wrote).filter(|other| other.id > wrote.intent.id).any(
            |Intent { fields, seen, .. }| {
                fields.contains_key(key) && seen.get(key).is_some_and(|seen| seen.contains(value))
            },
        )
    }

    /// What else the person wrote in this record that is not answered for.
    fn others<'w>(&'w self, wrote: &'w Wrote) -> impl Iterator<Item = &'w Intent> {
        let others = self.device.state.unsent().filter(|other| other.item.doc == self.doc);
        others
            .filter(|other| other.item.hash != wrote.item.hash && other.intent.record == wrote.intent.record)
            .map(|other| &other.intent)
    }

    fn aside(&self, record: &str) -> Vec<ChangeHash> {
        let of_it = self.device.quarantine_of(self.doc).filter(|(wrote, _)| wrote.intent.record == record);
        of_it.map(|(wrote, _)| wrote.item.hash).collect()
    }

    fn leaving(&self) -> bool {
        self.device.docs.get(&self.doc).is_some_and(|held| held.leaving)
    }

    fn clashes(&self, values: &[crate::record::Written]) -> Vec<Clash> {
        values
            .iter()
            .map(|written| Clash {
                value: written.value.clone(),
                change: written.change,
                author: self.authors.get(&written.change).copied(),
            })
            .collect()
    }

    fn review(&self, record: &str) -> Option<Review> {
        let key = OfficeRow {
            topic: Topic::Review,
            subject: Id(self.doc.0),
            key: record.to_owned(),
            value: String::new(),
        };
        serde_json::from_str(self.device.office(&key.cache_key())?).ok()
    }

    fn state(&self, record: &str, digest: Hash32, review: Option<&Review>) -> (RowState, Option<Reason>) {
        if let Some((_, reason)) =
            self.device.quarantine_of(self.doc).find(|(w, _)| w.intent.record == record)
        {
            return (RowState::SetAside, Some(*reason));
        }
        let mut mine = self
            .device
            .state
            .outbox
            .iter()
            .map(|p| &p.wrote)
            .filter(|wrote| wrote.item.doc == self.doc && wrote.intent.record == record)
            .peekable();
        if mine.peek().is_some() {
            let sending = mine.all(|wrote| self.device.flight.carries(&wrote.item.hash));
            return (if sending { RowState::Sending } else { RowState::Phone }, None);
        }
        let state = match review {
            None => RowState::Server,
            Some(review) if review.digest == digest => match review.decision {
                Decision::Approved => RowState::Approved,
                Decision::Returned => RowState::Returned,
            },
            Some(Review { decision: Decision::Approved, .. }) => RowState::Edited,
            // Corrected since it was returned: it needs a new look.
            Some(_) => RowState::Server,
        };
        (state, None)
    }
}
