//! Grants: who is given what, and from when until when.
//!
//! A grant is a row of the log, so a device passes it in its place among the changes. What follows from the
//! calendar and from the accounts becomes rows here: on its day, or when the device asks, whichever is first.

use sync_core::civil;
use sync_core::ids::Id;
use sync_core::wire::Grant;

use crate::app::App;
use crate::epoch::words::{self, Answer};
use crate::store::{Account, Assignment, Batch, ChangeLog, Duty, Entry, GrantSpan, Stored};

/// The civil date of the organisation now, as `2026-05-31`.
pub fn today(app: &App) -> String {
    civil::date(app.now_ms().saturating_add(app.config.utc_offset_ms()))
}

/// Gives a case for the days of the assignment, at once when it has begun. Gives the number of the newest row.
///
/// **Who has a case for good keeps it: standing in for somebody adds days and never takes any away.**
pub async fn assign(app: &App, assignment: Assignment) -> Stored<Option<u64>> {
    let _held = app.grants.lock().await;
    let grant = Grant::Family(assignment.case);
    let open = holds(&app.log.grants_of(assignment.person).await?, grant);
    let given = app.log.assignments().await?;
    let given =
        given.into_iter().find(|given| (given.person, given.case) == (assignment.person, assignment.case));
    let (about, by, today) = ((assignment.case, assignment.person), assignment.by, today(app));
    let wanted = answer(&assignment, &today);
    let Some(assignment) = beside(assignment, given.as_ref(), open) else {
        let word =
            if wanted == Answer::Theirs { words::decided(app, about, by, wanted).await? } else { None };
        return append(app, word.into_iter().collect()).await;
    };
    let word = words::decided(app, about, by, answer(&assignment, &today)).await?;
    let mut entries = vec![Entry::Assigned(assignment.clone())];
    entries.extend(word);
    entries.extend(due(&assignment, open, &today));
    append(app, entries).await
}

/// Takes a case away, and what was planned of it. Gives the number of the newest row.
pub async fn take(app: &App, case: Id, person: Id, by: Id) -> Stored<Option<u64>> {
    let _held = app.grants.lock().await;
    let mut entries = vec![Entry::Revoked { person, grant: Grant::Family(case), by }];
    entries.extend(words::decided(app, (case, person), by, Answer::NotTheirs).await?);
    append(app, entries).await
}

/// After a restore: it is well that this person has the case no longer. `None` when no phone said that they had.
pub async fn dismiss(app: &App, case: Id, person: Id, by: Id) -> Stored<Option<u64>> {
    let _held = app.grants.lock().await;
    let word = words::decided(app, (case, person), by, Answer::NotTheirs).await?;
    append(app, word.into_iter().collect()).await
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

/// Makes the places of an account grants of its person, when they are not; and takes the cases from who is no
/// worker.
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

/// What becomes of an assignment beside what the person has already; `None` when it adds nothing.
fn beside(wanted: Assignment, given: Option<&Assignment>, open: bool) -> Option<Assignment> {
    // Who made a case, or was given it by hand, has it without any dates.
    let for_good = given.map_or(open, |given| !given.substitute && given.to.is_none());
    if !wanted.substitute || !for_good {
        return Some(wanted);
    }
    let begins = |assignment: &Assignment| assignment.from.clone().unwrap_or_default();
    match given {
        // Given for good from a later day on: then for good from the earlier one.
        Some(given) if begins(&wanted) < begins(given) => {
            Some(Assignment { from: wanted.from, ..given.clone() })
        }
        _ => None,
    }
}

/// Whether the person has the case by it: the word of the desk after a restore.
fn answer(assignment: &Assignment, today: &str) -> Answer {
    match (&assignment.from, &assignment.to) {
        (_, Some(to)) if to.as_str() < today => Answer::NotTheirs,
        (Some(from), _) if from.as_str() > today => Answer::TheirsFrom(from.clone()),
        _ => Answer::Theirs,
    }
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

/// What an account with other duties or places calls for. A place is seen otherwise by each duty, so a held one is
/// given anew.
pub fn reshaped(before: &Account, after: &Account, spans: &[GrantSpan]) -> Vec<Entry> {
    let mut entries = missing(after, spans);
    let (person, by) = (after.person, after.person);
    let same = [Duty::Worker, Duty::Volunteer].iter().all(|duty| before.has(*duty) == after.has(*duty));
    let anew = |place: &&Id| !same && holds(spans, Grant::Place(**place));
    for grant in after.places.iter().filter(anew).map(|place| Grant::Place(*place)) {
        entries.extend([Entry::Revoked { person, grant, by }, Entry::Granted { person, grant, by }]);
    }
    entries
}

/// What an account calls for that its person has not got, and what it calls for no longer.
pub fn missing(account: &Account, spans: &[GrantSpan]) -> Vec<Entry> {
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
        .filter(|span| match span.grant {
            Grant::Place(place) => !account.places.contains(&place),
            Grant::Family(_) => !account.has(Duty::Worker),
            _ => false,
        })
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
    fn standing_in_takes_nothing_away_from_who_has_the_case_for_good() {
        let week = assignment(Some("2026-05-10"), Some("2026-05-12"));
        let for_good = |from| Assignment { substitute: false, ..assignment(from, None) };
        assert_eq!(beside(week.clone(), None, true), None, "its maker");
        assert_eq!(beside(week.clone(), Some(&for_good(None)), true), None);
        assert_eq!(beside(week.clone(), Some(&for_good(Some("2026-05-01"))), true), None);
        assert_eq!(beside(week.clone(), None, false), Some(week.clone()));
        assert_eq!(
            beside(week.clone(), Some(&for_good(Some("2026-05-20"))), false),
            Some(for_good(Some("2026-05-10")))
        );
        // Other days for the same substitute, and an end that is meant.
        let longer = assignment(Some("2026-05-10"), Some("2026-05-30"));
        assert_eq!(beside(longer.clone(), Some(&week), true), Some(longer));
        let until = Assignment { substitute: false, ..week };
        assert_eq!(beside(until.clone(), Some(&for_good(None)), true), Some(until));
    }

    #[test]
    fn an_undated_one_begins_at_once_and_stays() {
        assert!(matches!(due(&assignment(None, None), false, "2026-05-10"), Some(Entry::Granted { .. })));
        assert_eq!(due(&assignment(None, None), true, "2099-01-01"), None);
    }

    fn place(id: u8) -> Id {
        Id([id; 16])
    }

    fn account(duty: Duty) -> Account {
        Account {
            person: Id([1; 16]),
            login: "anna".into(),
            name: "Анна".into(),
            password_hash: String::new(),
            duties: vec![duty],
            language: "ru".into(),
            places: vec![place(1), place(2)],
        }
    }

    #[test]
    fn who_is_no_worker_any_more_loses_the_cases_and_is_given_the_places_anew() {
        let (before, after) = (account(Duty::Worker), account(Duty::Volunteer));
        let (person, by) = (after.person, after.person);
        let span = |grant| GrantSpan { person, grant, from: 1, to: None };
        let spans =
            [Grant::Family(place(9)), Grant::Place(place(1)), Grant::Place(place(2))].map(span).to_vec();
        let revoked = |grant| Entry::Revoked { person, grant, by };
        let granted = |grant| Entry::Granted { person, grant, by };
        let entries = reshaped(&before, &after, &spans);
        let [first, second] = [1, 2].map(|id| Grant::Place(place(id)));
        assert_eq!(
            entries,
            [
                revoked(Grant::Family(place(9))),
                revoked(first),
                granted(first),
                revoked(second),
                granted(second)
            ]
        );
        assert_eq!(reshaped(&before, &before, &spans), []);
    }

    #[test]
    fn places_follow_the_account() {
        let account = account(Duty::Worker);
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
