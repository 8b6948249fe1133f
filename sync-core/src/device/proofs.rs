//! What is kept with a document and beside an office value, so that a server which lost it can be given it back.

use std::collections::BTreeSet;

use minicbor::{Decode, Encode};

use crate::crdt::Change;
use crate::envelope::Item;
use crate::ids::{ChangeHash, Id, hex, unhex};
use crate::scope::Scope;
use crate::vouch::Receipt;
use crate::wire::Admitted;

/// Receipts kept for one document given change by change; one that is given whole needs one.
const MOST_GIVEN: usize = 256;

/// Where in which history something was known to be on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Mark {
    #[n(0)]
    pub epoch: Id,
    #[n(1)]
    pub seq: u64,
}

/// An epoch that ended: the server lost what came after the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Former {
    #[n(0)]
    pub epoch: Id,
    #[n(1)]
    pub ended: u64,
}

/// The beginning of a change's hash: enough to find it again among those of its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub(super) struct Short(#[cbor(n(0), with = "minicbor::bytes")] [u8; 8]);

impl Short {
    pub fn of(hash: &ChangeHash) -> Self {
        let mut short = [0; 8];
        short.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
        Self(short)
    }
}

/// A row of this document that the server gave.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Given {
    #[n(0)]
    pub receipt: Receipt,
    #[n(1)]
    pub scope: Scope,
    /// The changes of the row in its order; `None` when it was the document in one piece.
    #[n(2)]
    pub changes: Option<Vec<Short>>,
    /// Where the server has it since it was given back.
    #[n(3)]
    pub safe: Option<Mark>,
}

/// A change of one's own that the server took, and has not given back with a receipt.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Taken {
    #[n(0)]
    pub hash: ChangeHash,
    #[n(1)]
    pub incarnation: u32,
    #[n(2)]
    pub mark: Mark,
    /// The change it was made in place of.
    #[n(3)]
    pub replaces: Option<ChangeHash>,
}

/// The proofs that are kept with a document.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub(super) struct Proofs {
    #[n(0)]
    pub given: Vec<Given>,
    /// What the server took of one's own and has not given back.
    #[n(1)]
    pub taken: Vec<Taken>,
}

/// The proof that is kept beside an office value.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct OfficeProof {
    #[n(0)]
    pub receipt: Receipt,
    #[n(1)]
    pub safe: Option<Mark>,
}

impl Given {
    pub fn mark(&self) -> Mark {
        self.safe.unwrap_or(given_at(&self.receipt))
    }
}

fn given_at(receipt: &Receipt) -> Mark {
    Mark { epoch: receipt.page.epoch, seq: receipt.page.seq }
}

impl Proofs {
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.taken.is_empty()
    }

    /// The server took a change of one's own.
    pub fn take(&mut self, item: &Item, mark: Mark) {
        let &Item { hash, incarnation, replaces, .. } = item;
        self.taken.retain(|taken| taken.hash != hash);
        self.taken.push(Taken { hash, incarnation, mark, replaces });
    }

    /// Whether the server gave something of it.
    pub fn was_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// The server will not have these after all.
    pub fn let_go(&mut self, hashes: &BTreeSet<ChangeHash>) {
        self.taken.retain(|taken| !hashes.contains(&taken.hash));
        let gone: BTreeSet<Short> = hashes.iter().map(Short::of).collect();
        self.given.retain(|given| !given.changes.iter().flatten().any(|short| gone.contains(short)));
    }

    /// The document is not in one piece any more.
    pub fn taken_apart(&mut self) {
        self.given.retain(|given| given.changes.is_some());
    }

    /// The server gave a row of changes.
    pub fn give(&mut self, scope: Scope, changes: &[Admitted], receipt: Receipt) {
        let hashes: Vec<ChangeHash> =
            changes.iter().filter_map(|admitted| hash_of(&admitted.bytes)).collect();
        if hashes.len() != changes.len() {
            return;
        }
        self.taken.retain(|taken| !hashes.contains(&taken.hash));
        let changes = Some(hashes.iter().map(Short::of).collect());
        self.given.push(Given { receipt, scope, changes, safe: None });
        let surplus = self.given.len().saturating_sub(MOST_GIVEN);
        self.given.drain(..surplus);
    }

    /// The server gave the document in one piece, of these changes: what it gave of them before needs no proof more.
    pub fn give_piece(&mut self, scope: Scope, held: &BTreeSet<ChangeHash>, receipt: Receipt) {
        let inside: BTreeSet<Short> = held.iter().map(Short::of).collect();
        self.taken.retain(|taken| !held.contains(&taken.hash));
        self.given.retain(|given| {
            given.changes.as_ref().is_some_and(|changes| !changes.iter().all(|short| inside.contains(short)))
        });
        self.given.push(Given { receipt, scope, changes: None, safe: None });
    }
}

pub(super) fn hash_of(bytes: &[u8]) -> Option<ChangeHash> {
    Some(Change::parse(bytes).ok()?.hash())
}

/// The key under which the proof of an office value lies beside it.
pub(super) fn proof_key(office: &str) -> String {
    format!("receipt/{office}")
}

impl OfficeProof {
    pub fn mark(&self) -> Mark {
        self.safe.unwrap_or(given_at(&self.receipt))
    }

    /// As a JSON text, as every office value is.
    pub fn text(&self) -> Option<String> {
        Some(format!("\"{}\"", hex(&minicbor::to_vec(self).ok()?)))
    }

    pub fn read(text: &str) -> Option<Self> {
        minicbor::decode(&unhex(text.trim_matches('"'))?).ok()
    }
}
