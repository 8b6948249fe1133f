//! `/v1/quarantine`: what was set aside, and what is done about it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sync_core::ids::{Id, hex};
use utoipa::{IntoParams, ToSchema};

use super::desk::{Asked, Named, device_names, invalid, shown, staff_within, to_the_end};
use super::records::PAGE;
use crate::app::App;
use crate::auth::Coordinator;
use crate::command::quarantine::{self as command, Released};
use crate::problem::{Code, Problem};
use crate::read_model::queries::quarantine::{QuarantineItem, QuarantinePage};
use crate::store::Quarantined;

/// The longest note, in characters.
const MAX_NOTE: usize = 2000;

/// Which set-aside changes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QuarantineQuery {
    /// `open` when absent.
    #[param(inline)]
    state: Option<StateQuery>,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 when absent.
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateQuery {
    Open,
    Released,
    Settled,
    All,
}

/// In which form to export.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `bytes` when absent.
    #[param(inline)]
    format: Option<ExportFormat>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    Bytes,
    Json,
}

/// A set-aside change, and what can be read of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineDetail {
    pub item: QuarantineItem,
    /// The values it would put, when its bytes are sound enough to be read at all.
    #[schema(value_type = Option<std::collections::BTreeMap<String, crate::read_model::queries::shapes::FieldValue>>)]
    pub preview: Option<Map<String, Value>>,
}

/// A set-aside change with its bytes.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineExport {
    pub item: QuarantineItem,
    /// The change as it came, in hex.
    pub bytes: String,
}

/// What became of a set-aside change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SettleRequest {
    /// What was done instead; its author reads it.
    pub note: String,
}

/// What was set aside within reach: at the coordinator's places, or by the people who work there.
#[utoipa::path(get, path = "/v1/quarantine", tag = "quarantine", operation_id = "listQuarantine", params(QuarantineQuery),
    responses((status = 200, body = QuarantinePage), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Asked(query): Asked<QuarantineQuery>,
    coordinator: Coordinator,
) -> Result<Json<QuarantinePage>, Problem> {
    let state = match query.state.unwrap_or(StateQuery::Open) {
        StateQuery::Open => Some("open"),
        StateQuery::Released => Some("released"),
        StateQuery::Settled => Some("settled"),
        StateQuery::All => None,
    };
    let places = &coordinator.account.places;
    let staff = staff(&app, places).await?;
    let limit = query.limit.unwrap_or(PAGE);
    let mut page =
        app.read_model.quarantine(places, &staff, state.map(str::to_owned), query.after, limit).await?;
    let names = device_names(&app).await?;
    for item in &mut page.items {
        item.device_name = names.get(&item.device).cloned();
    }
    Ok(Json(page))
}

/// One of them, with a preview of its fields when its bytes pass the first two checks; otherwise the size
/// and the hash are all there is to see.
#[utoipa::path(get, path = "/v1/quarantine/{id}", tag = "quarantine", operation_id = "showSetAside", params(("id" = u64, Path)),
    responses((status = 200, body = QuarantineDetail), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn show(
    State(app): State<Arc<App>>,
    Named(id): Named<u64>,
    coordinator: Coordinator,
) -> Result<Json<QuarantineDetail>, Problem> {
    let (item, row) = within(&app, &coordinator, id).await?;
    let preview = command::preview(row).await;
    Ok(Json(QuarantineDetail { item, preview }))
}

/// The bytes as they came, or with `format=json` everything that is known of them.
#[utoipa::path(get, path = "/v1/quarantine/{id}/export", tag = "quarantine", operation_id = "exportSetAside",
    params(("id" = u64, Path), ExportQuery),
    responses((status = 200, content((Vec<u8> = "application/octet-stream"), (QuarantineExport = "application/json"))),
              (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn export(
    State(app): State<Arc<App>>,
    Named(id): Named<u64>,
    Asked(query): Asked<ExportQuery>,
    coordinator: Coordinator,
) -> Result<Response, Problem> {
    let (item, row) = within(&app, &coordinator, id).await?;
    let bytes = row.row.bytes;
    if let Some(ExportFormat::Json) = query.format {
        return Ok(Json(QuarantineExport { item, bytes: hex(&bytes) }).into_response());
    }
    let name = format!("attachment; filename=\"set-aside-{id}.bin\"");
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

/// Lets a change into the log after all, marked `released`. It passes the same checks of its bytes as any other:
/// 409 `cannot_release` with `why` when they do not hold, 409 `changed` when it is not open any more.
#[utoipa::path(post, path = "/v1/quarantine/{id}/release", tag = "quarantine", operation_id = "releaseSetAside", params(("id" = u64, Path)),
    responses((status = 200, body = QuarantineItem), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn release(
    State(app): State<Arc<App>>,
    Named(id): Named<u64>,
    coordinator: Coordinator,
) -> Result<Json<QuarantineItem>, Problem> {
    let (_, row) = within(&app, &coordinator, id).await?;
    let (writing, by) = (app.clone(), coordinator.account.clone());
    match to_the_end(async move { command::release(&writing, &by, row).await }).await? {
        Released::Done(seq) => shown(&app, Some(seq)).await,
        Released::NotOpen => return Err(Code::Changed.into()),
        Released::Refused(why) => return Err(Problem::new(Code::CannotRelease).with("why", why)),
    }
    Ok(Json(within(&app, &coordinator, id).await?.0))
}

/// Closes the matter in another way, with a note that the author reads too. 409 `changed` when it is not
/// open any more.
#[utoipa::path(post, path = "/v1/quarantine/{id}/settle", tag = "quarantine", operation_id = "settleSetAside", params(("id" = u64, Path)),
    request_body = SettleRequest,
    responses((status = 200, body = QuarantineItem), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn settle(
    State(app): State<Arc<App>>,
    Named(id): Named<u64>,
    coordinator: Coordinator,
) -> Result<Json<QuarantineItem>, Problem> {
    let request: SettleRequest = coordinator.json()?;
    let note = request.note.trim().to_owned();
    if note.is_empty() || note.chars().count() > MAX_NOTE {
        return Err(invalid("note"));
    }
    let (_, row) = within(&app, &coordinator, id).await?;
    let (writing, by) = (app.clone(), coordinator.account.clone());
    let settled = to_the_end(async move { command::settle(&writing, &by, row, note).await }).await?;
    let seq = settled.ok_or(Code::Changed)?;
    shown(&app, Some(seq)).await;
    Ok(Json(within(&app, &coordinator, id).await?.0))
}

async fn staff(app: &App, places: &[Id]) -> Result<Vec<Id>, Problem> {
    staff_within(app, &app.read_model.reach(places).await?).await
}

async fn within(
    app: &App,
    coordinator: &Coordinator,
    id: u64,
) -> Result<(QuarantineItem, Quarantined), Problem> {
    let places = &coordinator.account.places;
    let staff = staff(app, places).await?;
    let mut item = app.read_model.quarantined(places, &staff, id).await?.ok_or(Code::NotFound)?;
    item.device_name = device_names(app).await?.get(&item.device).cloned();
    let row = app.log.quarantined(id).await?.ok_or(Code::NotFound)?;
    Ok((item, row))
}
