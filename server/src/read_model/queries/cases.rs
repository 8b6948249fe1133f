//! Cases, and who has them.

use rusqlite::{Connection, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::records::{RecordItem, SELECT, item, name_of};
use super::{MAX_PAGE, Reach, mark, unmark};
use crate::read_model::ReadModelError;

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CaseItem {
    pub id: String,
    pub person: Option<String>,
    /// Empty when the person's card has not come.
    pub name: String,
    pub place: Option<String>,
    pub place_name: Option<String>,
    pub care_status: Option<String>,
    /// Date of the newest visit that is not voided.
    pub last_visit: Option<String>,
    pub assignments: Vec<AssignmentItem>,
}

/// A person who has the case, or will have it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AssignmentItem {
    pub person: String,
    pub name: Option<String>,
    /// Civil dates, both included; absent is open.
    pub from: Option<String>,
    pub to: Option<String>,
    /// In somebody's place for a while.
    pub substitute: bool,
    /// The person is being given the case now; false before the first day.
    pub holds: bool,
    pub by: String,
    pub at_ms: i64,
}

/// Cases and where the next page begins.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CasePage {
    pub items: Vec<CaseItem>,
    /// To be sent as `after`; absent on the last page.
    pub next: Option<String>,
}

/// A case with its records, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CaseDetail {
    pub case: CaseItem,
    /// The person's card and the case's file, as records.
    pub cards: Vec<RecordItem>,
}

const SELECT_CASE: &str = "
    SELECT c.* FROM (
      SELECT c.id, c.person,
             coalesce(p.name, (SELECT name FROM person WHERE case_id = c.id ORDER BY id LIMIT 1), '') AS name,
             c.place, l.name AS place_name, c.care_status,
             (SELECT r.date FROM record_shown r WHERE r.n =
               (SELECT v.n FROM doc d JOIN record v ON v.doc = d.n
                 WHERE d.case_id = c.id AND v.type = 'visit' AND NOT v.voided ORDER BY v.day DESC LIMIT 1))
      FROM case_file c LEFT JOIN person p ON p.id = c.person LEFT JOIN place l ON l.id = c.place) c";

/// Cases within reach, by name, then id.
pub fn list(
    connection: &Connection,
    reach: &Reach,
    name: Option<&str>,
    after: Option<&str>,
    limit: usize,
) -> Result<CasePage, ReadModelError> {
    let limit = limit.clamp(1, MAX_PAGE);
    let after = after.and_then(unmark::<(String, String)>);
    let named = name.map(|name| super::people::cases_named(connection, name)).transpose()?;
    let sql = format!(
        "{SELECT_CASE}
         WHERE (?1 OR c.place IN (SELECT value FROM json_each(?2)))
           AND (?3 IS NULL OR c.id IN (SELECT value FROM json_each(?3)))
           AND (?4 IS NULL OR (c.name, c.id) > (?4, ?5))
         ORDER BY c.name, c.id LIMIT ?6"
    );
    let named = named.map(|ids| serde_json::to_string(&ids).unwrap_or_default());
    let (after_name, after_id) = after.unzip();
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query(params![
        reach.whole,
        reach.json(),
        named,
        after_name,
        after_id,
        limit.saturating_add(1)
    ])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(case_item(connection, row)?);
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| mark(&(&last.name, &last.id)));
    Ok(CasePage { items, next })
}

/// One case within reach with its cards.
pub fn detail(
    connection: &Connection,
    reach: &Reach,
    id: &str,
) -> Result<Option<CaseDetail>, ReadModelError> {
    let Some(case) = find(connection, reach, id)? else { return Ok(None) };
    let sql = format!(
        "{SELECT} WHERE r.case_id = ?1 AND r.kind IN ('case', 'person') ORDER BY r.kind DESC, r.first_seq"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query(params![id])?;
    let mut cards = Vec::new();
    while let Some(row) = rows.next()? {
        cards.push(item(row)?);
    }
    Ok(Some(CaseDetail { case, cards }))
}

/// One case within reach.
pub fn find(connection: &Connection, reach: &Reach, id: &str) -> Result<Option<CaseItem>, ReadModelError> {
    let sql = format!("{SELECT_CASE} WHERE c.id = ?1");
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query(params![id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let case = case_item(connection, row)?;
    Ok(reach.covers(case.place.as_deref()).then_some(case))
}

fn case_item(connection: &Connection, row: &rusqlite::Row<'_>) -> Result<CaseItem, ReadModelError> {
    let id: String = row.get(0)?;
    Ok(CaseItem {
        assignments: assignments(connection, &id)?,
        id,
        person: row.get(1)?,
        name: row.get(2)?,
        place: row.get(3)?,
        place_name: row.get(4)?,
        care_status: row.get(5)?,
        last_visit: row.get(6)?,
    })
}

fn assignments(connection: &Connection, case: &str) -> Result<Vec<AssignmentItem>, ReadModelError> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT a.person, ",
        name_of!("a.person"),
        ", a.from_on, a.to_on, a.substitute, a.holds, a.by, a.at_ms
         FROM assignment a WHERE a.case_id = ?1 AND NOT a.ended ORDER BY a.substitute, a.person"
    ))?;
    let items = select
        .query_map(params![case], |row| {
            Ok(AssignmentItem {
                person: row.get(0)?,
                name: row.get(1)?,
                from: row.get(2)?,
                to: row.get(3)?,
                substitute: row.get(4)?,
                holds: row.get(5)?,
                by: row.get(6)?,
                at_ms: row.get(7)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(items)
}
