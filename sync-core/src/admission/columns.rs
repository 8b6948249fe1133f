//! The operation columns of a change, read by ourselves with every count capped.
//!
//! automerge stores operations by column, each run-length encoded, so that a hundred bytes can claim a
//! billion rows. Here a column is read into at most as many rows as its cap and written again: when the
//! bytes differ, the column was not in the one spelling automerge itself writes.

use super::reader::{Reader, put_sleb, put_uleb};
use crate::verdict::Reason;

/// The columns that a change of ours may have; an absent one is empty.
#[derive(Default, Debug)]
pub(super) struct Columns<'a> {
    pub object_actor: &'a [u8],
    pub object_counter: &'a [u8],
    pub key: &'a [u8],
    pub insert: &'a [u8],
    pub action: &'a [u8],
    pub value_meta: &'a [u8],
    pub value: &'a [u8],
    pub pred_count: &'a [u8],
    pub pred_actor: &'a [u8],
    pub pred_counter: &'a [u8],
}

/// Bit of a column's number that says its data are deflated: never in a change.
const DEFLATED: u64 = 0b1000;
/// More columns than automerge knows are an attack on the table, not a table.
const MAX_COLUMNS: usize = 14;

impl<'a> Columns<'a> {
    /// Reads the table of columns and their data up to the last byte.
    pub(super) fn read(mut reader: Reader<'a>) -> Result<Self, Reason> {
        let mut table = Vec::new();
        let mut before = None;
        for _ in 0..reader.count(MAX_COLUMNS)? {
            let (number, len) = (reader.uleb()?, reader.uleb()?);
            if number & DEFLATED != 0 || before.is_some_and(|before| before >= number) {
                return Err(Reason::Malformed);
            }
            if len == 0 {
                return Err(Reason::NotCanonical);
            }
            before = Some(number);
            table.push((number, usize::try_from(len).map_err(|_| Reason::TooLarge)?));
        }
        let mut columns = Self::default();
        for (number, len) in table {
            *columns.named(number)? = reader.take(len)?;
        }
        if reader.is_empty() { Ok(columns) } else { Err(Reason::Malformed) }
    }

    fn named(&mut self, number: u64) -> Result<&mut &'a [u8], Reason> {
        Ok(match number {
            0x01 => &mut self.object_actor,
            0x02 => &mut self.object_counter,
            0x15 => &mut self.key,
            0x34 => &mut self.insert,
            0x42 => &mut self.action,
            0x56 => &mut self.value_meta,
            0x57 => &mut self.value,
            0x70 => &mut self.pred_count,
            0x71 => &mut self.pred_actor,
            0x73 => &mut self.pred_counter,
            // Keys in lists, and marks on text.
            0x11 | 0x13 | 0x94 | 0xa5 => return Err(Reason::ForbiddenOperation),
            _ => return Err(Reason::Malformed),
        })
    }
}

/// What a row of a column holds.
pub(super) trait Row<'a>: PartialEq + Clone {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Reason>;
    fn write(&self, out: &mut Vec<u8>);
}

impl<'a> Row<'a> for u64 {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Reason> {
        reader.uleb()
    }

    fn write(&self, out: &mut Vec<u8>) {
        put_uleb(out, *self);
    }
}

impl<'a> Row<'a> for i64 {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Reason> {
        reader.sleb()
    }

    fn write(&self, out: &mut Vec<u8>) {
        put_sleb(out, *self);
    }
}

impl<'a> Row<'a> for &'a str {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Reason> {
        let len = usize::try_from(reader.uleb()?).map_err(|_| Reason::TooLarge)?;
        std::str::from_utf8(reader.take(len)?).map_err(|_| Reason::Malformed)
    }

    fn write(&self, out: &mut Vec<u8>) {
        put_uleb(out, self.len() as u64);
        out.extend_from_slice(self.as_bytes());
    }
}

/// The rows of a run-length encoded column, at most `cap` of them.
///
/// No column of ours has empty rows: one means what `empty` says.
pub(super) fn rows<'a, T: Row<'a>>(column: &'a [u8], cap: usize, empty: Reason) -> Result<Vec<T>, Reason> {
    let mut reader = Reader::new(column);
    let mut rows = Vec::new();
    while !reader.is_empty() {
        let run = reader.sleb()?;
        if run == 0 {
            return Err(empty);
        }
        let len = usize::try_from(run.unsigned_abs()).map_err(|_| Reason::TooLarge)?;
        if len > cap - rows.len() {
            return Err(Reason::TooLarge);
        }
        if run > 0 {
            let row = T::read(&mut reader)?;
            rows.resize(rows.len() + len, row);
        } else {
            for _ in 0..len {
                rows.push(T::read(&mut reader)?);
            }
        }
    }
    if write_rows(&rows) == column { Ok(rows) } else { Err(Reason::NotCanonical) }
}

/// The rows as automerge writes them: equal neighbours as a run, all between two runs as one literal.
fn write_rows<'a, T: Row<'a>>(mut rows: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((first, others)) = rows.split_first() {
        let run = 1 + others.iter().take_while(|row| *row == first).count();
        let len = if run > 1 {
            put_sleb(&mut out, run as i64);
            first.write(&mut out);
            run
        } else {
            let len = literal_len(rows);
            put_sleb(&mut out, -(len as i64));
            rows.iter().take(len).for_each(|row| row.write(&mut out));
            len
        };
        rows = rows.get(len..).unwrap_or_default();
    }
    out
}

/// How many rows stand before the first two equal neighbours.
fn literal_len<T: PartialEq>(rows: &[T]) -> usize {
    let mut neighbours = rows.iter().zip(rows.iter().skip(1));
    neighbours.position(|(one, next)| one == next).unwrap_or(rows.len())
}

/// A column of numbers stored as differences.
pub(super) fn delta_rows(column: &[u8], cap: usize) -> Result<Vec<u64>, Reason> {
    let mut number = 0i64;
    let differences: Vec<i64> = rows(column, cap, Reason::Malformed)?;
    differences
        .into_iter()
        .map(|difference| {
            number = number.checked_add(difference).ok_or(Reason::Malformed)?;
            u64::try_from(number).map_err(|_| Reason::Malformed)
        })
        .collect()
}

/// Whether a column of yes and no says no in each of `len` rows.
pub(super) fn all_no(column: &[u8], len: usize) -> bool {
    let mut out = Vec::new();
    put_uleb(&mut out, len as u64);
    out == column
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(column: &[u8]) -> Result<Vec<u64>, Reason> {
        rows(column, 100, Reason::ForbiddenOperation)
    }

    #[test]
    fn rows_round_trip() {
        for numbers in [vec![], vec![7], vec![7, 7], vec![1, 2, 3], vec![1, 1, 2, 3, 3, 3, 4]] {
            assert_eq!(read(&write_rows(&numbers)), Ok(numbers));
        }
    }

    #[test]
    fn a_billion_rows_are_refused_at_the_count() {
        let mut column = Vec::new();
        put_sleb(&mut column, 1_000_000_000);
        column.push(1);
        assert_eq!(read(&column), Err(Reason::TooLarge));
        let mut column = Vec::new();
        put_sleb(&mut column, i64::MIN);
        assert_eq!(read(&column), Err(Reason::TooLarge));
    }

    #[test]
    fn other_spellings_are_refused() {
        let run_of_one = [1, 7];
        let literal_of_equals = [0x7e, 7, 7];
        let two_literals = [0x7f, 7, 0x7f, 8];
        let two_runs_of_one_value = [2, 7, 2, 7];
        for column in [&run_of_one[..], &literal_of_equals, &two_literals, &two_runs_of_one_value] {
            assert_eq!(read(column), Err(Reason::NotCanonical), "{column:?}");
        }
        assert_eq!(read(&[0, 3]), Err(Reason::ForbiddenOperation));
        assert_eq!(read(&[2]), Err(Reason::Malformed));
    }

    #[test]
    fn differences_never_leave_the_numbers() {
        let mut column = Vec::new();
        put_sleb(&mut column, 2);
        put_sleb(&mut column, i64::MAX);
        assert_eq!(delta_rows(&column, 10), Err(Reason::Malformed));
        assert_eq!(delta_rows(&[0x7f, 0x7f], 10), Err(Reason::Malformed));
    }
}
