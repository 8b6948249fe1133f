//! What an operator can say on the command line.

mod copies;
mod password;

use std::error::Error;
use std::io::IsTerminal;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};
use footpath::app::{App, Clock};
use footpath::command::account::{self, NewAccount};
use footpath::config::Config;
use footpath::demo;
use footpath::read_model::{self, ReadModel};
use footpath::routes::openapi;
use footpath::serve;
use footpath::snapshot;
use footpath::store::{ChangeLog, Duty, LogFiles};
use footpath::vetting::{self, Vetting};
use sync_core::ids::Id;
use tokio::net::TcpListener;

type Outcome = Result<(), Box<dyn Error>>;

/// Opens the log in a data folder, founding an organisation of this name when there is none.
pub type OpenLog = fn(&Path, &str) -> Result<Arc<dyn ChangeLog>, Box<dyn Error>>;

/// The file of the read model in the data folder.
const READ_MODEL: &str = "read.db";

/// The field log of social care where there is no signal: the server.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The folder of the databases (also FOOTPATH_DATA).
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve phones and desks.
    Serve(Listen),
    /// Fill a demo district, when there is none yet, and serve it.
    Demo {
        #[command(flatten)]
        listen: Listen,
        /// Bring the phone that was out of signal when the demo was filled into signal, and stop.
        #[arg(long)]
        arrive: bool,
    },
    /// Accounts.
    #[command(subcommand)]
    User(User),
    /// Enrolled devices.
    #[command(subcommand)]
    Device(Device),
    /// Make the desk's tables again from the change log; not while the server runs.
    Rebuild,
    /// Write an encrypted copy of everything; while the server runs, or not.
    Backup(copies::Backup),
    /// Make a key for backups: the secret half into a file, the public one is printed.
    BackupKey(copies::BackupKey),
    /// Put a backup into a folder that has no log yet.
    Restore(copies::Restore),
    /// See whether the log and the desk's tables are whole; while the server runs, or not.
    Verify,
    /// Print the description of the API.
    Openapi,
    /// Vet changes on stdin: started by the server, not by people.
    #[command(hide = true)]
    Vet,
}

#[derive(clap::Args)]
struct Listen {
    /// Where to listen, as host:port (also FOOTPATH_ADDR).
    #[arg(long)]
    addr: Option<String>,
    /// Serve the web client from this folder (also FOOTPATH_WEB_DIR).
    #[arg(long)]
    web_dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum User {
    /// Make an account. The password is asked for on stdin when it is not given.
    Add {
        login: String,
        /// The person's name as others read it.
        #[arg(long)]
        name: String,
        /// worker, volunteer, coordinator or admin; may be given more than once.
        #[arg(long = "duty", required = true, value_parser = duty)]
        duties: Vec<Duty>,
        /// ru, uk or en.
        #[arg(long, default_value = "ru", value_parser = ["ru", "uk", "en"])]
        language: String,
        /// Id of a place node; may be given more than once. All top places when left out.
        #[arg(long = "place")]
        places: Vec<Id>,
        #[arg(long)]
        password: Option<String>,
    },
    /// List the accounts.
    List,
    /// Give other duties or places; what is left out stays. Phones follow at their next sync.
    Change {
        login: String,
        /// worker, volunteer, coordinator or admin; may be given more than once.
        #[arg(long = "duty", value_parser = duty)]
        duties: Option<Vec<Duty>>,
        /// Id of a place node; may be given more than once.
        #[arg(long = "place")]
        places: Option<Vec<Id>>,
    },
    /// Set another password.
    Passwd {
        login: String,
        #[arg(long)]
        password: Option<String>,
    },
}

#[derive(Subcommand)]
enum Device {
    /// List the devices.
    List,
    /// Revoke a device: it may still hand in its work, and is given nothing.
    Revoke { id: String },
}

fn duty(text: &str) -> Result<Duty, String> {
    Duty::ALL.into_iter().find(|duty| duty.name() == text).ok_or_else(|| format!("no such duty: {text}"))
}

/// Runs what the command line says.
pub fn run(open: OpenLog, files: &dyn LogFiles) -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        // No runtime, no logging, no settings: a vetting process holds nothing worth having.
        Command::Vet => vetting::child::run().map_err(Into::into),
        Command::Openapi => {
            print!("{}", openapi::text());
            Ok(())
        }
        Command::BackupKey(key) => copies::make_key(key),
        command => begin(open, files, cli.data, command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("footpath: {error}");
            ExitCode::FAILURE
        }
    }
}

fn begin(open: OpenLog, files: &dyn LogFiles, data: Option<PathBuf>, command: Command) -> Outcome {
    log_to_stderr();
    let mut config = Config::from_env()?;
    if let Some(data) = data {
        config.data = data;
    }
    // The server's key and people's lives are in there: nobody else on this machine looks in.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(listen) => serve(open, settings(config, listen)?).await,
            Command::Demo { arrive: true, .. } => arrive(open, config).await,
            Command::Demo { listen, .. } => fill_and_serve(open, settings(config, listen)?).await,
            Command::User(user) => with_log(open, &config, |log| users(log, user)).await,
            Command::Device(device) => with_log(open, &config, |log| devices(log, device)).await,
            Command::Rebuild => {
                let read_model = config.data.join(READ_MODEL);
                with_log(open, &config, |log| async move {
                    Ok(read_model::rebuild(&read_model, log).await.map(drop)?)
                })
                .await
            }
            Command::Backup(said) => copies::back_up(files, &config.data, said).await,
            Command::Restore(said) => copies::restore(files, &config.data, said).await,
            Command::Verify => copies::verify(files, &config.data).await,
            Command::Vet | Command::Openapi | Command::BackupKey(_) => Ok(()),
        }
    })
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("FOOTPATH_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // What cannot be logged, on a disk that is full, is not worth a panic.
    let lines = lines.with_ansi(std::io::stderr().is_terminal()).log_internal_errors(false);
    if std::env::var("FOOTPATH_LOG_FORMAT").is_ok_and(|format| format == "json") {
        lines.json().init();
    } else {
        lines.init();
    }
}

fn settings(mut config: Config, listen: Listen) -> Result<Config, Box<dyn Error>> {
    if let Some(addr) = listen.addr {
        config.addr = address(&addr)?;
    }
    if listen.web_dir.is_some() {
        config.web_dir = listen.web_dir;
    }
    Ok(config)
}

/// A name such as `localhost` may stand for several addresses; the IPv4 one is what people type.
fn address(text: &str) -> Result<SocketAddr, Box<dyn Error>> {
    let found: Vec<SocketAddr> = text.to_socket_addrs()?.collect();
    let chosen = found.iter().find(|address| address.is_ipv4()).or(found.first());
    chosen.copied().ok_or_else(|| format!("{text} is no address").into())
}

/// The computer's clock.
fn clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

fn organisation_name() -> String {
    std::env::var("FOOTPATH_ORG").unwrap_or_else(|_| "Footpath".to_owned())
}

async fn with_log<F: Future<Output = Outcome>>(
    open: OpenLog,
    config: &Config,
    work: impl FnOnce(Arc<dyn ChangeLog>) -> F,
) -> Outcome {
    let log = open(&config.data, &organisation_name())?;
    account::found(log.as_ref(), clock()()).await?;
    work(log.clone()).await?;
    Ok(log.close(Duration::from_secs(10)).await?)
}

async fn open_app(config: Config, log: Arc<dyn ChangeLog>, clock: Clock) -> Result<Arc<App>, Box<dyn Error>> {
    let read_model = ReadModel::open(&config.data.join(READ_MODEL), log.clone()).await?;
    let vetting = Vetting::new(vetting::Config::this_binary(config.vetting_children)?);
    vetting.warm_up().await?;
    Ok(Arc::new(App::new(config, log, read_model, Arc::new(vetting), clock)))
}

async fn serve(open: OpenLog, config: Config) -> Outcome {
    let log = open(&config.data, &organisation_name())?;
    account::found(log.as_ref(), clock()()).await?;
    listen(open_app(config, log, clock()).await?).await
}

async fn listen(app: Arc<App>) -> Outcome {
    let listener = TcpListener::bind(app.config.addr).await?;
    tracing::info!(address = %listener.local_addr()?, org = %app.log.organisation().id, "listening");
    let beside = app.clone();
    let snapshots =
        tokio::spawn(async move { snapshot::keep_up(beside.log.as_ref(), beside.clock.clone()).await });
    let served = serve::serve(app, listener, serve::stopped()).await;
    snapshots.abort();
    Ok(served?)
}

async fn fill_and_serve(open: OpenLog, config: Config) -> Outcome {
    // Stands while the story is being told: one that was broken off is begun anew.
    let unfinished = config.data.join("filling");
    if unfinished.exists() {
        empty(&config.data)?;
    }
    let mut log = open(&config.data, demo::ORGANISATION)?;
    if *log.changed().borrow() == 0 {
        println!("Filling the demo district…");
        std::fs::write(&unfinished, [])?;
        let story = demo::StoryClock::default();
        let app = open_app(config.clone(), log.clone(), story.clock()).await?;
        demo::fill(&app, &story, clock()()).await?;
        drop(app);
        log.close(Duration::from_secs(30)).await?;
        std::fs::remove_file(&unfinished)?;
        log = open(&config.data, demo::ORGANISATION)?;
    }
    let app = open_app(config, log, clock()).await?;
    println!("Footpath is at http://{}. Sign in with (each password is the login):", app.config.addr);
    for sign_in in demo::sign_ins() {
        println!("  {:10} {:12} {}", sign_in.login, sign_in.duty.name(), sign_in.name);
    }
    println!(
        "One phone, maria's, is still out of signal with unsent visits: `footpath demo --arrive` brings them."
    );
    listen(app).await
}

/// The demo's late phone comes into signal; not while the server runs.
async fn arrive(open: OpenLog, config: Config) -> Outcome {
    let log = open(&config.data, demo::ORGANISATION)?;
    let app = open_app(config, log.clone(), clock()).await?;
    let changes = demo::arrive(&app).await?;
    println!("{changes} changes of the late phone are on the server now.");
    drop(app);
    Ok(log.close(Duration::from_secs(10)).await?)
}

/// Removes what a demo left in its folder.
fn empty(data: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        if path.is_file() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

async fn users(log: Arc<dyn ChangeLog>, user: User) -> Outcome {
    match user {
        User::Add { login, name, duties, language, places, password } => {
            let password = given(password)?;
            let new = NewAccount { login, name, duties, language, places, password };
            let person = account::add(log.as_ref(), new, clock()()).await?;
            println!("{person}");
        }
        User::List => {
            for account in log.accounts().await? {
                let duties: Vec<&str> = account.duties.iter().map(|duty| duty.name()).collect();
                println!("{}  {:20} {:24} {}", account.person, account.login, duties.join(","), account.name);
            }
        }
        User::Change { login, duties, places } => {
            account::change(log.as_ref(), &login, duties, places, clock()()).await?
        }
        User::Passwd { login, password } => {
            account::set_password(log.as_ref(), &login, given(password)?).await?
        }
    }
    Ok(())
}

fn given(password: Option<String>) -> Result<String, Box<dyn Error>> {
    if let Some(password) = password {
        return Ok(password);
    }
    Ok(password::read()?)
}

async fn devices(log: Arc<dyn ChangeLog>, device: Device) -> Outcome {
    match device {
        Device::List => {
            for device in log.devices().await? {
                let revoked = if device.revoked_ms.is_some() { "revoked" } else { "" };
                println!("{}  {}  {:8} {}", device.id, device.person, revoked, device.name);
            }
            Ok(())
        }
        Device::Revoke { id } => match log.revoke_device(id.parse()?, clock()()).await? {
            true => Ok(()),
            false => Err(format!("no such device: {id}").into()),
        },
    }
}
