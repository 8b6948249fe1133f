//! What the numbers of a device's envelopes show: noted for people, never a reason to hold work back.

use sync_core::wire::Newest;

use super::open::Link;
use crate::store::ChainEvidence;

/// Ranges and numbers kept at most; the oldest are told enough by then.
const MAX_NOTED: usize = 100;

/// The newest envelope and the evidence after these links came.
pub fn follow(
    newest: Option<Newest>,
    mut evidence: ChainEvidence,
    links: &[Link],
) -> (Option<Newest>, ChainEvidence) {
    let mut links = links.to_vec();
    links.sort_by_key(|link| link.at.number);
    let mut newest = newest;
    for link in links {
        let known = newest.map_or(0, |newest| newest.number);
        if link.at.number > known {
            let next = known + 1;
            if link.at.number > next {
                evidence.missing.push((next, link.at.number - 1));
            } else if link.previous != newest.map(|newest| newest.hash) {
                fork(&mut evidence, link.at.number);
            }
            newest = Some(link.at);
        } else if newest.is_some_and(|newest| newest.number == link.at.number && newest.hash != link.at.hash)
        {
            fork(&mut evidence, link.at.number);
        } else {
            came(&mut evidence, link.at.number);
        }
    }
    let surplus = evidence.missing.len().saturating_sub(MAX_NOTED);
    evidence.missing.drain(..surplus);
    (newest, evidence)
}

fn fork(evidence: &mut ChainEvidence, number: u64) {
    if !evidence.forks.contains(&number) && evidence.forks.len() < MAX_NOTED {
        evidence.forks.push(number);
    }
}

/// A late one: it is not missing any more.
fn came(evidence: &mut ChainEvidence, number: u64) {
    let Some(at) = evidence.missing.iter().position(|(from, to)| (*from..=*to).contains(&number)) else {
        return;
    };
    let (from, to) = evidence.missing.remove(at);
    if number < to {
        evidence.missing.insert(at, (number + 1, to));
    }
    if from < number {
        evidence.missing.insert(at, (from, number - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::ids::Hash32;

    fn link(number: u64, hash: u8, previous: Option<u8>) -> Link {
        let at = Newest { number, hash: Hash32([hash; 32]) };
        Link { at, previous: previous.map(|hash| Hash32([hash; 32])) }
    }

    #[test]
    fn a_whole_chain_leaves_no_evidence() {
        let (newest, evidence) =
            follow(None, ChainEvidence::default(), &[link(2, 2, Some(1)), link(1, 1, None)]);
        assert_eq!(newest.map(|newest| newest.number), Some(2));
        assert_eq!(evidence, ChainEvidence::default());
        let again = follow(newest, evidence.clone(), &[link(1, 1, None), link(2, 2, Some(1))]);
        assert_eq!(again, (newest, evidence));
    }

    #[test]
    fn gaps_are_noted_and_filled_by_what_comes_late() {
        let (newest, evidence) =
            follow(None, ChainEvidence::default(), &[link(1, 1, None), link(5, 5, Some(4))]);
        assert_eq!(evidence.missing, [(2, 4)]);
        let (newest, evidence) = follow(newest, evidence, &[link(3, 3, Some(2))]);
        assert_eq!(evidence.missing, [(2, 2), (4, 4)]);
        let (newest, evidence) = follow(newest, evidence, &[link(4, 4, Some(3)), link(2, 2, Some(1))]);
        assert_eq!((newest.map(|newest| newest.number), evidence), (Some(5), ChainEvidence::default()));
    }

    #[test]
    fn forks_are_noted() {
        let (newest, evidence) = follow(None, ChainEvidence::default(), &[link(1, 1, None)]);
        let (newest, evidence) = follow(newest, evidence, &[link(1, 9, None), link(2, 2, Some(9))]);
        assert_eq!(evidence.forks, [1, 2]);
        assert_eq!(newest.map(|newest| newest.hash.0[0]), Some(2));
    }
}
