//! The real server without a socket: its router, store and read model in a folder of its own, on a clock wound by
//! hand. It can die at any call to its store and is then opened again from what was committed.
//!
//! Each life has a runtime of its own with one thread, so that nothing of the old life reaches into the new one
//! and the calls of a request come in the same order each time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use footpath::app::{App, Clock, router};
use footpath::command::grant;
use footpath::config::Config;
use footpath::push::{Vet, VettingDown};
use footpath::read_model::{self, ReadModel};
use footpath::snapshot;
use footpath::store::sqlite::{FILE, Founding, SqliteFiles, SqliteLog};
use footpath::store::{ChangeLog, LogFiles, LogRow, Organisation};
use sync_core::admission::{Job, Limits, Pace, Vetted, vet};
use sync_core::civil;
use sync_core::ids::{Id, PublicKey};
use sync_core::keys::DeviceKey;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::planted::Bug;
use super::store::{Fuse, Mortal};
use crate::clock::Time;

pub const ORG: Id = Id([0x0f; 16]);
const SEED: [u8; 32] = [0x5e; 32];
const READ_MODEL: &str = "read.db";

/// Rows read from the log at once.
const ROWS: usize = 500;

pub struct Server {
    time: Time,
    /// What its clock shows minus the true time.
    error_ms: Arc<AtomicI64>,
    bug: Option<Bug>,
    life: Option<Life>,
    folder: tempfile::TempDir,
    /// Where it lives in there: a restored server has a disk of its own, so that nothing that the former one may
    /// still have open reaches into it.
    home: PathBuf,
    /// How far it has looked for what to put together.
    rested: u64,
    pub deaths: u32,
    pub requests: u64,
}

struct Life {
    app: Arc<App>,
    router: Router,
    log: Arc<SqliteLog>,
    fuse: Arc<Fuse>,
    runtime: Runtime,
}

/// What came back: status and body.
pub type Answer = (u16, Vec<u8>);

impl Server {
    pub fn new(time: &Time, bug: Option<Bug>) -> Self {
        let folder = folder();
        let mut server = Self {
            time: time.clone(),
            error_ms: Arc::default(),
            bug,
            life: None,
            home: folder.path().to_owned(),
            folder,
            rested: 0,
            deaths: 0,
            requests: 0,
        };
        server.open();
        server
    }

    /// What its signatures are checked with.
    pub fn key(&self) -> PublicKey {
        DeviceKey::from_seed(SEED).public()
    }

    /// The store itself, and a way to wait for it: for who sets up an organisation, and for who checks.
    pub fn with_log<T>(&self, look: impl AsyncFnOnce(&dyn ChangeLog) -> T) -> T {
        let life = self.alive();
        life.runtime.block_on(look(life.log.as_ref()))
    }

    pub fn now_ms(&self) -> i64 {
        self.time.now_ms() + self.error_ms.load(Ordering::SeqCst)
    }

    pub fn set_clock(&self, error_ms: i64) {
        self.error_ms.store(error_ms, Ordering::SeqCst);
    }

    pub fn seq(&self) -> u64 {
        *self.alive().log.changed().borrow()
    }

    /// Rows of the log above `after`.
    pub fn rows_after(&self, after: u64) -> Vec<LogRow> {
        self.with_log(async |log| {
            let mut rows: Vec<LogRow> = Vec::new();
            loop {
                let from = rows.last().map_or(after, |row| row.seq);
                let more = log.read_after(from, ROWS).await.expect("the store can be read");
                if more.is_empty() {
                    return rows;
                }
                rows.extend(more);
            }
        })
    }

    /// Dies at the call to its store that comes after `steps` others.
    pub fn dies_after(&self, steps: u32, after: bool) {
        self.alive().fuse.light(steps, after);
    }

    pub fn spared(&self) {
        self.alive().fuse.put_out();
    }

    /// A request straight into the router; `None` when the server died over it. It is up again then.
    pub fn call(&mut self, method: &str, path: &str, token: Option<&str>, body: &[u8]) -> Option<Answer> {
        self.requests += 1;
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        let life = self.alive();
        let answer = life.runtime.block_on(async {
            let response = life.router.clone().oneshot(request).await.expect("the router answers");
            let status = response.status().as_u16();
            // A body that stops in the middle is no answer.
            let body = to_bytes(response.into_body(), usize::MAX).await.ok()?;
            Some((status, body.to_vec()))
        });
        if life.fuse.dead() {
            self.deaths += 1;
            self.restart();
            return None;
        }
        answer
    }

    /// The same to the desk, which reads tables that follow the log: when they have come as far.
    pub fn call_desk(&mut self, method: &str, path: &str, token: &str, body: &[u8]) -> Option<Answer> {
        self.settle();
        self.call(method, path, Some(token), body)
    }

    fn settle(&self) {
        let (life, seq) = (self.alive(), self.seq());
        life.runtime.block_on(life.app.read_model.wait_for(seq)).expect("the read model follows");
    }

    /// What the server does by itself once a minute.
    pub fn minute(&mut self) {
        let life = self.alive();
        let done = life.runtime.block_on(grant::follow_calendar(&life.app));
        if life.fuse.dead() {
            self.deaths += 1;
            self.restart();
        } else {
            done.expect("the calendar is followed");
        }
    }

    /// What it does when it has time: documents in one piece.
    pub fn rest(&mut self) {
        let until = self.seq();
        let month = civil::month(self.now_ms());
        let life = self.alive();
        let done =
            life.runtime.block_on(snapshot::make_due(life.app.log.as_ref(), self.rested, until, month));
        if life.fuse.dead() {
            self.deaths += 1;
            self.restart();
            return;
        }
        done.expect("snapshots are made");
        self.rested = until;
    }

    /// Off and on: what was committed is left.
    pub fn restart(&mut self) {
        self.life = None;
        self.rested = 0;
        self.open();
    }

    /// A backup: one consistent moment of the log, taken while the server runs.
    pub fn keep(&mut self) {
        let kept = self.kept();
        let _ = fs::remove_file(&kept);
        SqliteFiles.copy(&self.home, &kept).expect("a copy of the log");
    }

    pub fn has_kept(&self) -> bool {
        self.kept().exists()
    }

    /// The server is gone with its disk; another one is set up from the backup, under another epoch.
    pub fn restore(&mut self, epoch: Id) {
        self.life = None;
        self.rested = 0;
        let home = tempfile::tempdir_in(self.folder.path()).expect("a folder for the restored server");
        self.home = home.keep();
        fs::copy(self.kept(), self.home.join(FILE)).expect("the backup is put in place");
        SqliteFiles.begin_epoch(&self.home, epoch, self.now_ms()).expect("another epoch begins");
        self.open();
    }

    fn kept(&self) -> PathBuf {
        self.folder.path().join("backup.db")
    }

    /// The tables that followed the log, and those made from it afresh.
    pub fn read_models(&mut self) -> (PathBuf, PathBuf) {
        self.settle();
        let fresh = self.folder.path().join("fresh.db");
        let life = self.alive();
        let log: Arc<dyn ChangeLog> = life.log.clone();
        life.runtime.block_on(read_model::rebuild(&fresh, log)).expect("the read model is rebuilt");
        (self.home.join(READ_MODEL), fresh)
    }

    fn alive(&self) -> &Life {
        self.life.as_ref().expect("the server is up")
    }

    fn open(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let organisation = Organisation { id: ORG, name: "Тропа".into(), epoch: Id([0xe0; 16]) };
        let founding = || Founding { organisation, server_seed: SEED };
        let log = SqliteLog::open(&self.home.join(FILE), founding).expect("the log opens");
        let log = Arc::new(log);
        let fuse = Arc::<Fuse>::default();
        let read_model = runtime
            .block_on(ReadModel::open(&self.home.join(READ_MODEL), log.clone()))
            .expect("the read model opens");
        let store = Arc::new(Mortal::new(log.clone(), fuse.clone(), self.bug));
        let config = Config::for_testing(self.home.clone());
        let (time, error_ms) = (self.time.clone(), self.error_ms.clone());
        let clock: Clock = Arc::new(move || time.now_ms() + error_ms.load(Ordering::SeqCst));
        let app = Arc::new(App::new(config, store, read_model, Arc::new(Here), clock));
        self.life = Some(Life { router: router(app.clone()), app, log, fuse, runtime });
    }
}

/// The same checks as in the vetting processes, right here: what honest and poisoned phones send does not bring
/// a process down, and what does is tested where processes die (`tests/vetting`).
struct Here;

#[async_trait]
impl Vet for Here {
    async fn vet(&self, job: Job) -> Result<Vec<Vetted>, VettingDown> {
        vet(&job, &Limits::default(), Pace::Together, &mut |_| {}).map_err(|_| VettingDown)
    }

    fn alive(&self) -> bool {
        true
    }
}

/// In memory where the system has a place for that: what is simulated is which calls were made, not whether the
/// disk kept its word.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if fs::metadata(memory).is_ok_and(|found| found.is_dir()) {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a folder for the server")
}
