//! What joins need of cases and people: the tables `case_file` and `person`.

use rusqlite::{Transaction, params};
use sync_core::record::Scalar;

use super::ReadModelError;
use super::project::Projected;
use crate::store::ChangeRow;

pub fn put_case(
    transaction: &Transaction<'_>,
    change: &ChangeRow,
    projected: &Projected,
) -> Result<(), ReadModelError> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO case_file (id, person, place, care_status, closed_on) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            change.doc.to_string(),
            text(projected, "person"),
            change.scope.place.map(|place| place.to_string()),
            text(projected, "care_status"),
            text(projected, "closed_on")
        ])?;
    Ok(())
}

pub fn put_person(
    transaction: &Transaction<'_>,
    change: &ChangeRow,
    projected: &Projected,
) -> Result<(), ReadModelError> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO person (id, case_id, place, name, settlement) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            change.doc.to_string(),
            change.scope.family.map(|family| family.to_string()),
            change.scope.place.map(|place| place.to_string()),
            text(projected, "name"),
            text(projected, "settlement")
        ])?;
    Ok(())
}

fn text<'a>(projected: &'a Projected, field: &str) -> Option<&'a str> {
    projected.fields.get(field).and_then(Scalar::as_text)
}
