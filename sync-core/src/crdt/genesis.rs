//! The change every document of a kind starts from. Both sides build it, nobody sends it.
//!
//! Without a shared first change two phones that create the same log offline would each make a top map
//! of their own, and each would see only its half.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::num::NonZeroU64;

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{ActorId, Automerge, AutomergeError, Change, ExpandedChange, ObjType};

use super::DocumentError;
use crate::ids::{Actor, ChangeHash};
use crate::scope::Kind;

/// The actor of all genesis changes; no device can derive it.
pub const GENESIS_ACTOR: Actor = Actor([0; 16]);

/// The hash of the genesis change of `kind`: frozen for ever, see the test.
pub fn genesis_hash(kind: Kind) -> Result<ChangeHash, DocumentError> {
    genesis(kind)?.get_heads().first().map(|head| ChangeHash(head.0)).ok_or(DocumentError::Broken)
}

/// A document of `kind` with nothing in it but its top map.
pub(super) fn genesis(kind: Kind) -> Result<Automerge, AutomergeError> {
    thread_local! {
        /// Every document that is opened begins with one of these few.
        static MADE: RefCell<BTreeMap<Kind, Automerge>> = const { RefCell::new(BTreeMap::new()) };
    }
    MADE.with_borrow_mut(|made| match made.entry(kind) {
        Entry::Occupied(there) => Ok(there.get().clone()),
        Entry::Vacant(place) => Ok(place.insert(make(kind)?).clone()),
    })
}

fn make(kind: Kind) -> Result<Automerge, AutomergeError> {
    let actor_id = ActorId::from(GENESIS_ACTOR.as_bytes());
    let mut document = Automerge::new().with_actor(actor_id.clone());
    document.apply_changes(vec![Change::from(ExpandedChange {
        operations: vec![Op {
            action: OpType::Make(ObjType::Map),
            obj: ObjectId::Root,
            key: Key::Map(kind.top().into()),
            pred: Vec::new().into(),
            insert: false,
        }],
        actor_id,
        hash: None,
        seq: 1,
        start_op: NonZeroU64::MIN,
        time: 0,
        message: None,
        deps: Vec::new(),
        extra_bytes: Vec::new(),
        author: None,
    })])?;
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A changed genesis would split every document in the field. These never change.
    #[test]
    fn genesis_is_frozen() {
        let hashes: Vec<String> =
            Kind::ALL.iter().map(|kind| genesis_hash(*kind).unwrap().to_string()).collect();
        assert_eq!(
            hashes,
            [
                "ec50823cc3d5f1eb80294eaf8dd6bbf6665e52e5ecbd1d350ed8a44c02739a67",
                "a0c11d9328a7a8cbe332780548ca3fe8641b4c8b5488f8f4caac539e89f262fb",
                "deebea1dff6e54b784a969c23a5def8df3b8baf9bbac7d1657caeb705b7e0739",
                "abca03360906b72fe193c842c548de44f046f0f37b9bbb0d49270e9421b0734c",
                "f0a6b22966239128ad9bdfb9e3758e51d2c661f551ccfd4286191f3f0d204ead",
            ]
        );
    }
}
