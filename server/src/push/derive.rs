//! What follows from an admitted change, in the same append: who is on a task, what is offered to volunteers, and
//! the card of whom a volunteer goes to.
//!
//! Only changes that passed vetting come here, so opening their document is safe.

use std::collections::BTreeSet;

use serde_json::json;
use sync_core::crdt::Document;
use sync_core::ids::{DocId, Id};
use sync_core::office::{OfficeRow, Topic};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::{Kind, Scope};
use sync_core::wire::Grant;

use crate::store::{Account, ChangeLog, ChangeRow, Duty, Entry, OfficeEntry, Stored};

/// A document with what is being appended to it.
#[derive(Clone, Copy, Debug)]
pub struct Grown<'a> {
    pub doc: DocId,
    pub scope: Scope,
    pub existing: &'a [ChangeRow],
    pub new: &'a [ChangeRow],
    /// What is being appended with it, to whatever document: the log has none of it yet.
    pub beside: &'a [&'a ChangeRow],
}

/// The rows that follow from what is new. `by` is whose changes they are.
pub async fn entries(log: &dyn ChangeLog, grown: Grown<'_>, by: Id) -> Stored<Vec<Entry>> {
    match (grown.scope.kind, grown.scope.family) {
        (Kind::Task | Kind::Activity, _) => of_task(log, grown, by).await,
        (Kind::Person, Some(family)) => of_card_holder(log, grown, family, by).await,
        _ => Ok(Vec::new()),
    }
}

/// What matters here of a task or activity.
#[derive(Debug, Default, PartialEq)]
struct Facts {
    /// Who is on it.
    people: BTreeSet<Id>,
    /// Whether it is still to be done.
    open: bool,
    /// The place it is offered in, and what is said of it there.
    offer: Option<(Id, String)>,
}

async fn of_task(log: &dyn ChangeLog, grown: Grown<'_>, by: Id) -> Stored<Vec<Entry>> {
    let before = facts(&grown.scope, &shown(grown.doc, grown.scope.kind, grown.existing.iter()));
    let all = grown.existing.iter().chain(grown.new);
    let after = facts(&grown.scope, &shown(grown.doc, grown.scope.kind, all));
    if before == after {
        return Ok(Vec::new());
    }
    let mut entries = grants(log, grown, &before, &after, by).await?;
    let nameless = log.office_value(Topic::Offer, Id(grown.doc.0), NAMELESS).await?.is_some();
    entries.extend(offers(grown.doc, &before, &after, nameless, by));
    entries.extend(cards(log, grown, &before, &after, by).await?);
    Ok(entries)
}

/// The shown fields of a document that is one record; none when it cannot be opened.
fn shown<'a>(doc: DocId, kind: Kind, changes: impl Iterator<Item = &'a ChangeRow>) -> Fields {
    let opened = Document::from_changes(kind, changes.map(|row| row.bytes.as_slice()));
    let record = opened.and_then(|document| document.record(&doc.to_string()));
    match record {
        Ok(record) => record.map(|record| record.shown()).unwrap_or_default(),
        Err(error) => {
            tracing::error!(%doc, %error, "an admitted document could not be opened");
            Fields::new()
        }
    }
}

fn facts(scope: &Scope, fields: &Fields) -> Facts {
    let text = |key: &str| fields.get(key).and_then(Scalar::as_text);
    let status = text("status").unwrap_or_default();
    let people = fields
        .iter()
        .filter(|(_, value)| **value == Scalar::Bool(true))
        .filter_map(|(key, _)| {
            key.strip_prefix("assignee/").or_else(|| key.strip_prefix("leader/"))?.parse().ok()
        })
        .collect();
    let voided = matches!(fields.get("void/at"), Some(value) if *value != Scalar::Null);
    let place = text("place").and_then(|place| place.parse().ok()).or(scope.place);
    let offer = match place {
        Some(place) if status == "offered" && !voided => {
            // Nothing a person typed: a free text may name somebody.
            let said = json!({"kind": text("kind"), "place": place, "due": text("due")});
            Some((place, said.to_string()))
        }
        _ => None,
    };
    let open = !voided && matches!(status, "offered" | "accepted" | "in_progress");
    Facts { people, open, offer }
}

/// Who came onto it is given the document; who left it loses it, unless it is of their own making.
async fn grants(
    log: &dyn ChangeLog,
    grown: Grown<'_>,
    before: &Facts,
    after: &Facts,
    by: Id,
) -> Stored<Vec<Entry>> {
    let grant = Grant::Document(grown.doc);
    let holders: BTreeSet<Id> = log
        .holders_of(grant)
        .await?
        .into_iter()
        .filter(|span| span.to.is_none())
        .map(|span| span.person)
        .collect();
    let mut entries = Vec::new();
    for person in after.people.difference(&holders) {
        if log.account(*person).await?.is_some() {
            entries.push(Entry::Granted { person: *person, grant, by });
        }
    }
    let maker = grown.existing.first().or(grown.new.first()).map(|row| row.author);
    for person in before.people.difference(&after.people) {
        if holders.contains(person) && maker != Some(*person) {
            entries.push(Entry::Revoked { person: *person, grant, by });
        }
    }
    Ok(entries)
}

/// The key of offers from before they had that of their place.
const NAMELESS: &str = "offer";

/// Each place has a value of its own: whoever has but one of two is told the end of the offer there, and whoever
/// has both is given them in any order.
fn offers(doc: DocId, before: &Facts, after: &Facts, nameless: bool, by: Id) -> Vec<Entry> {
    let keyed = |key: String, place: Id, value: String| {
        let row = OfficeRow { topic: Topic::Offer, subject: Id(doc.0), key, value };
        Entry::Office(OfficeEntry { row, to: Grant::Place(place), by })
    };
    let entry = |place: Id, value: String| keyed(place.to_string(), place, value);
    let mut entries = Vec::new();
    if let Some((old, _)) = &before.offer
        && after.offer.as_ref().is_none_or(|(new, _)| new != old)
    {
        entries.push(entry(*old, "null".to_owned()));
    }
    if let Some((old, _)) = &before.offer
        && nameless
    {
        entries.push(keyed(NAMELESS.to_owned(), *old, "null".to_owned()));
    }
    if let Some((place, said)) = &after.offer
        && (nameless || after.offer != before.offer)
    {
        entries.push(entry(*place, said.clone()));
    }
    entries
}

async fn cards(
    log: &dyn ChangeLog,
    grown: Grown<'_>,
    before: &Facts,
    after: &Facts,
    by: Id,
) -> Stored<Vec<Entry>> {
    let Some(family) = grown.scope.family else { return Ok(Vec::new()) };
    let with_card = |facts: &Facts| if facts.open { facts.people.clone() } else { BTreeSet::new() };
    let (had, has) = (with_card(before), with_card(after));
    let mut entries = Vec::new();
    let mut value = None;
    for person in has.difference(&had) {
        if !gets_card(log, *person).await? {
            continue;
        }
        if value.is_none() {
            value = Some(card_value(log, family, grown.beside).await?);
        }
        entries.extend(value.clone().map(|value| card(grown.doc, *person, value, by)));
    }
    for person in had.difference(&has) {
        if gets_card(log, *person).await? {
            entries.push(card(grown.doc, *person, "null".to_owned(), by));
        }
    }
    Ok(entries)
}

/// What another duty of a person changes in their cards: who has become a volunteer is given those of the tasks they
/// are on already, who sees the files themselves needs none.
pub async fn cards_of(log: &dyn ChangeLog, account: &Account) -> Stored<Vec<Entry>> {
    let (person, entitled) = (account.person, gets_cards(account));
    let mut entries = Vec::new();
    for span in log.grants_of(person).await? {
        let (Grant::Document(doc), None) = (span.grant, span.to) else { continue };
        let changes = log.changes_of(&[doc]).await?.remove(&doc).unwrap_or_default();
        let Some(scope) = changes.first().map(|row| row.scope) else { continue };
        let Some(family) = scope.family.filter(|_| matches!(scope.kind, Kind::Task | Kind::Activity)) else {
            continue;
        };
        let facts = facts(&scope, &shown(doc, scope.kind, changes.iter()));
        let has = log.office_value(Topic::Card, Id(doc.0), &person.to_string()).await?.is_some();
        match (entitled && facts.open && facts.people.contains(&person), has) {
            (true, false) => entries.push(card(doc, person, card_value(log, family, &[]).await?, person)),
            (false, true) => entries.push(card(doc, person, "null".to_owned(), person)),
            _ => {}
        }
    }
    Ok(entries)
}

async fn gets_card(log: &dyn ChangeLog, person: Id) -> Stored<bool> {
    Ok(log.account(person).await?.as_ref().is_some_and(gets_cards))
}

/// A worker sees the person card itself.
fn gets_cards(account: &Account) -> bool {
    account.has(Duty::Volunteer) && !account.has(Duty::Worker)
}

fn card(task: DocId, person: Id, value: String, by: Id) -> Entry {
    let row = OfficeRow { topic: Topic::Card, subject: Id(task.0), key: person.to_string(), value };
    Entry::Office(OfficeEntry { row, to: Grant::Person(person), by })
}

/// Name, address and phone out of the family's person document, which may be as new as the task.
async fn card_value(log: &dyn ChangeLog, family: Id, beside: &[&ChangeRow]) -> Stored<String> {
    let documents = log.family(family).await?;
    let new =
        beside.iter().map(|row| (&row.doc, &row.scope)).filter(|(_, scope)| scope.family == Some(family));
    let person = documents.iter().chain(new).find(|(_, scope)| scope.kind == Kind::Person);
    let Some(doc) = person.map(|(doc, _)| *doc) else {
        return Ok(value_of(&Fields::new()));
    };
    let changes = log.changes_of(&[doc]).await?;
    let new = beside.iter().filter(|row| row.doc == doc).copied();
    let fields = shown(doc, Kind::Person, changes.values().flatten().chain(new));
    Ok(value_of(&fields))
}

fn value_of(fields: &Fields) -> String {
    let text = |key: &str| fields.get(key).and_then(Scalar::as_text);
    json!({
        "name": text("name"),
        "settlement": text("settlement"),
        "address": text("address"),
        "phone": text("phone"),
    })
    .to_string()
}

/// A recipient's person document changed: so do the cards that were made from it.
async fn of_card_holder(log: &dyn ChangeLog, grown: Grown<'_>, family: Id, by: Id) -> Stored<Vec<Entry>> {
    let all = grown.existing.iter().chain(grown.new);
    let value = value_of(&shown(grown.doc, Kind::Person, all));
    let mut entries = Vec::new();
    for (task, scope) in log.family(family).await? {
        if scope.kind != Kind::Task {
            continue;
        }
        for row in log.office(Topic::Card, Id(task.0)).await? {
            if let Ok(person) = row.key.parse()
                && row.value != value
            {
                entries.push(card(task, person, value.clone(), by));
            }
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Id = Id([5; 16]);

    fn task(fields: &[(&str, Scalar)]) -> Facts {
        let scope = Scope { kind: Kind::Task, family: None, place: Some(PLACE), month: None };
        facts(&scope, &fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn an_offer_says_nothing_that_was_typed() {
        let offered = task(&[
            ("status", "offered".into()),
            ("kind", "firewood".into()),
            ("due", "2026-06-01".into()),
            ("what", "дрова для Марии Ивановны".into()),
        ]);
        let (place, said) = offered.offer.unwrap();
        assert_eq!(place, PLACE);
        assert!(said.contains("firewood") && said.contains("2026-06-01") && !said.contains("Мари"));
    }

    #[test]
    fn only_true_assignees_are_on_it() {
        let person = Id([7; 16]);
        let on = |value: Scalar| task(&[(&format!("assignee/{person}"), value)]).people;
        assert_eq!(on(true.into()), BTreeSet::from([person]));
        assert!(on(false.into()).is_empty() && on(Scalar::Null).is_empty());
    }

    #[test]
    fn an_offer_that_moves_is_taken_back_where_it_was() {
        let by = Id([1; 16]);
        let offered = |place: u8| Facts { offer: Some((Id([place; 16]), "{}".into())), ..Facts::default() };
        let rows = |before: &Facts, after: &Facts| -> Vec<(Grant, String)> {
            offers(DocId([9; 16]), before, after, false, by)
                .into_iter()
                .filter_map(|entry| match entry {
                    Entry::Office(office) => Some((office.to, office.row.value)),
                    _ => None,
                })
                .collect()
        };
        let (a, b) = (Grant::Place(Id([1; 16])), Grant::Place(Id([2; 16])));
        assert_eq!(rows(&Facts::default(), &offered(1)), [(a, "{}".into())]);
        assert_eq!(rows(&offered(1), &offered(2)), [(a, "null".into()), (b, "{}".into())]);
        assert_eq!(rows(&offered(1), &Facts::default()), [(a, "null".into())]);
        assert!(rows(&offered(1), &offered(1)).is_empty());
    }

    #[test]
    fn a_voided_task_is_neither_open_nor_offered() {
        let voided = task(&[("status", "offered".into()), ("void/at", Scalar::Int(5))]);
        assert!(!voided.open && voided.offer.is_none());
    }
}
