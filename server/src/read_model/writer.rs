//! The one writer of the read model: batches of log rows in, tables out, the position in the same transaction.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sync_core::crdt::{Change, DocumentError};
use sync_core::ids::{DocId, Id};
use tracing::error;

use super::project::Reading;
use super::{ReadModelError, VERSION, catalogue, desk_rows, record_rows};
use crate::store::{ChangeRow, Entry, LogRow};

/// Documents kept open between batches: those of a day's work in one district.
/// Few in tests, so that they are closed and opened again.
const OPEN_DOCUMENTS: usize = if cfg!(test) { 3 } else { 256 };

/// Writes the tables. There is one for each file.
pub struct Writer {
    connection: Connection,
    open: HashMap<DocId, Open>,
    seq: u64,
}

struct Open {
    reading: Reading,
    /// Number of the newest row read into it: who is read least recently is closed first.
    newest: u64,
}

impl Writer {
    /// Opens the tables in `path`, or begins them when there are none of this history and version.
    ///
    /// `newest` is the newest row of the log: tables that have read further than that belong to a log
    /// that was since restored from a backup, and are begun again.
    pub fn open(path: &Path, epoch: Id, newest: u64) -> Result<Self, ReadModelError> {
        // A file that cannot be read is as good as none: begin() fails if it cannot be written either.
        if let Ok(connection) = super::connect(path)
            && let Some((VERSION, of, seq)) = position(&connection)
            && of == epoch.to_string()
            && seq <= newest
        {
            return Ok(Self { connection, open: HashMap::new(), seq });
        }
        Self::begin(path, epoch)
    }

    /// Begins empty tables in `path`, in place of whatever is there.
    pub fn begin(path: &Path, epoch: Id) -> Result<Self, ReadModelError> {
        super::remove(path)?;
        let mut connection = super::connect(path)?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(include_str!("schema.sql"))?;
        transaction.execute(
            "INSERT INTO position (one, version, epoch, seq) VALUES (1, ?1, ?2, 0)",
            params![VERSION, epoch.to_string()],
        )?;
        transaction.commit()?;
        Ok(Self { connection, open: HashMap::new(), seq: 0 })
    }

    /// The number of the newest row in the tables.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The documents that must be read from the log before these rows can be: changed in them, not open here.
    pub fn wanted(&self, rows: &[LogRow]) -> Vec<DocId> {
        let mut docs: Vec<DocId> = rows
            .iter()
            .filter_map(|row| match &row.entry {
                Entry::Change(change) if !self.open.contains_key(&change.doc) => Some(change.doc),
                _ => None,
            })
            .collect();
        docs.sort();
        docs.dedup();
        docs
    }

    /// Writes the rows, which follow on those written before. `documents` are all changes of the wanted ones.
    ///
    /// On an error nothing was written, and the open documents are forgotten.
    pub fn apply(
        &mut self,
        rows: &[LogRow],
        documents: &BTreeMap<DocId, Vec<ChangeRow>>,
    ) -> Result<(), ReadModelError> {
        self.open_before(rows, documents);
        let done = self.apply_open(rows);
        match done {
            Ok(()) => self.close_oldest(),
            Err(_) => self.open.clear(),
        }
        done
    }

    /// Empties the write-ahead file into the database, so that the file alone can be moved.
    pub fn finish(self) -> Result<(), ReadModelError> {
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")?;
        Ok(())
    }

    fn apply_open(&mut self, rows: &[LogRow]) -> Result<(), ReadModelError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let at: u64 = transaction.query_row("SELECT seq FROM position", [], |row| row.get(0))?;
        if at != self.seq {
            // A writer that was being dropped when this one began has finished its batch.
            self.seq = at;
            return Err(ReadModelError::Behind);
        }
        for row in rows {
            apply_row(&transaction, &mut self.open, row)?;
        }
        let seq = rows.last().map_or(self.seq, |row| row.seq);
        transaction.execute("UPDATE position SET seq = ?1", params![seq])?;
        transaction.commit()?;
        self.seq = seq;
        Ok(())
    }

    /// Opens documents as they were before the first of `rows` that changes them: the log gives a
    /// document's changes in the order of their numbers, so those are all that stand before that one.
    fn open_before(&mut self, rows: &[LogRow], documents: &BTreeMap<DocId, Vec<ChangeRow>>) {
        for row in rows {
            let Entry::Change(first) = &row.entry else { continue };
            if self.open.contains_key(&first.doc) {
                continue;
            }
            let earlier = documents
                .get(&first.doc)
                .into_iter()
                .flatten()
                .take_while(|change| change.hash != first.hash);
            match open_document(first, earlier) {
                Ok(reading) => {
                    self.open.insert(first.doc, Open { reading, newest: row.seq });
                }
                Err(why) => {
                    error!(doc = %first.doc, seq = row.seq, %why, "a document of the log cannot be read")
                }
            }
        }
    }

    fn close_oldest(&mut self) {
        if self.open.len() <= OPEN_DOCUMENTS {
            return;
        }
        let mut newest: Vec<u64> = self.open.values().map(|open| open.newest).collect();
        newest.sort_unstable_by(|a, b| b.cmp(a));
        let oldest_kept = newest.get(OPEN_DOCUMENTS / 2).copied().unwrap_or(0);
        self.open.retain(|_, open| open.newest >= oldest_kept);
    }
}

fn open_document<'a>(
    first: &ChangeRow,
    earlier: impl Iterator<Item = &'a ChangeRow>,
) -> Result<Reading, Unreadable> {
    guarded(|| {
        let mut reading = Reading::new(first.scope.kind, first.doc.to_string())?;
        for row in earlier {
            reading.read(&Change::parse(&row.bytes)?)?;
        }
        Ok(reading)
    })
}

fn apply_row(
    transaction: &Transaction<'_>,
    open: &mut HashMap<DocId, Open>,
    row: &LogRow,
) -> Result<(), ReadModelError> {
    match &row.entry {
        Entry::Change(change) => {
            // A document that could not be read stays as it was, and so do its later changes.
            let Some(document) = open.get_mut(&change.doc) else { return Ok(()) };
            document.newest = row.seq;
            let reading = &mut document.reading;
            match guarded(|| record_rows::collect(reading, &Change::parse(&change.bytes)?)) {
                Ok(written) => record_rows::put(transaction, row, change, written)?,
                Err(why) => {
                    error!(doc = %change.doc, seq = row.seq, %why, "an admitted change cannot be read");
                    open.remove(&change.doc);
                }
            }
        }
        Entry::Office(office) => catalogue::put_office(transaction, row, office)?,
        entry => desk_rows::put(transaction, row, entry)?,
    }
    Ok(())
}

/// Why a document of the log cannot be read.
enum Unreadable {
    Document(DocumentError),
    Panicked,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Document(why) => why.fmt(f),
            Self::Panicked => f.write_str("automerge panicked"),
        }
    }
}

/// What was admitted reads again. If it ever does not, one document stands still and the desk goes on.
fn guarded<T>(read: impl FnOnce() -> Result<T, DocumentError>) -> Result<T, Unreadable> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(done) => done.map_err(Unreadable::Document),
        Err(_) => Err(Unreadable::Panicked),
    }
}

fn position(connection: &Connection) -> Option<(i64, String, u64)> {
    connection
        .query_row("SELECT version, epoch, seq FROM position", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
        .ok()
        .flatten()
}
