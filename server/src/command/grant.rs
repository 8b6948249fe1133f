//! Grants: who is given what, and from when until when.
//!
//! A grant is a row of the log, so a device passes it in its place among the changes. What follows from the
//! calendar and from the accounts becomes rows here: on its day, or when the device asks, whichever is first.

use sync_core::civil;
use sync_core::ids::Id;
use sync_core::wire::Grant;

use crate::app::App;
use crate::store::{Account, Assignment, Batch, ChangeLog, Entry, GrantSpan, Stored};

/// The civil date of the organisation now, as `2026-05-31`.
pub fn today(app: &App) -> String {
    civil::date(app.now_ms().saturating_add(app.config.utc_offset_ms()))
}

/// Gives a case for the days of the assignment, at once when it has begun. Gives the number of the newest row.
pub async fn assign(app: &App, assignment: Assignment) -> Stored<Option<u64>> {
    let _held = app.grants.lock().await;
    let grant = Grant::Family(assignment.case);
    let open = holds(&app.log.grants_of(assignment.person).await?, grant);
    let today = today(app);
    let mut entries = vec![Entry::Assigned(assignment.clone())];
    entries.extend(due(&assignment, open, &today));
    append(app, entries).await
}

/// Takes a case away, and what was planned of it. Gives the number of the newest row.
pub async fn take(app: &App, case: Id, person: Id, by: Id) -> Stored<Option<u64>> {
    let _held = app.grants.lock().await;
    append(app, vec![Entry::Revoked { person, grant: Grant::Family(case), by }]).await
}

/// Writes the grants that begin and end by now: once for each date, since what is assigned later begins by
/// itself. Called by the clock and before each pull.
pub async fn follow_calendar(app: &App) -> Stored<()> {
    let today = today(app);
    let mut followed = app.calendar.lock().await;
    if *followed == today {
        return Ok(());
    }
    let _held = app.grants.lock().await;
    let mut entries = Vec::new();
    for assignment in app.log.assignments().await? {
        if assignment.from.is_some() || assignment.to.is_some() {
            let spans = app.log.grants_of(assignment.person).await?;
            let open = holds(&spans, Grant::Family(assignment.case));
            entries.extend(due(&assignment, open, &today));
        }
    }
    append(app, entries).await?;
    *followed = today;
    Ok(())
}

/// Makes the places of an account grants of its person, when they are not.
pub async fn follow_account(app: &App, account: &Account) -> Stored<()> {
    if missing(account, &app.log.grants_of(account.person).await?).is_empty() {
        return Ok(());
    }
    let _held = app.grants.lock().await;
    places(app.log.as_ref(), account, app.now_ms()).await
}

/// The same for an operator, who has only the log.
pub async fn places(log: &dyn ChangeLog, account: &Account, now_ms: i64) -> Stored<()> {
    let entries = missing(account, &log.grants_of(account.person).await?);
    if entries.is_empty() {
        return Ok(());
    }
    log.append(Batch { received_ms: now_ms, entries, ..Batch::default() }).await.map(drop)
}

async fn append(app: &App, entries: Vec<Entry>) -> Stored<Option<u64>> {
    if entries.is_empty() {
        return Ok(None);
    }
    let batch = Batch { received_ms: app.now_ms(), entries, ..Batch::default() };
    Ok(app.log.append(batch).await?.last().copied())
}

fn holds(spans: &[GrantSpan], grant: Grant) -> bool {
    spans.iter().any(|span| span.grant == grant && span.to.is_none())
}

/// The row an assignment calls for today, when the person has the case (`open`) or has not.
fn due(assignment: &Assignment, open: bool, today: &str) -> Option<Entry> {
    let Assignment { person, case, from, to, by, .. } = assignment;
    let (person, grant, by) = (*person, Grant::Family(*case), *by);
    // Civil dates of this form compare as text.
    let begun = from.as_deref().is_none_or(|from| from <= today);
    let over = to.as_deref().is_some_and(|to| to < today);
    match (begun, over, open) {
        (_, true, _) => Some(Entry::Revoked { person, grant, by }),
        (true, false, false) => Some(Entry::Granted { person, grant, by }),
        _ => None,
    }
}

fn missing(account: &Account, spans: &[GrantSpan]) -> Vec<Entry> {
    let (person, by) = (account.person, account.person);
    let given = account
        .places
        .iter()
        .map(|place| Grant::Place(*place))
        .filter(|grant| !holds(spans, *grant))
        .map(|grant| Entry::Granted { person, grant, by });
    let taken = spans
        .iter()
        .filter(|span| span.to.is_none())
        .filter(|span| matches!(span.grant, Grant::Place(place) if !account.places.contains(&place)))
        .map(|span| Entry::Revoked { person, grant: span.grant, by });
    given.chain(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(from: Option<&str>, to: Option<&str>) -> Assignment {
        Assignment {
            person: Id([1; 16]),
            case: Id([2; 16]),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            substitute: true,
            by: Id([3; 16]),
        }
    }

    #[test]
    fn a_dated_grant_begins_and_ends_on_its_days() {
        let assignment = assignment(Some("2026-05-10"), Some("2026-05-12"));
        let on = |today: &str, open| due(&assignment, open, today);
        assert_eq!(on("2026-05-09", false), None);
        assert!(matches!(on("2026-05-10", false), Some(Entry::Granted { .. })));
        assert_eq!(on("2026-05-10", true), None);
        assert_eq!(on("2026-05-12", true), None);
        assert!(matches!(on("2026-05-13", true), Some(Entry::Revoked { .. })));
    }

    #[test]
    fn an_undated_one_begins_at_once_and_stays() {
        assert!(matches!(due(&assignment(None, None), false, "2026-05-10"), Some(Entry::Granted { .. })));
        assert_eq!(due(&assignment(None, None), true, "2099-01-01"), None);
    }

    #[test]
    fn places_follow_the_account() {
        let place = |id: u8| Id([id; 16]);
        let account = Account {
            person: Id([1; 16]),
            login: "anna".into(),
            name: "Анна".into(),
            password_hash: String::new(),
            duties: Vec::new(),
            language: "ru".into(),
            places: vec![place(1), place(2)],
        };
        let span =
            |id: u8| GrantSpan { person: account.person, grant: Grant::Place(place(id)), from: 1, to: None };
        let entries = missing(&account, &[span(2), span(3)]);
        let (person, by) = (account.person, account.person);
        assert_eq!(
            entries,
            [
                Entry::Granted { person, grant: Grant::Place(place(1)), by },
                Entry::Revoked { person, grant: Grant::Place(place(3)), by }
            ]
        );
    }
}
