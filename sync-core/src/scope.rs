//! What a document is and whom it concerns: fixed when it is created, known without opening it.

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ids::{DocId, Id, Month};

/// The kinds of documents that field devices write. Office data is rows, not documents (see [`crate::office`]).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode, CborLen, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[n(1)]
    Person,
    #[n(2)]
    Case,
    #[n(3)]
    Log,
    #[n(4)]
    Task,
    #[n(5)]
    Activity,
}

impl Kind {
    /// Every kind, for tables and tests.
    pub const ALL: [Self; 5] = [Self::Person, Self::Case, Self::Log, Self::Task, Self::Activity];

    /// The one map under the root, made by genesis. A log's map holds records by entry id; any other
    /// kind's map is the record itself.
    pub fn top(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Case => "case",
            Self::Log => "entries",
            Self::Task => "task",
            Self::Activity => "activity",
        }
    }

    /// Whether a document holds many records, each in a map of its own.
    pub fn keyed(self) -> bool {
        self == Self::Log
    }
}

/// Kind, family and place of a document: given in the envelope item that creates it, never changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode, CborLen, Serialize, Deserialize)]
pub struct Scope {
    #[n(0)]
    pub kind: Kind,
    /// The case this document is about; `None` for what is about nobody in care.
    #[n(1)]
    pub family: Option<Id>,
    /// The place node the document belongs to, for what is seen by place.
    #[n(2)]
    pub place: Option<Id>,
    /// The month of a log; nothing else has one.
    #[n(3)]
    pub month: Option<Month>,
}

impl Scope {
    /// The log of a case in a month.
    pub fn of_log(case: Id, place: Option<Id>, month: Month) -> Self {
        Self { kind: Kind::Log, family: Some(case), place, month: Some(month) }
    }

    /// Whether `doc` may have this scope: derived ids derive from it, a case is its own family.
    pub fn fits(&self, doc: DocId) -> bool {
        match (self.kind, self.family, self.month) {
            (Kind::Log, Some(case), Some(month)) => doc == DocId::of_log(case, month),
            (Kind::Case, Some(case), None) => doc.0 == case.0,
            (Kind::Log | Kind::Case, _, _) => false,
            (_, _, month) => month.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_the_derived_id_and_no_other() {
        let (case, month) = (Id([1; 16]), Month(24_316));
        let scope = Scope::of_log(case, None, month);
        assert!(scope.fits(DocId::of_log(case, month)));
        assert!(!scope.fits(DocId([1; 16])));
        assert!(!Scope { month: None, ..scope }.fits(DocId::of_log(case, month)));
    }

    #[test]
    fn a_case_is_its_own_family() {
        let scope = Scope { kind: Kind::Case, family: Some(Id([1; 16])), place: None, month: None };
        assert!(scope.fits(DocId([1; 16])));
        assert!(!scope.fits(DocId([2; 16])));
    }
}
