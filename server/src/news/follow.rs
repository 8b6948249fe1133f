//! What the log gained, read once for all streams.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sync_core::ids::{DeviceId, Id};
use sync_core::office::Topic;
use sync_core::wire::Grant;

use crate::app::App;
use crate::read_model::ReadModelError;
use crate::read_model::queries::places;
use crate::store::{Entry, HeadOf};

/// Changes that come together are told together.
const GATHER: Duration = Duration::from_millis(40);

/// Rows looked at for one poke; of more than that everybody hears.
const LOOK: usize = 2_000;

/// What came into the log up to a row.
#[derive(Debug)]
pub struct Gained {
    pub until: u64,
    /// `None`: too much to look at.
    pub rows: Option<Vec<Stir>>,
}

/// One row, as far as it says who would look again.
#[derive(Debug, PartialEq)]
pub enum Stir {
    /// Goes to phones by the table of who sees what; on the desk it stands at the place.
    Row { head: HeadOf, from: Cause, place: Option<String>, on_desk: bool },
    /// This person was given something, or lost it; on the desk it stands at the place.
    Given { person: Id, by: Id, place: Option<String> },
    /// For the desk only.
    Desk { place: Option<String> },
}

/// Whose doing a row is: what a phone does itself is no news to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Device(DeviceId),
    Person(Id),
}

/// Follows the desk's tables, and tells the streams. Ends with the read model.
pub async fn follow(app: Arc<App>) {
    let mut shown = app.read_model.shown();
    let mut after = *shown.borrow();
    loop {
        if shown.wait_for(|shown| *shown > after).await.is_err() {
            return;
        }
        tokio::time::sleep(GATHER).await;
        let until = *shown.borrow_and_update();
        if app.news.gained.receiver_count() > 0 {
            let rows = match stirred(&app, after, until).await {
                Ok(rows) => rows,
                Err(error) => {
                    tracing::warn!(%error, "news could not be looked at; everybody is poked");
                    None
                }
            };
            // Nobody left to hear is no failure.
            let _ = app.news.gained.send(Arc::new(Gained { until, rows }));
        }
        after = until;
    }
}

async fn stirred(app: &App, after: u64, until: u64) -> Result<Option<Vec<Stir>>, ReadModelError> {
    let rows = app.log.outlines(after, until, LOOK).await?;
    if rows.len() >= LOOK {
        return Ok(None);
    }
    let mut entries: Vec<Entry> = rows.into_iter().map(|row| row.entry).collect();
    // What became of a set-aside change concerns those whom the change concerned.
    for entry in &mut entries {
        if let Entry::Released { of, .. } | Entry::Settled { of, .. } = entry
            && let Some(of) = app.log.quarantined(*of).await?
        {
            *entry = Entry::SetAside(of.row);
        }
    }
    let families: BTreeSet<Id> = entries.iter().filter_map(family).collect();
    let desk = app.log.organisation().id;
    let places = places::of_cases(&app.read_model, families).await?;
    Ok(Some(entries.iter().filter_map(|entry| stir(entry, desk, &places)).collect()))
}

/// The family a row is about.
fn family(entry: &Entry) -> Option<Id> {
    let of = |grant: &Grant| match grant {
        Grant::Family(family) => Some(*family),
        _ => None,
    };
    match entry {
        Entry::Change(change) => change.scope.family,
        Entry::Office(office) => of(&office.to),
        Entry::Granted { grant, .. } | Entry::Revoked { grant, .. } => of(grant),
        Entry::Assigned(assignment) => Some(assignment.case),
        Entry::SetAside(row) => row.item.scope.family,
        Entry::Released { .. } | Entry::Settled { .. } => None,
    }
}

/// `desk` is the organisation, to which belongs what the desk alone is told.
fn stir(entry: &Entry, desk: Id, places: &BTreeMap<Id, String>) -> Option<Stir> {
    let at = |own: Option<Id>| {
        let case = family(entry).and_then(|family| places.get(&family).cloned());
        case.or_else(|| own.map(|place| place.to_string()))
    };
    Some(match entry {
        Entry::Change(change) => {
            let head = HeadOf::Change { doc: change.doc, scope: change.scope, hash: change.hash };
            let from = Cause::Device(change.device);
            Stir::Row { head, from, place: at(change.scope.place), on_desk: true }
        }
        Entry::Office(office) => {
            let (topic, subject) = (office.row.topic, office.row.subject);
            let head = HeadOf::Office { topic, subject, to: office.to };
            // The rest follows from rows that are told of themselves.
            let to_the_desk = matches!(office.to, Grant::Person(person) if person == desk);
            let on_desk = to_the_desk || matches!(topic, Topic::Review | Topic::Catalogue);
            Stir::Row { head, from: Cause::Person(office.by), place: at(None), on_desk }
        }
        Entry::Granted { person, by, .. } | Entry::Revoked { person, by, .. } => {
            Stir::Given { person: *person, by: *by, place: at(None) }
        }
        Entry::Assigned(_) => Stir::Desk { place: at(None) },
        Entry::SetAside(row) => Stir::Desk { place: at(row.item.scope.place) },
        Entry::Released { .. } | Entry::Settled { .. } => return None,
    })
}
