//! The server's log as it was read row by row from outside: what is there may grow, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use footpath::store::{Entry, LogRow};
use sync_core::crdt::Document;
use sync_core::ids::{ChangeHash, DeviceId, DocId, Id};
use sync_core::office::{Review, Topic};
use sync_core::record::{Record, Scalar};
use sync_core::scope::Scope;
use sync_core::verdict::{Flag, Reason};

use super::invariants::{Violation, broken};
use super::texts;

#[derive(Debug, Default)]
pub struct Mirror {
    /// Number of the newest row read.
    pub seq: u64,
    /// The same before the last request.
    pub seq_before: u64,
    pub docs: BTreeMap<DocId, Held>,
    pub changes: BTreeMap<(DocId, ChangeHash), Line>,
    /// By the number of the text: where it is.
    pub texts: BTreeMap<u32, (DocId, ChangeHash)>,
    pub aside: BTreeMap<(DeviceId, DocId, ChangeHash), Aside>,
    /// Texts in what was set aside.
    pub aside_texts: BTreeSet<u32>,
    /// The same by the number of the row that set it aside.
    aside_rows: BTreeMap<u64, (DeviceId, DocId, ChangeHash)>,
    /// The last decision about each record.
    pub reviews: BTreeMap<(DocId, String), Review>,
    /// What the rows since the last action were, in short.
    pub outlines: Vec<String>,
    /// Texts that a coordinator let into the log, in whatever epoch.
    released: BTreeSet<u32>,
    /// Changes since somebody last took note.
    pub fresh: Vec<(DocId, ChangeHash)>,
}

/// A document as the log has it.
#[derive(Debug)]
pub struct Held {
    pub scope: Scope,
    pub lines: Vec<ChangeHash>,
    /// Its records, read since the last change came.
    read: Option<BTreeMap<String, Record>>,
}

/// An admitted change.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub seq: u64,
    pub author: Id,
    pub device: DeviceId,
    pub flag: Option<Flag>,
    pub bytes: Vec<u8>,
}

/// A change that was set aside.
#[derive(Clone, Debug)]
pub struct Aside {
    pub seq: u64,
    pub reason: Reason,
    pub settled: bool,
    pub released: bool,
}

impl Mirror {
    /// Nothing is known of the log of a restored server.
    pub fn begin_again(&mut self) {
        *self = Self { released: std::mem::take(&mut self.released), ..Self::default() };
    }

    /// Takes in rows that follow on those before.
    pub fn take(&mut self, rows: Vec<LogRow>) -> Result<(), Violation> {
        for row in rows {
            if row.seq != self.seq + 1 {
                return broken("LOG_WITHOUT_GAPS", format!("row {} follows row {}", row.seq, self.seq));
            }
            self.seq = row.seq;
            self.take_one(row)?;
        }
        Ok(())
    }

    fn take_one(&mut self, row: LogRow) -> Result<(), Violation> {
        let seq = row.seq;
        self.outlines.push(outline(&row));
        match row.entry {
            Entry::Change(change) => {
                let key = (change.doc, change.hash);
                let texts = texts::numbers_in(&change.bytes);
                let held = self.docs.entry(change.doc).or_insert_with(|| Held {
                    scope: change.scope,
                    lines: Vec::new(),
                    read: None,
                });
                held.lines.push(change.hash);
                self.fresh.push(key);
                held.read = None;
                let line = Line {
                    seq,
                    author: change.author,
                    device: change.device,
                    flag: change.flag,
                    bytes: change.bytes,
                };
                if let Some(before) = self.changes.insert(key, line) {
                    return broken("NO_DOUBLE", format!("row {seq} is row {} again", before.seq));
                }
                if change.flag == Some(Flag::Released) {
                    self.released.extend(&texts);
                }
                for text in texts {
                    if let Some(before) = self.texts.insert(text, key) {
                        let what = format!("row {seq} says №{text} again, which {} said", before.1);
                        return broken("NO_DOUBLE", what);
                    }
                }
            }
            Entry::SetAside(aside) => {
                let key = (aside.device, aside.item.doc, aside.item.hash);
                self.aside_texts.extend(texts::numbers_in(&aside.bytes));
                self.aside_rows.insert(seq, key);
                let now = Aside { seq, reason: aside.reason, settled: false, released: false };
                if let Some(before) = self.aside.insert(key, now) {
                    return broken("NO_DOUBLE", format!("row {seq} sets aside what row {} did", before.seq));
                }
            }
            Entry::Settled { of, .. } => {
                if let Some(aside) = self.aside_of(of) {
                    aside.settled = true;
                }
            }
            Entry::Released { of, .. } => {
                if let Some(aside) = self.aside_of(of) {
                    aside.released = true;
                }
            }
            Entry::Office(office) if office.row.topic == Topic::Review => {
                if let Ok(review) = serde_json::from_str(&office.row.value) {
                    self.reviews.insert((DocId(office.row.subject.0), office.row.key), review);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn aside_of(&mut self, seq: u64) -> Option<&mut Aside> {
        self.aside.get_mut(self.aside_rows.get(&seq)?)
    }

    pub fn has(&self, doc: DocId, hash: ChangeHash) -> bool {
        self.changes.contains_key(&(doc, hash))
    }

    /// Whether this change lies in quarantine, whoever sent it.
    pub fn is_aside(&self, (doc, hash): (DocId, ChangeHash)) -> bool {
        self.aside.keys().any(|(_, of, named)| (*of, *named) == (doc, hash))
    }

    /// Whether anything of this document does.
    pub fn has_aside_of(&self, doc: DocId) -> bool {
        self.aside.keys().any(|(_, of, _)| *of == doc)
    }

    /// Whether a coordinator let this text into the log.
    pub fn was_released(&self, text: u32) -> bool {
        self.released.contains(&text)
    }

    /// The records of a document, as its admitted changes make them.
    pub fn records(&mut self, doc: DocId) -> &BTreeMap<String, Record> {
        static NONE: BTreeMap<String, Record> = BTreeMap::new();
        let Some(held) = self.docs.get_mut(&doc) else { return &NONE };
        if held.read.is_none() {
            let bytes = held.lines.iter().map(|hash| self.changes[&(doc, *hash)].bytes.as_slice());
            held.read = Some(read(doc, held.scope, bytes));
        }
        held.read.as_ref().unwrap_or(&NONE)
    }
}

fn outline(row: &LogRow) -> String {
    let seq = row.seq;
    match &row.entry {
        Entry::Change(change) => {
            let (kind, texts) = (change.scope.kind, texts::numbers_in(&change.bytes));
            format!("{seq} {kind:?} {} change {} №{texts:?} flag {:?}", change.doc, change.hash, change.flag)
        }
        Entry::SetAside(aside) => format!("{seq} set aside {} for {}", aside.item.hash, aside.reason),
        Entry::Office(office) => format!("{seq} {}", office.row.cache_key()),
        other => format!("{seq} {other:?}"),
    }
}

fn read<'b>(doc: DocId, scope: Scope, bytes: impl Iterator<Item = &'b [u8]>) -> BTreeMap<String, Record> {
    let document = Document::from_changes(scope.kind, bytes).expect("the log's changes make a document");
    let ids = document.record_ids(&doc.to_string()).expect("a document has records");
    let records = ids.into_iter().filter_map(|id| {
        let record = document.record(&id).expect("a record can be read")?;
        (!record.fields.is_empty()).then_some((id, record))
    });
    records.collect()
}

/// The numbers of the texts that a field of a record has at once.
pub fn values(record: &Record, field: &str) -> BTreeSet<u32> {
    let values = record.fields.get(field).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(|written| Scalar::as_text(&written.value)).filter_map(texts::number_of).collect()
}
