//! `/v1/cases`: cases, and who has them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use sync_core::ids::Id;
use utoipa::{IntoParams, ToSchema};

use super::desk::{Asked, Named, invalid, shown};
use super::records::PAGE;
use crate::app::App;
use crate::auth::Coordinator;
use crate::command::grant;
use crate::problem::{Code, Problem};
use crate::read_model::project::is_civil_date;
use crate::read_model::queries::cases::{CaseDetail, CaseItem, CasePage};
use crate::store::Assignment;

/// Which of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NameQuery {
    /// Part of the name.
    q: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 when absent.
    limit: Option<usize>,
}

/// To whom a case is given, and for when.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AssignRequest {
    /// Somebody with an account.
    #[schema(value_type = String)]
    pub person: Id,
    /// Civil dates, both included; absent is at once, and until taken away.
    pub from: Option<String>,
    pub to: Option<String>,
    /// In somebody's place for a while.
    #[serde(default)]
    pub substitute: bool,
}

/// Cases within the coordinator's places, by name.
#[utoipa::path(get, path = "/v1/cases", tag = "cases", operation_id = "listCases", params(NameQuery),
    responses((status = 200, body = CasePage), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Asked(query): Asked<NameQuery>,
    coordinator: Coordinator,
) -> Result<Json<CasePage>, Problem> {
    let name = query.q.filter(|name| !name.trim().is_empty());
    let limit = query.limit.unwrap_or(PAGE);
    Ok(Json(app.read_model.cases(&coordinator.account.places, name, query.after, limit).await?))
}

/// One case with its cards. Its records: `GET /v1/records?case=`.
#[utoipa::path(get, path = "/v1/cases/{id}", tag = "cases", operation_id = "showCase", params(("id" = String, Path)),
    responses((status = 200, body = CaseDetail), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn show(
    State(app): State<Arc<App>>,
    Named(id): Named<String>,
    coordinator: Coordinator,
) -> Result<Json<CaseDetail>, Problem> {
    let found = app.read_model.case(&coordinator.account.places, case_id(&id)?).await?;
    Ok(Json(found.ok_or(Code::NotFound)?))
}

/// Gives a case to a person; given again, the days are replaced. Answers with the case as it then is.
/// 422 for somebody without an account or for days that end before they begin.
#[utoipa::path(post, path = "/v1/cases/{id}/assignments", tag = "cases", operation_id = "assignCase", params(("id" = String, Path)),
    request_body = AssignRequest,
    responses((status = 200, body = CaseItem), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn assign(
    State(app): State<Arc<App>>,
    Named(id): Named<String>,
    coordinator: Coordinator,
) -> Result<Json<CaseItem>, Problem> {
    let request: AssignRequest = coordinator.json()?;
    let case = within(&app, &coordinator, &id).await?;
    for (field, day) in [("from", &request.from), ("to", &request.to)] {
        if day.as_deref().is_some_and(|day| !is_civil_date(day)) {
            return Err(invalid(field));
        }
    }
    if matches!((&request.from, &request.to), (Some(from), Some(to)) if to < from) {
        return Err(invalid("to"));
    }
    if app.log.account(request.person).await?.is_none() {
        return Err(invalid("person"));
    }
    let assignment = Assignment {
        person: request.person,
        case,
        from: request.from,
        to: request.to,
        substitute: request.substitute,
        by: coordinator.person(),
    };
    shown(&app, grant::assign(&app, assignment).await?).await;
    now(&app, &coordinator, case).await
}

/// Takes a case away from a person; what they have not sent yet is still taken in, flagged. Answers with
/// the case as it then is.
#[utoipa::path(delete, path = "/v1/cases/{id}/assignments/{person}", tag = "cases", operation_id = "unassignCase",
    params(("id" = String, Path), ("person" = String, Path)),
    responses((status = 200, body = CaseItem), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn unassign(
    State(app): State<Arc<App>>,
    Named((id, person)): Named<(String, String)>,
    coordinator: Coordinator,
) -> Result<Json<CaseItem>, Problem> {
    let case = within(&app, &coordinator, &id).await?;
    let person: Id = person.parse().map_err(|_| Code::NotFound)?;
    shown(&app, grant::take(&app, case, person, coordinator.person()).await?).await;
    now(&app, &coordinator, case).await
}

fn case_id(text: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Code::NotFound.into())
}

async fn within(app: &App, coordinator: &Coordinator, id: &str) -> Result<Id, Problem> {
    let case = case_id(id)?;
    app.read_model.case_item(&coordinator.account.places, case).await?.ok_or(Code::NotFound)?;
    Ok(case)
}

async fn now(app: &App, coordinator: &Coordinator, case: Id) -> Result<Json<CaseItem>, Problem> {
    let item = app.read_model.case_item(&coordinator.account.places, case).await?;
    Ok(Json(item.ok_or(Code::NotFound)?))
}
