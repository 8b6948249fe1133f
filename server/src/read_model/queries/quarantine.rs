//! What was set aside, and what became of it.

use rusqlite::{Connection, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::records::name_of;
use super::{MAX_PAGE, Reach, mark, unmark};
use crate::read_model::ReadModelError;

/// A change in quarantine. What the envelope said of it (document, kind, case) is its device's word.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct QuarantineItem {
    pub id: u64,
    pub doc: String,
    /// Hash of the change.
    pub change: String,
    pub kind: Option<String>,
    pub case: Option<String>,
    // Only when that case is within reach: what it is about is the device's word.
    pub case_name: Option<String>,
    pub place: Option<String>,
    pub author: String,
    pub author_name: Option<String>,
    pub device: String,
    pub device_name: Option<String>,
    /// Number of the device's envelope it came in.
    pub envelope: u64,
    /// The code of the reason.
    pub reason: String,
    pub received_ms: i64,
    /// Bytes of the change.
    pub size: u64,
    /// `open`, `released` or `settled`.
    pub state: String,
    pub note: Option<String>,
    /// Who released or settled it, and when.
    pub by: Option<String>,
    pub by_name: Option<String>,
    pub at_ms: Option<i64>,
}

/// Set-aside changes and where the next page begins.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct QuarantinePage {
    pub items: Vec<QuarantineItem>,
    /// To be sent as `after`; absent on the last page.
    pub next: Option<String>,
}

const SELECT: &str = concat!(
    "SELECT q.id, q.doc, q.hash, q.kind, q.case_id,
       CASE WHEN ?1 OR c.place IN (SELECT value FROM json_each(?2)) THEN p.name END, coalesce(c.place, q.place), q.author, ",
    name_of!("q.author"),
    ", q.device, q.envelope_no, q.reason, q.received_ms, q.size, q.state, q.note, q.by, ",
    name_of!("q.by"),
    ", q.at_ms
     FROM quarantine q LEFT JOIN case_file c ON c.id = q.case_id LEFT JOIN person p ON p.id = c.person"
);

/// Newest first. `staff` are the people (ids as a JSON list) whose work is within reach wherever it says it belongs.
pub fn list(
    connection: &Connection,
    reach: &Reach,
    staff: &str,
    state: Option<&str>,
    after: Option<&str>,
    limit: usize,
) -> Result<QuarantinePage, ReadModelError> {
    let limit = limit.clamp(1, MAX_PAGE);
    let sql = format!(
        "{SELECT} WHERE (?1 OR coalesce(c.place, q.place) IN (SELECT value FROM json_each(?2))
                            OR q.author IN (SELECT value FROM json_each(?3)))
           AND (?4 IS NULL OR q.state = ?4) AND (?5 IS NULL OR q.id < ?5)
         ORDER BY q.id DESC LIMIT ?6"
    );
    let after = after.and_then(unmark::<i64>);
    let mut select = connection.prepare_cached(&sql)?;
    let mut items: Vec<QuarantineItem> = select
        .query_map(params![reach.whole, reach.json(), staff, state, after, limit.saturating_add(1)], item)?
        .collect::<Result<_, _>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| mark(&last.id));
    Ok(QuarantinePage { items, next })
}

/// One of them, within reach.
pub fn find(
    connection: &Connection,
    reach: &Reach,
    staff: &str,
    id: u64,
) -> Result<Option<QuarantineItem>, ReadModelError> {
    let sql = format!(
        "{SELECT} WHERE q.id = ?4 AND (?1 OR coalesce(c.place, q.place) IN (SELECT value FROM json_each(?2))
                                          OR q.author IN (SELECT value FROM json_each(?3)))"
    );
    let Ok(id) = i64::try_from(id) else { return Ok(None) };
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query_map(params![reach.whole, reach.json(), staff, id], item)?;
    Ok(rows.next().transpose()?)
}

fn item(row: &rusqlite::Row<'_>) -> rusqlite::Result<QuarantineItem> {
    Ok(QuarantineItem {
        id: row.get(0)?,
        doc: row.get(1)?,
        change: row.get(2)?,
        kind: row.get(3)?,
        case: row.get(4)?,
        case_name: row.get(5)?,
        place: row.get(6)?,
        author: row.get(7)?,
        author_name: row.get(8)?,
        device: row.get(9)?,
        device_name: None,
        envelope: row.get(10)?,
        reason: row.get(11)?,
        received_ms: row.get(12)?,
        size: row.get(13)?,
        state: row.get(14)?,
        note: row.get(15)?,
        by: row.get(16)?,
        by_name: row.get(17)?,
        at_ms: row.get(18)?,
    })
}
