//! People: the staff and volunteers of the organisation, and those on file.

use rusqlite::{Connection, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::{MAX_PAGE, Reach, mark, unmark};
use crate::read_model::ReadModelError;

/// Somebody known by name.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PersonItem {
    pub id: String,
    pub name: Option<String>,
    /// Of staff and volunteers: `worker`, `volunteer`, `coordinator` …
    pub duty: Option<String>,
    /// Of a person on file: the case they belong to.
    pub case: Option<String>,
    pub place: Option<String>,
    pub place_name: Option<String>,
}

/// People and where the next page begins.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PersonPage {
    pub items: Vec<PersonItem>,
    /// To be sent as `after`; absent on the last page.
    pub next: Option<String>,
}

/// Which people to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only staff and volunteers, or only people on file.
    pub staff: Option<bool>,
    /// Part of the name.
    pub name: Option<String>,
    pub after: Option<String>,
    pub limit: usize,
}

/// By name, then id.
pub fn list(connection: &Connection, reach: &Reach, filter: &Filter) -> Result<PersonPage, ReadModelError> {
    let limit = filter.limit.clamp(1, MAX_PAGE);
    let after = filter.after.as_deref().and_then(unmark::<(String, String)>);
    let wanted = filter.name.as_deref().map(folded).unwrap_or_default();
    let mut select = connection.prepare_cached(
        "SELECT id, name, duty, NULL, NULL, NULL FROM staff WHERE ?1 IS NOT 0
         UNION ALL
         SELECT p.id, p.name, NULL, p.case_id, coalesce(c.place, p.place), l.name
         FROM person p LEFT JOIN case_file c ON c.id = p.case_id
         LEFT JOIN place l ON l.id = coalesce(c.place, p.place)
         WHERE ?1 IS NOT 1 AND (?2 OR coalesce(c.place, p.place) IN (SELECT value FROM json_each(?3)))
         ORDER BY 2, 1",
    )?;
    let mut rows = select.query(params![filter.staff, reach.whole, reach.json()])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let person = PersonItem {
            id: row.get(0)?,
            name: row.get(1)?,
            duty: row.get(2)?,
            case: row.get(3)?,
            place: row.get(4)?,
            place_name: row.get(5)?,
        };
        let name = person.name.as_deref().unwrap_or_default();
        let begun =
            after.as_ref().is_none_or(|(last, id)| (name, person.id.as_str()) > (last.as_str(), id.as_str()));
        if begun && folded(name).contains(&wanted) {
            items.push(person);
        }
        if items.len() > limit {
            break;
        }
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next =
        items.last().filter(|_| more).map(|last| mark(&(last.name.as_deref().unwrap_or_default(), &last.id)));
    Ok(PersonPage { items, next })
}

/// The cases of the people whose name contains `name`.
pub fn cases_named(connection: &Connection, name: &str) -> Result<Vec<String>, ReadModelError> {
    let wanted = folded(name);
    let mut select = connection
        .prepare_cached("SELECT case_id, name FROM person WHERE case_id IS NOT NULL AND name IS NOT NULL")?;
    let mut rows = select.query([])?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        if folded(&row.get::<_, String>(1)?).contains(&wanted) {
            cases.push(row.get(0)?);
        }
    }
    Ok(cases)
}

/// As people type it: lower case, `ё` as `е`.
fn folded(name: &str) -> String {
    name.trim().to_lowercase().replace('ё', "е")
}
