//! Office rows in the tables: reviews, and the catalogue with its places and staff taken apart for joins.

use rusqlite::{Transaction, params};
use serde::Deserialize;
use serde_json::Value;
use sync_core::ids::DocId;
use sync_core::office::{Review, Topic};
use tracing::warn;

use super::{ReadModelError, record_rows};
use crate::store::{LogRow, OfficeEntry};

/// Writes a value of office data; topics the desk does not show are left out.
pub fn put_office(
    transaction: &Transaction<'_>,
    row: &LogRow,
    entry: &OfficeEntry,
) -> Result<(), ReadModelError> {
    let office = &entry.row;
    match office.topic {
        Topic::Review => {
            let Ok(review) = serde_json::from_str::<Option<Review>>(&office.value) else {
                warn!(seq = row.seq, "a review of the log cannot be read");
                return Ok(());
            };
            let doc = DocId(office.subject.0).to_string();
            record_rows::put_review(
                transaction,
                row,
                &doc,
                &office.key,
                &entry.by.to_string(),
                review.as_ref(),
            )
        }
        Topic::Catalogue => put_list(transaction, row.seq, &office.key, &office.value),
        Topic::Inbox | Topic::Route | Topic::Offer | Topic::Card => Ok(()),
    }
}

fn put_list(transaction: &Transaction<'_>, seq: u64, key: &str, value: &str) -> Result<(), ReadModelError> {
    let Ok(list) = serde_json::from_str::<Value>(value) else {
        warn!(seq, "a list of the catalogue cannot be read");
        return Ok(());
    };
    if list.is_null() {
        transaction.execute("DELETE FROM catalogue WHERE key = ?1", params![key])?;
    } else {
        transaction.execute(
            "INSERT OR REPLACE INTO catalogue (key, seq, value) VALUES (?1, ?2, ?3)",
            params![key, seq, list.to_string()],
        )?;
    }
    match key {
        "places" => put_places(transaction, &list),
        "people" => put_staff(transaction, &list),
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
struct Place {
    id: String,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    kind: String,
}

fn put_places(transaction: &Transaction<'_>, list: &Value) -> Result<(), ReadModelError> {
    transaction.execute("DELETE FROM place", [])?;
    let mut insert = transaction
        .prepare_cached("INSERT OR REPLACE INTO place (id, parent, name, kind) VALUES (?1, ?2, ?3, ?4)")?;
    for place in entries::<Place>(list) {
        insert.execute(params![place.id, place.parent, name_of(&place.name), place.kind])?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Member {
    id: String,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    duty: String,
}

fn put_staff(transaction: &Transaction<'_>, list: &Value) -> Result<(), ReadModelError> {
    transaction.execute("DELETE FROM staff", [])?;
    let mut insert =
        transaction.prepare_cached("INSERT OR REPLACE INTO staff (id, name, duty) VALUES (?1, ?2, ?3)")?;
    for member in entries::<Member>(list) {
        insert.execute(params![member.id, name_of(&member.name), member.duty])?;
    }
    Ok(())
}

/// The readable entries of a list: one bad entry does not take the others away.
fn entries<'a, T: Deserialize<'a>>(list: &'a Value) -> impl Iterator<Item = T> {
    list.as_array().into_iter().flatten().filter_map(|entry| T::deserialize(entry).ok())
}

/// A name is text, or texts by language; a join shows one of them.
fn name_of(name: &Value) -> String {
    let text = match name {
        Value::Object(by_language) => {
            ["ru", "uk", "en"].iter().find_map(|language| by_language.get(*language)?.as_str())
        }
        other => other.as_str(),
    };
    text.unwrap_or_default().to_owned()
}
