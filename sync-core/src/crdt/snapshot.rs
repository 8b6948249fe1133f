//! Documents as snapshots: all changes in one piece, and who stands behind them.
//!
//! A snapshot is a cache of changes that were admitted one by one. It is made where they are at hand and checked
//! against each of them; it is loaded only where the server's key has vouched for it.

use std::collections::{BTreeMap, BTreeSet};

use super::genesis::GENESIS_ACTOR;
use super::{Document, DocumentError};
use crate::admission::{Framed, Limits, frame};
use crate::ids::{Actor, ChangeHash, Id};
use crate::scope::Kind;
use crate::wire::{Admitted, Snapshot, story};

/// What a document knows of one of its changes without taking it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub hash: ChangeHash,
    pub actor: Actor,
    /// The author's clock, in milliseconds since 1970 UTC, uncorrected.
    pub time_ms: i64,
}

/// Why changes were not put together: they are given one by one then, as ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOnePiece {
    /// They make no document.
    Unreadable,
    /// What was put together and read back is not what went in.
    Differs,
    /// One actor wrote for two people: the server does, on the commands of two coordinators.
    TwoAuthors,
}

impl Document {
    /// All changes but genesis, in the order in which the document keeps them.
    pub fn past(&self) -> Vec<Past> {
        let metas = self.inner.get_changes_meta(&[]);
        let past = metas.iter().filter_map(|meta| {
            let actor = Actor::from_slice(meta.actor.to_bytes())?;
            Some(Past { hash: ChangeHash(meta.hash.0), actor, time_ms: meta.timestamp })
        });
        past.filter(|past| past.actor != GENESIS_ACTOR).collect()
    }
}

impl Snapshot {
    /// These changes of one document in one piece. Checked before it is given out: read back it has the same
    /// heads, every change by its hash and no other, and every author.
    pub fn of(kind: Kind, changes: &[Admitted]) -> Result<Self, NotOnePiece> {
        let framed: Vec<Framed<'_>> = changes
            .iter()
            .map(|change| frame(&change.bytes, &Limits::STANDARD).map_err(|_| NotOnePiece::Unreadable))
            .collect::<Result<_, _>>()?;
        let document = Document::from_changes(kind, changes.iter().map(|change| change.bytes.as_slice()))
            .map_err(|_| NotOnePiece::Unreadable)?;
        let mut hashes = BTreeMap::new();
        let mut authors: BTreeMap<Actor, Id> = BTreeMap::new();
        for (change, admitted) in framed.iter().zip(changes) {
            hashes.insert(change.hash, admitted.author);
            if *authors.entry(change.actor).or_insert(admitted.author) != admitted.author {
                return Err(NotOnePiece::TwoAuthors);
            }
        }
        let story = story::tell(kind, &framed).ok_or(NotOnePiece::Unreadable)?;
        let snapshot = Self { bytes: story.into(), authors: authors.into_values().collect() };
        let back = snapshot.load(kind).map_err(|_| NotOnePiece::Differs)?;
        let same = back.heads() == document.heads()
            && back.changes().len() == hashes.len()
            && snapshot.authors_of(&back) == hashes;
        if same { Ok(snapshot) } else { Err(NotOnePiece::Differs) }
    }

    /// The document. Only for bytes that this program itself put together or the server's key vouches for.
    pub fn load(&self, kind: Kind) -> Result<Document, DocumentError> {
        let changes = story::hear(kind, &self.bytes).ok_or(DocumentError::Broken)?;
        Document::of(kind, changes)
    }

    /// Who wrote each change of the document, which is this snapshot's or holds it.
    pub fn authors_of(&self, document: &Document) -> BTreeMap<ChangeHash, Id> {
        let past = document.past();
        let actors: BTreeSet<Actor> = past.iter().map(|past| past.actor).collect();
        let authors: BTreeMap<Actor, Id> = actors.into_iter().zip(self.authors.iter().copied()).collect();
        past.iter().filter_map(|past| Some((past.hash, *authors.get(&past.actor)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Actor;
    use crate::record::Scalar;

    fn changes(authors: &[(u8, Id)]) -> Vec<Admitted> {
        let mut document = Document::new(Kind::Log).unwrap();
        let written = authors.iter().enumerate().map(|(n, (actor, author))| {
            let fields = [("type", "visit"), ("notes", "была дома")];
            let fields = fields.map(|(key, value)| (key.to_owned(), Scalar::from(value))).into();
            let record = format!("{n:032x}");
            let change = document.write(&Actor([*actor; 16]), n as i64, &record, &fields).unwrap().unwrap();
            Admitted { author: *author, bytes: change.bytes().to_vec().into() }
        });
        written.collect()
    }

    const ANNA: Id = Id([0xa; 16]);
    const BORIS: Id = Id([0xb; 16]);

    #[test]
    fn a_snapshot_holds_every_change_and_its_author() {
        let all = changes(&[(9, ANNA), (3, BORIS), (9, ANNA), (5, BORIS)]);
        let snapshot = Snapshot::of(Kind::Log, &all).unwrap();
        let document = snapshot.load(Kind::Log).unwrap();
        let authors = snapshot.authors_of(&document);
        for admitted in &all {
            let hash = crate::crdt::Change::parse(&admitted.bytes).unwrap().hash();
            assert_eq!(authors.get(&hash), Some(&admitted.author));
            assert_eq!(document.change(&hash).unwrap().bytes(), admitted.bytes.as_slice());
        }
        assert_eq!(document.changes().len(), all.len());
    }

    #[test]
    fn an_actor_that_wrote_for_two_is_not_put_together() {
        assert_eq!(Snapshot::of(Kind::Log, &changes(&[(9, ANNA), (9, BORIS)])), Err(NotOnePiece::TwoAuthors));
    }

    #[test]
    fn a_change_without_its_ground_is_not_put_together() {
        let all = changes(&[(9, ANNA), (9, ANNA)]);
        assert_eq!(Snapshot::of(Kind::Log, &all[1..]), Err(NotOnePiece::Unreadable));
    }

    #[test]
    fn another_kind_or_other_bytes_are_not_loaded() {
        let snapshot = Snapshot::of(Kind::Log, &changes(&[(9, ANNA)])).unwrap();
        let other = snapshot.load(Kind::Case);
        assert!(other.is_err() || other.unwrap().heads() != snapshot.load(Kind::Log).unwrap().heads());
        let torn = Snapshot { bytes: snapshot.bytes[..snapshot.bytes.len() - 1].to_vec().into(), ..snapshot };
        assert!(torn.load(Kind::Log).is_err());
    }
}
