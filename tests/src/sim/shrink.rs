//! From a history that breaks something to a short one that breaks the same: delta debugging (Zeller and
//! Hildebrandt 2002), which leaves out ever smaller parts as long as what is left still fails.

use super::action::{Action, History};
use super::run;

/// The shortest history found in so many runs that violates the invariant of this name.
pub fn shrink(history: &History, name: &str, broken_at: usize, most: usize) -> History {
    let mut shortest = history.clone();
    // What came after the violation had no part in it.
    shortest.actions.truncate(broken_at + 1);
    let mut runs = 0;
    let mut fails = |actions: &[Action]| {
        runs += 1;
        let candidate = History { actions: actions.to_vec(), ..history.clone() };
        runs <= most && run::tell(&candidate).violation.is_some_and(|found| found.violation.name == name)
    };
    let mut parts = 2;
    while shortest.actions.len() > 1 {
        let length = shortest.actions.len();
        let size = length.div_ceil(parts);
        let mut left_out = false;
        let mut from = 0;
        while from < shortest.actions.len() {
            let to = (from + size).min(shortest.actions.len());
            let rest = [&shortest.actions[..from], &shortest.actions[to..]].concat();
            if !rest.is_empty() && fails(&rest) {
                shortest.actions = rest;
                left_out = true;
            } else {
                from = to;
            }
        }
        if size == 1 && !left_out {
            break;
        }
        parts = if left_out { parts } else { (parts * 2).min(length) };
        parts = parts.min(shortest.actions.len().max(1));
    }
    shortest
}
