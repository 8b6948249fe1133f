//! Listening: how many connections, how long a client may take over its headers, and how it all ends.
//!
//! `axum::serve` never closes a connection whose headers do not come; hyper with a timer does.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::app::{App, Peer, router};
use crate::command::grant;
use crate::{news, pace};

/// How often dated grants are looked at.
const CALENDAR: Duration = Duration::from_secs(60);

/// Most bytes of headers, and of what is buffered of a body.
const BUFFER: usize = 64 * 1024;

/// File handles for everything that is no connection: databases, vetting, the pages.
const OTHER_HANDLES: u64 = 256;

/// How long whoever finds no place stays away, at least.
const COME_BACK: Duration = Duration::from_secs(3);

/// Serves until `stop` comes, lets what is under way finish, and closes the log: an answer that was given is
/// durable, a request that was cut is asked again by the phone.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let router = router(app.clone());
    let calendar = tokio::spawn(follow_calendar(app.clone()));
    let news = tokio::spawn(news::follow(app.clone()));
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(app.config.max_connections.min(room())));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, address) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                // Out of file handles, mostly: those under way will give some back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        match places.clone().try_acquire_owned() {
            Ok(place) => {
                let connection = connection(&app, &router, stream, address);
                let watched = graceful.watch(connection);
                tokio::spawn(async move {
                    // Cut connections are daily bread.
                    let _ = watched.await;
                    drop(place);
                });
            }
            Err(_) => drop(tokio::spawn(turn_away(stream))),
        }
    }
    drop(listener);
    tracing::info!("stopping: requests under way may finish");
    app.news.close();
    if tokio::time::timeout(app.config.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    calendar.abort();
    news.abort();
    app.log.close(app.config.shutdown).await.map_err(io::Error::other)
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// The router for one connection, which tells it who is at the other end.
struct Answering {
    router: Router,
    peer: Peer,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, request: Request<Incoming>) -> Answer {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer);
        Box::pin(self.router.clone().oneshot(request))
    }
}

fn connection(
    app: &App,
    router: &Router,
    stream: TcpStream,
    address: SocketAddr,
) -> http1::Connection<TokioIo<TcpStream>, Answering> {
    // Answers are small and written whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let answering = Answering { router: router.clone(), peer: Peer(address.ip()) };
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(app.config.header_timeout)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), answering)
}

/// Says when to come again; whole, so that nothing more need be held for the client.
async fn turn_away(mut stream: TcpStream) {
    let wait = pace::spread(COME_BACK).as_secs();
    let full = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: {wait}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(full.as_bytes())).await;
}

/// As many connections as there are file handles for: asks the system for all it gives.
fn room() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
    let handles = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(handles.saturating_sub(OTHER_HANDLES).max(16)).unwrap_or(usize::MAX)
}

async fn follow_calendar(app: Arc<App>) {
    loop {
        if let Err(error) = grant::follow_calendar(&app).await {
            tracing::error!(%error, "dated grants could not be followed");
        }
        tokio::time::sleep(CALENDAR).await;
    }
}

/// Comes when the operator stops the server.
pub async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(test)]
mod tests;
