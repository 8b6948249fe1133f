//! One answer being taken in: what it changes, gathered before anything is stored, and its rows.

use std::collections::{BTreeMap, BTreeSet};

use super::Device;
use super::event::{Effect, Notice, Put};
use super::held::Held;
use super::log::{Answered, Wrote};
use super::proofs::Mark;
use crate::ids::{ChangeHash, DocId, Id};
use crate::office::{Decision, OfficeRow, Review, Topic};
use crate::scope::Scope;
use crate::verdict::Verdict;
use crate::vouch::Receipt;
use crate::wire::{Admitted, Row};

/// What one answer changes, gathered before anything is stored.
#[derive(Default)]
pub(super) struct Page {
    /// How far the log goes of which this is a page.
    pub mark: Option<Mark>,
    /// Its epoch, when the server was restored from a backup since this device knows it.
    pub restored: Option<Id>,
    /// Nobody is left who may bring what the server lost.
    pub all_heard: bool,
    pub touched: BTreeSet<DocId>,
    pub drops: Vec<String>,
    /// What the person no longer has.
    pub left: BTreeSet<DocId>,
    pub office: Vec<Put>,
    pub answered: Vec<Answered>,
    /// Own work that leaves its document for the log.
    pub withdrawn: Vec<Effect>,
    /// Documents in which work is to be made again, each with what is to be beside the unanswered work.
    pub remake: BTreeMap<DocId, BTreeSet<ChangeHash>>,
    /// Waits on the server for what it builds on.
    pub waiting: Vec<Wrote>,
    /// How much was taken in although the person no longer has what it is about.
    pub late: usize,
    pub notices: Vec<Notice>,
}

impl Page {
    /// The unanswered work of this document is to be made again; and this, which was set aside.
    pub fn remake(&mut self, doc: DocId, aside: Option<ChangeHash>) {
        self.remake.entry(doc).or_default().extend(aside);
    }
}

impl Device {
    /// One row of the page: changes, a document in one piece, or a word of the office.
    pub(super) fn take_row(&mut self, row: Row, receipt: Option<Receipt>, page: &mut Page) {
        match row {
            Row::Changes(doc, scope, changes) => {
                let held = self.docs.entry(doc).or_insert_with(|| Held::new(scope));
                if let Some(receipt) = receipt {
                    held.proofs.give(scope, &changes, receipt);
                }
                self.take_changes(doc, scope, changes, page);
            }
            Row::Office(row) => {
                if let Some((key, value)) = receipt.and_then(|receipt| self.office_proof(&row, receipt)) {
                    self.office.insert(key.clone(), value.clone());
                    page.office.push(Put::Office { key, value });
                }
                self.take_office(row, page);
            }
            Row::Snapshot(doc, scope, snapshot) => {
                if !self.take_snapshot((doc, scope), snapshot, receipt, page.restored) {
                    page.notices.push(Notice { doc: Some(doc), ..Notice::new("row_unreadable") });
                }
                page.touched.insert(doc);
            }
        }
    }

    fn take_changes(&mut self, doc: DocId, scope: Scope, changes: Vec<Admitted>, page: &mut Page) {
        // Ours that was set aside and comes as a row was released. Its own bytes say which it is, so that
        // no row need be taken apart twice.
        let ours = self.state.quarantine.iter().map(|(wrote, _)| wrote).filter(|wrote| wrote.item.doc == doc);
        for wrote in ours.filter(|wrote| changes.iter().any(|admitted| admitted.bytes == wrote.bytes)) {
            let hash = wrote.item.hash;
            page.answered.push(Answered { doc, hash, verdict: Verdict::Duplicate });
        }
        let held = self.docs.entry(doc).or_insert_with(|| Held::new(scope));
        held.leaving = false;
        if !held.take(changes, page.restored, &self.shelf).unwrap_or(false) {
            page.notices.push(Notice { doc: Some(doc), ..Notice::new("row_unreadable") });
        }
        page.touched.insert(doc);
    }

    fn take_office(&mut self, row: OfficeRow, page: &mut Page) {
        let key = row.cache_key();
        if self.office.get(&key).is_some_and(|known| *known == row.value) {
            return;
        }
        match row.topic {
            Topic::Inbox => self.take_note(&row, page),
            Topic::Review => {
                let doc = DocId(row.subject.0);
                page.touched.insert(doc);
                let review = serde_json::from_str::<Review>(&row.value);
                if review.is_ok_and(|review| review.decision == Decision::Returned) {
                    // Let go of long ago, perhaps: whoever is to correct it must have it.
                    self.want([doc]);
                    page.notices.push(Notice {
                        doc: Some(doc),
                        record: Some(row.key.clone()),
                        ..Notice::new("returned")
                    });
                }
            }
            Topic::Catalogue | Topic::Route | Topic::Offer | Topic::Card => {}
        }
        if row.value == "null" {
            self.office.remove(&key);
            page.drops.push(key);
        } else {
            self.office.insert(key.clone(), row.value.clone());
            page.office.push(Put::Office { key, value: row.value });
        }
    }
}
