//! What every request shares, and the one list of routes.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use sync_core::ids::DeviceId;
use sync_core::keys::DeviceKey;
use tokio::sync::Mutex;

use crate::auth::body::Room;
use crate::auth::password::PasswordChecks;
use crate::auth::rate::Buckets;
use crate::config::Config;
use crate::news::News;
use crate::pace::Turns;
use crate::problem::{Code, Problem, speak};
use crate::push::{Locks, Vet};
use crate::read_model::ReadModel;
use crate::routes::{desk, enrol, health, sync};
use crate::store::ChangeLog;
use crate::web;

/// The server's clock in milliseconds since 1970 UTC: wound by hand in tests.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What every request shares.
pub struct App {
    pub config: Config,
    pub log: Arc<dyn ChangeLog>,
    pub read_model: ReadModel,
    pub vetting: Arc<dyn Vet>,
    pub clock: Clock,
    /// The server's own key: it writes like a device.
    pub key: DeviceKey,
    /// Held by whoever appends changes to a document, from reading what it holds until the commit.
    pub locks: Locks,
    /// Devices from before a restore whose chain has not been taken up again: see [`crate::epoch::bridge`].
    pub unbridged: std::sync::Mutex<BTreeSet<DeviceId>>,
    /// Held by whoever appends grants, from reading who holds what until the commit.
    pub grants: Mutex<()>,
    /// The civil date whose dated grants have been written.
    pub calendar: Mutex<String>,
    /// Room for the bodies of requests.
    pub bodies: Room,
    /// Who may sync now.
    pub turns: Turns,
    /// Open pages that are told of news.
    pub news: Arc<News>,
    pub passwords: PasswordChecks,
    /// Tries to sign in, by login and address.
    pub sign_ins: Buckets<(String, IpAddr)>,
    /// Requests, by address.
    pub requests: Buckets<IpAddr>,
}

impl App {
    /// Puts together what requests share.
    pub fn new(
        config: Config,
        log: Arc<dyn ChangeLog>,
        read_model: ReadModel,
        vetting: Arc<dyn Vet>,
        clock: Clock,
    ) -> Self {
        Self {
            key: DeviceKey::from_seed(log.server_seed()),
            locks: Locks::default(),
            unbridged: std::sync::Mutex::default(),
            grants: Mutex::default(),
            calendar: Mutex::default(),
            news: News::new(config.news_streams),
            bodies: Room::default(),
            turns: Turns::new(config.syncs_at_once, config.syncs_waiting),
            passwords: PasswordChecks::new(config.password_checks),
            sign_ins: Buckets::new(config.sign_in_tries, config.sign_in_refill),
            requests: Buckets::new(
                config.requests_per_minute,
                Duration::from_secs(60) / config.requests_per_minute.max(1),
            ),
            config,
            log,
            read_model,
            vetting,
            clock,
        }
    }

    /// The time now.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }
}

/// Who is at the other end of the connection; put into each request by [`crate::serve`].
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Every route of the server.
pub fn router(app: Arc<App>) -> Router {
    let (desk, _) = desk::router().split_for_parts();
    Router::new()
        .route("/healthz", get(health::healthy))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(web::api_description))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/sync", post(sync::sync))
        .merge(desk)
        .fallback(web::serve)
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .layer(from_fn_with_state(app.clone(), admit))
        .layer(from_fn(speak))
        .layer(from_fn(log))
        .with_state(app)
}

/// Knows the caller's address and slows down who asks too often.
async fn admit(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let peer = peer(&app.config, &request);
    request.extensions_mut().insert(peer);
    app.requests.take(peer.0, app.now_ms()).map_err(|wait| Problem::new(Code::TooMany).retry_after(wait))?;
    Ok(next.run(request).await)
}

/// Behind a trusted proxy the last entry of `X-Forwarded-For` is what the proxy saw; those before it are claims.
fn peer(config: &Config, request: &Request) -> Peer {
    let Peer(direct) =
        request.extensions().get::<Peer>().copied().unwrap_or(Peer(Ipv4Addr::LOCALHOST.into()));
    if !config.trust_proxy {
        return Peer(network(direct));
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    Peer(network(last.unwrap_or(direct)))
}

/// Whoever has one IPv6 address has 2^64 of them: they count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

/// One line a request: what was asked and how it went, never who or what is in it.
async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let (status, ms) = (response.status().as_u16(), begun.elapsed().as_millis() as u64);
    tracing::debug!(%method, path, status, ms, "request");
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn seen(trust_proxy: bool, forwarded: &[&str]) -> String {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer([10, 0, 0, 1].into()));
        peer(&Config { trust_proxy, ..Config::default() }, &request).0.to_string()
    }

    #[test]
    fn only_what_a_trusted_proxy_saw_counts() {
        assert_eq!(seen(false, &["1.2.3.4"]), "10.0.0.1");
        assert_eq!(seen(true, &["6.6.6.6, 1.2.3.4"]), "1.2.3.4");
        assert_eq!(seen(true, &["6.6.6.6", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(seen(true, &["nonsense"]), "10.0.0.1");
    }

    #[test]
    fn a_household_of_ipv6_addresses_is_one() {
        assert_eq!(seen(true, &["2001:db8:1:2:3:4:5:6"]), "2001:db8:1:2::");
        assert_eq!(seen(true, &["::ffff:1.2.3.4"]), "1.2.3.4");
    }
}
