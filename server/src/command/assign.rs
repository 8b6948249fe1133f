//! Giving a case to a person, and taking it away.

use sync_core::ids::Id;
use sync_core::wire::Grant;

use crate::app::App;
use crate::problem::Problem;
use crate::store::{Assignment, Batch, Entry};

/// Gives the case for the days of the assignment; gives the number of the newest row written.
pub async fn give(app: &App, assignment: Assignment) -> Result<Option<u64>, Problem> {
    let (person, grant, by) = (assignment.person, Grant::Family(assignment.case), assignment.by);
    let entries = vec![Entry::Assigned(assignment), Entry::Granted { person, grant, by }];
    let seqs = app.log.append(Batch { received_ms: app.now_ms(), entries, ..Batch::default() }).await?;
    Ok(seqs.last().copied())
}

/// Takes the case away.
pub async fn take(app: &App, case: Id, person: Id, by: Id) -> Result<Option<u64>, Problem> {
    let entries = vec![Entry::Revoked { person, grant: Grant::Family(case), by }];
    let seqs = app.log.append(Batch { received_ms: app.now_ms(), entries, ..Batch::default() }).await?;
    Ok(seqs.last().copied())
}
