//! The real server: the binary on a free port of this machine, with a folder of its own; killed and started
//! again at will.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync_core::device::memory::Request;
use sync_core::ids::DeviceId;
use tempfile::TempDir;

use crate::http::{Answer, Ask, Client};
use crate::phone::Phone;
use crate::wire::Server;

/// Everybody's password in tests.
pub const PASSWORD: &str = "walks-far-and-often";

/// How long a server on a busy machine may take to answer after its start.
const STARTING: Duration = Duration::from_secs(60);

/// The path of the server's binary, built if it is not, in the profile of the caller. `FOOTPATH_BIN` names another.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| std::env::var_os("FOOTPATH_BIN").map_or_else(build, PathBuf::from))
}

/// A test of another package is not told where a binary is, nor is it built for it: so cargo is asked, which
/// takes no time when there is nothing to do.
fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--locked", "-p", "footpath", "--bin", "footpath", "--message-format=json"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let built = command.stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(built.status.success(), "the server does not build");
    String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the binary")
}

/// A server with its own data.
#[derive(Debug)]
pub struct Footpath {
    pub data: TempDir,
    pub address: SocketAddr,
    /// Variables its processes have besides the usual ones.
    pub variables: Vec<(&'static str, String)>,
    child: Option<Child>,
    pub kills: u32,
}

impl Footpath {
    /// An empty organisation, not started yet.
    pub fn new() -> Self {
        Self {
            data: tempfile::tempdir().expect("a temporary folder"),
            address: free_address(),
            variables: Vec::new(),
            child: None,
            kills: 0,
        }
    }

    /// A running server with these accounts: login and duty, at places of the starter catalogue.
    pub fn with_people(people: &[(&str, &str)]) -> Self {
        let mut footpath = Self::new();
        for (login, duty) in people {
            footpath.add_person(login, duty);
        }
        footpath.start();
        footpath
    }

    /// An account as an operator makes it.
    pub fn add_person(&self, login: &str, duty: &str) {
        self.run(&["user", "add", login, "--name", login, "--duty", duty, "--password", PASSWORD]);
    }

    /// Starts it.
    pub fn begin(&mut self) {
        assert!(self.child.is_none(), "it is running");
        let said =
            File::options().create(true).append(true).open(self.said()).expect("a file for what it says");
        let mut command = self.command(&["serve"]);
        command.stdout(said.try_clone().expect("the same file")).stderr(said);
        self.child = Some(command.spawn().expect("the server can be started"));
    }

    /// Starts it and waits until it answers.
    pub fn start(&mut self) {
        self.begin();
        let started = Instant::now();
        while !self.is_ready() {
            let child = self.child.as_mut().expect("just started");
            let ended = child.try_wait().expect("its state");
            assert!(ended.is_none(), "the server ended with {ended:?}:\n{}", self.read_said());
            assert!(started.elapsed() < STARTING, "the server does not get ready:\n{}", self.read_said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the desk's tables have the whole log: at once when they were there, a while when they are made.
    pub fn wait_for_tables(&self, patience: Duration) {
        let ask = Ask { method: "GET", path: "/readyz", ..Ask::default() };
        let (mut client, began) = (Client::new(self.address), Instant::now());
        while client.send(ask).expect("the server answers").json()["read_model_lag"] != 0 {
            assert!(began.elapsed() < patience, "the tables are not made:\n{}", self.read_said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// kill -9, at whatever it is doing.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it is gone");
            self.kills += 1;
        }
    }

    /// SIGTERM; gives whether it ended well within a time.
    pub fn stop(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return true };
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        let asked = Instant::now();
        while asked.elapsed() < STARTING {
            if let Some(status) = child.try_wait().expect("its state") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it is gone");
        false
    }

    /// The id of the running process.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub fn is_ready(&self) -> bool {
        let ask = Ask { method: "GET", path: "/readyz", ..Ask::default() };
        let mut client = Client::new(self.address).with_patience(Duration::from_secs(5));
        client.send(ask).is_ok_and(|answer| answer.status == 200)
    }

    /// An operator's command over the same data; the server must be able to bear it running.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.try_run(arguments);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (said(&output.stdout), said(&output.stderr));
        assert!(output.status.success(), "footpath {arguments:?} failed:\n{out}{err}");
        output
    }

    /// The same, however it ends.
    pub fn try_run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary can be started")
    }

    /// A way to the server for one phone.
    pub fn link(&self) -> Link {
        Link { client: Client::new(self.address), sent_bodies: 0, cut: 0 }
    }

    /// Signs a phone in for the person with this login.
    pub fn sign_in(&self, phone: &mut Phone, login: &str) {
        let answer = self.try_sign_in(phone, login, PASSWORD);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        phone.enrolled(answer.json());
    }

    pub fn try_sign_in(&self, phone: &mut Phone, login: &str, password: &str) -> Answer {
        let body = json!({
            "login": login, "password": password, "device_name": phone.name, "public_key": phone.make_key(),
        });
        let body = body.to_string().into_bytes();
        let ask = Ask {
            method: "POST",
            path: "/v1/enrol",
            content_type: Some("application/json"),
            body: &body,
            ..Ask::default()
        };
        Client::new(self.address).send(ask).expect("the server answers")
    }

    /// What the server has logged.
    pub fn read_said(&self) -> String {
        std::fs::read_to_string(self.said()).unwrap_or_default()
    }

    fn said(&self) -> PathBuf {
        self.data.path().join("said.log")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(path());
        command.args(arguments).stdin(Stdio::null());
        command.env("FOOTPATH_DATA", self.data.path()).env("FOOTPATH_ADDR", self.address.to_string());
        // Everybody here comes from one address, and does in a second what people do in a week.
        for generous in ["FOOTPATH_REQUESTS_PER_MINUTE", "FOOTPATH_SIGN_IN_TRIES"] {
            command.env(generous, "1000000");
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Default for Footpath {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Footpath {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = self.read_said();
            let tail = said.len().saturating_sub(8_000);
            eprintln!("what the server said last:\n{}", said.get(tail..).unwrap_or(&said));
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// One phone's connection to the server.
#[derive(Debug)]
pub struct Link {
    pub client: Client,
    /// Bytes of the bodies sent, all together.
    pub sent_bodies: usize,
    /// Requests cut off after they were sent: the server may or may not have taken them.
    pub cut: u32,
}

impl Server for Link {
    fn post(&mut self, _from: DeviceId, request: &Request) -> Option<(u16, Vec<u8>)> {
        self.sent_bodies += request.body.len();
        match self.client.send(sync_ask(request)) {
            Ok(answer) => Some((answer.status, answer.body)),
            Err(error) => {
                self.cut += u32::from(error.kind() != io::ErrorKind::ConnectionRefused);
                None
            }
        }
    }
}

/// The request of a phone as the network module sends it.
pub fn sync_ask(request: &Request) -> Ask<'_> {
    Ask {
        method: "POST",
        path: "/v1/sync",
        token: Some(&request.token),
        content_type: Some("application/octet-stream"),
        body: &request.body,
    }
}

/// A port that is free now; the server binds it a moment later. Not from the range that the system gives to
/// outgoing connections, of which there are many here: one of them might take it while the server is down.
fn free_address() -> SocketAddr {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    loop {
        let turn = TRIED.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + (std::process::id().wrapping_mul(97).wrapping_add(turn) % 12_000) as u16;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
