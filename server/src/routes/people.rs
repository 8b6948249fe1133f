//! `GET /v1/people`: staff, volunteers, and people on file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::desk::Asked;
use super::records::PAGE;
use crate::app::App;
use crate::auth::Coordinator;
use crate::problem::Problem;
use crate::read_model::queries::people::{Filter, PersonPage};

/// Which people.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Both when absent.
    #[param(inline)]
    kind: Option<PeopleKind>,
    /// Part of the name.
    q: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 when absent.
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeopleKind {
    /// Staff and volunteers, of the whole organisation.
    Staff,
    /// People on file within the coordinator's places.
    File,
}

/// People by name.
#[utoipa::path(get, path = "/v1/people", tag = "people", operation_id = "listPeople", params(PeopleQuery),
    responses((status = 200, body = PersonPage), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Asked(query): Asked<PeopleQuery>,
    coordinator: Coordinator,
) -> Result<Json<PersonPage>, Problem> {
    let filter = Filter {
        staff: query.kind.map(|kind| matches!(kind, PeopleKind::Staff)),
        name: query.q,
        after: query.after,
        limit: query.limit.unwrap_or(PAGE),
    };
    Ok(Json(app.read_model.people(&coordinator.account.places, filter).await?))
}
