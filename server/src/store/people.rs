//! Who may come in: the organisation, its accounts and their devices.

use serde::{Deserialize, Serialize};
use sync_core::ids::{DeviceId, Id, PublicKey};
use sync_core::wire::{DeviceState, Newest};

/// The organisation this server keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: Id,
    pub name: String,
    /// Names this history of the log; another one after a restore from backup.
    pub epoch: Id,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    Worker,
    Volunteer,
    Coordinator,
    Admin,
}

impl Duty {
    /// Every duty, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Worker, Self::Volunteer, Self::Coordinator, Self::Admin];

    /// The word used in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Volunteer => "volunteer",
            Self::Coordinator => "coordinator",
            Self::Admin => "admin",
        }
    }
}

/// A person who can sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub person: Id,
    pub login: String,
    pub name: String,
    /// argon2id, in PHC form.
    pub password_hash: String,
    pub duties: Vec<Duty>,
    /// `ru`, `uk` or `en`.
    pub language: String,
    /// Place nodes: what lies below them is included.
    pub places: Vec<Id>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("person", &self.person)
            .field("duties", &self.duties)
            .finish_non_exhaustive()
    }
}

impl Account {
    pub fn has(&self, duty: Duty) -> bool {
        self.duties.contains(&duty)
    }
}

/// One key of one person on one installation.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    pub id: DeviceId,
    pub person: Id,
    pub public_key: PublicKey,
    pub name: String,
    pub enrolled_ms: i64,
    pub revoked_ms: Option<i64>,
    /// The newest envelope the server has from it.
    pub newest: Option<Newest>,
    pub last_sync_ms: Option<i64>,
    /// What it last said of itself.
    pub state: DeviceState,
    pub evidence: ChainEvidence,
    /// It has been here since the server was last restored from a backup, and had nothing more to give back.
    pub heard: bool,
}

/// What the numbers of a device's envelopes show. Evidence, never a reason to hold work back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEvidence {
    /// Ranges of numbers that never came, both ends included.
    pub missing: Vec<(u64, u64)>,
    /// Numbers that came twice with different content, or did not follow their predecessor.
    pub forks: Vec<u64>,
    /// The newest number the device itself named, while nothing so new has come.
    #[serde(default)]
    pub named: Option<u64>,
}

/// What is to be noted about a device.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceNews {
    pub device: DeviceId,
    pub now_ms: i64,
    pub state: DeviceState,
    /// `None` when no envelope came: then the evidence stays as it is, too.
    pub newest: Option<Newest>,
    pub evidence: ChainEvidence,
}
