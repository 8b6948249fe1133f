//! `GET /v1/news`: pokes for open pages.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::auth::SignedIn;
use crate::news;
use crate::problem::Problem;

/// Server-sent events, each `data: {"seq": n}`: the log has come to row n, and the person may see something of
/// what is new in it. At most four a second; a comment every 25 seconds is a sign of life. The stream ends after some
/// minutes, when the device is revoked and when the server stops: then open another.
///
/// 503 with `Retry-After` when there are too many streams.
#[utoipa::path(get, path = "/v1/news", tag = "news", operation_id = "news",
    responses((status = 200, content_type = "text/event-stream", body = String), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn listen(State(app): State<Arc<App>>, from: SignedIn) -> Result<Response, Problem> {
    let events = news::open(app, from).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // nginx would gather them.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::new(events)).into_response())
}
