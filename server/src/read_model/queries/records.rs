//! The merged log: records within reach, filtered, page by page.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, params_from_iter};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{MAX_PAGE, Reach, mark, reach, stored, unmark, unpacked};
use crate::read_model::{ReadModelError, project};

/// Which records to list. Everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// At or below this place.
    pub place: Option<String>,
    /// Made by this person.
    pub worker: Option<String>,
    /// Any of these types; all when empty.
    pub types: Vec<String>,
    /// Any of these states; all when empty.
    pub states: Vec<String>,
    /// Civil dates, both included.
    pub from: Option<String>,
    pub to: Option<String>,
    pub case: Option<String>,
    /// Only those with fields whose values disagree.
    pub conflicts: bool,
    /// Part of the recipient's name.
    pub name: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    pub limit: usize,
}

/// A record as it stands, with the names a person needs to read it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RecordItem {
    pub id: String,
    /// The document that holds it.
    pub doc: String,
    /// `log`, `task`, `activity`, `case` or `person`.
    pub kind: String,
    /// Names the record schema: `visit`, `delivery`, `task`, `activity`, `case`, `person`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The case it is about.
    pub case: Option<String>,
    /// The name of the case's person.
    pub case_name: Option<String>,
    /// The place it belongs to.
    pub place: Option<String>,
    pub place_name: Option<String>,
    pub author: String,
    pub author_name: Option<String>,
    pub device: String,
    /// The author's clock, uncorrected.
    pub at_ms: i64,
    /// The server's clock.
    pub received_ms: i64,
    /// Civil date where it happened; the day of receipt when the record has none.
    pub date: String,
    /// `2026-05`: the month of its log, or of its date.
    pub month: String,
    /// `received`, `approved`, `returned` or `edited`.
    pub state: String,
    /// What a decision about it must send along.
    pub digest: String,
    /// The decision that was made last.
    pub review: Option<ReviewItem>,
    /// It was returned at least once, whatever became of it.
    pub returned_before: bool,
    /// Fields whose values disagree.
    pub conflicts: Vec<String>,
    /// What the schema check found: `field`, `code`, `params`.
    #[schema(value_type = Vec<super::shapes::ViolationItem>)]
    pub violations: Vec<Value>,
    /// `after_reassignment`, `released`, `restored`.
    pub flags: Vec<String>,
    /// Shown value of each field.
    #[schema(value_type = std::collections::BTreeMap<String, super::shapes::FieldValue>)]
    pub fields: Map<String, Value>,
    pub voided: bool,
    /// Numbers of the first and the newest log row about it.
    pub first_seq: u64,
    pub last_seq: u64,
    /// The fields and the digest are still to be read from the first log row about it.
    #[serde(skip)]
    pub in_log: bool,
    /// Its place among those of the same day.
    #[serde(skip)]
    n: i64,
}

/// A decision about a record.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReviewItem {
    pub seq: u64,
    /// `approved`, `returned` or `withdrawn`.
    pub decision: String,
    pub comment: Option<String>,
    pub by: String,
    pub by_name: Option<String>,
    pub at_ms: i64,
    /// The digest it was made for.
    pub digest: String,
}

/// Records and where the next page begins.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RecordPage {
    pub items: Vec<RecordItem>,
    /// To be sent as `after`; absent on the last page.
    pub next: Option<String>,
}

/// Where a page ends: the day and the number of its last record.
pub type Mark = (i64, i64);

/// The name of a member of staff or of a person on file.
macro_rules! name_of {
    ($id:literal) => {
        concat!(
            "coalesce((SELECT name FROM staff WHERE id = ",
            $id,
            "), (SELECT name FROM person WHERE id = ",
            $id,
            "))"
        )
    };
}
pub(super) use name_of;

pub(super) const SELECT: &str = concat!(
    "SELECT r.id, r.doc, r.kind, r.type, r.case_id, coalesce(p.name, (SELECT name FROM person WHERE case_id = r.case_id
            ORDER BY id LIMIT 1)), coalesce(c.place, r.place), l.name, r.author, ",
    name_of!("r.author"),
    ", r.device, r.at_ms, r.received_ms, r.date, r.month, r.state, r.digest, v.seq, v.decision, v.comment, v.by, ",
    name_of!("v.by"),
    ", v.at_ms, v.digest,
       EXISTS (SELECT 1 FROM review WHERE doc = r.doc AND record = r.id AND decision = 'returned'),
       (SELECT json_group_array(field) FROM (SELECT DISTINCT field FROM conflict
          WHERE doc = r.doc AND record = r.id ORDER BY field)),
       r.violations, r.flags, r.fields, r.voided, r.first_seq, r.last_seq, r.n
     FROM record_shown r
     LEFT JOIN case_file c ON c.id = r.case_id
     LEFT JOIN person p ON p.id = c.person
     LEFT JOIN place l ON l.id = coalesce(c.place, r.place)
     LEFT JOIN review v ON v.seq = (SELECT max(seq) FROM review WHERE doc = r.doc AND record = r.id)"
);

/// Records are numbered in the order in which the log brought them.
const NEWEST_FIRST: &str = "r.day DESC, r.n DESC";

/// Newest date first; within a day what came last first.
pub fn list(connection: &Connection, reach: &Reach, filter: &Filter) -> Result<RecordPage, ReadModelError> {
    let limit = filter.limit.clamp(1, MAX_PAGE);
    let (conditions, mut values) = conditions(connection, reach, filter)?;
    values.push(Sql::Integer(i64::try_from(limit + 1).unwrap_or(i64::MAX)));
    // The page is chosen by narrow rows first: names and reviews are looked up for what is on it only.
    let sql = format!(
        "{SELECT} WHERE r.n IN (
           SELECT r.n FROM record_shown r LEFT JOIN case_file c ON c.id = r.case_id
           WHERE {} ORDER BY {NEWEST_FIRST} LIMIT ?)
         ORDER BY {NEWEST_FIRST}",
        conditions.join(" AND ")
    );
    let mut select = connection.prepare_cached(&sql)?;
    let mut items = Vec::new();
    let mut rows = select.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        items.push(item(row)?);
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| mark::<Mark>(&(project::day(&last.date), last.n)));
    Ok(RecordPage { items, next })
}

/// Each condition with its values, in the order of its question marks: what a client sent is only ever a value.
pub(super) fn conditions(
    connection: &Connection,
    reach: &Reach,
    filter: &Filter,
) -> Result<(Vec<&'static str>, Vec<Sql>), ReadModelError> {
    let mut conditions = vec!["(? OR coalesce(c.place, r.place) IN (SELECT value FROM json_each(?)))"];
    let mut values = vec![Sql::Integer(reach.whole.into()), Sql::Text(reach.json())];
    if let Some(place) = &filter.place {
        let below = reach::subtree(connection, std::slice::from_ref(place))?;
        conditions.push("coalesce(c.place, r.place) IN (SELECT value FROM json_each(?))");
        values.push(list_of(&below.into_iter().collect::<Vec<_>>()));
    }
    if !filter.types.is_empty() {
        conditions.push("r.type IN (SELECT value FROM json_each(?))");
        values.push(list_of(&filter.types));
    }
    if !filter.states.is_empty() {
        let numbers: Vec<usize> =
            filter.states.iter().filter_map(|name| project::state_number(name)).collect();
        conditions.push("r.state_number IN (SELECT value FROM json_each(?))");
        values.push(list_of(&numbers));
    }
    for (value, condition) in [(&filter.worker, "r.author = ?"), (&filter.case, "r.case_id = ?")] {
        if let Some(value) = value {
            conditions.push(condition);
            values.push(Sql::Text(value.clone()));
        }
    }
    for (date, condition) in [(&filter.from, "r.day >= ?"), (&filter.to, "r.day <= ?")] {
        if let Some(date) = date {
            conditions.push(condition);
            values.push(Sql::Integer(project::day(date)));
        }
    }
    if let Some(name) = filter.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        // SQLite folds the case of Latin letters only, and names here are Cyrillic: so the ids are found first.
        conditions.push("r.case_id IN (SELECT value FROM json_each(?))");
        values.push(list_of(&super::people::cases_named(connection, name)?));
    }
    if filter.conflicts {
        conditions.push("r.conflicts > 0");
    }
    if let Some((day, n)) = filter.after.as_deref().and_then(unmark::<Mark>) {
        conditions.push("(r.day, r.n) < (?, ?)");
        values.extend([Sql::Integer(day), Sql::Integer(n)]);
    }
    Ok((conditions, values))
}

fn list_of(items: &[impl Serialize]) -> Sql {
    Sql::Text(serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned()))
}

pub(super) fn item(row: &Row<'_>) -> Result<RecordItem, ReadModelError> {
    let fields: Option<Vec<u8>> = row.get(28)?;
    Ok(RecordItem {
        id: row.get(0)?,
        doc: row.get(1)?,
        kind: row.get(2)?,
        type_: row.get(3)?,
        case: row.get(4)?,
        case_name: row.get(5)?,
        place: row.get(6)?,
        place_name: row.get(7)?,
        author: row.get(8)?,
        author_name: row.get(9)?,
        device: row.get(10)?,
        at_ms: row.get(11)?,
        received_ms: row.get(12)?,
        date: row.get(13)?,
        month: row.get(14)?,
        state: row.get(15)?,
        digest: row.get(16)?,
        review: newest_review(row)?,
        returned_before: row.get(24)?,
        conflicts: stored(&row.get::<_, String>(25)?, "list of conflicts")?,
        violations: stored(&row.get::<_, String>(26)?, "list of violations")?,
        flags: stored(&row.get::<_, String>(27)?, "list of flags")?,
        in_log: fields.is_none(),
        fields: fields.map(|fields| unpacked(&fields, "record")).transpose()?.unwrap_or_default(),
        voided: row.get(29)?,
        first_seq: row.get(30)?,
        last_seq: row.get(31)?,
        n: row.get(32)?,
    })
}

fn newest_review(row: &Row<'_>) -> Result<Option<ReviewItem>, ReadModelError> {
    let Some(seq) = row.get(17)? else { return Ok(None) };
    Ok(Some(ReviewItem {
        seq,
        decision: row.get(18)?,
        comment: row.get(19)?,
        by: row.get(20)?,
        by_name: row.get(21)?,
        at_ms: row.get(22)?,
        digest: row.get(23)?,
    }))
}
