//! How often: a bucket of tries for each key, refilled with time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Keys kept at most; full buckets are forgotten first, they mean nothing.
const MAX_KEYS: usize = 100_000;

/// Buckets of `burst` tries, one given back every `refill`.
#[derive(Debug)]
pub struct Buckets<K> {
    burst: f64,
    refill: Duration,
    /// Tries left, and when that was computed.
    left: Mutex<HashMap<K, (f64, i64)>>,
}

impl<K: Eq + Hash> Buckets<K> {
    pub fn new(burst: u32, refill: Duration) -> Self {
        Self {
            burst: f64::from(burst.max(1)),
            refill: refill.max(Duration::from_micros(1)),
            left: Mutex::default(),
        }
    }

    /// Takes one try of `key`'s; `Err` says how long until there is one.
    pub fn take(&self, key: K, now_ms: i64) -> Result<(), Duration> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() >= MAX_KEYS {
            left.retain(|_, (tries, at)| self.now_left(*tries, *at, now_ms) < self.burst);
            // Still full of keys that are owed something: too many callers to tell apart. Starting over lets
            // some of them try again, which is better than memory without end.
            if left.len() >= MAX_KEYS {
                left.clear();
            }
        }
        let (tries, at) = left.get(&key).copied().unwrap_or((self.burst, now_ms));
        let tries = self.now_left(tries, at, now_ms);
        if tries < 1.0 {
            left.insert(key, (tries, now_ms));
            return Err(self.refill.mul_f64(1.0 - tries));
        }
        left.insert(key, (tries - 1.0, now_ms));
        Ok(())
    }

    fn now_left(&self, tries: f64, at: i64, now_ms: i64) -> f64 {
        let passed_ms = now_ms.saturating_sub(at).max(0) as f64;
        (tries + passed_ms / (self.refill.as_secs_f64() * 1000.0)).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_refills_for_its_own_key_only() {
        let buckets = Buckets::new(2, Duration::from_secs(10));
        assert!(buckets.take("a", 0).is_ok());
        assert!(buckets.take("a", 0).is_ok());
        let wait = buckets.take("a", 5_000).unwrap_err();
        assert_eq!(wait, Duration::from_secs(5));
        assert!(buckets.take("b", 5_000).is_ok());
        assert!(buckets.take("a", 10_001).is_ok());
        assert!(buckets.take("a", 10_002).is_err());
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing_and_takes_nothing() {
        let buckets = Buckets::new(1, Duration::from_secs(10));
        assert!(buckets.take((), 100_000).is_ok());
        assert!(buckets.take((), 0).is_err());
        assert!(buckets.take((), 10_001).is_ok());
    }
}
