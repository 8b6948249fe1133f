//! What every request shares, and the one list of routes.

use std::sync::Arc;

use sync_core::keys::DeviceKey;

use crate::config::Config;
use crate::push::{Locks, Vet};
use crate::read_model::ReadModel;
use crate::store::ChangeLog;

/// The server's clock in milliseconds since 1970 UTC: wound by hand in tests.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What every request shares.
pub struct App {
    pub config: Config,
    pub log: Arc<dyn ChangeLog>,
    pub read_model: ReadModel,
    pub vetting: Arc<dyn Vet>,
    pub clock: Clock,
    /// The server's own key: it writes like a device.
    pub key: DeviceKey,
    /// Held by whoever appends changes to a document, from reading what it holds until the commit.
    pub locks: Locks,
}

impl App {
    /// The time now.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }
}
