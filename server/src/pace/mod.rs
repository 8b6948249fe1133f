//! Who is served when, and what those are told who must wait.

mod turns;

use std::time::Duration;

pub use turns::{Turn, Turns};

/// A wait that is different for everybody, and never shorter: those who were sent away together must not come back
/// together.
pub fn spread(wait: Duration) -> Duration {
    let mut bytes = [0; 2];
    // Without randomness everybody waits the same, which is still right.
    let _ = getrandom::fill(&mut bytes);
    let share = f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX);
    wait + (wait / 2 + Duration::from_secs(2)).mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nobody_comes_back_early_and_not_all_at_once() {
        let wait = Duration::from_secs(10);
        let waits: Vec<Duration> = (0..100).map(|_| spread(wait)).collect();
        assert!(waits.iter().all(|told| (wait..=wait + Duration::from_secs(7)).contains(told)));
        let seconds: BTreeSet<u64> = waits.iter().map(Duration::as_secs).collect();
        assert!(seconds.len() > 3, "{seconds:?}");
    }
}
