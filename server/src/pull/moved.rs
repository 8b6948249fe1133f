//! What a change of the tree of places opens and closes for whoever has places.
//!
//! A place that comes under a held one is given from its beginning; one that is no longer under any goes.

use std::collections::BTreeSet;

use sync_core::ids::Id;
use sync_core::wire::Grant;

use crate::access::{Access, Places};
use crate::app::App;
use crate::store::Stored;

/// Places that a person came to have, and has no longer, without any grant of theirs having changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub gained: BTreeSet<Id>,
    pub lost: BTreeSet<Id>,
}

/// Every place the person had by any tree there ever was and has not now: for a device that cannot say up to where it
/// has heard.
pub async fn ever(app: &App, access: &Access) -> Stored<Moved> {
    let mut all = access.clone();
    all.remember(app.log.as_ref()).await?;
    let lost = all.ever.places.difference(&access.now.places).copied().collect();
    Ok(Moved { lost, ..Moved::default() })
}

/// What was moved between two numbers of the log.
pub async fn between(app: &App, access: &Access, after: u64, until: u64) -> Stored<Moved> {
    let holds = access.spans.iter().any(|span| span.to.is_none() && matches!(span.grant, Grant::Place(_)));
    let everybodys = Grant::Organisation(app.log.organisation().id);
    if !holds || after >= until || app.log.newest_in(everybodys).await? <= after {
        return Ok(Moved::default());
    }
    let before = app.log.catalogue_at("places", after).await?;
    let before = access.places_by(&Places::read(before.as_deref().unwrap_or("[]")));
    let at_end = app.log.catalogue_at("places", until).await?;
    let at_end = access.places_by(&Places::read(at_end.as_deref().unwrap_or("[]")));
    Ok(Moved {
        gained: at_end.difference(&before).copied().collect(),
        lost: before.difference(&at_end).copied().collect(),
    })
}
