//! A page under way: rows chosen by their heads and documents by their extent, read together at the end.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ids::{ChangeHash, DocId};
use sync_core::office::OfficeRow;
use sync_core::wire::{Admitted, Row};

use super::Wishes;
use super::order::Due;
use crate::access::Access;
use crate::app::App;
use crate::store::{ChangeRow, Entry, Extent, HeadOf, RowHead, Stored, Whole};

/// Bytes a row takes besides its body, about.
const ROW_BYTES: u64 = 40;

/// How much smaller packing makes a body, about: changes one by one, and documents in one piece.
const ROWS_SHRINK: u64 = 4;
const SNAPSHOTS_SHRINK: u64 = 6;

/// About how many bytes a document takes on the wire.
pub fn wire_bytes(extent: &Extent) -> u64 {
    extent.snapshot.bytes / SNAPSHOTS_SHRINK + extent.beyond.bytes / ROWS_SHRINK
}

/// Whether what the device has just carried here is left out of what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    LeftOut,
    /// It may be about to drop what it carries: a backfill it came with can be of what it has by another grant than
    /// the one it lost.
    Given,
}

/// What was chosen.
enum Chosen {
    Row(u64),
    Document(DocId),
}

/// Rows and documents chosen so far.
pub struct Page<'a> {
    access: &'a Access,
    wishes: &'a Wishes,
    carried: &'a BTreeSet<(DocId, ChangeHash)>,
    /// In the order they were chosen: the most wanted first.
    chosen: Vec<Chosen>,
    rows: BTreeSet<u64>,
    documents: BTreeMap<DocId, Carried>,
    /// About how many bytes it will have on the wire.
    bytes: u64,
}

impl<'a> Page<'a> {
    pub fn new(access: &'a Access, wishes: &'a Wishes, carried: &'a BTreeSet<(DocId, ChangeHash)>) -> Self {
        let (rows, documents) = (BTreeSet::new(), BTreeMap::new());
        Self { access, wishes, carried, chosen: Vec::new(), rows, documents, bytes: 0 }
    }

    pub fn full(&self) -> bool {
        self.bytes >= self.wishes.page_bytes
    }

    /// Deals with one row: takes it, or passes over what is not for this device or has been taken. `false` when
    /// it must wait for the next page. A row bigger than a page gets one for itself.
    pub fn take(&mut self, head: &RowHead, carried: Carried) -> bool {
        if self.rows.contains(&head.seq)
            || self.passes_over(&head.what, carried)
            || !self.access.sees(&head.what)
        {
            return true;
        }
        if !self.has_room(u64::from(head.size) / ROWS_SHRINK) {
            return false;
        }
        self.chosen.push(Chosen::Row(head.seq));
        self.rows.insert(head.seq);
        true
    }

    fn passes_over(&self, what: &HeadOf, carried: Carried) -> bool {
        let HeadOf::Change { doc, scope, hash } = what else { return false };
        let earlier = self.wishes.floor.is_some_and(|floor| scope.month.is_some_and(|month| month < floor));
        carried == Carried::LeftOut && self.carried.contains(&(*doc, *hash))
            || self.documents.contains_key(doc)
            || earlier && !self.wishes.older.contains(doc)
    }

    /// Takes a document whole; `false` when it must wait for the next page.
    pub fn take_document(&mut self, extent: &Extent, carried: Carried) -> bool {
        if let Some(chosen) = self.documents.get_mut(&extent.doc) {
            if carried == Carried::Given {
                *chosen = carried;
            }
            return true;
        }
        if !self.has_room(wire_bytes(extent)) {
            return false;
        }
        self.chosen.push(Chosen::Document(extent.doc));
        self.documents.insert(extent.doc, carried);
        true
    }

    /// How many of the documents due this page is for: all when they fit; else those that somebody waits for, as
    /// long as there are any, and nothing that would keep them waiting.
    pub fn reach(&self, due: &[Due]) -> usize {
        let all: u64 = due.iter().map(|due| wire_bytes(&due.extent) + ROW_BYTES).sum();
        let now = due.iter().take_while(|due| due.now).count();
        if now == 0 || self.bytes + all <= self.wishes.page_bytes { due.len() } else { now }
    }

    /// Nothing more comes onto this page.
    pub fn end(&mut self) {
        self.bytes = self.bytes.max(self.wishes.page_bytes);
    }

    fn has_room(&mut self, bytes: u64) -> bool {
        let bytes = bytes + ROW_BYTES;
        if !self.chosen.is_empty() && self.bytes + bytes > self.wishes.page_bytes {
            self.end();
            return false;
        }
        self.bytes += bytes;
        true
    }

    /// Reads what was chosen: changes together by document in the order of the log, documents as they were at
    /// `until`, of each office value the newest.
    pub async fn into_rows(self, app: &App, until: u64) -> Stored<Vec<Row>> {
        let (seqs, docs): (Vec<u64>, Vec<DocId>) =
            (self.rows.iter().copied().collect(), self.documents.keys().copied().collect());
        let read = if seqs.is_empty() { Vec::new() } else { app.log.rows(&seqs).await? };
        let mut read: BTreeMap<u64, Entry> = read.into_iter().map(|row| (row.seq, row.entry)).collect();
        let whole = if docs.is_empty() { Vec::new() } else { app.log.whole(&docs, until).await? };
        let mut whole: BTreeMap<DocId, Whole> = whole.into_iter().map(|whole| (whole.doc, whole)).collect();
        let mut rows = Rows::default();
        for chosen in &self.chosen {
            match chosen {
                Chosen::Row(seq) => match read.remove(seq) {
                    Some(Entry::Change(change)) => rows.change(change),
                    Some(Entry::Office(office)) => rows.office(*seq, office.row),
                    _ => {}
                },
                Chosen::Document(doc) => {
                    if let Some(mut whole) = whole.remove(doc) {
                        if self.documents.get(doc) == Some(&Carried::LeftOut) {
                            whole.changes.retain(|change| !self.carried.contains(&(*doc, change.hash)));
                        }
                        rows.document(whole, until);
                    }
                }
            }
        }
        Ok(rows.rows)
    }
}

/// Rows being put together.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    documents: BTreeMap<DocId, usize>,
    values: BTreeMap<String, (u64, usize)>,
}

impl Rows {
    fn change(&mut self, change: ChangeRow) {
        let admitted = Admitted { author: change.author, bytes: change.bytes.into() };
        let at = self.documents.get(&change.doc).and_then(|at| self.rows.get_mut(*at));
        match at {
            Some(Row::Changes(_, _, changes)) => changes.push(admitted),
            _ => {
                self.documents.insert(change.doc, self.rows.len());
                self.rows.push(Row::Changes(change.doc, change.scope, vec![admitted]));
            }
        }
    }

    fn document(&mut self, whole: Whole, until: u64) {
        let Whole { doc, scope, snapshot, changes, reviews } = whole;
        self.rows.extend(snapshot.map(|snapshot| Row::Snapshot(doc, scope, snapshot)));
        for change in changes {
            self.change(change);
        }
        for review in reviews {
            self.office(until, review);
        }
    }

    fn office(&mut self, seq: u64, row: OfficeRow) {
        let key = row.cache_key();
        match self.values.get(&key) {
            Some((newer, _)) if *newer > seq => {}
            Some((_, at)) => {
                let at = *at;
                self.values.insert(key, (seq, at));
                if let Some(place) = self.rows.get_mut(at) {
                    *place = Row::Office(row);
                }
            }
            None => {
                self.values.insert(key, (seq, self.rows.len()));
                self.rows.push(Row::Office(row));
            }
        }
    }
}
