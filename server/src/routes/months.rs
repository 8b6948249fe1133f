//! `GET /v1/cases/{case}/months`: what logs a case has, for a phone that keeps only the newest.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sync_core::ids::{Id, Month};
use sync_core::wire::Grant;
use utoipa::ToSchema;

use super::desk::Named;
use crate::access::Access;
use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::{Code, Problem};
use crate::pull::wire_bytes;
use crate::store::{Duty, Months};

/// A month's log of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthItem {
    /// As `2026-05`.
    #[schema(value_type = String)]
    pub month: Month,
    /// How often something was written in it.
    pub changes: u64,
    /// About what fetching it costs.
    pub bytes: u64,
}

/// The months of a case that have a log, the newest first. For a worker who has the case; for anybody else there
/// is no such case.
#[utoipa::path(get, path = "/v1/cases/{case}/months", tag = "cases", operation_id = "listMonths", params(("case" = String, Path)),
    responses((status = 200, body = [MonthItem]), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Named(case): Named<Id>,
    signed_in: SignedIn,
) -> Result<Json<Vec<MonthItem>>, Problem> {
    let access = Access::of(app.log.as_ref(), &signed_in.account).await?;
    if !access.has(Duty::Worker) || !access.now.families.contains(&case) {
        return Err(Code::NotFound.into());
    }
    let extents = app.log.extents(&[Grant::Family(case)], Months::default()).await?;
    let mut months: Vec<MonthItem> = extents
        .into_iter()
        .flatten()
        .filter_map(|extent| {
            let changes = extent.snapshot.changes + extent.beyond.changes;
            Some(MonthItem { month: extent.scope.month?, changes, bytes: wire_bytes(&extent) })
        })
        .collect();
    months.sort_by_key(|item| std::cmp::Reverse(item.month));
    Ok(Json(months))
}
