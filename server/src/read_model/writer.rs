//! The one writer of the read model: batches of log rows in, tables out, the position in the same transaction.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sync_core::crdt::{Change, DocumentError};
use sync_core::ids::{DocId, Id};
use tracing::error;

use super::project::Reading;
use super::record_rows::Written;
use super::{ReadModelError, VERSION, catalogue, desk_rows, record_rows};
use crate::store::{ChangeRow, Entry, LogRow};

/// Documents kept open between batches: those of a day's work in one district.
/// Few in tests, so that they are closed and opened again.
const OPEN_DOCUMENTS: usize = if cfg!(test) { 3 } else { 256 };

/// Writes the tables. There is one for each file.
pub struct Writer {
    connection: Connection,
    open: HashMap<DocId, Open>,
    /// What the changes of the batch did that is being read, by their numbers.
    written: HashMap<u64, Written>,
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
            return Ok(Self::at(connection, seq));
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
        Ok(Self::at(connection, 0))
    }

    fn at(connection: Connection, seq: u64) -> Self {
        Self { connection, open: HashMap::new(), written: HashMap::new(), seq }
    }

    /// The number of the newest row in the tables.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Begins a batch: reads those changes whose documents are open, and gives the documents of the others. What the
    /// log has of these is to be given to [`Self::read`], in as many pieces as is convenient.
    pub fn begin_batch(&mut self, rows: &[LogRow]) -> Vec<DocId> {
        let mut wanted = Vec::new();
        let mut at_hand = Vec::new();
        for (doc, changes) in changes_by_document(rows) {
            match self.open.remove(&doc) {
                Some(open) => at_hand.push((doc, open.reading, changes)),
                None => wanted.push(doc),
            }
        }
        for (doc, reading, changes) in at_hand {
            self.read_on(doc, reading, &changes);
        }
        wanted
    }

    /// Reads the changes among `rows` of those documents of which `documents` has all changes.
    pub fn read(&mut self, rows: &[LogRow], documents: &BTreeMap<DocId, Vec<ChangeRow>>) {
        for (doc, changes) in changes_by_document(rows) {
            let (Some((seq, first)), Some(all)) = (changes.first(), documents.get(&doc)) else { continue };
            // The log gives a document's changes in the order of their numbers.
            let earlier = all.iter().take_while(|change| change.hash != first.hash);
            match open_document(first, earlier) {
                Ok(reading) => self.read_on(doc, reading, &changes),
                Err(why) => error!(%doc, seq, %why, "a document of the log cannot be read"),
            }
        }
    }

    /// Writes the rows, which follow on those written before. What they change was read.
    ///
    /// On an error nothing was written, and the open documents are forgotten.
    pub fn write(&mut self, rows: &[LogRow]) -> Result<(), ReadModelError> {
        let done = self.write_read(rows);
        self.written.clear();
        match done {
            Ok(()) => self.close_oldest(),
            Err(_) => self.forget(),
        }
        done
    }

    /// Forgets what was read and not written, and every open document.
    pub fn forget(&mut self) {
        self.written.clear();
        self.open.clear();
    }

    /// Empties the write-ahead file into the database, so that the file alone can be moved.
    pub fn finish(self) -> Result<(), ReadModelError> {
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")?;
        Ok(())
    }

    /// Reads the next changes of a document. One that cannot be read stays as it was, and so do its later changes.
    fn read_on(&mut self, doc: DocId, mut reading: Reading, changes: &[(u64, &ChangeRow)]) {
        for (seq, change) in changes {
            match guarded(|| record_rows::collect(&mut reading, &Change::parse(&change.bytes)?)) {
                Ok(written) => {
                    self.written.insert(*seq, written);
                }
                Err(why) => {
                    error!(%doc, seq, %why, "an admitted change cannot be read");
                    return;
                }
            }
        }
        let newest = changes.last().map_or(0, |(seq, _)| *seq);
        self.open.insert(doc, Open { reading, newest });
        // Not many more than stay open, or the documents of a big batch would fill the memory.
        if self.open.len() > 2 * OPEN_DOCUMENTS {
            self.close_oldest();
        }
    }

    fn write_read(&mut self, rows: &[LogRow]) -> Result<(), ReadModelError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let at: u64 = transaction.query_row("SELECT seq FROM position", [], |row| row.get(0))?;
        if at != self.seq {
            // A writer that was being dropped when this one began has finished its batch.
            self.seq = at;
            return Err(ReadModelError::Behind);
        }
        for row in rows {
            match &row.entry {
                Entry::Change(change) => {
                    if let Some(written) = self.written.remove(&row.seq) {
                        record_rows::put(&transaction, row, change, written)?;
                    }
                }
                Entry::Office(office) => catalogue::put_office(&transaction, row, office)?,
                entry => desk_rows::put(&transaction, row, entry)?,
            }
        }
        let seq = rows.last().map_or(self.seq, |row| row.seq);
        transaction.execute("UPDATE position SET seq = ?1", params![seq])?;
        transaction.commit()?;
        self.seq = seq;
        Ok(())
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

fn changes_by_document(rows: &[LogRow]) -> BTreeMap<DocId, Vec<(u64, &ChangeRow)>> {
    let mut changes: BTreeMap<DocId, Vec<(u64, &ChangeRow)>> = BTreeMap::new();
    for row in rows {
        if let Entry::Change(change) = &row.entry {
            changes.entry(change.doc).or_default().push((row.seq, change));
        }
    }
    changes
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

#[cfg(test)]
thread_local! {
    /// How often this thread has read in a document.
    pub(super) static READ_HERE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// What was admitted reads again. If it ever does not, one document stands still and the desk goes on.
fn guarded<T>(read: impl FnOnce() -> Result<T, DocumentError>) -> Result<T, Unreadable> {
    #[cfg(test)]
    READ_HERE.set(READ_HERE.get() + 1);
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
