//! The only room that names automerge: documents, changes, genesis.
//!
//! What comes in here has been admitted, or is being admitted on a throwaway copy by
//! [`crate::admission`]. `isolate`, `transaction_at` and `set_author` are never used; `load` never
//! sees bytes that the server's key has not vouched for.

mod change;
mod document;
mod genesis;
mod making;
mod snapshot;

pub use change::{Action, Change, Key, Object, Op, OpRef, Parts};
pub use document::{Document, DocumentError};
pub use genesis::{GENESIS_ACTOR, genesis_hash};
pub use snapshot::{NotOnePiece, Past};
