//! Where cases are.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;
use sync_core::ids::Id;

use crate::read_model::{ReadModel, ReadModelError};

/// The places of these cases, as the desk counts them; those it does not know are left out.
pub async fn of_cases(
    model: &ReadModel,
    cases: BTreeSet<Id>,
) -> Result<BTreeMap<Id, String>, ReadModelError> {
    if cases.is_empty() {
        return Ok(BTreeMap::new());
    }
    model
        .read(move |connection| {
            let mut select = connection.prepare_cached("SELECT place FROM case_file WHERE id = ?1")?;
            let mut places = BTreeMap::new();
            for case in cases {
                let place: Option<Option<String>> =
                    select.query_row([case.to_string()], |row| row.get(0)).optional()?;
                if let Some(Some(place)) = place {
                    places.insert(case, place);
                }
            }
            Ok(places)
        })
        .await
}
