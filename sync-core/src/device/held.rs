//! A document on the device: what was admitted, as the server gave it, in one piece and by changes; own unanswered
//! work is in the log.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::Device;
use super::log::Wrote;
use super::proofs::{Proofs, Short, hash_of};
use super::shelf::{Made, Shelf};
use crate::admission::{self, Fit, History, Limits};
use crate::crdt::{Change, Document, DocumentError};
use crate::ids::{Actor, ChangeHash, DocId, Id};
use crate::scope::Scope;
use crate::verdict::Reason;
use crate::wire::{Admitted, Snapshot};

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Held {
    #[n(0)]
    pub scope: Scope,
    #[n(1)]
    pub admitted: Vec<Admitted>,
    /// No longer this person's: goes when the last own change in it is answered for.
    #[n(2)]
    pub leaving: bool,
    /// What came in one piece, with the server's word for it; the changes above are not in it.
    #[n(3)]
    pub piece: Option<Piece>,
    /// The server's word for it, and what it took: see [`super::proofs`].
    #[n(4)]
    #[cbor(default, skip_if = "Proofs::is_empty")]
    pub proofs: Proofs,
    /// What a restored server gave that cannot stand with what is here: see [`super::withdrawn`].
    #[n(5)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    pub beside: Vec<Admitted>,
    /// The epoch in which that was given.
    #[n(6)]
    pub beside_of: Option<Id>,
}

/// A document in one piece, and who stands behind each of its actors, in their order.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Piece {
    #[n(0)]
    bytes: ByteVec,
    #[n(1)]
    actors: Vec<(Actor, Id)>,
}

impl Piece {
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            bytes: self.bytes.clone(),
            authors: self.actors.iter().map(|(_, author)| *author).collect(),
        }
    }

    pub fn document(&self, scope: &Scope, shelf: &Shelf) -> Result<Document, DocumentError> {
        shelf.piece(scope.kind, &self.snapshot())
    }
}

/// A document opened: with the own work that is not answered for, and what of that does not fit.
pub(super) struct Opened {
    pub document: Document,
    /// Own work that builds on changes which are not here (yet).
    pub adrift: Vec<Wrote>,
}

impl Held {
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            admitted: Vec::new(),
            leaving: false,
            piece: None,
            proofs: Proofs::default(),
            beside: Vec::new(),
            beside_of: None,
        }
    }

    pub fn decode(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    pub fn encode(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// The document of what was admitted alone. Changes whose ground has not come yet are passed over.
    pub fn document(&self, shelf: &Shelf) -> Result<Document, DocumentError> {
        Ok(self.open(shelf)?.0)
    }

    /// The same, and whether nothing was passed over.
    fn open(&self, shelf: &Shelf) -> Result<(Document, bool), DocumentError> {
        let made = self.made();
        if let Some(document) = shelf.open(&made) {
            return Ok((document, true));
        }
        let kind = self.scope.kind;
        let (document, whole) = match &self.piece {
            Some(piece) => self.with_what_fits(piece.document(&self.scope, shelf)?)?,
            None => match Document::from_changes(kind, made.changes.iter().copied()) {
                Ok(whole) => (whole, true),
                // Something waits for its ground, or two that a restored server gave exclude each other.
                Err(_) => self.with_what_fits(Document::new(kind)?)?,
            },
        };
        if whole {
            shelf.lay(&made, &document);
        }
        Ok((document, whole))
    }

    fn made(&self) -> Made<'_> {
        Made {
            kind: self.scope.kind,
            piece: self.piece.as_ref().map(|piece| piece.bytes.as_slice()),
            changes: self.admitted.iter().map(|admitted| admitted.bytes.as_slice()).collect(),
        }
    }

    /// This document with what of the changes fits on it, and whether that was all.
    fn with_what_fits(&self, mut document: Document) -> Result<(Document, bool), DocumentError> {
        let mut waiting: Vec<Change> =
            self.admitted.iter().map(|admitted| Change::parse(&admitted.bytes)).collect::<Result<_, _>>()?;
        loop {
            let before = waiting.len();
            waiting.retain(|change| document.apply(change).is_err());
            if waiting.is_empty() || waiting.len() == before {
                return Ok((document, waiting.is_empty()));
            }
        }
    }

    /// Takes in a document in one piece that the server has vouched for. What is here and not in it stays. `false`
    /// when the former piece stays the piece: the server that gave it was restored and has less now, and only whole
    /// can it be given back with the proof that came with it.
    pub fn take_piece(
        &mut self,
        snapshot: Snapshot,
        restored: Option<Id>,
        shelf: &Shelf,
    ) -> Result<bool, DocumentError> {
        let document = shelf.piece(self.scope.kind, &snapshot)?;
        let actors: BTreeSet<Actor> = document.past().into_iter().map(|past| past.actor).collect();
        if actors.len() != snapshot.authors.len() {
            return Err(DocumentError::Broken);
        }
        if self.piece.as_ref().is_none_or(|piece| piece.bytes != snapshot.bytes) {
            let old = match &self.piece {
                Some(piece) => piece.document(&self.scope, shelf)?,
                None => Document::new(self.scope.kind)?,
            };
            let less = old.past().iter().any(|past| !document.has(&past.hash));
            if less || (restored.is_some() && self.excluded_by(&document)) {
                let authors = snapshot.authors_of(&document);
                let mut new = Vec::new();
                for change in document.changes().into_iter().filter(|change| !old.has(&change.hash())) {
                    let author = authors.get(&change.hash()).copied().ok_or(DocumentError::Broken)?;
                    new.push(Admitted { author, bytes: change.bytes().to_vec().into() });
                }
                self.take(new, restored, shelf)?;
                return Ok(false);
            }
        }
        let mut left = Vec::new();
        for admitted in std::mem::take(&mut self.admitted) {
            if !document.has(&Change::parse(&admitted.bytes)?.hash()) {
                left.push(admitted);
            }
        }
        self.admitted = left;
        let actors = actors.into_iter().zip(snapshot.authors).collect();
        self.piece = Some(Piece { bytes: snapshot.bytes, actors });
        Ok(true)
    }

    /// Takes in changes the server sent, each looked at before automerge ever sees it. `false` when one is
    /// not what a server of ours would send: it is left out. One that was restored may send what does not fit with
    /// what is here: that is kept beside it.
    pub fn take(
        &mut self,
        changes: Vec<Admitted>,
        restored: Option<Id>,
        shelf: &Shelf,
    ) -> Result<bool, DocumentError> {
        let mut history = match &self.piece {
            Some(piece) => History::of(&piece.document(&self.scope, shelf)?)?,
            None => History::new(self.scope.kind)?,
        };
        for held in &self.admitted {
            if let Ok(framed) = admission::frame(&held.bytes, &Limits::STANDARD) {
                history.add(&framed);
            }
        }
        let mut sound = true;
        let mut beside: BTreeSet<ChangeHash> =
            self.beside.iter().filter_map(|admitted| hash_of(&admitted.bytes)).collect();
        for admitted in changes {
            let Ok(framed) = admission::frame(&admitted.bytes, &Limits::STANDARD) else {
                sound = false;
                continue;
            };
            match admission::fit(&framed, &history, None) {
                Fit::Known => continue,
                Fit::Fits => drop(history.add(&framed)),
                Fit::Waiting(ground) if ground.iter().any(|hash| beside.contains(hash)) => {
                    beside.insert(framed.hash);
                    self.lay_beside(admitted, restored);
                    continue;
                }
                // Passed over by whoever opens the document until its ground has come.
                Fit::Waiting(_) => {}
                Fit::Remake(_) | Fit::SetAside(Reason::RecordExists) if restored.is_some() => {
                    beside.insert(framed.hash);
                    self.lay_beside(admitted, restored);
                    continue;
                }
                Fit::Remake(_) | Fit::SetAside(_) => {
                    sound = false;
                    continue;
                }
            }
            if !self.admitted.contains(&admitted) {
                self.admitted.push(admitted);
            }
        }
        Ok(sound)
    }

    /// What was laid there in an epoch that has ended stands for nothing any more; it may still be given back.
    fn lay_beside(&mut self, admitted: Admitted, epoch: Option<Id>) {
        if self.beside_of != epoch {
            self.admitted.append(&mut self.beside);
            self.beside_of = epoch;
        }
        if !self.beside.contains(&admitted) {
            self.beside.push(admitted);
        }
    }

    /// Whether the server has given or taken anything of it.
    pub fn any(&self) -> bool {
        self.piece.is_some() || !self.admitted.is_empty()
    }

    /// Takes in a change of this device's own that was admitted; `false` when it is here already.
    pub fn add(&mut self, admitted: Admitted, shelf: &Shelf) -> bool {
        let piece = self.piece.as_ref().and_then(|piece| piece.document(&self.scope, shelf).ok());
        let in_piece = piece
            .zip(Change::parse(&admitted.bytes).ok())
            .is_some_and(|(document, change)| document.has(&change.hash()));
        let new = !in_piece && !self.admitted.contains(&admitted);
        if new {
            self.admitted.push(admitted);
        }
        new
    }

    /// Who wrote each admitted change of the document, which is this one or holds it.
    pub fn authors(&self, document: &Document) -> BTreeMap<ChangeHash, Id> {
        let actors: BTreeMap<Actor, Id> =
            self.piece.iter().flat_map(|piece| &piece.actors).copied().collect();
        let past = document.past();
        let mut authors: BTreeMap<ChangeHash, Id> =
            past.iter().filter_map(|past| Some((past.hash, *actors.get(&past.actor)?))).collect();
        // Last: an actor of the piece may have gone on writing for somebody else.
        authors.extend(self.admitted.iter().filter_map(|admitted| {
            let change = Change::parse(&admitted.bytes).ok()?;
            Some((change.hash(), admitted.author))
        }));
        authors
    }

    /// The changes of the piece it came in.
    pub fn in_piece(&self, shelf: &Shelf) -> BTreeSet<ChangeHash> {
        let document = self.piece.as_ref().and_then(|piece| piece.document(&self.scope, shelf).ok());
        document.map(|document| document.past().iter().map(|past| past.hash).collect()).unwrap_or_default()
    }

    /// Every admitted change with its author, by the beginning of its hash.
    pub fn all_changes(&self, shelf: &Shelf) -> BTreeMap<Short, Admitted> {
        let mut all = BTreeMap::new();
        if let Ok(document) = self.document(shelf) {
            let authors = self.authors(&document);
            all.extend(document.changes().into_iter().filter_map(|change| {
                let author = *authors.get(&change.hash())?;
                Some((Short::of(&change.hash()), Admitted { author, bytes: change.bytes().to_vec().into() }))
            }));
        }
        // Those that are passed over until their ground comes are in no document.
        for admitted in self.admitted.iter().chain(&self.beside) {
            if let Some(hash) = hash_of(&admitted.bytes) {
                all.insert(Short::of(&hash), admitted.clone());
            }
        }
        all
    }
}

impl Device {
    /// The document as this device sees it: what was admitted, then own work on top.
    pub(super) fn open_document(&self, doc: DocId, scope: Scope) -> Result<Opened, DocumentError> {
        if self.state.shunned.contains(&doc) {
            return Err(DocumentError::Broken);
        }
        let held = self.docs.get(&doc);
        let own = || self.state.outbox.iter().map(|p| &p.wrote).filter(|wrote| wrote.item.doc == doc);
        let mut made = held.map_or(Made::nothing(scope.kind), Held::made);
        made.changes.extend(own().map(|wrote| wrote.bytes.as_slice()));
        if let Some(document) = self.shelf.open(&made) {
            return Ok(Opened { document, adrift: Vec::new() });
        }
        let (mut document, whole) = match held {
            Some(held) => held.open(&self.shelf)?,
            None => (Document::new(scope.kind)?, true),
        };
        let mut adrift = Vec::new();
        for wrote in own() {
            let change = Change::parse(&wrote.bytes)?;
            match document.apply(&change) {
                Ok(()) => {}
                Err(DocumentError::Missing(_)) => adrift.push(wrote.clone()),
                Err(error) => return Err(error),
            }
        }
        if whole && adrift.is_empty() {
            self.shelf.lay(&made, &document);
        }
        Ok(Opened { document, adrift })
    }

    /// Documents in which this device has unanswered or set-aside work.
    pub(super) fn docs_with_work(&self) -> Vec<DocId> {
        let mut docs: Vec<DocId> = self.state.unsent().map(|wrote| wrote.item.doc).collect();
        docs.sort();
        docs.dedup();
        docs
    }

    /// Kind, family and place of a document this device holds or has written to.
    pub(super) fn scope_of(&self, doc: DocId) -> Option<Scope> {
        let held = self.docs.get(&doc).map(|held| held.scope);
        held.or_else(|| self.state.unsent().find(|wrote| wrote.item.doc == doc).map(|wrote| wrote.item.scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;
    use crate::record::Scalar;
    use crate::scope::Kind;

    fn log() -> Scope {
        Scope { kind: Kind::Log, family: Some(Id([1; 16])), place: None, month: None }
    }

    fn visits(count: usize) -> Vec<Admitted> {
        let mut document = Document::new(Kind::Log).unwrap();
        let mut write = |n: usize| {
            let fields = [("type".to_owned(), Scalar::from("visit"))].into();
            document.write(&Actor([9; 16]), n as i64, &format!("{n:032x}"), &fields).unwrap().unwrap()
        };
        (0..count)
            .map(|n| Admitted { author: Id([2; 16]), bytes: write(n).bytes().to_vec().into() })
            .collect()
    }

    /// A document in which something waits for its ground is not taken for the whole one when more comes.
    #[test]
    fn what_waited_is_there_when_its_ground_has_come() {
        let (shelf, all) = (Shelf::default(), visits(4));
        for first in [vec![0, 2], vec![3], vec![1, 2]] {
            let mut held = Held::new(log());
            for at in first.iter().copied().chain(0..4) {
                held.add(all[at].clone(), &shelf);
                held.document(&shelf).unwrap();
            }
            let anew = held.document(&Shelf::default()).unwrap();
            assert_eq!(anew.changes().len(), 4);
            assert_eq!(held.document(&shelf).unwrap().heads(), anew.heads(), "{first:?}");
        }
    }
}
