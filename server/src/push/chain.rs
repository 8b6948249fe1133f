//! What the numbers of a device's envelopes show: noted for people, never a reason to hold work back.

use std::collections::BTreeSet;

use sync_core::ids::DeviceId;
use sync_core::wire::Newest;

use super::open::Link;
use crate::app::App;
use crate::store::{ChainEvidence, Device, SignedHeader, Stored};

/// Ranges and numbers kept at most; the oldest are told enough by then.
const MAX_NOTED: usize = 100;

/// Numbers of these headers under which the device signed something else before: one key, two hands.
pub async fn spent(app: &App, device: &Device, signed: &[SignedHeader]) -> Stored<BTreeSet<u64>> {
    let numbers: Vec<u64> = signed.iter().map(|signed| signed.header.number).collect();
    let kept = app.log.signatures(device.id, &numbers).await?;
    let another = |signed: &&SignedHeader| {
        kept.get(&signed.header.number).is_some_and(|kept| !kept.contains(&signed.signature))
    };
    Ok(signed.iter().filter(another).map(|signed| signed.header.number).collect())
}

/// The newest envelope and the evidence after these links came, of which some have a number that was `spent`.
pub fn follow(
    newest: Option<Newest>,
    mut evidence: ChainEvidence,
    links: &[Link],
    spent: &BTreeSet<u64>,
) -> (Option<Newest>, ChainEvidence) {
    let mut links = links.to_vec();
    links.sort_by_key(|link| link.at.number);
    let mut newest = newest;
    for link in links {
        if spent.contains(&link.at.number) {
            fork(&mut evidence, link.at.number);
        }
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
    evidence.named = evidence.named.filter(|named| newest.is_none_or(|newest| newest.number < *named));
    let surplus = evidence.missing.len().saturating_sub(MAX_NOTED);
    evidence.missing.drain(..surplus);
    (newest, evidence)
}

/// Heeds which envelope the device says is its newest: one that has not come is missing, and another one of the
/// same number is a twin's.
pub async fn heed(app: &App, device: DeviceId, came: Option<Newest>, head: Option<Newest>) -> Stored<()> {
    let Some(head) = head.filter(|head| came != Some(*head)) else { return Ok(()) };
    let Some(mut device) = app.log.device(device).await? else { return Ok(()) };
    let before = device.evidence.clone();
    let known = device.newest.map_or(0, |newest| newest.number);
    if head.number > known {
        device.evidence.named = Some(head.number);
    } else if device.newest.is_some_and(|newest| newest.number == head.number && newest.hash != head.hash) {
        fork(&mut device.evidence, head.number);
    }
    if device.evidence != before {
        app.log.note_evidence(device.id, device.evidence).await?;
    }
    Ok(())
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

    fn follow(
        newest: Option<Newest>,
        evidence: ChainEvidence,
        links: &[Link],
    ) -> (Option<Newest>, ChainEvidence) {
        super::follow(newest, evidence, links, &BTreeSet::new())
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

    /// A twin that lags behind writes under numbers long past: only what was signed there before tells.
    #[test]
    fn a_number_spent_long_ago_is_noted_and_changes_nothing_else() {
        let (newest, evidence) = follow(
            None,
            ChainEvidence::default(),
            &[link(1, 1, None), link(2, 2, Some(1)), link(3, 3, Some(2))],
        );
        let (after, evidence) = super::follow(newest, evidence, &[link(2, 9, Some(1))], &[2].into());
        assert_eq!((after, evidence.forks, evidence.missing), (newest, vec![2], vec![]));
    }
}
