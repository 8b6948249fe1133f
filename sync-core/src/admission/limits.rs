//! How much one change may hold. Generous for a form filled in by a person, far below what hurts a cheap phone.

use super::ops::check_key;
use crate::record::{Fields, Scalar};

/// Caps on one change. Over any of them: [`Reason::TooLarge`](crate::verdict::Reason::TooLarge).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the whole chunk. An envelope is about 16 KB; one big change may fill several times that.
    pub bytes: usize,
    /// Changes it builds on: as many as phones that wrote to one document without seeing each other.
    pub deps: usize,
    /// Actors whose operations it names.
    pub actors: usize,
    /// Operations: fields set and records made.
    pub ops: usize,
    /// Overwritten operations over all its operations.
    pub preds: usize,
    /// Bytes of a field name.
    pub key: usize,
    /// Bytes of one text value.
    pub text: usize,
}

impl Limits {
    /// What the server and the phone use. Never lowered: a phone may hold an old change for years.
    pub const STANDARD: Self = Self {
        bytes: 64 * 1024,
        deps: 1024,
        actors: 1024,
        ops: 2_000,
        preds: 4_000,
        key: 160,
        text: 32 * 1024,
    };
}

impl Limits {
    /// The first field that no change could carry: for a form to say so before it is saved, since
    /// afterwards the server would have to set the whole change aside.
    pub fn first_too_much<'f>(&self, fields: &'f Fields) -> Option<&'f str> {
        let mut room = self.bytes.saturating_sub(HEADER);
        let mut ops = self.ops.saturating_sub(1);
        let too_much = |(key, value): &(&'f String, &Scalar)| {
            let text = value.as_text().map_or(0, str::len);
            let taken = key.len() + text + PER_FIELD;
            let fits = taken <= room && ops > 0 && text <= self.text && check_key(key, self).is_ok();
            room = room.saturating_sub(taken);
            ops = ops.saturating_sub(1);
            !fits || matches!(value, Scalar::Float(number) if !number.is_finite())
        };
        fields.iter().find(too_much).map(|(key, _)| key.as_str())
    }
}

/// Bytes left for what a change holds beside its fields: some hundred dependencies and actors.
const HEADER: usize = 8 * 1024;
/// Bytes a field takes beside its name and text, with a few values to overwrite.
const PER_FIELD: usize = 48;

impl Default for Limits {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// Greatest operation counter in a document. automerge counts in 32 bits and dies at the end of them;
/// a person who saved every second would need thirty years to get here.
pub const MAX_OP: u64 = 1 << 30;

/// Farthest a phone's clock may be from 1970, either way, in milliseconds: about 8,900 years. Not a
/// judgement on clocks: beyond it the column of times in a saved document overflows.
pub const MAX_TIME_MS: i64 = 1 << 48;
