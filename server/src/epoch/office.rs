//! Office values that come back.
//!
//! A review or a note says when it was made: the later one counts. Of other values the server keeps its own when it
//! was written in this epoch by a person, and else takes the one that was given further on in the former epoch. So it
//! does of a note, too: what was set aside lies before it again, and what was decided of it before is not so any more.

use serde::Deserialize;
use sync_core::ids::{ChangeHash, DocId};
use sync_core::office::{InboxNote, OfficeRow, Outcome, Review, Topic};
use sync_core::vouch::Receipt;
use sync_core::wire::{Grant, Offered};

use crate::app::App;
use crate::problem::Problem;
use crate::store::{Batch, Entry, Known, OfficeEntry, Origin, OwnValue, Stored};

/// Takes in a value, unless the server's own is as new.
pub async fn take(app: &App, row: OfficeRow, receipt: &Receipt) -> Result<Offered, Problem> {
    let _held = app.locks.hold([DocId(row.subject.0)]).await;
    let organisation = app.log.organisation().id;
    let (to, by) = match row.topic {
        // These follow from tasks, and are back with them.
        Topic::Offer | Topic::Card => return Ok(Offered::Known),
        Topic::Catalogue => (Grant::Organisation(organisation), organisation),
        Topic::Inbox | Topic::Route => (Grant::Person(row.subject), organisation),
        Topic::Review => {
            let doc = DocId(row.subject.0);
            let Some(scope) = app.log.scopes_of(&[doc]).await?.remove(&doc) else {
                return Ok(Offered::Waiting);
            };
            let by = serde_json::from_str::<Review>(&row.value).map_or(organisation, |review| review.by);
            (scope.family.map_or(Grant::Document(doc), Grant::Family), by)
        }
    };
    let own = app.log.office_origin(row.topic, row.subject, &row.key).await?;
    let given = Origin { epoch: receipt.page.epoch, seq: receipt.page.seq };
    if own.as_ref().is_some_and(|own| own.value == row.value || !newer(app, &row, given, own)) {
        return Ok(Offered::Known);
    }
    if row.topic == Topic::Inbox && still_open(app, &row).await? {
        return Ok(Offered::Known);
    }
    let restored = vec![(row.clone(), given)];
    let entries = vec![Entry::Office(OfficeEntry { row, to, by })];
    app.log.append(Batch { received_ms: app.now_ms(), entries, restored, ..Batch::default() }).await?;
    Ok(Offered::Taken)
}

/// Whether a note says that something is dealt with which lies before the coordinator.
async fn still_open(app: &App, row: &OfficeRow) -> Stored<bool> {
    let (Ok(note), Ok(hash)) = (serde_json::from_str::<InboxNote>(&row.value), row.key.parse::<ChangeHash>())
    else {
        return Ok(false);
    };
    for device in app.log.devices().await?.iter().filter(|device| device.person == row.subject) {
        let known = app.log.known(device.id, &[(note.doc, hash)]).await?;
        if matches!(known.as_slice(), [Some(Known::SetAside(_))]) {
            return Ok(note.outcome != Outcome::SetAside);
        }
    }
    Ok(false)
}

/// Whether what was given is newer than the server's own value.
fn newer(app: &App, row: &OfficeRow, given: Origin, own: &OwnValue) -> bool {
    let former = app.log.former_epochs();
    let begun = former.last().map_or(0, |former| former.ended);
    let of_now = own.origin.is_none() && own.seq > begun;
    if let (Some(given), Some(own)) = (made(&row.value), made(&own.value)) {
        return given > own && !(of_now && row.topic == Topic::Inbox);
    }
    let age = |origin: Origin| {
        let place = former.iter().position(|former| former.epoch == origin.epoch);
        (place.map_or(0, |place| place + 1), origin.seq)
    };
    match own.origin {
        // It came back itself: from further on in the log than this?
        Some(own) => age(given) > age(own),
        // Written in this epoch, or at a number that the former one had, too.
        None => own.seq <= begun && given.seq > own.seq,
    }
}

/// When a review or a note was made.
fn made(value: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Made {
        at_ms: i64,
    }
    Some(serde_json::from_str::<Made>(value).ok()?.at_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_when_it_was_made_is_compared_by_that() {
        assert_eq!(made(r#"{"decision":"approved","at_ms":7}"#), Some(7));
        assert_eq!(made("[1,2]"), None);
        assert_eq!(made("null"), None);
    }
}
