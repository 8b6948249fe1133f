//! Which scopes are given from their beginning, and in what order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sync_core::ids::{DocId, Id};
use sync_core::office::Topic;
use sync_core::wire::{Backfill, Grant};

use super::moved::Moved;
use super::{LOOK, sees_document};
use crate::access::Access;
use crate::app::App;
use crate::command::grant;
use crate::store::{Duty, GrantSpan, HeadOf, Stored};

/// What everybody has without being given it.
pub fn implicit(app: &App, access: &Access) -> Vec<Grant> {
    vec![Grant::Organisation(app.log.organisation().id), Grant::Person(access.person)]
}

/// What this person's replica is made of now: nothing for who keeps none.
pub fn held(access: &Access) -> impl Iterator<Item = &GrantSpan> {
    let worker = access.has(Duty::Worker);
    let replica = worker || access.has(Duty::Volunteer);
    access
        .spans
        .iter()
        .filter(move |span| replica && (worker || !matches!(span.grant, Grant::Family(_))))
        .filter(|span| span.to.is_none())
}

/// Backfills for a device that has nothing.
pub async fn everything(app: &App, access: &Access, until: u64) -> Stored<Vec<Backfill>> {
    let grants: BTreeSet<Grant> =
        held(access).filter(|span| span.from <= until).map(|span| span.grant).collect();
    let mut explicit: Vec<Backfill> = grants.into_iter().map(|grant| Backfill::new(grant, until)).collect();
    in_order(app, access, &mut explicit).await?;
    let mut all: Vec<Backfill> =
        implicit(app, access).into_iter().map(|grant| Backfill::new(grant, until)).collect();
    all.append(&mut explicit);
    Ok(all)
}

/// The most backfills a device is believed to have under way: each may cost a look into the log. One that
/// names more than it was ever given has its request heard in part.
const MOST_CLAIMED: usize = 4_096;

/// Those a device brings with it that still hold. What it says is not taken on trust: only what the person
/// has, each once.
pub async fn kept(app: &App, access: &Access, claimed: Vec<Backfill>) -> Stored<Vec<Backfill>> {
    let own: BTreeSet<Grant> =
        implicit(app, access).into_iter().chain(held(access).map(|span| span.grant)).collect();
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for backfill in claimed.into_iter().take(MOST_CLAIMED) {
        if !seen.insert(backfill.grant) {
            continue;
        }
        let holds = match backfill.grant {
            grant if own.contains(&grant) => true,
            // A single document seen by another grant: see `revoked`.
            Grant::Document(doc) => sees_document(app, access, doc).await?,
            // A place that came under a held one.
            Grant::Place(place) => access.now.places.contains(&place),
            _ => false,
        };
        if holds {
            kept.push(backfill);
        }
    }
    Ok(kept)
}

/// What was given to the person between two numbers of the log.
pub fn opened(access: &Access, after: u64, until: u64) -> Vec<Backfill> {
    let grants: BTreeSet<Grant> =
        held(access).filter(|span| span.from > after && span.from <= until).map(|span| span.grant).collect();
    grants.into_iter().map(|grant| Backfill::new(grant, until)).collect()
}

/// What the person lost between two numbers, and what of it they have all the same and are given again: single
/// documents by another grant; a place that was given anew, for of what it holds they see something else now.
/// A device that lost its place in the history is told of everything it may have had.
pub async fn revoked(
    app: &App,
    access: &Access,
    after: u64,
    until: u64,
    lost_its_place: bool,
    moved: &Moved,
) -> Stored<(Vec<Grant>, BTreeSet<Grant>)> {
    let closed = |span: &&GrantSpan| span.to.is_some_and(|to| lost_its_place || (to > after && to <= until));
    let (held, lost): (Vec<Grant>, Vec<Grant>) =
        access.spans.iter().filter(closed).map(|span| span.grant).partition(|grant| access.holds(*grant));
    let mut again: BTreeSet<Grant> =
        held.into_iter().filter(|grant| matches!(grant, Grant::Place(_)) && !lost_its_place).collect();
    let lost: BTreeSet<Grant> = lost
        .into_iter()
        .flat_map(|grant| access.spelled_out(grant))
        .chain(moved.lost.iter().map(|place| Grant::Place(*place)))
        // A place below another that is still held is not lost.
        .filter(|grant| !matches!(grant, Grant::Place(place) if access.now.places.contains(place)))
        .chain(again.iter().flat_map(|grant| access.spelled_out(*grant)))
        .collect();
    again.extend(moved.gained.iter().map(|place| Grant::Place(*place)));
    for grant in &lost {
        for doc in documents_in(app, *grant).await? {
            if sees_document(app, access, doc).await? {
                again.insert(Grant::Document(doc));
            }
        }
    }
    Ok((lost.into_iter().collect(), again))
}

async fn documents_in(app: &App, grant: Grant) -> Stored<Vec<DocId>> {
    Ok(match grant {
        Grant::Family(family) => app.log.family(family).await?.into_keys().collect(),
        Grant::Document(doc) => vec![doc],
        Grant::Place(_) => {
            let heads = app.log.heads_in(&[grant], 0, i64::MAX.unsigned_abs(), LOOK * 8).await?;
            let docs = heads.into_iter().filter_map(|head| match head.what {
                HeadOf::Change { doc, .. } => Some(doc),
                HeadOf::Office { .. } => None,
            });
            docs.collect::<BTreeSet<_>>().into_iter().collect()
        }
        Grant::Organisation(_) | Grant::Person(_) => Vec::new(),
    })
}

/// Today's route first, in its order; then what the person is on; then the rest of the families, the last written
/// first; then the cards of the places.
pub async fn in_order(app: &App, access: &Access, backfills: &mut [Backfill]) -> Stored<()> {
    if backfills.len() < 2 {
        return Ok(());
    }
    let route = todays_route(app, access.person).await?;
    let mut ranks: BTreeMap<Grant, (u8, u64)> = BTreeMap::new();
    for backfill in backfills.iter() {
        let rank = match backfill.grant {
            Grant::Organisation(_) | Grant::Person(_) => (0, 0),
            Grant::Family(family) => match route.iter().position(|case| *case == family) {
                Some(at) => (1, at as u64),
                None => (3, u64::MAX - app.log.newest_in(backfill.grant).await?),
            },
            Grant::Document(_) => (2, u64::MAX - backfill.until),
            Grant::Place(_) => (4, 0),
        };
        ranks.insert(backfill.grant, rank);
    }
    backfills.sort_by_key(|backfill| ranks.get(&backfill.grant).copied().unwrap_or((u8::MAX, 0)));
    Ok(())
}

/// The cases of today's route, in its order.
pub async fn todays_route(app: &App, person: Id) -> Stored<Vec<Id>> {
    #[derive(Deserialize)]
    struct Stop {
        case: Id,
    }
    let today = grant::today(app);
    let route = app.log.office_value(Topic::Route, person, &today).await?;
    let stops: Vec<Stop> = route.and_then(|route| serde_json::from_str(&route).ok()).unwrap_or_default();
    Ok(stops.into_iter().map(|stop| stop.case).collect())
}
