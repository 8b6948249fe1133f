//! May this person write this document? Judged by what the item says and what the log knows, without opening
//! anything.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::admission::{Framed, Limits, frame};
use sync_core::crdt::genesis_hash;
use sync_core::envelope::Item;
use sync_core::ids::{DocId, Id};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::{Flag, Reason, Verdict};
use sync_core::wire::Grant;

use super::Outcomes;
use super::open::Pushed;
use crate::access::{Access, Scopes};
use crate::app::App;
use crate::store::{Duty, Stored};

/// Judges all that is pending; new families first, since a log may come before the case it is of.
pub async fn sort_out(app: &App, access: &mut Access, outcomes: &mut Outcomes) -> Stored<()> {
    let mut pending = std::mem::take(&mut outcomes.pending);
    let mut ground = ground(app, &pending).await?;
    pending.sort_by_key(|pushed| !founds(&pushed.item.scope));
    let begun: BTreeSet<DocId> = pending.iter().filter(|pushed| begins(pushed)).map(|p| p.item.doc).collect();
    let mut remembered = false;
    for pushed in pending {
        let mut judged = judge(access, &ground, &pushed.item);
        if judged == Err(Reason::OutOfScope) && !std::mem::replace(&mut remembered, true) {
            access.remember(app.log.as_ref()).await?;
        }
        if judged == Err(Reason::OutOfScope) {
            judged = judge(access, &ground, &pushed.item);
        }
        match judged {
            Ok(pass) => {
                // A correction of what a restored server has lost makes no family: it waits for its ground.
                let made =
                    |gain: &Grant| !matches!(gain, Grant::Family(_)) || begun.contains(&pushed.item.doc);
                if let Some(gain) = pass.gain.filter(made) {
                    access.gain(gain);
                    outcomes.gains.push(gain);
                }
                ground.created.entry(pushed.item.doc).or_insert(pushed.item.scope);
                outcomes.passed.push((pushed, pass.flag));
            }
            // What gave it to them may be among what was lost, and on its way back: see `crate::epoch`.
            Err(Reason::OutOfScope) if access.forgotten => outcomes.said.push((pushed, Verdict::Waiting)),
            Err(reason) => outcomes.refused.push((pushed, reason)),
        }
    }
    Ok(())
}

/// Whether a family begins with it.
fn founds(scope: &Scope) -> bool {
    matches!(scope.kind, Kind::Case | Kind::Person)
}

/// Whether a case or a person begins with this change: it builds on nothing that anybody wrote.
fn begins(pushed: &Pushed) -> bool {
    let Scope { kind, .. } = pushed.item.scope;
    let genesis = genesis_hash(kind);
    let on_nothing = |framed: Framed<'_>| framed.deps.iter().all(|dep| Ok(*dep) == genesis);
    founds(&pushed.item.scope) && frame(&pushed.bytes, &Limits::STANDARD).is_ok_and(on_nothing)
}

async fn ground(app: &App, pending: &[Pushed]) -> Stored<Ground> {
    let docs: Vec<DocId> = pending.iter().map(|pushed| pushed.item.doc).collect();
    let mut ground = Ground { created: app.log.scopes_of(&docs).await?, families: BTreeSet::new() };
    let founding = pending.iter().map(|pushed| pushed.item.scope);
    let new: BTreeSet<Id> = founding.filter(founds).filter_map(|scope| scope.family).collect();
    for family in new {
        let known = app.log.family(family).await?;
        if known.values().any(founds) {
            ground.families.insert(family);
        }
    }
    Ok(ground)
}

/// What the log knows of the documents pushed.
#[derive(Debug, Default)]
pub struct Ground {
    /// What they were created as.
    pub created: BTreeMap<DocId, Scope>,
    /// Families whose beginning the log has. One of which a restored server has only a task or a log is without
    /// a maker still.
    pub families: BTreeSet<Id>,
}

/// What a pass brings with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    pub flag: Option<Flag>,
    /// What the author is given for having created it.
    pub gain: Option<Grant>,
}

/// Judges one item. The caller notes a gain in `access` before the next one.
pub fn judge(access: &Access, ground: &Ground, item: &Item) -> Result<Pass, Reason> {
    if !item.scope.fits(item.doc) {
        return Err(Reason::IdentityMismatch);
    }
    if !writable(access, item.scope.kind) && !had(access, item.doc, &item.scope) {
        return Err(Reason::KindNotWritable);
    }
    match ground.created.get(&item.doc) {
        Some(created) if !same_identity(created, &item.scope) => Err(Reason::IdentityMismatch),
        Some(created) => existing(access, item.doc, created),
        None => new(access, ground, item),
    }
}

/// Two phones may make a log offline with different ideas of its place: that is no other document.
pub fn same_identity(created: &Scope, claimed: &Scope) -> bool {
    let place = if created.kind == Kind::Log { created.place } else { claimed.place };
    *created == Scope { place, ..*claimed }
}

/// The kinds each duty writes on a device.
fn writable(access: &Access, kind: Kind) -> bool {
    access.has(Duty::Worker) || (access.has(Duty::Volunteer) && matches!(kind, Kind::Task | Kind::Activity))
}

/// Whether it was this person's and is not any more: then what duties they have by now is no matter.
fn had(access: &Access, doc: DocId, scope: &Scope) -> bool {
    let of = |scopes: &Scopes| {
        scopes.documents.contains(&doc) || scope.family.is_some_and(|id| scopes.families.contains(&id))
    };
    of(&access.ever) && !of(&access.now)
}

/// A document this person was ever given is never refused.
fn existing(access: &Access, doc: DocId, scope: &Scope) -> Result<Pass, Reason> {
    let given = |scopes: &Scopes| {
        let family =
            access.has(Duty::Worker) && scope.family.is_some_and(|family| scopes.families.contains(&family));
        let card = access.has(Duty::Worker)
            && scope.kind == Kind::Person
            && scope.place.is_some_and(|place| scopes.places.contains(&place));
        scopes.documents.contains(&doc) || family || card
    };
    if given(&access.now) {
        Ok(Pass::default())
    } else if given(&access.ever) || had(access, doc, scope) {
        Ok(Pass { flag: Some(Flag::AfterReassignment), gain: None })
    } else {
        Err(Reason::OutOfScope)
    }
}

fn new(access: &Access, ground: &Ground, item: &Item) -> Result<Pass, Reason> {
    let scope = &item.scope;
    // Who was never given a place is not bound to one.
    let bound = &access.ever.places;
    let own_place = bound.is_empty() || scope.place.is_none_or(|place| bound.contains(&place));
    match (scope.kind, scope.family) {
        (_, Some(family)) if access.has(Duty::Worker) && access.now.families.contains(&family) => {
            Ok(Pass::default())
        }
        // Nobody else has this family, so its maker is who keeps it.
        (Kind::Case | Kind::Person, Some(family)) if own_place && !ground.families.contains(&family) => {
            Ok(Pass { flag: None, gain: Some(Grant::Family(family)) })
        }
        (_, Some(_)) if had(access, item.doc, scope) => {
            Ok(Pass { flag: Some(Flag::AfterReassignment), gain: None })
        }
        (Kind::Task | Kind::Activity | Kind::Person, None) if own_place => {
            Ok(Pass { flag: None, gain: Some(Grant::Document(item.doc)) })
        }
        _ => Err(Reason::OutOfScope),
    }
}

#[cfg(test)]
mod tests;
