//! Time: wound by hand, or real where a real server keeps it; and how wrong a phone's clock is about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// 15 May 2026, 09:00 UTC: a month has room on both sides of it.
pub const START_MS: i64 = 1_778_835_600_000;

pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// True time. Copies show the same time.
#[derive(Clone, Debug)]
pub enum Time {
    Wound(Arc<AtomicI64>),
    Real,
}

impl Time {
    /// Stands still at [`START_MS`] until wound.
    pub fn wound() -> Self {
        Self::Wound(Arc::new(AtomicI64::new(START_MS)))
    }

    /// Milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::Wound(ms) => ms.load(Ordering::Relaxed),
            Self::Real => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_millis() as i64),
        }
    }

    /// Lets time pass. Real time passes by itself.
    pub fn pass(&self, ms: i64) {
        if let Self::Wound(now) = self {
            now.fetch_add(ms, Ordering::Relaxed);
        }
    }
}

/// The clock of one phone.
#[derive(Clone, Debug)]
pub struct Clock {
    pub time: Time,
    /// What this clock shows minus the true time.
    pub error_ms: i64,
}

impl Clock {
    pub fn right(time: &Time) -> Self {
        Self { time: time.clone(), error_ms: 0 }
    }

    pub fn now_ms(&self) -> i64 {
        self.time.now_ms() + self.error_ms
    }

    /// Sets the clock to show this now, right or wrong.
    pub fn set(&mut self, shown_ms: i64) {
        self.error_ms = shown_ms - self.time.now_ms();
    }
}
