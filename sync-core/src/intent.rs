//! Intents: what a person meant, kept until the server holds the changes made from it.
//!
//! A change is bound to the document it was made in. When that ground is lost (a predecessor was set
//! aside, the phone was rolled back) the change is made again from the intent, on what is left of the
//! state the person saw. So a value that somebody else changed meanwhile becomes a visible conflict and
//! is not silently overwritten.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};

use crate::crdt::{Change, Document, DocumentError};
use crate::ids::{Actor, ChangeHash, DocId, Id};
use crate::record::{Fields, Scalar};
use crate::scope::Scope;

/// A typed command with its own id.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Intent {
    #[n(0)]
    pub id: Id,
    #[n(1)]
    pub doc: DocId,
    #[n(2)]
    pub scope: Scope,
    /// The record's key in its document.
    #[n(3)]
    pub record: String,
    /// The values meant, of the fields meant; nothing else is written.
    #[n(4)]
    pub fields: Fields,
    /// The values these fields had on the author's screen.
    #[n(5)]
    pub seen: BTreeMap<String, Vec<Scalar>>,
    /// The heads of the document on the author's screen.
    #[n(6)]
    pub heads: Vec<ChangeHash>,
    #[n(7)]
    pub author: Id,
    /// The author's clock, uncorrected, in milliseconds since 1970 UTC.
    #[n(8)]
    pub at_ms: i64,
}

impl Intent {
    /// Writes the intent into `document` as one change; `None` when it says what the document says already.
    pub fn write(&self, document: &mut Document, actor: &Actor) -> Result<Option<Change>, DocumentError> {
        document.write(actor, self.at_ms, &self.record, &self.fields)
    }

    /// Whether it makes a record, and does not correct one.
    pub fn makes_record(&self) -> bool {
        self.fields.contains_key("type")
    }
}

/// Makes the changes of `intents` (one document's, in the order they were meant) again under `actor`.
///
/// `admitted` are the document's admitted changes. Each intent is replayed on those of them its author
/// had seen, and on the replayed intents before it. What was seen is followed through `fallen` too: changes
/// that will not be admitted, but stood on admitted ones. The result pairs each intent that still says
/// something new with its change.
pub fn replay<'i>(
    scope: Scope,
    admitted: &[Change],
    fallen: &[Change],
    intents: impl IntoIterator<Item = &'i Intent>,
    actor: &Actor,
) -> Result<Vec<(&'i Intent, Change)>, DocumentError> {
    let known = fallen.iter().map(|change| (change.hash(), (change, false)));
    let known: Known<'_> =
        known.chain(admitted.iter().map(|change| (change.hash(), (change, true)))).collect();
    let mut ground = Document::new(scope.kind)?;
    let mut remade = Vec::new();
    for intent in intents {
        for change in seen_by(&known, &intent.heads) {
            ground.apply(change)?;
        }
        // What led there is lost; whoever corrects a record has seen it at least as it was made.
        if !intent.makes_record() && !ground.has_record(&intent.record)? {
            for change in
                making(scope, admitted, &intent.record)?.iter().flat_map(|made| seen_by(&known, &[*made]))
            {
                ground.apply(change)?;
            }
        }
        if let Some(change) = intent.write(&mut ground, actor)? {
            remade.push((intent, change));
        }
    }
    Ok(remade)
}

/// Which of the admitted changes made a record.
fn making(scope: Scope, admitted: &[Change], record: &str) -> Result<Option<ChangeHash>, DocumentError> {
    let mut document = Document::new(scope.kind)?;
    for change in admitted {
        document.apply(change)?;
        if document.has_record(record)? {
            return Ok(Some(change.hash()));
        }
    }
    Ok(None)
}

/// Changes by hash, and whether each is admitted.
type Known<'a> = BTreeMap<ChangeHash, (&'a Change, bool)>;

/// The admitted changes among `heads` and everything they build on, each after its own dependencies.
fn seen_by<'a>(known: &Known<'a>, heads: &[ChangeHash]) -> Vec<&'a Change> {
    let mut ordered = Vec::new();
    let mut done = BTreeSet::new();
    let mut stack: Vec<(ChangeHash, bool)> = heads.iter().map(|hash| (*hash, false)).collect();
    while let Some((hash, deps_done)) = stack.pop() {
        let Some((change, admitted)) = known.get(&hash) else { continue };
        if deps_done {
            ordered.extend(admitted.then_some(*change));
        } else if done.insert(hash) {
            stack.push((hash, true));
            stack.extend(change.deps().map(|dep| (dep, false)));
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Kind;

    const MINE: Actor = Actor([1; 16]);
    const THEIRS: Actor = Actor([2; 16]);
    const AGAIN: Actor = Actor([3; 16]);

    fn scope() -> Scope {
        Scope { kind: Kind::Case, family: Some(Id([9; 16])), place: None, month: None }
    }

    fn intent(document: &Document, field: &str, value: i64) -> Intent {
        Intent {
            id: Id([value as u8; 16]),
            doc: DocId([9; 16]),
            scope: scope(),
            record: "09".repeat(16),
            fields: Fields::from([(field.to_owned(), Scalar::Int(value))]),
            seen: BTreeMap::new(),
            heads: document.heads(),
            author: Id([4; 16]),
            at_ms: 1_000,
        }
    }

    #[test]
    fn replay_without_the_lost_predecessor_keeps_the_rest() {
        let mut phone = Document::new(Kind::Case).unwrap();
        let lost = intent(&phone, "mood", 1);
        lost.write(&mut phone, &MINE).unwrap().unwrap();
        let kept = intent(&phone, "needs", 2);
        kept.write(&mut phone, &MINE).unwrap().unwrap();

        let remade = replay(scope(), &[], &[], [&kept], &AGAIN).unwrap();
        let [(_, change)] = remade.as_slice() else { panic!("one change expected") };
        let mut server = Document::new(Kind::Case).unwrap();
        server.apply(change).unwrap();
        let record = server.record("x").unwrap().unwrap();
        assert_eq!(record.get("needs"), Some(&Scalar::Int(2)));
        assert_eq!(record.get("mood"), None);
    }

    #[test]
    fn what_was_seen_through_the_lost_predecessor_is_the_ground() {
        let mut phone = Document::new(Kind::Case).unwrap();
        let first = intent(&phone, "mood", 5).write(&mut phone, &THEIRS).unwrap().unwrap();
        let lost = intent(&phone, "needs", 1).write(&mut phone, &MINE).unwrap().unwrap();
        let kept = intent(&phone, "mood", 2);
        let remade = replay(scope(), std::slice::from_ref(&first), &[lost], [&kept], &AGAIN).unwrap();
        let mut server = Document::new(Kind::Case).unwrap();
        server.apply(&first).unwrap();
        server.apply(&remade[0].1).unwrap();
        assert_eq!(server.record("x").unwrap().unwrap().conflicts().count(), 0);
    }

    /// The way there is lost (a log that was damaged), and the record is not: it is not made a second time.
    #[test]
    fn a_correction_finds_its_record_when_what_was_seen_after_it_is_lost() {
        let scope = Scope { kind: Kind::Log, ..scope() };
        let mut phone = Document::new(Kind::Log).unwrap();
        let visit =
            |n: u8, fields: Fields| Intent { id: Id([n; 16]), scope, fields, ..intent(&phone, "mood", 0) };
        let made = visit(1, [("type".into(), "visit".into()), ("mood".into(), Scalar::Int(1))].into());
        let mut correction = visit(2, [("mood".into(), Scalar::Int(2))].into());
        let made = made.write(&mut phone, &THEIRS).unwrap().unwrap();
        let lost = Intent { record: "0a".repeat(16), ..intent(&phone, "mood", 3) };
        lost.write(&mut phone, &MINE).unwrap().unwrap();
        correction.heads = phone.heads();
        let remade = replay(scope, std::slice::from_ref(&made), &[], [&correction], &AGAIN).unwrap();
        let mut server = Document::new(Kind::Log).unwrap();
        server.apply(&made).unwrap();
        server.apply(&remade[0].1).unwrap();
        let record = server.record(&correction.record).unwrap().unwrap();
        assert_eq!((record.get("mood"), record.get("type")), (Some(&Scalar::Int(2)), Some(&"visit".into())));
        assert_eq!(record.conflicts().count(), 0, "who corrects a record has seen it");
    }

    #[test]
    fn a_value_changed_meanwhile_becomes_a_conflict() {
        let mut server = Document::new(Kind::Case).unwrap();
        let mine = intent(&server, "mood", 1);
        let theirs = intent(&server, "mood", 5).write(&mut server, &THEIRS).unwrap().unwrap();

        let remade = replay(scope(), &[theirs], &[], [&mine], &AGAIN).unwrap();
        server.apply(&remade[0].1).unwrap();
        let record = server.record("x").unwrap().unwrap();
        assert_eq!(record.conflicts().count(), 1);
    }

    #[test]
    fn what_was_seen_is_overwritten_without_a_conflict() {
        let mut server = Document::new(Kind::Case).unwrap();
        let theirs = intent(&server, "mood", 5).write(&mut server, &THEIRS).unwrap().unwrap();
        let mine = intent(&server, "mood", 1);
        let remade = replay(scope(), &[theirs], &[], [&mine], &AGAIN).unwrap();
        server.apply(&remade[0].1).unwrap();
        assert_eq!(server.record("x").unwrap().unwrap().conflicts().count(), 0);
    }
}
