//! Which logs a device keeps, how it asks for others, and how big a page it wishes.
//!
//! **A log is let go only when everything in it is on the server and nobody need look at it again:** the month is
//! long over, nothing of one's own waits in it, no record of it was returned or set aside or has two values.

use std::collections::BTreeSet;

use super::Device;
use super::held::Held;
use super::rows::{RecordRow, RowState};
use crate::civil;
use crate::ids::{DocId, Id, Month};
use crate::scope::Scope;
use crate::vouch::Receipt;
use crate::wire::{Backfill, Cursor, Grant, Snapshot};

/// This month and two before.
const MONTHS_KEPT: u32 = 3;

/// The first page is as small as the server makes it unasked: today is in it. Those that follow grow, so that
/// there are few of them.
const FIRST_PAGE: u32 = 12 * 1024;
const LAST_PAGE: u32 = 64 * 1024;
/// On a link that is cut again and again, so much gets through.
const SMALLEST_PAGE: u32 = 2 * 1024;

/// How big a page to ask for: more when one came, less when it was cut twice. The first retry is the same request.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize {
    bytes: u32,
    cuts: u32,
}

impl Default for PageSize {
    fn default() -> Self {
        Self { bytes: FIRST_PAGE, cuts: 0 }
    }
}

impl PageSize {
    /// Said only where it is not what the server would do.
    pub fn wish(self) -> Option<u32> {
        (self.bytes != FIRST_PAGE).then_some(self.bytes)
    }

    /// A page came, and more are to come or not.
    pub fn came(&mut self, more: bool) {
        let bytes = if more { self.bytes.saturating_mul(2).min(LAST_PAGE) } else { FIRST_PAGE };
        *self = Self { bytes, cuts: 0 };
    }

    pub fn was_cut(&mut self) {
        self.cuts += 1;
        if self.cuts > 1 {
            self.bytes = (self.bytes / 2).max(SMALLEST_PAGE);
        }
    }
}

/// A cursor as it is stored: with the floor under which it was read. A device that knows the cursor alone
/// reads it alone.
pub(super) fn stored(cursor: &Cursor, floor: Option<Month>) -> Option<Vec<u8>> {
    let mut bytes = minicbor::to_vec(cursor).ok()?;
    bytes.extend(minicbor::to_vec(floor).ok()?);
    Some(bytes)
}

/// What [`stored`] gave.
pub(super) fn read(bytes: &[u8]) -> (Option<Cursor>, Option<Month>) {
    let mut decoder = minicbor::Decoder::new(bytes);
    let cursor = decoder.decode().ok();
    let floor = decoder.decode().ok().flatten();
    (cursor, floor)
}

impl Device {
    /// The oldest month of logs that is kept: by the server's time alone, for a phone's clock may be years ahead.
    pub(super) fn floor(&self) -> Option<Month> {
        let now = civil::month(self.state.heard_ms);
        (self.state.heard_ms > 0).then(|| Month(now.0.saturating_sub(MONTHS_KEPT - 1)))
    }

    /// The cursor to ask with: with the logs that somebody wants to see. Where the floor sank (the server's time was
    /// wrong for a while), rows were passed over that are wanted now: then everything anew.
    pub(super) fn asking(&mut self) -> Option<Cursor> {
        let floor = self.floor();
        if self.read_from.is_some_and(|read_from| floor.is_none_or(|floor| floor < read_from)) {
            self.cursor = None;
        }
        self.read_from = floor;
        let Some(mut cursor) = self.cursor.clone() else { return self.astray() };
        let due: BTreeSet<Grant> = cursor.backfills.iter().map(|backfill| backfill.grant).collect();
        for doc in self.wanted.iter().filter(|doc| !self.docs.get(doc).is_some_and(Held::any)) {
            let grant = Grant::Document(*doc);
            if !due.contains(&grant) {
                cursor.backfills.push(Backfill::new(grant, cursor.seq));
            }
        }
        Some(cursor)
    }

    /// Logs from before the floor that are here all the same.
    pub(super) fn older(&self) -> Vec<DocId> {
        self.docs
            .iter()
            .filter(|(_, held)| held.any() && self.is_old(&held.scope))
            .map(|(doc, _)| *doc)
            .collect()
    }

    fn is_old(&self, scope: &Scope) -> bool {
        scope.month.zip(self.floor()).is_some_and(|(month, floor)| month < floor)
    }

    /// Somebody wants to see logs that are not here: asked for with the next request, and kept until the next start.
    pub(super) fn want(&mut self, docs: impl IntoIterator<Item = DocId>) {
        self.wanted.extend(docs);
    }

    /// Lets go of what is old, once the server has said that there is nothing more to come. Gives the documents.
    pub(super) fn let_go(&mut self) -> Vec<DocId> {
        // Version 1 has no word for what is not wanted: what was let go would come back in pieces.
        if self.first_version {
            return Vec::new();
        }
        let busy = self.docs_with_work();
        let old: Vec<DocId> = self
            .older()
            .into_iter()
            .filter(|doc| !busy.contains(doc) && !self.wanted.contains(doc))
            .filter(|doc| !self.docs.get(doc).is_some_and(|held| self.owes(held)))
            .filter(|doc| !self.rows_of(*doc).iter().any(unfinished))
            .collect();
        for doc in &old {
            self.docs.remove(doc);
        }
        old
    }

    /// Takes in a document in one piece with the proof of it; `false` when it is none.
    pub(super) fn take_snapshot(
        &mut self,
        (doc, scope): (DocId, Scope),
        snapshot: Snapshot,
        receipt: Option<Receipt>,
        restored: Option<Id>,
    ) -> bool {
        if self.state.shunned.contains(&doc) {
            return false;
        }
        let held = self.docs.entry(doc).or_insert_with(|| Held::new(scope));
        held.leaving = false;
        match held.take_piece(snapshot, restored, &self.shelf) {
            Ok(true) => self.keep_proof_of_piece(doc, scope, receipt),
            Ok(false) => {}
            Err(_) => return false,
        }
        true
    }
}

/// Whether somebody has to look at a record again.
fn unfinished(row: &RecordRow) -> bool {
    !matches!(row.state, RowState::Server | RowState::Approved | RowState::Edited)
        || !row.conflicts.is_empty()
}

#[cfg(test)]
mod tests;
