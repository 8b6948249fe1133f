//! Who has which case: what phones say of it after the server has forgotten, for a coordinator to decide.
//!
//! **What was given or taken after the backup is on no disk of the server's any more; a phone's word on it ends a
//! grant and never makes one.** Who turns out to have had a case had it, and does not have it now; who has it no
//! longer by their own phone's word was not robbed by the server. Both stand at the desk, until a coordinator gives
//! the case again or says that it is well so.
//!
//! The words are office values addressed to the organisation itself, under the epoch they are about: they are in the
//! log and in backups like everything else, and no phone is given them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sync_core::ids::{DeviceId, Id};
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::{Kind, Scope};
use sync_core::vouch::Receipt;
use sync_core::wire::{Cursor, Grant};
use utoipa::ToSchema;

use super::gaps;
use crate::app::App;
use crate::auth::SignedIn;
use crate::command::grant::today;
use crate::store::{Batch, ChangeLog, Duty, Entry, FormerEpoch, GrantSpan, OfficeEntry, Stored};

/// What is known of a person and a case since the restore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    pub case: Id,
    pub person: Id,
    /// `None`: a coordinator decided before any phone said anything.
    pub said: Option<Said>,
    pub device: Option<DeviceId>,
    pub said_ms: i64,
    pub state: Decision,
    pub by: Option<Id>,
    pub decided_ms: Option<i64>,
    /// The civil date from which on the case is given; `None` is at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

impl Word {
    fn open(case: Id, person: Id) -> Self {
        Self {
            case,
            person,
            said: None,
            device: None,
            said_ms: 0,
            state: Decision::Open,
            by: None,
            decided_ms: None,
            from: None,
        }
    }

    /// What is decided on this day. **A case that is given from a later day on says nothing of the days until then**: who
    /// planned a holiday's substitute in July did not mean to leave somebody alone until July, and may not even have
    /// seen the word. So it stays to be decided until that day, and is decided from then on.
    pub fn state_on(&self, today: &str) -> Decision {
        if self.from_after(today).is_some() { Decision::Open } else { self.state }
    }

    /// The day from which on the case is given, while it is still to come. Civil dates compare as text.
    pub fn from_after(&self, today: &str) -> Option<&str> {
        self.from.as_deref().filter(|from| *from > today)
    }
}

/// What a phone says of a person and a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// They had it after the backup, which knows nothing of it: the server's own signature says so.
    Had,
    /// They wrote in it after the backup, which does not know that it was theirs.
    Wrote,
    /// They have it no longer, though by the backup they do.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Open,
    /// The case is theirs.
    Given,
    /// It is well that it is not.
    Dismissed,
}

/// What a coordinator's doing says on whether a case is somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Theirs,
    /// From this civil date on.
    TheirsFrom(String),
    NotTheirs,
}

/// All words of this epoch, and those of former ones that nobody has decided.
pub async fn all(app: &App) -> Stored<Vec<Word>> {
    let (log, today) = (app.log.as_ref(), today(app));
    let rows = log.office(Topic::Inbox, log.organisation().id).await?;
    let mut words: BTreeMap<(Id, Id), Word> = BTreeMap::new();
    for (age, epoch) in epochs(log).into_iter().enumerate() {
        let begins = beginning(epoch);
        let of_it = rows.iter().filter(|row| row.key.starts_with(&begins)).filter_map(read);
        for word in of_it.filter(|word| age == 0 || word.state_on(&today) == Decision::Open) {
            words.entry((word.case, word.person)).or_insert(word);
        }
    }
    Ok(words.into_values().collect())
}

/// The word on this person and case, if there is one.
pub async fn on(app: &App, case: Id, person: Id) -> Stored<Option<Word>> {
    let (log, today) = (app.log.as_ref(), today(app));
    for (age, epoch) in epochs(log).into_iter().enumerate() {
        let value = log.office_value(Topic::Inbox, log.organisation().id, &key(epoch, case, person)).await?;
        let word: Option<Word> = value.and_then(|value| serde_json::from_str(&value).ok());
        if let Some(word) = word.filter(|word| age == 0 || word.state_on(&today) == Decision::Open) {
            return Ok(Some(word));
        }
    }
    Ok(None)
}

/// This epoch, then the former ones, the newest first.
fn epochs(log: &dyn ChangeLog) -> Vec<Id> {
    let former = log.former_epochs().iter().rev().map(|former| former.epoch);
    [log.organisation().epoch].into_iter().chain(former).collect()
}

/// What follows from content that came back with `receipt`: `given` are the grants that were made of it. The caller
/// holds the grants.
pub async fn of_return(
    app: &App,
    from: &SignedIn,
    receipt: &Receipt,
    scope: &Scope,
    given: &[Entry],
) -> Stored<Vec<Entry>> {
    let (Some(case), Some(former)) = (scope.family, app.log.former_epochs().last()) else {
        return Ok(Vec::new());
    };
    let (holder, grant, by) = (receipt.page.person, Grant::Family(case), app.log.organisation().id);
    let mut entries = Vec::new();
    for entry in given {
        let Entry::Revoked { person, grant: Grant::Family(_), .. } = entry else { continue };
        // A coordinator writes in what nobody gave them.
        if !app.log.account(*person).await?.is_some_and(|account| account.has(Duty::Worker)) {
            continue;
        }
        let said = if *person == holder { Said::Had } else { Said::Wrote };
        entries.extend(note(app, from, (case, *person), said).await?);
    }
    // They had it once before, and it was given to them anew after the backup: it ends like any other.
    if matches!(scope.kind, Kind::Case | Kind::Person | Kind::Log)
        && !gaps::seen_by_place(scope)
        && again(&app.log.grants_of(holder).await?, grant, former)
    {
        entries.push(Entry::Granted { person: holder, grant, by });
        entries.push(Entry::Revoked { person: holder, grant, by });
        entries.extend(note(app, from, (case, holder), Said::Had).await?);
    }
    Ok(entries)
}

/// Whether all this person had of it ended before the backup.
fn again(spans: &[GrantSpan], grant: Grant, former: &FormerEpoch) -> bool {
    let mut ends = spans.iter().filter(|span| span.grant == grant).map(|span| span.to);
    let newest = ends.try_fold(None, |newest: Option<u64>, end| end.map(|end| newest.max(Some(end))));
    newest.flatten().is_some_and(|end| end <= former.ended)
}

/// A phone says which families it holds. One that its person has by the backup, and that the phone has passed in the
/// log, was taken from them since, unless a coordinator has said otherwise meanwhile: then they are given it whole.
pub async fn compare(
    app: &App,
    from: &SignedIn,
    cursor: Option<&Cursor>,
    holds: Option<&[Id]>,
) -> Stored<()> {
    let (Some(cursor), Some(holds), Some(former)) = (cursor, holds, app.log.former_epochs().last()) else {
        return Ok(());
    };
    let current = cursor.epoch == app.log.organisation().epoch;
    if !current || from.device.revoked_ms.is_some() || !from.has(Duty::Worker) {
        return Ok(());
    }
    let _held = app.grants.lock().await;
    let (person, by) = (from.person(), app.log.organisation().id);
    let mut entries = Vec::new();
    for span in app.log.grants_of(person).await? {
        let Grant::Family(case) = span.grant else { continue };
        let on_its_way = cursor.backfills.iter().any(|backfill| backfill.grant == span.grant);
        let passed = span.from <= cursor.seq.min(former.ended);
        if span.to.is_some() || !passed || on_its_way || holds.contains(&case) {
            continue;
        }
        // A phone names families by their case, or a log it was given: of one that has none it can say nothing.
        if !app.log.family(case).await?.values().any(|scope| scope.kind == Kind::Case) {
            continue;
        }
        entries.push(Entry::Revoked { person, grant: span.grant, by });
        let word = on(app, case, person).await?;
        if word.as_ref().is_some_and(|word| word.state == Decision::Given) {
            let dated = app.log.assignments().await?;
            let dated = dated.into_iter().find(|dated| (dated.person, dated.case) == (person, case));
            entries.extend(dated.map(Entry::Assigned));
        }
        if word.is_some_and(|word| word.state_on(&today(app)) == Decision::Given) {
            entries.push(Entry::Granted { person, grant: span.grant, by });
        } else {
            entries.extend(note(app, from, (case, person), Said::Lost).await?);
        }
    }
    if !entries.is_empty() {
        app.log.append(Batch { received_ms: app.now_ms(), entries, ..Batch::default() }).await?;
    }
    Ok(())
}

/// A word to be looked at, unless there is one on this person and case already.
async fn note(app: &App, from: &SignedIn, (case, person): (Id, Id), said: Said) -> Stored<Option<Entry>> {
    let known = on(app, case, person).await?;
    let to_be_said = |word: &Word| word.said.is_none() && word.state_on(&today(app)) == Decision::Open;
    if known.as_ref().is_some_and(|word| !to_be_said(word)) {
        return Ok(None);
    }
    let (said, device, said_ms) = (Some(said), Some(from.device.id), app.now_ms());
    let word = Word { said, device, said_ms, ..known.unwrap_or(Word::open(case, person)) };
    Ok(Some(entry(app.log.as_ref(), &word, app.log.organisation().id)))
}

/// What a coordinator's word adds to those of the phones; nothing on a server that was never restored. One that
/// gives is kept in any case: a phone may come that does not have it. What is planned opens nothing that was decided.
pub async fn decided(app: &App, (case, person): (Id, Id), by: Id, answer: Answer) -> Stored<Option<Entry>> {
    if app.log.former_epochs().is_empty() {
        return Ok(None);
    }
    let known = on(app, case, person).await?;
    let known_state = known.as_ref().map(|word| word.state_on(&today(app)));
    let (state, from) = match (answer, known_state) {
        (Answer::NotTheirs, None) => return Ok(None),
        (Answer::NotTheirs, Some(_)) => (Decision::Dismissed, None),
        (Answer::Theirs, _) => (Decision::Given, None),
        (Answer::TheirsFrom(_), Some(Decision::Given | Decision::Dismissed)) => return Ok(None),
        (Answer::TheirsFrom(day), _) => (Decision::Given, Some(day)),
    };
    let at_ms = app.now_ms();
    let word = known.unwrap_or(Word { said_ms: at_ms, ..Word::open(case, person) });
    let word = Word { state, by: Some(by), decided_ms: Some(at_ms), from, ..word };
    Ok(Some(entry(app.log.as_ref(), &word, by)))
}

fn entry(log: &dyn ChangeLog, word: &Word, by: Id) -> Entry {
    let org = log.organisation().id;
    let value = serde_json::to_string(word).unwrap_or_else(|_| "null".to_owned());
    let row = OfficeRow {
        topic: Topic::Inbox,
        subject: org,
        key: key(log.organisation().epoch, word.case, word.person),
        value,
    };
    Entry::Office(OfficeEntry { row, to: Grant::Person(org), by })
}

fn read(row: &OfficeRow) -> Option<Word> {
    serde_json::from_str(&row.value).ok()
}

fn key(epoch: Id, case: Id, person: Id) -> String {
    format!("{}{case}/{person}", beginning(epoch))
}

fn beginning(epoch: Id) -> String {
    format!("has/{epoch}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_planned_is_to_be_decided_until_its_day() {
        let given = Word { state: Decision::Given, ..Word::open(Id([1; 16]), Id([2; 16])) };
        assert_eq!(given.state_on("2026-05-31"), Decision::Given);
        let planned = Word { from: Some("2026-06-01".into()), ..given };
        assert_eq!(planned.state_on("2026-05-31"), Decision::Open);
        assert_eq!(planned.state_on("2026-06-01"), Decision::Given);
        let told = serde_json::to_string(&planned).unwrap();
        assert_eq!(serde_json::from_str::<Word>(&told).unwrap(), planned);
        let before = told.replace(r#","from":"2026-06-01""#, "");
        assert_eq!(serde_json::from_str::<Word>(&before).unwrap().from, None, "written by an older server");
    }

    #[test]
    fn what_ended_before_the_backup_and_came_back_was_given_anew() {
        let former = FormerEpoch { epoch: Id([1; 16]), ended: 50, restored_ms: 0 };
        let grant = Grant::Family(Id([2; 16]));
        let span = |from, to| GrantSpan { person: Id([3; 16]), grant, from, to };
        assert!(again(&[span(3, Some(9)), span(20, Some(40))], grant, &former));
        assert!(!again(&[span(3, Some(9)), span(20, None)], grant, &former), "still theirs");
        assert!(!again(&[span(3, Some(9)), span(60, Some(61))], grant, &former), "written already");
        assert!(!again(&[], grant, &former), "never had it");
    }
}
