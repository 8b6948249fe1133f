//! Taking a request's body whole: never more than the limit, never longer than the deadline.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use sync_core::wire::MAX_BODY;

use crate::config::Config;
use crate::problem::{Code, Problem};

/// The whole body. A declared length over the limit is refused before a byte is read; the deadline is for the
/// whole of it, however steadily it drips.
pub async fn whole(body: Body, headers: &HeaderMap, config: &Config) -> Result<Bytes, Problem> {
    let declared =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Code::TooLarge.into());
    }
    let collected = tokio::time::timeout(config.body_deadline, Limited::new(body, MAX_BODY).collect()).await;
    match collected {
        Err(_) => Err(Code::Timeout.into()),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Code::TooLarge.into()),
        Ok(Err(_)) => Err(Code::Malformed.into()),
    }
}
