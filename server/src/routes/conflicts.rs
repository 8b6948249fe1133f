//! `POST /v1/records/{id}/conflicts`: choose one of the values that disagree.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use sync_core::ids::{ChangeHash, DocId};
use sync_core::record::Scalar;
use utoipa::ToSchema;

use super::desk::{Named, device_names, invalid, shown, to_the_end};
use crate::app::App;
use crate::auth::Coordinator;
use crate::command::resolve::{self, Choice, Resolved};
use crate::problem::{Code, Problem};
use crate::read_model::queries::record::RecordDetail;

/// The value a coordinator chose, and the values they chose from.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConflictChoice {
    /// Needed only when two documents hold a record of the same id.
    #[schema(value_type = Option<String>)]
    pub doc: Option<DocId>,
    pub field: String,
    /// One of the values shown, or another: null clears the field.
    #[schema(value_type = crate::read_model::queries::shapes::FieldValue)]
    pub choose: Scalar,
    /// The `change` of every value that was shown.
    #[schema(value_type = Vec<String>)]
    pub shown: BTreeSet<ChangeHash>,
}

/// Puts the chosen value in place of exactly the values shown; answers with the record as it then is.
/// 409 `changed` with the present `values` when they are not those shown: a value that comes later opens
/// the conflict again.
#[utoipa::path(post, path = "/v1/records/{id}/conflicts", tag = "records", operation_id = "settleConflict", params(("id" = String, Path)),
    request_body = ConflictChoice,
    responses((status = 200, body = RecordDetail), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn choose(
    State(app): State<Arc<App>>,
    Named(id): Named<String>,
    coordinator: Coordinator,
) -> Result<Json<RecordDetail>, Problem> {
    let request: ConflictChoice = coordinator.json()?;
    if request.field.is_empty() || request.shown.is_empty() {
        return Err(invalid("shown"));
    }
    let places = &coordinator.account.places;
    let wanted = request.doc.map(|doc| doc.to_string());
    let before = app.read_model.record(places, &id, wanted.as_deref()).await?.ok_or(Code::NotFound)?;
    let doc: DocId = before.record.doc.parse().map_err(Problem::internal)?;
    let choice =
        Choice { doc, record: id.clone(), field: request.field, value: request.choose, shown: request.shown };
    let (writing, by) = (app.clone(), coordinator.account.clone());
    let seq = match to_the_end(async move { resolve::choose(&writing, &by, choice).await }).await? {
        Resolved::Done(seq) => seq,
        Resolved::Changed(present) => return Err(changed(&present)),
    };
    shown(&app, Some(seq)).await;
    let after = app.read_model.record(places, &id, Some(&before.record.doc)).await?;
    let mut after = after.ok_or(Code::NotFound)?;
    after.name_devices(&device_names(&app).await?);
    Ok(Json(after))
}

fn changed(present: &[sync_core::record::Written]) -> Problem {
    Problem::new(Code::Changed).with("values", serde_json::json!(present))
}
