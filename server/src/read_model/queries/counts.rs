//! How many records there are, by state and type: of all that a filter finds, not of what a page shows.

use rusqlite::{Connection, params_from_iter};
use serde::Serialize;
use utoipa::ToSchema;

use super::Reach;
use super::records::{Filter, conditions};
use crate::read_model::ReadModelError;

/// So many records of a state and type; those of which there are none are left out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RecordCount {
    /// `received`, `approved`, `returned` or `edited`.
    pub state: String,
    #[serde(rename = "type")]
    pub type_: String,
    pub count: u64,
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RecordCounts {
    pub items: Vec<RecordCount>,
}

/// Counts what the filter finds in any state, on whatever page.
pub fn count(connection: &Connection, reach: &Reach, filter: Filter) -> Result<RecordCounts, ReadModelError> {
    let filter = Filter { states: Vec::new(), after: None, ..filter };
    let (conditions, values) = conditions(connection, reach, &filter)?;
    let sql = format!(
        "SELECT r.state, r.type, count(*) FROM record_shown r LEFT JOIN case_file c ON c.id = r.case_id
         WHERE {} GROUP BY 1, 2 ORDER BY 1, 2",
        conditions.join(" AND ")
    );
    let mut select = connection.prepare_cached(&sql)?;
    let count = |row: &rusqlite::Row<'_>| {
        Ok(RecordCount { state: row.get(0)?, type_: row.get(1)?, count: row.get(2)? })
    };
    let items = select.query_map(params_from_iter(values), count)?.collect::<Result<_, _>>()?;
    Ok(RecordCounts { items })
}
