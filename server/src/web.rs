//! The web client, out of the binary or a folder.
//!
//! A debug build reads the folder each time, so that a rebuilt page shows at once, and does not mind when
//! nothing was built yet.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::app::App;
use crate::problem::{Code, Problem};

#[derive(RustEmbed)]
#[folder = "../web-client/dist"]
#[allow_missing = true]
struct Built;

/// The whole policy: everything comes from here, the core is WASM, forms go nowhere.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Where the files are: a folder, or what was built in.
struct Source(Option<PathBuf>);

impl Source {
    fn file(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        // No way out of the folder, whatever the path says.
        if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        match &self.0 {
            Some(folder) => std::fs::read(folder.join(path)).ok().map(Cow::Owned),
            None => Built::get(path).map(|file| file.data),
        }
    }
}

/// The description of the API, as checked in.
pub async fn api_description() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("../../schemas/openapi.json"))
}

/// Serves files for GET and HEAD; a path that is no file but a page's address gets the page.
pub async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&Source(app.config.web_dir.clone()), &request)
}

fn answer(source: &Source, request: &Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::new(Code::NotFound).into_response();
    }
    let path = match request.uri().path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    if let Some(file) = file(source, path, request.headers()) {
        return file;
    }
    let page = accepts(request.headers(), header::ACCEPT, "text/html") && !path.contains('.');
    let page = page.then(|| file(source, "index.html", request.headers())).flatten();
    page.unwrap_or_else(|| Problem::new(Code::NotFound).into_response())
}

fn file(source: &Source, path: &str, headers: &HeaderMap) -> Option<Response> {
    let packed =
        accepts(headers, header::ACCEPT_ENCODING, "br").then(|| source.file(&format!("{path}.br"))).flatten();
    let encoded = packed.is_some();
    let body = packed.or_else(|| source.file(path))?;
    let mut response = body.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching(path)));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if encoded {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Some(response)
}

/// Whether a list header names this value. Qualities are not weighed: whoever lists it can take it.
fn accepts(headers: &HeaderMap, name: header::HeaderName, value: &str) -> bool {
    let lists = headers.get_all(name).into_iter().filter_map(|list| list.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .any(|item| item.split(';').next().is_some_and(|item| item.trim() == value))
}

/// What has its content's hash in its name never changes; everything else is asked for each time.
fn caching(path: &str) -> &'static str {
    if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;

    use super::*;

    struct Site {
        folder: tempfile::TempDir,
    }

    fn site() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist");
        std::fs::create_dir_all(dist.join("assets")).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        std::fs::write(dist.join("index.html"), "<page>").unwrap();
        std::fs::write(dist.join("assets/app-1234.js"), "plain").unwrap();
        std::fs::write(dist.join("assets/app-1234.js.br"), "packed").unwrap();
        Site { folder }
    }

    async fn get(site: &Site, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let source = Source(Some(site.folder.path().join("dist")));
        let (parts, body) = answer(&source, &request.body(Body::empty()).unwrap()).into_parts();
        let body = to_bytes(body, 10_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_packed_form_goes_to_those_who_take_it() {
        let site = site();
        let (_, headers, body) = get(&site, "/assets/app-1234.js", &[("accept-encoding", "gzip, br")]).await;
        assert_eq!((body.as_str(), headers["content-encoding"].to_str().unwrap()), ("packed", "br"));
        assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
        let (_, headers, body) = get(&site, "/assets/app-1234.js", &[]).await;
        assert_eq!((body.as_str(), headers.get("content-encoding")), ("plain", None));
        assert!(headers["cache-control"].to_str().unwrap().contains("immutable"));
    }

    #[tokio::test]
    async fn a_page_address_gets_the_page_and_a_missing_file_does_not() {
        let site = site();
        let (status, headers, body) = get(&site, "/day", &[("accept", "text/html,*/*;q=0.8")]).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "<page>"));
        assert_eq!(headers["cache-control"], "no-cache");
        let (status, ..) = get(&site, "/assets/gone.js", &[("accept", "text/html")]).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_served() {
        let site = site();
        for path in ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "//etc/passwd"] {
            let (_, _, body) = get(&site, path, &[]).await;
            assert!(!body.contains("secret") && !body.contains("root:"), "{path}");
        }
    }
}
