//! Bugs planted on purpose, in the simulator's own store: what catches nothing proves nothing.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bug {
    /// An append is answered at once and committed when the next request comes.
    AckBeforeCommit,
    /// Nothing was ever said of a change before.
    NoDedupe,
    /// A grant that was taken away is still there.
    GrantsForEver,
    /// No device is revoked.
    NobodyRevoked,
}

impl Bug {
    pub const ALL: [Self; 4] =
        [Self::AckBeforeCommit, Self::NoDedupe, Self::GrantsForEver, Self::NobodyRevoked];

    /// The invariant that must see it.
    pub fn seen_by(self) -> &'static [&'static str] {
        match self {
            Self::AckBeforeCommit => &["NOTHING_ACKNOWLEDGED_LOST"],
            Self::NoDedupe => &["NO_DOUBLE", "ONE_VERDICT"],
            Self::GrantsForEver | Self::NobodyRevoked => &["SCOPE_KEPT"],
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::from(name)).ok()
    }
}
