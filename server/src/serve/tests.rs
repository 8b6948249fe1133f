//! Slow, endless and rude clients over a real socket, and the end of a server.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::app::Clock;
use crate::config::Config;
use crate::push::InProcess;
use crate::read_model::ReadModel;
use crate::store::sqlite::{Founding, SqliteLog};
use crate::store::{ChangeLog, Organisation};
use sync_core::ids::Id;

struct Running {
    address: SocketAddr,
    log: Arc<dyn ChangeLog>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<io::Result<()>>,
    _folder: tempfile::TempDir,
}

async fn run(change: impl FnOnce(&mut Config)) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let organisation = Organisation { id: Id([1; 16]), name: "Опора".into(), epoch: Id([2; 16]) };
    let founding = || Founding { organisation, server_seed: [3; 32] };
    let log: Arc<dyn ChangeLog> = Arc::new(SqliteLog::open(&folder.path().join("log.db"), founding).unwrap());
    let read_model = ReadModel::open(&folder.path().join("read.db"), log.clone()).await.unwrap();
    let mut config = Config::for_testing(folder.path().to_owned());
    change(&mut config);
    let clock: Clock = Arc::new(|| 1_780_000_000_000);
    let app = Arc::new(App::new(config, log.clone(), read_model, Arc::new(InProcess), clock));
    let listener = TcpListener::bind(app.config.addr).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(serve(app, listener, async move {
        let _ = stopped.await;
    }));
    Running { address, log, stop: Some(stop), server, _folder: folder }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// What comes back for these bytes, until the server closes or the answer's head is whole.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        hear(&mut stream).await
    }
}

async fn hear(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    while !heard.windows(4).any(|window| window == b"\r\n\r\n") {
        match tokio::time::timeout(Duration::from_secs(20), stream.read(&mut piece)).await {
            Ok(Ok(0)) | Ok(Err(_)) => break,
            Ok(Ok(read)) => heard.extend_from_slice(&piece[..read]),
            Err(_) => panic!("nothing was heard"),
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn headers_that_never_end_are_not_waited_for() {
    let server = run(|config| config.header_timeout = Duration::from_millis(300)).await;
    let begun = Instant::now();
    let mut stream = server.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    hear(&mut stream).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "closed after {:?}", begun.elapsed());
}

/// A byte now and then would satisfy an idle timeout for ever; the deadline is for the whole body.
#[tokio::test]
async fn a_dripping_body_has_a_deadline() {
    let server = run(|config| config.body_deadline = Duration::from_millis(400)).await;
    let mut stream = server.connect().await;
    stream.write_all(b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n").await.unwrap();
    let (mut read, mut write) = stream.split();
    let drip = async {
        for _ in 0..100 {
            if write.write_all(b" ").await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let mut piece = [0; 64];
    let heard = tokio::select! {
        heard = read.read(&mut piece) => heard.unwrap(),
        () = drip => panic!("it let us drip"),
    };
    assert!(String::from_utf8_lossy(&piece[..heard]).starts_with("HTTP/1.1 408"));
}

#[tokio::test]
async fn a_hundred_megabytes_are_refused_by_their_first_line() {
    let server = run(|_| {}).await;
    for path in ["/v1/sync", "/v1/enrol"] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 104857600\r\n\r\n");
        let answer = server.say(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
    // Undeclared, in chunks: cut off when the limit is passed.
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /v1/sync HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[0; 0x10000], b"\r\n"].concat();
    let (mut read, mut write) = stream.split();
    let mut sent = 0u32;
    let mut piece = [0; 64];
    let heard = loop {
        tokio::select! {
            heard = read.read(&mut piece) => break heard.unwrap(),
            written = write.write_all(&chunk) => sent += u32::from(written.is_ok()),
        }
        assert!(sent < 1600, "a hundred megabytes went through");
    };
    assert!(String::from_utf8_lossy(&piece[..heard]).starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn a_body_cut_off_harms_nobody() {
    let server = run(|_| {}).await;
    let mut stream = server.connect().await;
    stream.write_all(b"POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\nhalf").await.unwrap();
    drop(stream);
    assert!(server.say(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn one_connection_too_many_is_told_to_come_later() {
    let server = run(|config| config.max_connections = 1).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(hear(&mut first).await.starts_with("HTTP/1.1 200"));
    let answer = server.say(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after"), "{answer}");
}

#[tokio::test]
async fn a_request_under_way_is_finished_before_the_end() {
    let mut server = run(|_| {}).await;
    let mut stream = server.connect().await;
    stream.write_all(b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.take().unwrap().send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!server.server.is_finished());
    stream.write_all(b"}").await.unwrap();
    assert!(hear(&mut stream).await.starts_with("HTTP/1.1 400"));
    server.server.await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(server.log.writable().await.is_err(), "the log is closed");
}
