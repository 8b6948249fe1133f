//! A saved form becomes an intent, the intent a change, the change a log record: only then is it saved.

use std::collections::BTreeSet;

use minicbor::bytes::ByteVec;

use super::Device;
use super::event::{Effect, Notice, WriteEvent};
use super::held::Held;
use super::log::{LogRecord, Wrote};
use crate::admission::Limits;
use crate::civil;
use crate::crdt::{Change, Document, DocumentError};
use crate::envelope::Item;
use crate::ids::{Actor, ChangeHash, DocId, Id};
use crate::intent::Intent;
use crate::record::{Fields, Scalar};
use crate::scope::{Kind, Scope};

/// A device clock off by more than this is noted in the record.
const OFFSET_WORTH_NOTING_MS: i64 = 60_000;

impl Device {
    pub(super) fn write(&mut self, event: WriteEvent) -> Vec<Effect> {
        match self.try_write(event) {
            Ok(effects) => effects,
            Err(code) => vec![Effect::Refused { code }],
        }
    }

    fn try_write(&mut self, event: WriteEvent) -> Result<Vec<Effect>, &'static str> {
        if self.state.identity.is_none() {
            return Err("not_signed_in");
        }
        let target = self.target(&event)?;
        let mut document = match self.open_document(target.doc, target.scope) {
            Ok(opened) => opened.document,
            // A new record needs nothing of what is there: it is written beside it, under a new incarnation.
            Err(_) if target.new => Document::new(target.scope.kind).map_err(|_| "document_unreadable")?,
            Err(_) => return Err("document_unreadable"),
        };
        // A record that is not here would be made a second time, and one side's fields would vanish.
        if !target.new && !is_here(&document, &target.record) {
            let aside = self.quarantine_of(target.doc).any(|(wrote, _)| wrote.intent.record == target.record);
            return Err(if aside { "record_aside" } else { "record_unknown" });
        }
        let intent = self.intent(&event, &target, &document);
        // Said now, while the form is open: the server could only set the whole change aside.
        if Limits::STANDARD.first_too_much(&intent.fields).is_some() {
            return Err("too_long");
        }
        let Some(wrote) = self.make(intent, &mut document).map_err(|_| "document_unreadable")? else {
            return Ok(vec![Effect::Saved { record: target.record, doc: target.doc }, self.status()]);
        };
        self.docs.entry(target.doc).or_insert_with(|| Held::new(target.scope));
        // Saved once it is in the log; the cache only follows, and may fail without anything being lost.
        let mut effects = vec![
            self.note(LogRecord::Wrote(wrote)),
            Effect::Saved { record: target.record, doc: target.doc },
        ];
        effects.extend(self.cache(&[target.doc]));
        effects.push(self.status());
        Ok(effects)
    }

    /// Writes an intent into a document under the right incarnation.
    pub(super) fn make(
        &self,
        intent: Intent,
        document: &mut Document,
    ) -> Result<Option<Wrote>, DocumentError> {
        let Some(key) = &self.state.key else { return Err(DocumentError::Broken) };
        let incarnation = self.incarnation(intent.doc, document);
        let actor = Actor::of(&key.public(), intent.doc, incarnation);
        let Some(change) = intent.write(document, &actor)? else { return Ok(None) };
        let item =
            Item { doc: intent.doc, scope: intent.scope, incarnation, hash: change.hash(), replaces: None };
        Ok(Some(Wrote { intent, item, bytes: ByteVec::from(change.bytes().to_vec()) }))
    }

    /// The incarnation to write under: the one in use while its whole history is here, else a new one.
    fn incarnation(&self, doc: DocId, document: &Document) -> u32 {
        match self.state.own.get(&doc) {
            Some(own) if document.has(&own.last) => own.incarnation,
            _ => self.state.next_incarnation.max(1),
        }
    }

    fn target(&self, event: &WriteEvent) -> Result<Target, &'static str> {
        if let Some(record) = &event.record {
            let doc = event.doc.ok_or("record_unknown")?;
            let scope = self.scope_of(doc).ok_or("record_gone")?;
            return Ok(Target { doc, scope, record: record.clone(), new: false });
        }
        let id = self.fresh_id(event);
        let scope = |kind, family| Scope { kind, family, place: event.place, month: None };
        let (doc, scope) = match event.record_type.as_str() {
            "person" => (DocId(id.0), scope(Kind::Person, event.case)),
            "case" => (DocId(id.0), scope(Kind::Case, Some(id))),
            "task" => (DocId(id.0), scope(Kind::Task, event.case)),
            "activity" => (DocId(id.0), scope(Kind::Activity, None)),
            _ => {
                let case = event.case.ok_or("case_missing")?;
                let month = civil::month(self.state.corrected(event.now_ms));
                let doc = DocId::of_log(case, month);
                // The place is fixed by whoever made the log first, as far as this device knows.
                let place = self.scope_of(doc).map_or(event.place, |known| known.place);
                (doc, Scope::of_log(case, place, month))
            }
        };
        Ok(Target { doc, scope, record: id.to_string(), new: true })
    }

    fn intent(&self, event: &WriteEvent, target: &Target, document: &Document) -> Intent {
        let mut fields = event.fields.clone();
        fields.retain(|_, value| !matches!(value, Scalar::Float(number) if !number.is_finite()));
        if target.new {
            fields.insert("type".into(), event.record_type.as_str().into());
            if let Some(zone) = &event.zone {
                fields.insert("zone".into(), zone.as_str().into());
            }
            if self.state.offset_ms.abs() > OFFSET_WORTH_NOTING_MS {
                fields.insert("offset_ms".into(), Scalar::Int(self.state.offset_ms));
            }
        }
        if let Some(why) = &event.void {
            fields.extend(void(Scalar::Int(self.state.corrected(event.now_ms)), self.person(), why));
        } else if event.unvoid {
            fields.extend(["void/at", "void/by", "void/why"].map(|key| (key.to_owned(), Scalar::Null)));
        }
        let shown = document.record(&target.record).ok().flatten();
        let seen = fields
            .keys()
            .filter_map(|key| {
                let values = shown.as_ref()?.fields.get(key)?;
                Some((key.clone(), values.iter().map(|written| written.value.clone()).collect()))
            })
            .collect();
        Intent {
            id: self.fresh_id(event),
            doc: target.doc,
            scope: target.scope,
            record: target.record.clone(),
            fields,
            seen,
            heads: document.heads(),
            author: self.person(),
            at_ms: event.now_ms,
        }
    }

    fn fresh_id(&self, event: &WriteEvent) -> Id {
        let [a, b, c, d, e, f, g, h, i, j, ..] = event.random;
        Id::v7(self.state.corrected(event.now_ms), [a, b, c, d, e, f, g, h, i, j])
    }

    /// Makes the unanswered work of `doc` again under a new incarnation, and what of the work set aside is in `aside`.
    ///
    /// One log record takes the old changes out and puts the new ones in. Where what a restored server lost may still
    /// come, a correction waits for its record.
    pub(super) fn remake(&mut self, doc: DocId, aside: &BTreeSet<ChangeHash>, may_come: bool) -> Vec<Effect> {
        let Some(key) = self.state.key.clone() else { return Vec::new() };
        let Some(scope) = self.scope_of(doc) else { return Vec::new() };
        let admitted = match self.docs.get(&doc).map(|held| held.document(&self.shelf)) {
            Some(Ok(document)) => document.changes(),
            Some(Err(_)) => return Vec::new(),
            None => Vec::new(),
        };
        let here = |wrote: &Wrote| admitted.iter().any(|change| change.hash() == wrote.item.hash);
        let outbox = self.state.outbox.iter().map(|pending| &pending.wrote).filter(|w| w.item.doc == doc);
        let mut old: Vec<Wrote> = outbox.filter(|wrote| !here(wrote)).cloned().collect();
        let aside = self.quarantine_of(doc).map(|(wrote, _)| wrote).filter(|w| aside.contains(&w.item.hash));
        for wrote in aside.filter(|wrote| !here(wrote)) {
            // In the order they were meant: what stands on a change counts on from it.
            let after = |other: &Wrote| first_op(other) > first_op(wrote);
            old.insert(old.iter().position(after).unwrap_or(old.len()), wrote.clone());
        }
        if may_come {
            self.wait_for_records((doc, scope), &admitted, &mut old);
        }
        if old.is_empty() {
            return Vec::new();
        }
        let incarnation = self.state.next_incarnation.max(1);
        let actor = Actor::of(&key.public(), doc, incarnation);
        let own = old.iter().chain(self.quarantine_of(doc).map(|(wrote, _)| wrote));
        let fallen: Vec<Change> = own.filter_map(|wrote| Change::parse(&wrote.bytes).ok()).collect();
        let intents = old.iter().map(|wrote| &wrote.intent);
        let remade = crate::intent::replay(scope, &admitted, &fallen, intents, &actor);
        let Ok(remade) = remade else { return Vec::new() };
        let new: Vec<Wrote> = remade
            .into_iter()
            .map(|(intent, change)| {
                let made_from =
                    old.iter().find(|wrote| wrote.intent.id == intent.id).map(|wrote| &wrote.item);
                let replaces = made_from.map(|item| item.replaces.unwrap_or(item.hash));
                let item = Item { doc, scope, incarnation, hash: change.hash(), replaces };
                Wrote { intent: intent.clone(), item, bytes: ByteVec::from(change.bytes().to_vec()) }
            })
            .collect();
        let hashes = old.iter().map(|wrote| wrote.item.hash).collect();
        let notice = Notice { doc: Some(doc), count: Some(new.len()), ..Notice::new("remade") };
        vec![self.note(LogRecord::Remade(hashes, new)), Effect::Notice(notice)]
    }

    /// A correction is not made again without the record it corrects while somebody may give that back to a server
    /// that was restored: it would stand in its place.
    fn wait_for_records(&self, (doc, scope): (DocId, Scope), admitted: &[Change], old: &mut Vec<Wrote>) {
        let ground = Document::from_changes(scope.kind, admitted.iter().map(Change::bytes));
        let here = |record: &str| ground.as_ref().is_ok_and(|ground| ground.has_record(record) == Ok(true));
        let own = self.quarantine_of(doc).map(|(wrote, _)| wrote).chain(old.iter());
        let made: BTreeSet<String> = own
            .filter(|wrote| wrote.intent.makes_record())
            .map(|wrote| wrote.intent.record.clone())
            .collect();
        old.retain(|wrote| made.contains(&wrote.intent.record) || here(&wrote.intent.record));
    }
}

/// Whether anything of the record is here: the map of a document that is one record is there from the beginning.
fn is_here(document: &Document, record: &str) -> bool {
    document.record(record).is_ok_and(|record| record.is_some_and(|record| !record.fields.is_empty()))
}

fn first_op(wrote: &Wrote) -> u64 {
    Change::parse(&wrote.bytes).map_or(0, |change| change.start_op())
}

struct Target {
    doc: DocId,
    scope: Scope,
    record: String,
    new: bool,
}

fn void(at: Scalar, by: Id, why: &str) -> Fields {
    Fields::from([
        ("void/at".to_owned(), at),
        ("void/by".to_owned(), by.to_string().into()),
        ("void/why".to_owned(), why.into()),
    ])
}
