//! What a check finds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is wrong with a field. The text for people is `violation-<code>` in the client's `records.ftl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ViolationCode {
    /// Something that should be there is absent, cleared or empty.
    Missing,
    /// Text where a number should be, and the like.
    WrongType,
    /// Not one of the values of the schema's list.
    NotInList,
    /// Below the least value; `limit` in the params.
    TooSmall,
    /// Above the greatest value; `limit` in the params.
    TooLarge,
    /// Text of more characters than `limit` in the params.
    TooLong,
    /// Not a multiple of the step: hours go by halves.
    BadStep,
    /// Not written the way dates, times, ids, codes, phones or zones are.
    BadFormat,
    /// A field the schema does not know, most likely from a newer phone.
    UnknownField,
    /// Received is not spent plus returned; `difference`, in minor units, in the params.
    CashDoesNotAddUp,
    /// The second of two dates or times is before the first.
    EndsBeforeStart,
    /// More fields than `limit` in the params.
    TooManyFields,
    /// No schema has this record's type.
    UnknownType,
}

impl ViolationCode {
    /// Whether a person need not look: nothing is wrong with what was recorded.
    pub const fn is_minor(self) -> bool {
        matches!(self, Self::UnknownField)
    }
}

/// One thing found in a record. It never keeps the record from being admitted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Violation {
    /// The field's name, the name of a group when its keys are missing, or empty for the whole record.
    pub field: String,
    /// What is wrong.
    pub code: ViolationCode,
    /// Numbers for the text: `limit`, `difference`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, i64>,
}

impl Violation {
    pub(super) fn new(field: &str, code: ViolationCode) -> Self {
        Self { field: field.to_owned(), code, params: BTreeMap::new() }
    }

    pub(super) fn with(mut self, name: &str, number: i64) -> Self {
        self.params.insert(name.to_owned(), number);
        self
    }
}
