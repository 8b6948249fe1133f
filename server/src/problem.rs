//! The one error type of the HTTP side: problem details (RFC 9457) in the reader's language.
//!
//! What goes wrong inside is logged with its ids and never told: the answer says only that it failed.

mod texts;

use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::pace;
use crate::store::StoreError;
pub use texts::{Code, Language};

/// How long whoever meets a disk that is full or failing stays away: a person has to do something about it.
const UNWELL: Duration = Duration::from_secs(10);

/// For who is told to come back, but not when.
const A_WHILE: Duration = Duration::from_secs(3);

/// An answer that is not what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub code: Code,
    /// Further members of the answer.
    pub members: Map<String, Value>,
    pub retry_after: Option<Duration>,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Self { code, members: Map::new(), retry_after: None }
    }

    /// With one more member in the answer.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Telling when to try again.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Something inside failed; `why` goes to the log, so it must hold no field values.
    pub fn internal(why: impl std::fmt::Display) -> Self {
        tracing::error!(%why, "request failed");
        Self::new(Code::Internal)
    }

    fn body(&self, language: Language) -> Value {
        let (title, detail) = self.code.texts(language);
        let mut body = self.members.clone();
        body.insert("type".into(), format!("/problems/{}", self.code.name()).into());
        body.insert("title".into(), title.into());
        body.insert("status".into(), self.code.status().as_u16().into());
        body.insert("detail".into(), detail.into());
        body.insert("code".into(), self.code.name().into());
        Value::Object(body)
    }

    fn response(&self, language: Language) -> Response {
        let mut response = (self.code.status(), Json(self.body(language))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.name()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE = self.code.status() {
            let wait = pace::spread(self.retry_after.unwrap_or(A_WHILE));
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            // Somebody appended the same at the same time: the next try finds it there.
            StoreError::Busy | StoreError::AlreadyThere { .. } => {
                Self::new(Code::Busy).retry_after(Duration::from_secs(2))
            }
            StoreError::Unwell(why) => {
                tracing::error!(%why, "a request was sent away: the disk does not take anything");
                Self::new(Code::Busy).retry_after(UNWELL)
            }
            StoreError::OutOfRange => Self::new(Code::Malformed),
            StoreError::Taken => Self::new(Code::Taken),
            other => Self::internal(other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.response(Language::default());
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware: says problems in the language of the request's `Accept-Language`.
pub async fn speak(request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) if language != Language::default() => problem.response(language),
        _ => response,
    }
}

impl Language {
    /// The first language of `Accept-Language` that is spoken here; the default when there is none.
    pub fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let mut ranked: Vec<(f32, Self)> = wanted
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.trim().split(';');
                let language = Self::named(pieces.next()?.trim())?;
                let weight =
                    pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
                Some((weight, language))
            })
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.first().map(|(_, language)| *language).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(accept: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        Language::of(&headers)
    }

    #[test]
    fn the_wanted_language_is_spoken_and_russian_otherwise() {
        assert_eq!(language("uk-UA,uk;q=0.9,en;q=0.8"), Language::Uk);
        assert_eq!(language("de, en;q=0.5, ru;q=0.7"), Language::Ru);
        assert_eq!(language("fr"), Language::Ru);
        assert_eq!(language("en-GB"), Language::En);
    }

    #[test]
    fn every_code_has_every_language() {
        for code in Code::ALL {
            for language in Language::ALL {
                let (title, detail) = code.texts(language);
                assert!(!title.is_empty() && !detail.is_empty(), "{}", code.name());
            }
        }
    }

    #[test]
    fn the_body_names_its_type_and_keeps_its_members() {
        let problem = Problem::new(Code::Clock).with("server_time_ms", 5);
        let body = problem.body(Language::En);
        assert_eq!(body["type"], "/problems/clock");
        assert_eq!(body["status"], 401);
        assert_eq!(body["server_time_ms"], 5);
    }

    #[test]
    fn whoever_must_come_back_is_told_when_and_each_something_else() {
        let waits = |problem: Problem| -> Vec<u64> {
            let told = |response: Response| response.headers()[header::RETRY_AFTER].to_str().unwrap().parse();
            (0..50).map(|_| told(problem.response(Language::Ru)).unwrap()).collect()
        };
        let busy = waits(Code::Busy.into());
        assert!(busy.iter().all(|wait| (3..=7).contains(wait)), "{busy:?}");
        let unwell = waits(StoreError::Unwell("disk I/O error".into()).into());
        assert!(unwell.iter().all(|wait| (10..=17).contains(wait)), "{unwell:?}");
        assert!(unwell.iter().any(|wait| *wait != unwell[0]), "they would all come back at once");
        assert!(
            Problem::new(Code::NotFound).response(Language::Ru).headers().get(header::RETRY_AFTER).is_none()
        );
    }
}
