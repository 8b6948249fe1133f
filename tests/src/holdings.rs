//! What a phone holds, taken apart: to count what came and how often.

use std::collections::BTreeMap;

use minicbor::Decode;
use minicbor::bytes::ByteVec;
use sync_core::crdt::{Action, Change};
use sync_core::ids::{Actor, DocId, Id};
use sync_core::record::Scalar;
use sync_core::scope::Scope;
use sync_core::wire::{Admitted, Snapshot};

use crate::phone::Phone;

/// A cached document as it lies in the phone's storage.
#[derive(Debug, Decode)]
struct Kept {
    #[n(0)]
    scope: Scope,
    #[n(1)]
    admitted: Vec<Admitted>,
    #[n(2)]
    _leaving: bool,
    #[n(3)]
    piece: Option<Piece>,
}

/// The part of it that came in one piece.
#[derive(Debug, Decode)]
struct Piece {
    #[n(0)]
    bytes: ByteVec,
    #[n(1)]
    actors: Vec<(Actor, Id)>,
}

/// A cached document: every admitted change, however it came.
#[derive(Debug)]
pub struct Holding {
    pub scope: Scope,
    pub admitted: Vec<Admitted>,
}

impl Holding {
    fn read(bytes: &[u8]) -> Self {
        let kept: Kept = minicbor::decode(bytes).expect("a cached document can be read");
        let mut admitted = kept.piece.map_or_else(Vec::new, |piece| piece.changes(&kept.scope));
        admitted.extend(kept.admitted);
        Self { scope: kept.scope, admitted }
    }
}

impl Piece {
    fn changes(self, scope: &Scope) -> Vec<Admitted> {
        let authors = self.actors.iter().map(|(_, author)| *author).collect();
        let snapshot = Snapshot { bytes: self.bytes, authors };
        let document = snapshot.load(scope.kind).expect("a piece can be loaded");
        let authors = snapshot.authors_of(&document);
        let admitted = |change: Change| Admitted {
            author: authors[&change.hash()],
            bytes: change.bytes().to_vec().into(),
        };
        document.changes().into_iter().map(admitted).collect()
    }
}

/// Every document in the phone's cache.
pub fn of(phone: &Phone) -> BTreeMap<DocId, Holding> {
    phone.host.docs.iter().map(|(doc, bytes)| (*doc, Holding::read(bytes))).collect()
}

/// How often each text was ever written, by these changes.
pub fn texts<'a>(changes: impl IntoIterator<Item = &'a [u8]>) -> BTreeMap<String, usize> {
    let mut texts = BTreeMap::new();
    for bytes in changes {
        for op in Change::parse(bytes).expect("an admitted change").ops() {
            if let Action::Put(Scalar::Text(text)) = op.action {
                *texts.entry(text).or_default() += 1;
            }
        }
    }
    texts
}

/// How often each text was ever written, in everything the phone holds.
pub fn texts_of(phone: &Phone) -> BTreeMap<String, usize> {
    let holdings = of(phone);
    texts(
        holdings
            .values()
            .flat_map(|holding| holding.admitted.iter().map(|admitted| admitted.bytes.as_slice())),
    )
}
