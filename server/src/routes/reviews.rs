//! `POST /v1/reviews`: approve or return, one record or many.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sync_core::ids::{DocId, Hash32};
use sync_core::office::Decision;
use utoipa::ToSchema;

use super::desk::{invalid, shown};
use crate::app::App;
use crate::auth::Coordinator;
use crate::command::review::{self, Outcome, Subject};
use crate::problem::Problem;

/// The most records one call decides about.
const MAX_ITEMS: usize = 500;

/// The longest comment, in characters.
const MAX_COMMENT: usize = 2000;

/// A decision about some records, as the coordinator saw them.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReviewRequest {
    /// At most 500.
    pub items: Vec<ReviewSubject>,
    pub decision: ReviewDecision,
    /// What the worker is to know; required to return a record.
    pub comment: Option<String>,
}

/// A record and the state of it that was seen.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReviewSubject {
    pub record: String,
    /// Needed only when two documents hold a record of the same id.
    #[schema(value_type = Option<String>)]
    pub doc: Option<DocId>,
    /// The record's `digest` as it was shown.
    #[schema(value_type = String)]
    pub digest: Hash32,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    Approve,
    Return,
}

/// One result for each item, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewResults {
    pub results: Vec<ReviewResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewResult {
    pub record: String,
    pub outcome: ReviewOutcome,
    /// With `changed`: the fields written since the digest that was sent; all when that digest was never there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_fields: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// Decided.
    Done,
    /// Not decided: the record is no longer what was seen.
    Changed,
    /// Not decided: no such record within the coordinator's places.
    Missing,
}

/// Approves or returns records; those that can be decided are, in one append. 422 without items, with too
/// many, or for a return without a comment.
#[utoipa::path(post, path = "/v1/reviews", tag = "records", operation_id = "reviewRecords", request_body = ReviewRequest,
    responses((status = 200, body = ReviewResults), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn decide(
    State(app): State<Arc<App>>,
    coordinator: Coordinator,
) -> Result<Json<ReviewResults>, Problem> {
    let request: ReviewRequest = coordinator.json()?;
    if request.items.is_empty() || request.items.len() > MAX_ITEMS {
        return Err(invalid("items"));
    }
    let decision = match request.decision {
        ReviewDecision::Approve => Decision::Approved,
        ReviewDecision::Return => Decision::Returned,
    };
    let comment =
        request.comment.map(|comment| comment.trim().to_owned()).filter(|comment| !comment.is_empty());
    let too_long = comment.as_ref().is_some_and(|comment| comment.chars().count() > MAX_COMMENT);
    if too_long || (decision == Decision::Returned && comment.is_none()) {
        return Err(invalid("comment"));
    }
    let names: Vec<String> = request.items.iter().map(|item| item.record.clone()).collect();
    let subjects = request.items.into_iter().map(|item| Subject {
        record: item.record,
        doc: item.doc,
        digest: item.digest,
    });
    let decided = review::decide(&app, &coordinator.account, subjects.collect(), decision, comment).await?;
    shown(&app, decided.newest).await;
    let results = names.into_iter().zip(decided.outcomes).map(|(record, outcome)| result(record, outcome));
    Ok(Json(ReviewResults { results: results.collect() }))
}

fn result(record: String, outcome: Outcome) -> ReviewResult {
    let (outcome, changed_fields) = match outcome {
        Outcome::Done => (ReviewOutcome::Done, None),
        Outcome::Changed(fields) => (ReviewOutcome::Changed, Some(fields)),
        Outcome::Missing => (ReviewOutcome::Missing, None),
    };
    ReviewResult { record, outcome, changed_fields }
}
