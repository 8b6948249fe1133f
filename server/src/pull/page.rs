//! A page under way: rows chosen by their heads, read together at the end.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ids::{ChangeHash, DocId};
use sync_core::wire::{Admitted, Row};

use super::PAGE_BYTES;
use crate::access::Access;
use crate::app::App;
use crate::store::{ChangeRow, Entry, HeadOf, RowHead, Stored};

/// Bytes a row takes besides its body, about.
const ROW_BYTES: usize = 40;

/// Rows chosen so far.
pub struct Page<'a> {
    access: &'a Access,
    carried: &'a BTreeSet<(DocId, ChangeHash)>,
    /// In the order they were chosen: the most wanted first.
    chosen: Vec<u64>,
    seen: BTreeSet<u64>,
    bytes: usize,
}

impl<'a> Page<'a> {
    pub fn new(access: &'a Access, carried: &'a BTreeSet<(DocId, ChangeHash)>) -> Self {
        Self { access, carried, chosen: Vec::new(), seen: BTreeSet::new(), bytes: 0 }
    }

    pub fn full(&self) -> bool {
        self.bytes >= PAGE_BYTES
    }

    /// Deals with one row: takes it, or passes over what is not for this person or has been taken. `false` when
    /// it must wait for the next page. A row bigger than a page gets one for itself.
    pub fn take(&mut self, head: &RowHead) -> bool {
        let carried =
            matches!(&head.what, HeadOf::Change { doc, hash, .. } if self.carried.contains(&(*doc, *hash)));
        if carried || self.seen.contains(&head.seq) || !self.access.sees(&head.what) {
            return true;
        }
        let bytes = head.size as usize + ROW_BYTES;
        if !self.chosen.is_empty() && self.bytes + bytes > PAGE_BYTES {
            self.bytes = PAGE_BYTES;
            return false;
        }
        self.bytes += bytes;
        self.chosen.push(head.seq);
        self.seen.insert(head.seq);
        true
    }

    /// Reads the rows: changes together by document in the order of the log, of each office value the newest.
    pub async fn into_rows(self, app: &App) -> Stored<Vec<Row>> {
        if self.chosen.is_empty() {
            return Ok(Vec::new());
        }
        let mut read: BTreeMap<u64, Entry> =
            app.log.rows(&self.chosen).await?.into_iter().map(|row| (row.seq, row.entry)).collect();
        let mut rows = Rows::default();
        for seq in &self.chosen {
            match read.remove(seq) {
                Some(Entry::Change(change)) => rows.change(change),
                Some(Entry::Office(office)) => rows.office(*seq, office.row),
                _ => {}
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

    fn office(&mut self, seq: u64, row: sync_core::office::OfficeRow) {
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
