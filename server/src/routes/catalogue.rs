//! `GET /v1/catalogue`: places, services, staff and the other lists of the organisation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value};

use super::desk::require_office;
use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::Problem;

/// Each list of the catalogue under its name: `places`, `services`, `people`, `forms` … For coordinators and
/// administrators.
#[utoipa::path(get, path = "/v1/catalogue", tag = "people", operation_id = "showCatalogue",
    responses((status = 200, body = std::collections::BTreeMap<String, Value>),
              (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn show(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Map<String, Value>>, Problem> {
    require_office(&signed_in)?;
    Ok(Json(app.read_model.catalogue().await?))
}
