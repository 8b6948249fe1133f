//! The change every document of a kind starts from. Both sides build it, nobody sends it.
//!
//! Without a shared first change two phones that create the same log offline would each make a top map
//! of their own, and each would see only its half.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, AutomergeError, ObjType, ROOT};

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
    let mut document = Automerge::new().with_actor(ActorId::from(GENESIS_ACTOR.as_bytes()));
    let mut transaction = document.transaction();
    transaction.put_object(ROOT, kind.top(), ObjType::Map)?;
    transaction.commit_with(CommitOptions::default().with_time(0));
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A changed genesis would split every document in the field. These never change.
    #[test]
    fn genesis_is_frozen() {
        let hashes: Vec<String> = Kind::ALL.iter().map(|kind| genesis_hash(*kind).unwrap().to_string()).collect();
        assert_eq!(
            hashes,
            [
                "person", "case", "log", "task", "activity",
            ]
        );
    }
}
