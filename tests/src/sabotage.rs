//! Bytes that bring down a vetting process made weak on purpose (`src/bin/saboteur.rs`).

use sync_core::admission::{Bytes, Candidate};
use sync_core::ids::{Actor, ChangeHash, sha256};

const MARK: &[u8] = b"bring me down: ";

/// How the process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Abort,
    Exit,
    Panic,
    /// Waits for ever.
    Hang,
    /// Computes for ever.
    Spin,
    Allocate,
    Recurse,
}

impl Way {
    pub const ALL: [Self; 7] =
        [Self::Abort, Self::Exit, Self::Panic, Self::Hang, Self::Spin, Self::Allocate, Self::Recurse];

    /// What these bytes ask for, if anything.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let name = bytes.strip_prefix(MARK)?;
        Self::ALL.into_iter().find(|way| name.starts_with(format!("{way:?}").as_bytes()))
    }

    /// A candidate that asks for it; another for each `number`.
    pub fn candidate(self, number: u8) -> Candidate {
        let bytes = [MARK, format!("{self:?} {number}").as_bytes()].concat();
        Candidate { hash: ChangeHash(sha256(&bytes)), actor: Actor([number; 16]), bytes: Bytes(bytes) }
    }
}
