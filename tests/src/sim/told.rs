//! What the server has said to phones: each answer is held against the log, and against what was said before.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::crdt::Change;
use sync_core::envelope::Header;
use sync_core::ids::{ChangeHash, DeviceId, DocId, Hash32};
use sync_core::office::Topic;
use sync_core::scope::Scope;
use sync_core::verdict::{Flag, Reason, Verdict};
use sync_core::wire::{Row, SyncAnswer, SyncRequest};

use super::invariants::{Violation, broken, must};
use super::mirror::Mirror;
use super::scopes::{Has, Person, Scopes};

#[derive(Debug, Default)]
pub struct Told {
    verdicts: BTreeMap<(DeviceId, DocId, ChangeHash), Verdict>,
    /// Envelopes of requests that were answered: the server surely knows of them.
    pub envelopes: BTreeMap<DeviceId, BTreeMap<u64, BTreeSet<Hash32>>>,
    /// Those of requests that got no answer: it may.
    pub perhaps: BTreeMap<DeviceId, BTreeSet<u64>>,
}

/// Who hears the answer, and when.
pub struct Hearer<'a> {
    pub device: DeviceId,
    pub person: &'a Person,
    pub revoked: bool,
    /// Days since 1970 where the organisation is.
    pub today: i64,
}

impl Told {
    /// A request reached the server, and perhaps nothing came of it.
    pub fn asked(&mut self, device: DeviceId, request: &SyncRequest, answered: bool) {
        for envelope in &request.envelopes {
            let Some(header) = header_of(&envelope.header) else { continue };
            if answered {
                let numbers = self.envelopes.entry(device).or_default();
                numbers.entry(header.number).or_default().insert(envelope.hash());
            } else {
                self.perhaps.entry(device).or_default().insert(header.number);
            }
        }
    }

    /// An answer was given: whether it arrived or not, it is a promise.
    pub fn answered(
        &mut self,
        to: &Hearer<'_>,
        request: &SyncRequest,
        answer: &SyncAnswer,
        mirror: &Mirror,
        scopes: &Scopes,
    ) -> Result<(), Violation> {
        let items = items_of(request);
        let mut said = BTreeMap::new();
        for on in &answer.verdicts {
            let key = (to.device, on.doc, on.hash);
            // A change may be in two envelopes of one request: answered before, and put into another for a server
            // that was restored.
            if said.insert(key, on.verdict) != Some(on.verdict) {
                self.verdict(to, key, on.verdict, mirror, scopes)?;
            }
            if on.verdict == Verdict::SetAside(Reason::OutOfScope)
                && let Some(family) = items.get(&(on.doc, on.hash)).and_then(|scope| scope.family)
                && to.person.duty == footpath::store::Duty::Worker
            {
                // What the coordinator keeps aside stays aside, also when the family is given later; so does what stands on it.
                let kept = |hash: ChangeHash| {
                    let aside = mirror.aside.get(&(to.device, on.doc, hash));
                    aside.is_some_and(|aside| aside.seq <= mirror.seq_before && !aside.released)
                };
                let ever = scopes.ever(to.person.id, family, to.today);
                must(ever != Has::Yes || stands_on(request, on.hash, kept), "NO_VISIT_REFUSED", || {
                    format!("{} had {family} and {} is out of scope", to.person.login, on.hash)
                })?;
            }
        }
        for row in &answer.rows {
            given(to, row, mirror, scopes)?;
        }
        // A restored server may have forgotten that the device is out of service.
        let revoked = to.revoked && !scopes.unsettled;
        must(!revoked || (answer.rows.is_empty() && answer.device_revoked), "SCOPE_KEPT", || {
            format!("the revoked device {} was given {} rows", to.device, answer.rows.len())
        })
    }

    fn verdict(
        &mut self,
        to: &Hearer<'_>,
        key: (DeviceId, DocId, ChangeHash),
        now: Verdict,
        mirror: &Mirror,
        scopes: &Scopes,
    ) -> Result<(), Violation> {
        let (_, doc, hash) = key;
        if now.admitted() {
            must(mirror.has(doc, hash), "NOTHING_ACKNOWLEDGED_LOST", || {
                format!("{hash} was called {now:?} and is not in the log")
            })?;
            let line = &mirror.changes[&(doc, hash)];
            let new = now == Verdict::Accepted;
            must(!to.revoked || scopes.unsettled || !new, "SCOPE_KEPT", || {
                format!("row {} was accepted from the revoked device {}", line.seq, to.device)
            })?;
        }
        let aside = mirror.aside.get(&key);
        if let Verdict::SetAside(reason) = now
            && reason != Reason::Quota
        {
            must(aside.is_some_and(|aside| aside.reason == reason), "ONE_VERDICT", || {
                format!("{hash} is set aside for {reason}, and the log says {aside:?}")
            })?;
        }
        let before = self.verdicts.get(&key).copied();
        let released = aside.is_some_and(|aside| aside.released);
        let settled = aside.is_some_and(|aside| aside.settled);
        let fits = match before {
            None => true,
            Some(Verdict::Accepted | Verdict::Duplicate) => now == Verdict::Duplicate,
            Some(flagged @ Verdict::AcceptedFlagged(_)) => now == flagged,
            Some(Verdict::SetAside(reason)) => {
                now == Verdict::SetAside(reason)
                    || (released
                        && matches!(now, Verdict::AcceptedFlagged(Flag::Released) | Verdict::Duplicate))
                    || (settled && now == Verdict::Settled)
                    // Let in by a person in a history that is lost, and brought back with the server's word for it.
                    || now == Verdict::AcceptedFlagged(Flag::Restored)
            }
            Some(Verdict::Settled) => now == Verdict::Settled,
            Some(Verdict::Waiting | Verdict::Remake(_)) => true,
        };
        must(fits, "ONE_VERDICT", || format!("{hash} was {before:?} and is {now:?}"))?;
        if !matches!(now, Verdict::Waiting | Verdict::Remake(_) | Verdict::SetAside(Reason::Quota)) {
            self.verdicts.insert(key, now);
        }
        Ok(())
    }
}

/// Whether this row may be given to this person.
fn given(to: &Hearer<'_>, row: &Row, mirror: &Mirror, scopes: &Scopes) -> Result<(), Violation> {
    let to_see = |doc: DocId, scope: &Scope| {
        must(scopes.holds(to.person, doc, scope, to.today) != Has::No, "SCOPE_KEPT", || {
            format!("{} was given {:?} {doc}", to.person.login, scope.kind)
        })
    };
    match row {
        Row::Changes(doc, scope, _) | Row::Snapshot(doc, scope, _) => to_see(*doc, scope),
        Row::Office(row) => {
            let own = match row.topic {
                Topic::Inbox | Topic::Route => row.subject == to.person.id,
                Topic::Card => row.key == to.person.id.to_string(),
                Topic::Review => {
                    let doc = DocId(row.subject.0);
                    return mirror.docs.get(&doc).map_or(Ok(()), |held| to_see(doc, &held.scope));
                }
                Topic::Catalogue | Topic::Offer => true,
            };
            if own {
                Ok(())
            } else {
                broken("SCOPE_KEPT", format!("{} was given {}", to.person.login, row.cache_key()))
            }
        }
    }
}

fn header_of(bytes: &[u8]) -> Option<Header> {
    minicbor::decode(bytes).ok()
}

/// Whether this change of a request is such, or builds on one that is, by way of others in the request.
fn stands_on(request: &SyncRequest, hash: ChangeHash, such: impl Fn(ChangeHash) -> bool) -> bool {
    let bytes = request.envelopes.iter().flat_map(|envelope| &envelope.changes);
    let sent: Vec<Change> = bytes.filter_map(|bytes| Change::parse(bytes).ok()).collect();
    let mut next = vec![hash];
    let mut seen = BTreeSet::new();
    while let Some(hash) = next.pop() {
        if such(hash) {
            return true;
        }
        if seen.insert(hash) {
            next.extend(sent.iter().filter(|change| change.hash() == hash).flat_map(Change::deps));
        }
    }
    false
}

fn items_of(request: &SyncRequest) -> BTreeMap<(DocId, ChangeHash), Scope> {
    let headers = request.envelopes.iter().filter_map(|envelope| header_of(&envelope.header));
    headers.flat_map(|header| header.items).map(|item| ((item.doc, item.hash), item.scope)).collect()
}
