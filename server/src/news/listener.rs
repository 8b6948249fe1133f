//! Whether a person may see any of what the log gained.

use sync_core::ids::DeviceId;
use sync_core::office::Topic;
use sync_core::wire::Grant;

use super::follow::{Cause, Gained, Stir};
use crate::access::Access;
use crate::app::App;
use crate::problem::Problem;
use crate::read_model::queries::Reach;
use crate::store::{Account, Duty, HeadOf};

/// One person's ear.
pub struct Listener {
    account: Account,
    device: DeviceId,
    /// What a phone of theirs is given.
    access: Access,
    /// What their desk shows.
    reach: Option<Reach>,
}

impl Listener {
    pub async fn of(app: &App, account: Account, device: DeviceId) -> Result<Self, Problem> {
        let access = Access::of(app.log.as_ref(), &account).await?;
        let reach = match account.has(Duty::Coordinator) {
            true => Some(app.read_model.reach(&account.places).await?),
            false => None,
        };
        Ok(Self { account, device, access, reach })
    }

    /// Whether this is news for the person.
    pub async fn concerns(&mut self, app: &App, gained: &Gained) -> Result<bool, Problem> {
        let Some(rows) = &gained.rows else { return Ok(true) };
        if rows.iter().any(|row| self.changes_sight(row)) {
            let now = Self::of(app, self.account.clone(), self.device).await?;
            let before = std::mem::replace(self, now);
            // What was theirs and is not any more is news as well.
            return Ok(rows.iter().any(|row| before.hears(row) || self.hears(row)));
        }
        Ok(rows.iter().any(|row| self.hears(row)))
    }

    /// After such a row the person may see other things than before it.
    fn changes_sight(&self, row: &Stir) -> bool {
        match row {
            Stir::Given { person, .. } => *person == self.account.person,
            Stir::Row { head: HeadOf::Office { topic: Topic::Catalogue, .. }, .. } => true,
            _ => false,
        }
    }

    fn hears(&self, row: &Stir) -> bool {
        match row {
            Stir::Row { head, from, place, on_desk } => {
                (!self.caused(*from) && self.access.sees(head))
                    || (*on_desk && self.shows_row(head, place.as_deref()))
            }
            Stir::Given { person, by, place } => {
                (*person == self.account.person && person != by) || self.shows(place.as_deref())
            }
            Stir::Desk { place } => self.shows(place.as_deref()),
        }
    }

    /// What this phone did itself came back with its own sync.
    fn caused(&self, cause: Cause) -> bool {
        match cause {
            Cause::Device(device) => device == self.device,
            Cause::Person(person) => person == self.account.person,
        }
    }

    fn shows_row(&self, head: &HeadOf, place: Option<&str>) -> bool {
        match head {
            // What is said of a document without a place can only be looked up; a poke too many harms nobody.
            HeadOf::Office { to: Grant::Organisation(_) | Grant::Document(_) | Grant::Person(_), .. } => {
                self.at_the_desk()
            }
            _ => self.shows(place),
        }
    }

    fn at_the_desk(&self) -> bool {
        self.reach.is_some() || self.account.has(Duty::Admin)
    }

    /// An administrator sees of every phone that it has been here.
    fn shows(&self, place: Option<&str>) -> bool {
        self.account.has(Duty::Admin) || self.reach.as_ref().is_some_and(|reach| reach.covers(place))
    }
}
