//! Grants that the server has forgotten.
//!
//! Who was given something had it, and so had who wrote in it. Whether they still have is not known any more: it is
//! written as given and ended, so that their further work is taken in, marked, and a coordinator assigns again. Only
//! the maker of what was wholly lost has it for good, as when they made it.

use std::collections::BTreeSet;

use sync_core::ids::{DocId, Id};
use sync_core::scope::{Kind, Scope};
use sync_core::vouch::Receipt;
use sync_core::wire::Grant;

use crate::app::App;
use crate::store::{ChangeRow, Entry, Stored};

/// The rows for those who had this document and are not known to.
pub async fn entries(
    app: &App,
    receipt: &Receipt,
    (doc, scope): (DocId, Scope),
    existing: &[ChangeRow],
    new: &[ChangeRow],
) -> Stored<Vec<Entry>> {
    // What waits for its ground is not here: it comes again.
    if existing.is_empty() && new.is_empty() {
        return Ok(Vec::new());
    }
    let Some(grant) = grant(doc, &scope) else { return Ok(Vec::new()) };
    let maker = if existing.is_empty() && its_makers(&scope) { new.first() } else { None };
    let maker = maker.map(|row| row.author);
    let ways: Vec<Grant> =
        [Grant::Document(doc)].into_iter().chain(scope.family.map(Grant::Family)).collect();
    let holders = new.iter().map(|row| row.author).chain([receipt.page.person]);
    let people: BTreeSet<Id> =
        holders.filter(|person| !seen_by_place(&scope) || maker == Some(*person)).collect();
    let by = app.log.organisation().id;
    let kept = app.log.former_epochs().last().map_or(0, |former| former.ended);
    let mut entries = Vec::new();
    for person in people {
        if app.log.account(person).await?.is_none() {
            continue;
        }
        let spans = app.log.grants_of(person).await?;
        let mut ways = spans.iter().filter(|span| ways.contains(&span.grant));
        if maker == Some(person) {
            // What came back before it may have said already that they had it.
            if !ways.any(|span| span.to.is_none() || span.from <= kept) {
                entries.push(Entry::Granted { person, grant, by });
            }
        } else if ways.next().is_none() {
            tracing::warn!(%person, %doc, "had this before the restore: assign again if it is still theirs");
            entries.push(Entry::Granted { person, grant, by });
            entries.push(Entry::Revoked { person, grant, by });
        }
    }
    Ok(entries)
}

/// The card of somebody in a village is given to all who look after the village, whoever has the family.
pub fn seen_by_place(scope: &Scope) -> bool {
    scope.kind == Kind::Person && scope.place.is_some()
}

/// Whether making it is what gives it: a family, and a document of its own. Whoever writes in a family has that.
fn its_makers(scope: &Scope) -> bool {
    matches!(scope.kind, Kind::Case | Kind::Person) || scope.family.is_none()
}

/// What one must have been given to have this document; `None` for what is seen by place, which follows from
/// the account.
fn grant(doc: DocId, scope: &Scope) -> Option<Grant> {
    match (scope.kind, scope.family) {
        (Kind::Person | Kind::Case | Kind::Log, Some(family)) => Some(Grant::Family(family)),
        (Kind::Person, None) if seen_by_place(scope) => None,
        _ => Some(Grant::Document(doc)),
    }
}
