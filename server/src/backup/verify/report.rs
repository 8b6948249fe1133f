//! What was found.

use std::fmt;

use sync_core::ids::{DeviceId, DocId};

/// Flaws that are named; the others are counted.
const MOST_NAMED: usize = 200;

/// What was looked at, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub rows: u64,
    pub changes: u64,
    /// Changes from before signed headers were kept.
    pub unsigned: u64,
    /// Changes that no signed header stands for, and that the log says how they came to be in it.
    pub by_word: u64,
    pub set_aside: u64,
    pub documents: u64,
    pub snapshots: u64,
    pub envelopes: u64,
    pub devices: u64,
    /// Tables of the desk compared; 0 when there were none.
    pub tables: u64,
    pub flaws: Vec<Flaw>,
    pub flaw_count: u64,
    /// What the numbers of envelopes show of devices: nothing that is wrong with this log.
    pub evidence: Vec<String>,
}

/// Something that does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub place: Where,
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    File,
    Row(u64),
    Rows(u64, u64),
    Envelope(DeviceId, u64),
    Device(DeviceId),
    Document(DocId),
    Snapshot(DocId),
    Table(&'static str),
    Desk(String),
}

impl Report {
    pub(super) fn flaw(&mut self, place: Where, what: impl Into<String>) {
        self.flaw_count += 1;
        if self.flaws.len() < MOST_NAMED {
            self.flaws.push(Flaw { place, what: what.into() });
        }
    }

    /// Whether everything holds.
    pub fn whole(&self) -> bool {
        self.flaw_count == 0
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("the file"),
            Self::Row(seq) => write!(f, "row {seq}"),
            Self::Rows(first, last) => write!(f, "rows {first} to {last}"),
            Self::Envelope(device, number) => write!(f, "envelope {number} of device {device}"),
            Self::Device(device) => write!(f, "device {device}"),
            Self::Document(doc) => write!(f, "document {doc}"),
            Self::Snapshot(doc) => write!(f, "snapshot of document {doc}"),
            Self::Table(name) => write!(f, "table {name} of the log"),
            Self::Desk(name) => write!(f, "table {name} of the desk"),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} rows, {} changes in {} documents ({} in one piece), {} set aside; {} envelopes of {} devices; {} tables of the desk",
            self.rows,
            self.changes,
            self.documents,
            self.snapshots,
            self.set_aside,
            self.envelopes,
            self.devices,
            self.tables
        )?;
        if self.unsigned > 0 {
            writeln!(f, "{} changes are from before signatures were kept", self.unsigned)?;
        }
        if self.by_word > 0 {
            writeln!(f, "{} changes were let in or given back without an envelope", self.by_word)?;
        }
        for line in &self.evidence {
            writeln!(f, "evidence: {line}")?;
        }
        for flaw in &self.flaws {
            writeln!(f, "WRONG {flaw}")?;
        }
        let unnamed = self.flaw_count - self.flaws.len() as u64;
        if unnamed > 0 {
            writeln!(f, "WRONG and {unnamed} more")?;
        }
        if self.whole() { f.write_str("whole") } else { write!(f, "{} flaws", self.flaw_count) }
    }
}
