//! What the desk's endpoints share: parameters that never become a 500, and who answers for whom.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use sync_core::ids::Id;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::{Code, Problem};
use crate::read_model::ReadModelError;
use crate::read_model::queries::Reach;
use crate::routes::{
    cases, catalogue, conflicts, devices, months, news, people, quarantine, records, restored, reviews,
};
use crate::store::Duty;

/// The routes of the desk.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(records::list))
        .routes(routes!(records::count))
        .routes(routes!(records::show))
        .routes(routes!(reviews::decide))
        .routes(routes!(conflicts::choose))
        .routes(routes!(cases::list))
        .routes(routes!(cases::show))
        .routes(routes!(months::list))
        .routes(routes!(cases::assign))
        .routes(routes!(cases::unassign))
        .routes(routes!(people::list))
        .routes(routes!(catalogue::show))
        .routes(routes!(quarantine::list))
        .routes(routes!(quarantine::show))
        .routes(routes!(quarantine::export))
        .routes(routes!(quarantine::release))
        .routes(routes!(quarantine::settle))
        .routes(routes!(devices::list))
        .routes(routes!(devices::revoke))
        .routes(routes!(restored::show))
        .routes(routes!(restored::decide))
        .routes(routes!(news::listen))
}

/// The query of a request; one that cannot be read is a problem of the client's.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(asked)| Self(asked)).map_err(|_| Code::Invalid.into())
    }
}

/// The ids in a path; what is no id names nothing.
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Path::from_request_parts(parts, app)
            .await
            .map(|Path(named)| Self(named))
            .map_err(|_| Code::NotFound.into())
    }
}

/// Says which field of the request has no meaning.
pub fn invalid(field: &'static str) -> Problem {
    Problem::new(Code::Invalid).with("field", field)
}

/// A parameter in its own form; an empty one is one that was not given.
pub fn parsed<T: FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Problem> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| invalid(field)),
    }
}

/// The people whose work the reader of this reach looks after: those with a place of their own in it.
pub async fn staff_within(app: &App, reach: &Reach) -> Result<Vec<Id>, Problem> {
    let accounts = app.log.accounts().await?;
    let within = accounts.into_iter().filter(|account| {
        reach.whole || account.places.iter().any(|place| reach.covers(Some(&place.to_string())))
    });
    Ok(within.map(|account| account.person).collect())
}

/// The names of all devices by their ids.
pub async fn device_names(app: &App) -> Result<BTreeMap<String, String>, Problem> {
    let devices = app.log.devices().await?;
    Ok(devices.into_iter().map(|device| (device.id.to_string(), device.name)).collect())
}

/// What holds no case content is for coordinators and for administrators.
pub fn require_office(signed_in: &SignedIn) -> Result<(), Problem> {
    if signed_in.has(Duty::Coordinator) || signed_in.has(Duty::Admin) {
        Ok(())
    } else {
        Err(Code::Forbidden.into())
    }
}

/// Does `work` to its end also when nobody waits for the answer any more: a document is held until the commit,
/// and the hand that holds it must not be taken away in between.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(Problem::internal)?
}

/// Waits, for a while, until pages show row `seq`. It is written in any case.
pub async fn shown(app: &App, seq: Option<u64>) {
    if let Some(seq) = seq
        && app.read_model.wait_for(seq).await.is_err()
    {
        tracing::warn!(seq, "the read model is slow to show what was just written");
    }
}

impl From<ReadModelError> for Problem {
    fn from(error: ReadModelError) -> Self {
        match error {
            ReadModelError::Store(why) => why.into(),
            ReadModelError::Behind => Code::Busy.into(),
            other => Self::internal(other),
        }
    }
}
