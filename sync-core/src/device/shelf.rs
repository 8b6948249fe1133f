//! Documents that were opened a moment ago. Who takes in a page or writes a record looks at the same document several
//! times, and opening it is the dearest part of all.
//!
//! **What lies here is known by everything it was made of, byte for byte.** So nobody need say that a document has
//! changed: it is another one then, and where it only grew, what is new is applied to what lies here.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::crdt::{Change, Document, DocumentError};
use crate::scope::Kind;
use crate::wire::Snapshot;

/// What all that lies here may take of the phone's memory, about: a page of a first sync.
const ROOM: usize = 2 * 1024 * 1024;

/// What a document takes, measured: so much by itself, and what it was made of four times over, its name here included.
const ITSELF: usize = 8 * 1024;
const TIMES: usize = 4;

/// The documents opened last.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// The one asked for last is the last.
    lying: RefCell<VecDeque<Lying>>,
}

/// All that a document is made of: a piece, and changes on top of it.
#[derive(Clone, Debug)]
pub(super) struct Made<'a> {
    pub kind: Kind,
    pub piece: Option<&'a [u8]>,
    pub changes: Vec<&'a [u8]>,
}

impl Made<'_> {
    pub fn nothing(kind: Kind) -> Self {
        Self { kind, piece: None, changes: Vec::new() }
    }
}

#[derive(Debug)]
struct Lying {
    piece: Option<Vec<u8>>,
    changes: Vec<Vec<u8>>,
    document: Document,
}

impl Shelf {
    /// The document, if it lies here or grew out of one that does.
    pub fn open(&self, made: &Made<'_>) -> Option<Document> {
        let (document, known) = self.nearest(made)?;
        let new = made.changes.get(known..).filter(|new| !new.is_empty());
        let Some(new) = new else { return Some(document) };
        let new = new.iter().map(|bytes| Change::parse(bytes)).collect::<Result<_, _>>().ok()?;
        let document = document.grown(new).ok()?;
        self.lay(made, &document);
        Some(document)
    }

    /// The document that came in this piece.
    pub fn piece(&self, kind: Kind, snapshot: &Snapshot) -> Result<Document, DocumentError> {
        let made = Made { kind, piece: Some(&snapshot.bytes), changes: Vec::new() };
        if let Some(document) = self.open(&made) {
            return Ok(document);
        }
        let document = snapshot.load(kind)?;
        self.lay(&made, &document);
        Ok(document)
    }

    /// Lays a document here in which nothing of what it is made of was passed over.
    pub fn lay(&self, made: &Made<'_>, document: &Document) {
        if made.piece.is_none() && made.changes.is_empty() {
            return;
        }
        let mut lying = self.lying.borrow_mut();
        // What it grew out of is not asked for again; but a piece alone is, with each page.
        lying.retain(|one| !one.begins(made) || one.changes.is_empty() && !made.changes.is_empty());
        lying.push_back(Lying {
            piece: made.piece.map(<[u8]>::to_vec),
            changes: made.changes.iter().map(|change| change.to_vec()).collect(),
            document: document.clone(),
        });
        let mut weight: usize = lying.iter().map(Lying::weight).sum();
        while weight > ROOM {
            weight -= lying.pop_front().map_or(weight, |oldest| oldest.weight());
        }
    }

    /// What lies here of it, with the number of changes that are in it.
    fn nearest(&self, made: &Made<'_>) -> Option<(Document, usize)> {
        let mut lying = self.lying.borrow_mut();
        let begins = lying.iter().enumerate().filter(|(_, one)| one.begins(made));
        let (at, _) = begins.max_by_key(|(_, one)| one.changes.len())?;
        let one = lying.remove(at)?;
        let found = (one.document.clone(), one.changes.len());
        lying.push_back(one);
        Some(found)
    }
}

impl Lying {
    /// Whether it is this document, or one that this grew out of.
    fn begins(&self, made: &Made<'_>) -> bool {
        self.document.kind() == made.kind
            && self.piece.as_deref() == made.piece
            && self.changes.len() <= made.changes.len()
            && self.changes.iter().zip(&made.changes).all(|(here, there)| here == there)
    }

    /// About how much memory it takes.
    fn weight(&self) -> usize {
        let made_of = self.piece.iter().chain(&self.changes).map(Vec::len).sum::<usize>();
        ITSELF + TIMES * made_of
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Actor, Id};
    use crate::record::Scalar;
    use crate::wire::Admitted;

    /// Changes of one log, each on top of the one before.
    fn changes(actor: u8, count: usize) -> Vec<Vec<u8>> {
        let mut document = Document::new(Kind::Log).unwrap();
        let mut write = |n: usize| {
            let fields = [("type", "visit"), ("notes", "была дома")];
            let fields = fields.map(|(key, value)| (key.to_owned(), Scalar::from(value))).into();
            document.write(&Actor([actor; 16]), n as i64, &format!("{n:032x}"), &fields).unwrap().unwrap()
        };
        (0..count).map(|n| write(n).bytes().to_vec()).collect()
    }

    fn made<'a>(piece: Option<&'a [u8]>, changes: &'a [Vec<u8>]) -> Made<'a> {
        Made { kind: Kind::Log, piece, changes: changes.iter().map(Vec::as_slice).collect() }
    }

    fn opened(changes: &[Vec<u8>]) -> Document {
        Document::from_changes(Kind::Log, changes.iter().map(Vec::as_slice)).unwrap()
    }

    fn snapshot(changes: &[Vec<u8>]) -> Snapshot {
        let admitted = |bytes: &Vec<u8>| Admitted { author: Id([1; 16]), bytes: bytes.clone().into() };
        Snapshot::of(Kind::Log, &changes.iter().map(admitted).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_document_that_grew_is_the_one_opened_anew() {
        let (shelf, all) = (Shelf::default(), changes(9, 6));
        shelf.lay(&made(None, &all[..2]), &opened(&all[..2]));
        for count in [2, 3, 6] {
            let document = shelf.open(&made(None, &all[..count])).unwrap();
            assert_eq!(document.heads(), opened(&all[..count]).heads());
            assert_eq!(document.changes().len(), count);
        }
        assert_eq!(shelf.lying.borrow().len(), 1, "what it grew out of is gone");
    }

    #[test]
    fn another_document_is_not_taken_for_it() {
        let (shelf, all, others) = (Shelf::default(), changes(9, 3), changes(7, 3));
        let piece = snapshot(&all[..1]);
        shelf.lay(&made(None, &all[..2]), &opened(&all[..2]));
        assert!(shelf.open(&made(None, &all[..1])).is_none(), "less than what lies there");
        assert!(shelf.open(&made(None, &others)).is_none());
        assert!(shelf.open(&made(Some(&piece.bytes), &all[..2])).is_none());
        assert!(shelf.open(&Made { kind: Kind::Case, ..made(None, &all[..2]) }).is_none());
        let torn = [all[0].clone(), all[1].clone(), all[2][1..].to_vec()];
        assert!(shelf.open(&made(None, &torn)).is_none());
    }

    #[test]
    fn a_piece_stays_beside_what_grew_out_of_it() {
        let (shelf, all) = (Shelf::default(), changes(9, 4));
        let piece = snapshot(&all[..2]);
        assert_eq!(shelf.piece(Kind::Log, &piece).unwrap().heads(), opened(&all[..2]).heads());
        let grown = shelf.open(&made(Some(&piece.bytes), &all[2..])).unwrap();
        assert_eq!(grown.heads(), opened(&all).heads());
        assert_eq!(shelf.lying.borrow().len(), 2);
        assert_eq!(shelf.piece(Kind::Log, &piece).unwrap().heads(), opened(&all[..2]).heads());
    }

    #[test]
    fn what_was_asked_for_longest_ago_makes_room() {
        let (shelf, all) = (Shelf::default(), changes(9, 1));
        let big = |n: u8| vec![n; ROOM / TIMES / 5];
        let lies = |n: u8| shelf.open(&made(Some(&big(n)), &[])).is_some();
        for n in 1..=4 {
            shelf.lay(&made(Some(&big(n)), &[]), &opened(&all));
        }
        assert!(lies(1));
        shelf.lay(&made(Some(&big(5)), &[]), &opened(&all));
        assert_eq!([1, 2, 3, 4, 5].map(lies), [true, false, true, true, true]);
        shelf.lay(&made(Some(&vec![0; ROOM]), &[]), &opened(&all));
        assert!(shelf.lying.borrow().is_empty(), "more than there is room for");
    }
}
