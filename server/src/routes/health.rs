//! `/healthz`: the process answers. `/readyz`: it can do its work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::app::App;

/// What readiness is made of.
#[derive(Serialize)]
pub struct Readiness {
    pub store: bool,
    pub vetting: bool,
    /// Rows of the log the desk's tables do not have yet. Phones are served all the same, so it is no reason to send
    /// nobody here.
    pub read_model_lag: u64,
}

/// 200 while the process runs.
pub async fn healthy() -> &'static str {
    "ok"
}

/// 200 when the store can be written and vetting can be had; else 503. The body says which.
pub async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Readiness>) {
    let newest = *app.log.changed().borrow();
    let readiness = Readiness {
        store: app.log.writable().await.is_ok(),
        vetting: app.vetting.alive(),
        read_model_lag: newest.saturating_sub(app.read_model.position()),
    };
    let ready = readiness.store && readiness.vetting;
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(readiness))
}
