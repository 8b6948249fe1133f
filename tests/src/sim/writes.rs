//! What people wrote, and what each of them had seen: from this alone it follows which values a field must show.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::device::RecordRow;
use sync_core::ids::DocId;
use sync_core::record::Scalar;

use super::mirror::Mirror;
use super::texts;

/// A field of a record.
pub type Field = (DocId, String, String);

/// One text that somebody wrote into a field. Its number is its place in the list.
#[derive(Debug)]
struct Write {
    /// Not known while the phone died over a new record.
    at: Option<Field>,
    /// What its author had on the screen, and all that those had seen.
    seen: BTreeSet<u32>,
}

#[derive(Debug, Default)]
pub struct Writes {
    all: Vec<Write>,
    by_field: BTreeMap<Field, Vec<u32>>,
    /// Records that somebody made, the oldest first.
    pub records: Vec<(DocId, String)>,
}

impl Writes {
    /// The number of the next text.
    pub fn next(&self) -> u32 {
        self.all.len() as u32
    }

    /// Notes a text that is being written by somebody who sees `shown` in the field.
    pub fn note(&mut self, at: Option<Field>, shown: BTreeSet<u32>) -> u32 {
        let number = self.next();
        let mut seen = shown.clone();
        for text in shown {
            seen.extend(self.all.get(text as usize).into_iter().flat_map(|write| &write.seen));
        }
        if let Some(field) = &at {
            self.by_field.entry(field.clone()).or_default().push(number);
        }
        self.all.push(Write { at, seen });
        number
    }

    /// A new record turned out to be here.
    pub fn placed(&mut self, text: u32, field: Field) {
        let Some(write) = self.all.get_mut(text as usize) else { return };
        if write.at.is_none() {
            write.at = Some(field.clone());
            self.by_field.entry(field).or_default().push(text);
        }
    }

    pub fn made(&mut self, record: (DocId, String)) {
        if !self.records.contains(&record) {
            self.records.push(record);
        }
    }

    /// The texts that a field must show: those in the log that nobody in the log had seen when writing theirs.
    pub fn standing(&self, field: &Field, mirror: &Mirror) -> BTreeSet<u32> {
        let texts = self.by_field.get(field).map(Vec::as_slice).unwrap_or_default();
        let admitted: Vec<u32> =
            texts.iter().copied().filter(|text| mirror.texts.contains_key(text)).collect();
        let replaced: BTreeSet<u32> =
            admitted.iter().flat_map(|text| self.all[*text as usize].seen.iter().copied()).collect();
        admitted.into_iter().filter(|text| !replaced.contains(text)).collect()
    }

    /// The fields that somebody wrote to.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.by_field.keys()
    }
}

/// The texts that a phone shows in a field: one, or those that disagree.
pub fn shown(row: &RecordRow, field: &str) -> BTreeSet<u32> {
    let clashes = row.conflicts.get(field).into_iter().flatten().map(|clash| &clash.value);
    let values = row.fields.get(field).into_iter().chain(clashes);
    values.filter_map(Scalar::as_text).filter_map(texts::number_of).collect()
}
