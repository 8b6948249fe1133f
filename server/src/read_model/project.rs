//! From a document to the rows people read: pure, so that the same log always gives the same tables.

use std::collections::BTreeMap;

use serde::Serialize;
use sync_core::crdt::{Action, Change, Document, DocumentError, Key, Object};
use sync_core::ids::{ChangeHash, Hash32, Month};
use sync_core::office::Decision;
use sync_core::record::{Fields, Record, Scalar, Written};
use sync_core::schema::{self, Violation};
use sync_core::scope::Kind;

/// A record as the tables hold it, before anything the log row alone knows (author, device, time).
#[derive(Clone, Debug, PartialEq)]
pub struct Projected {
    pub type_: String,
    /// Civil date where it happened; `None` when the record has no readable one.
    pub date: Option<String>,
    pub fields: Fields,
    pub conflicts: Vec<Conflict>,
    pub violations: Vec<Violation>,
    pub voided: bool,
    pub digest: Hash32,
}

/// A field whose concurrent values differ; the shown one first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conflict {
    pub field: String,
    pub values: Vec<Written>,
}

/// What a record is now.
pub fn record(record: &Record) -> Projected {
    let fields = record.shown();
    let type_ = fields.get("type").and_then(Scalar::as_text).unwrap_or_default().to_owned();
    let conflicts = record
        .conflicts()
        .map(|(field, values)| Conflict { field: field.to_owned(), values: values.to_vec() })
        .collect();
    Projected {
        date: date_of(&fields),
        violations: schema::check(&type_, &fields),
        conflicts,
        voided: record.voided(),
        digest: record.digest(),
        type_,
        fields,
    }
}

/// The day a record is about: when it was done, else when it was due. What is still to be done has no day yet, or
/// it would lie in the future, above all that has happened.
fn date_of(fields: &Fields) -> Option<String> {
    let status = fields.get("status").and_then(Scalar::as_text).unwrap_or_default();
    let open = matches!(status, "offered" | "accepted" | "in_progress");
    let days: &[&str] = if open { &["date"] } else { &["date", "due"] };
    days.iter()
        .filter_map(|name| fields.get(*name)?.as_text())
        .find(|text| is_civil_date(text))
        .map(str::to_owned)
}

/// Whether `text` is written as `2026-05-31`, with a month and day that can be.
pub fn is_civil_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    let day = text.get(8..).and_then(|day| day.parse::<u32>().ok());
    shape && text.parse::<Month>().is_ok() && day.is_some_and(|day| (1..=31).contains(&day))
}

/// A civil date as the tables keep it: 20260531 for `2026-05-31`. What is no civil date is no day.
pub fn day(date: &str) -> i64 {
    if is_civil_date(date) { date.replace('-', "").parse().unwrap_or(0) } else { 0 }
}

/// The digest of a record that shows what one change put into it.
pub fn digest(put: &Fields) -> Hash32 {
    let written = |value: &Scalar| vec![Written { value: value.clone(), change: ChangeHash([0; 32]) }];
    let fields = put.iter().map(|(name, value)| (name.clone(), written(value))).collect();
    Record { id: String::new(), fields }.digest()
}

/// What a review makes of a record whose digest is `now`, or begins so.
///
/// A returned record that differs from what was returned is corrected and needs a new look, so it is
/// `received` again; that it was returned before is in the list of decisions.
pub fn state(newest: Option<(Decision, &str)>, now: &str) -> &'static str {
    match newest {
        Some((Decision::Approved, digest)) if digest.starts_with(now) => "approved",
        Some((Decision::Approved, _)) => "edited",
        Some((Decision::Returned, digest)) if digest.starts_with(now) => "returned",
        Some((Decision::Returned, _)) | None => "received",
    }
}

/// The states of a record, in the order of their numbers in the tables.
const STATES: [&str; 4] = ["received", "approved", "returned", "edited"];

/// The number of a state in the tables; of none for what is no state.
pub fn state_number(state: &str) -> Option<usize> {
    STATES.iter().position(|name| *name == state)
}

/// A document being read along the log, and which record each of its inner maps is.
pub struct Reading {
    document: Document,
    own: String,
    maps: Maps,
}

/// The inner maps of a document by the operation that made them, and the record each one is.
type Maps = BTreeMap<(u64, Vec<u8>), String>;

/// What a change put into which records, as far as it says so itself: into those that it made, and those of documents
/// that are one record.
pub fn alone(kind: Kind, own: &str, change: &Change) -> BTreeMap<String, Fields> {
    touched(kind, own, change, &mut Maps::new())
}

fn touched(kind: Kind, own: &str, change: &Change, maps: &mut Maps) -> BTreeMap<String, Fields> {
    let mut touched: BTreeMap<String, Fields> = BTreeMap::new();
    let actor = change.actor().map(|actor| actor.0.to_vec()).unwrap_or_default();
    for op in change.ops() {
        let Key::Name(name) = op.key else { continue };
        match op.action {
            Action::MakeMap => {
                maps.insert((op.counter, actor.clone()), name.clone());
                touched.entry(name).or_default();
            }
            Action::Put(value) => {
                let Object::Made(made) = &op.object else { continue };
                let record = if kind.keyed() {
                    maps.get(&(made.counter, made.actor.clone())).cloned()
                } else {
                    Some(own.to_owned())
                };
                if let Some(record) = record {
                    touched.entry(record).or_default().insert(name, value);
                }
            }
            Action::Forbidden(_) => {}
        }
    }
    touched
}

impl Reading {
    /// The empty document; `own` is its id in hex, the name of the record of a document that is one record.
    pub fn new(kind: Kind, own: String) -> Result<Self, DocumentError> {
        Ok(Self { document: Document::new(kind)?, own, maps: Maps::new() })
    }

    /// Takes the next admitted change and says what it put into which records.
    pub fn read(&mut self, change: &Change) -> Result<BTreeMap<String, Fields>, DocumentError> {
        self.document.apply(change)?;
        Ok(touched(self.document.kind(), &self.own, change, &mut self.maps))
    }

    /// What the change puts into which records, as far as it says so itself.
    pub fn alone(&self, change: &Change) -> BTreeMap<String, Fields> {
        alone(self.document.kind(), &self.own, change)
    }

    /// One record as it is after the changes read so far.
    pub fn record(&self, id: &str) -> Result<Option<Record>, DocumentError> {
        self.document.record(id)
    }

    /// The document itself, for a writer who continues it.
    pub fn document(&self) -> &Document {
        &self.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::ids::Actor;

    const ANNA: Actor = Actor([1; 16]);
    const BORIS: Actor = Actor([2; 16]);

    fn fields(pairs: &[(&str, Scalar)]) -> Fields {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_change_is_traced_to_the_record_it_wrote() {
        let mut phone = Document::new(Kind::Log).unwrap();
        let first = phone.write(&ANNA, 1, "aa", &fields(&[("type", "visit".into())])).unwrap().unwrap();
        let second = phone.write(&ANNA, 2, "bb", &fields(&[("type", "visit".into())])).unwrap().unwrap();
        let third = phone.write(&ANNA, 3, "aa", &fields(&[("mood", Scalar::Int(4))])).unwrap().unwrap();
        let mut reading = Reading::new(Kind::Log, "own".into()).unwrap();
        assert_eq!(reading.read(&first).unwrap().keys().collect::<Vec<_>>(), ["aa"]);
        assert_eq!(reading.read(&second).unwrap().keys().collect::<Vec<_>>(), ["bb"]);
        let touched = reading.read(&third).unwrap();
        assert_eq!(touched, BTreeMap::from([("aa".to_owned(), fields(&[("mood", Scalar::Int(4))]))]));
    }

    #[test]
    fn a_document_that_is_one_record_is_traced_by_its_own_id() {
        let mut phone = Document::new(Kind::Case).unwrap();
        let change = phone.write(&ANNA, 1, "own", &fields(&[("type", "case".into())])).unwrap().unwrap();
        let mut reading = Reading::new(Kind::Case, "own".into()).unwrap();
        assert_eq!(reading.read(&change).unwrap().keys().collect::<Vec<_>>(), ["own"]);
    }

    #[test]
    fn both_values_of_a_clash_are_kept() {
        let base = Document::new(Kind::Case).unwrap();
        let (mut one, mut two) = (base.clone(), base);
        let a = one.write(&ANNA, 1, "own", &fields(&[("way_in", "gate".into())])).unwrap().unwrap();
        let b = two.write(&BORIS, 1, "own", &fields(&[("way_in", "yard".into())])).unwrap().unwrap();
        let mut reading = Reading::new(Kind::Case, "own".into()).unwrap();
        reading.read(&a).unwrap();
        reading.read(&b).unwrap();
        let projected = record(&reading.record("own").unwrap().unwrap());
        let [conflict] = projected.conflicts.as_slice() else { panic!("one conflict expected") };
        assert_eq!((conflict.field.as_str(), conflict.values.len()), ("way_in", 2));
        assert_eq!(Some(&conflict.values[0].value), projected.fields.get("way_in"));
    }

    #[test]
    fn the_date_is_when_it_was_done_else_when_it_is_due() {
        assert_eq!(date_of(&fields(&[("due", "2026-05-31".into())])).as_deref(), Some("2026-05-31"));
        let both = fields(&[("due", "2026-05-31".into()), ("date", "2026-06-01".into())]);
        assert_eq!(date_of(&both).as_deref(), Some("2026-06-01"));
        let offered = fields(&[("due", "2026-05-31".into()), ("status", "offered".into())]);
        assert_eq!(date_of(&offered), None);
        let odd = fields(&[("date", "yesterday".into()), ("due", Scalar::Int(5))]);
        assert_eq!(date_of(&odd), None);
    }

    #[test]
    fn a_decision_holds_for_the_digest_it_saw() {
        assert_eq!(state(None, "a"), "received");
        assert_eq!(state(Some((Decision::Approved, "a")), "a"), "approved");
        assert_eq!(state(Some((Decision::Approved, "a")), "b"), "edited");
        assert_eq!(state(Some((Decision::Returned, "a")), "a"), "returned");
        assert_eq!(state(Some((Decision::Returned, "a")), "b"), "received");
    }
}
