//! Which documents are given whole, and in what order.
//!
//! A backfill of a family or of one document gives documents first, each as it is now, most wanted first; then
//! the rows that came since it began. Its `at` is the place of the last document given: within one backfill the
//! order never changes, so whoever was cut off goes on where they were. Between backfills it may: a new day has
//! another route.

use sync_core::civil;
use sync_core::ids::{ChangeHash, DocId, Id, Month};
use sync_core::scope::{Kind, Scope};
use sync_core::wire::{Backfill, Grant, Place};

use super::{Wishes, backfill};
use crate::access::Access;
use crate::app::App;
use crate::store::{Extent, HeadOf, Months, Stored};

/// A document that is due.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Of which backfill.
    pub backfill: usize,
    pub place: Place,
    pub extent: Extent,
    /// Somebody waits for it: it was asked for by name, or is of today's route.
    pub now: bool,
}

/// Whether a backfill is giving documents. One that a device of version 1 began is given by rows to its end.
pub fn by_documents(backfill: &Backfill, wishes: &Wishes) -> bool {
    let has_documents = matches!(backfill.grant, Grant::Family(_) | Grant::Document(_));
    wishes.documents && has_documents && (backfill.after == 0 || backfill.at.is_some())
}

/// Every document that is due, most wanted first.
pub async fn due(app: &App, access: &Access, backfills: &[Backfill], wishes: &Wishes) -> Stored<Vec<Due>> {
    let open: Vec<(usize, Backfill)> = backfills
        .iter()
        .cloned()
        .enumerate()
        .filter(|(_, backfill)| by_documents(backfill, wishes))
        .collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let grants: Vec<Grant> = open.iter().map(|(_, backfill)| backfill.grant).collect();
    let extents = app.log.extents(&grants, Months { floor: wishes.floor }).await?;
    let route = backfill::todays_route(app, access.person).await?;
    let now = civil::month(app.now_ms());
    let mut due: Vec<(Turn, Due)> = Vec::new();
    for ((at, backfill), extents) in open.iter().zip(extents) {
        for extent in extents {
            let place = Place { rank: rank(&extent.scope), doc: extent.doc };
            if backfill.at.is_none_or(|given| place > given) && sees(access, extent.doc, extent.scope) {
                let turn = turn(backfill.grant, *at, &place, &extent.scope, &route, now);
                due.push((turn, Due { backfill: *at, place, extent, now: turn.0 <= TODAY }));
            }
        }
    }
    due.sort_by_key(|(turn, due)| (*turn, due.place));
    Ok(due.into_iter().map(|(_, due)| due).collect())
}

fn sees(access: &Access, doc: DocId, scope: Scope) -> bool {
    access.sees(&HeadOf::Change { doc, scope, hash: ChangeHash([0; 32]) })
}

/// The order within a backfill: who it is, what there is to do, then the logs, the newest month first.
fn rank(scope: &Scope) -> u32 {
    match (scope.kind, scope.month) {
        (Kind::Person | Kind::Case, _) => 0,
        (Kind::Task | Kind::Activity, _) => 1,
        (Kind::Log, month) => 2 + (u32::MAX - 2 - month.map_or(0, |month| month.0)),
    }
}

/// The order between backfills. It must agree with the rank: what comes later within one has no earlier turn.
type Turn = (u8, u32, usize);

/// The last turn of what is needed at once.
const TODAY: u8 = 1;

fn turn(grant: Grant, at: usize, place: &Place, scope: &Scope, route: &[Id], now: Month) -> Turn {
    let current = place.rank <= rank(&Scope { kind: Kind::Log, month: Some(now), ..*scope });
    match grant {
        // Asked for by the person: an earlier month, to be looked at now.
        Grant::Document(_) if scope.kind == Kind::Log => (0, 0, at),
        Grant::Document(_) => (2, place.rank, at),
        Grant::Family(family) if current && route.contains(&family) => (1, 0, at),
        _ if place.rank == 0 => (3, 0, at),
        _ if current => (4, 0, at),
        _ => (5, place.rank, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What makes `at` enough to go on: within a backfill a later place never has an earlier turn.
    #[test]
    fn turns_follow_places() {
        let family = Id([3; 16]);
        let (now, doc) = (Month(24_316), DocId([9; 16]));
        let mut scopes: Vec<Scope> = [24_310, 24_315, 24_316, 24_317]
            .map(|month| Scope::of_log(family, None, Month(month)))
            .into_iter()
            .chain(Kind::ALL.into_iter().filter(|kind| *kind != Kind::Log).map(|kind| Scope {
                kind,
                family: Some(family),
                place: None,
                month: None,
            }))
            .collect();
        scopes.sort_by_key(rank);
        assert_eq!(scopes.last().unwrap().month, Some(Month(24_310)));
        for route in [vec![], vec![family]] {
            let turns: Vec<Turn> = scopes
                .iter()
                .map(|scope| {
                    turn(Grant::Family(family), 7, &Place { rank: rank(scope), doc }, scope, &route, now)
                })
                .collect();
            assert!(turns.is_sorted(), "{turns:?}");
        }
    }
}
