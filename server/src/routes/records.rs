//! `GET /v1/records`, `GET /v1/records/{id}`: the merged log and one record of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use sync_core::ids::{DocId, Id};
use utoipa::IntoParams;

use super::desk::{Asked, Named, device_names, invalid, parsed};
use crate::app::App;
use crate::auth::Coordinator;
use crate::problem::{Code, Problem};
use crate::read_model::project::is_civil_date;
use crate::read_model::queries::counts::RecordCounts;
use crate::read_model::queries::record::RecordDetail;
use crate::read_model::queries::records::{Filter, Mark, RecordPage};
use crate::read_model::queries::unmark;

/// The page when none is asked for.
pub const PAGE: usize = 50;

/// The states a record can be in here.
const STATES: [&str; 4] = ["received", "approved", "returned", "edited"];

/// Which records. Everything given must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordQuery {
    /// Place id: records at or below it.
    place: Option<String>,
    /// Person id: records this person made.
    worker: Option<String>,
    /// Types, comma-separated: `visit,delivery`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    type_: Option<String>,
    /// States, comma-separated: `received,edited`.
    state: Option<String>,
    /// Civil date, included.
    from: Option<String>,
    /// Civil date, included.
    to: Option<String>,
    /// Case id.
    case: Option<String>,
    /// `true`: only records with fields whose values disagree.
    conflicts: Option<bool>,
    /// Part of the recipient's name.
    q: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 when absent.
    limit: Option<usize>,
}

/// Which of the documents with that record, should there be several.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocQuery {
    /// Document id; needed only when two documents hold a record of the same id.
    doc: Option<String>,
}

/// The merged log: newest date first, what came last first within a day. 403 for all but coordinators,
/// 422 for a filter that has no meaning.
#[utoipa::path(get, path = "/v1/records", tag = "records", operation_id = "listRecords", params(RecordQuery),
    responses((status = 200, body = RecordPage), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Asked(query): Asked<RecordQuery>,
    coordinator: Coordinator,
) -> Result<Json<RecordPage>, Problem> {
    let filter = filter(query)?;
    Ok(Json(app.read_model.records(&coordinator.account.places, filter).await?))
}

/// How many records the same filter finds, in each state and of each type; `state`, `after` and `limit` do not
/// matter to it.
#[utoipa::path(get, path = "/v1/records/counts", tag = "records", operation_id = "countRecords", params(RecordQuery),
    responses((status = 200, body = RecordCounts), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn count(
    State(app): State<Arc<App>>,
    Asked(query): Asked<RecordQuery>,
    coordinator: Coordinator,
) -> Result<Json<RecordCounts>, Problem> {
    let filter = filter(query)?;
    Ok(Json(app.read_model.record_counts(&coordinator.account.places, filter).await?))
}

/// One record: every field with all its values, its changes, decisions and conflicts. 404 when there is none
/// within the coordinator's places.
#[utoipa::path(get, path = "/v1/records/{id}", tag = "records", operation_id = "showRecord", params(("id" = String, Path), DocQuery),
    responses((status = 200, body = RecordDetail), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn show(
    State(app): State<Arc<App>>,
    Named(id): Named<String>,
    Asked(query): Asked<DocQuery>,
    coordinator: Coordinator,
) -> Result<Json<RecordDetail>, Problem> {
    let doc = parsed::<DocId>("doc", query.doc.as_deref())?.map(|doc| doc.to_string());
    let found = app.read_model.record(&coordinator.account.places, &id, doc.as_deref()).await?;
    let mut detail = found.ok_or(Code::NotFound)?;
    detail.name_devices(&device_names(&app).await?);
    Ok(Json(detail))
}

fn filter(query: RecordQuery) -> Result<Filter, Problem> {
    let id = |field, text: Option<String>| {
        parsed::<Id>(field, text.as_deref()).map(|id| id.map(|id| id.to_string()))
    };
    let states = several(query.state);
    if states.iter().any(|state| !STATES.contains(&state.as_str())) {
        return Err(invalid("state"));
    }
    if query.after.as_deref().is_some_and(|after| unmark::<Mark>(after).is_none()) {
        return Err(invalid("after"));
    }
    Ok(Filter {
        place: id("place", query.place)?,
        worker: id("worker", query.worker)?,
        types: several(query.type_),
        states,
        from: date("from", query.from)?,
        to: date("to", query.to)?,
        case: id("case", query.case)?,
        conflicts: query.conflicts.unwrap_or(false),
        name: query.q,
        after: query.after,
        limit: query.limit.unwrap_or(PAGE),
    })
}

fn several(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn date(field: &'static str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) if !is_civil_date(&text) => Err(invalid(field)),
        text => Ok(text),
    }
}
