//! Whose turn it is: which envelopes go into the next request when there are more than fit.
//!
//! **No envelope keeps another from being heard.** What the server said nothing final about comes again, but
//! after those that it has not heard since; so work that waits for something lost holds nothing else up.

use std::collections::BTreeMap;

use super::state::Sealed;
use crate::envelope::{Envelope, TARGET_BYTES};

/// About how many bytes of envelopes go into one request; halved when the server says it is too much.
const REQUEST_BYTES: usize = 256 * 1024;

#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Less than [`REQUEST_BYTES`] since the server found a request too big.
    room: Option<usize>,
    /// Counts answers.
    round: u64,
    /// In which round an envelope was heard last, by its number.
    heard: BTreeMap<u64, u64>,
    /// In the request under way.
    asked: Vec<u64>,
}

impl Turns {
    /// The envelopes of the next request, in the order of their numbers: one at least, when there is any.
    pub fn next(&mut self, sealed: &BTreeMap<u64, Sealed>) -> Vec<Envelope> {
        let mut turns: Vec<(u64, u64)> =
            sealed.keys().map(|number| (self.heard.get(number).copied().unwrap_or(0), *number)).collect();
        turns.sort_unstable();
        let room = self.room.unwrap_or(REQUEST_BYTES);
        let mut bytes = 0;
        self.asked.clear();
        for (_, number) in turns {
            bytes += sealed.get(&number).map_or(0, |sealed| size(&sealed.envelope));
            if bytes > room && !self.asked.is_empty() {
                break;
            }
            self.asked.push(number);
        }
        self.asked.sort_unstable();
        self.asked.iter().filter_map(|number| Some(sealed.get(number)?.envelope.clone())).collect()
    }

    /// The server found the request too big; `false` when it cannot be made smaller.
    pub fn halve(&mut self) -> bool {
        let tried = self.room.unwrap_or(REQUEST_BYTES);
        self.room = Some((tried / 2).max(1));
        tried > 1
    }

    /// The request was answered, but for the envelopes that are to come `again`. What went through once goes
    /// through again, and a little more.
    pub fn answered(&mut self, sealed: &BTreeMap<u64, Sealed>, again: &[u64]) {
        self.round += 1;
        let asked = std::mem::take(&mut self.asked);
        self.heard
            .extend(asked.into_iter().filter(|number| !again.contains(number)).map(|n| (n, self.round)));
        self.heard.retain(|number, _| sealed.contains_key(number));
        self.room = self.room.map(|room| room + TARGET_BYTES).filter(|room| *room < REQUEST_BYTES);
    }

    /// Whether there is an envelope that the server has not heard since the start.
    pub fn unheard(&self, sealed: &BTreeMap<u64, Sealed>) -> bool {
        sealed.keys().any(|number| !self.heard.contains_key(number))
    }
}

fn size(envelope: &Envelope) -> usize {
    envelope.header.len() + envelope.changes.iter().map(|change| change.len()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::keys::Sig;

    fn sealed(numbers: std::ops::RangeInclusive<u64>, bytes: usize) -> BTreeMap<u64, Sealed> {
        let envelope = || Envelope {
            header: vec![0; 8].into(),
            signature: Sig([0; 64]),
            changes: vec![vec![0; bytes - 8].into()],
        };
        numbers.map(|number| (number, Sealed { envelope: envelope(), open: BTreeSet::new() })).collect()
    }

    fn asked(turns: &mut Turns, sealed: &BTreeMap<u64, Sealed>) -> Vec<u64> {
        turns.next(sealed);
        turns.asked.clone()
    }

    #[test]
    fn what_waits_lets_the_others_pass() {
        let (mut turns, mut all) = (Turns::default(), sealed(1..=40, 16 * 1024));
        assert_eq!(asked(&mut turns, &all), (1..=16).collect::<Vec<_>>());
        assert_eq!(asked(&mut turns, &all), (1..=16).collect::<Vec<_>>(), "a lost answer changes nothing");
        // Nothing final was said of any of them.
        turns.answered(&all, &[]);
        assert_eq!(asked(&mut turns, &all), (17..=32).collect::<Vec<_>>());
        assert!(turns.unheard(&all));
        turns.answered(&all, &[]);
        assert_eq!(asked(&mut turns, &all), [(1..=8).collect::<Vec<_>>(), (33..=40).collect()].concat());
        turns.answered(&all, &[]);
        assert!(!turns.unheard(&all), "it does not go on for ever");
        // And what was heard longest ago comes first.
        all.retain(|number, _| *number > 8);
        assert_eq!(asked(&mut turns, &all), (9..=24).collect::<Vec<_>>());
    }

    #[test]
    fn what_must_come_again_has_not_had_its_turn() {
        let (mut turns, all) = (Turns::default(), sealed(1..=2, 1_000));
        asked(&mut turns, &all);
        turns.answered(&all, &[2]);
        assert!(turns.unheard(&all));
    }

    #[test]
    fn a_request_that_was_too_big_shrinks_and_grows_again() {
        let (mut turns, all) = (Turns::default(), sealed(1..=40, 16 * 1024));
        for _ in 0..3 {
            assert!(turns.halve());
        }
        assert_eq!(asked(&mut turns, &all).len(), 2);
        for _ in 0..20 {
            turns.answered(&all, &[]);
        }
        assert_eq!(asked(&mut turns, &all).len(), 16);
        while turns.halve() {}
        assert_eq!(asked(&mut turns, &all).len(), 1, "one at least");
    }
}
