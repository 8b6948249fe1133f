//! Settings, with their environment names and defaults.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Everything an operator can set. Each field names its environment variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// `FOOTPATH_DATA`: the folder of the databases. Default `./data`.
    pub data: PathBuf,
    /// `FOOTPATH_ADDR`: where to listen. Default `127.0.0.1:8080`.
    pub addr: SocketAddr,
    /// `FOOTPATH_WEB_DIR`: serve the web client from this folder instead of the copy in the binary.
    pub web_dir: Option<PathBuf>,
    /// `FOOTPATH_HEADER_TIMEOUT_S`: the longest a client may take over its request's headers. Default 10.
    pub header_timeout: Duration,
    /// `FOOTPATH_BODY_DEADLINE_S`: the longest a whole body may take, however steadily it drips. Default 120:
    /// 1 MiB at 20 kB/s is 52 s.
    pub body_deadline: Duration,
    /// `FOOTPATH_MAX_CONNECTIONS`: connections open at once, as far as the system has file handles. Default 4096.
    pub max_connections: usize,
    /// `FOOTPATH_SYNCS_AT_ONCE`: syncs worked on at once; the others wait. An unpacked one may take 8 MiB. Default 64.
    pub syncs_at_once: usize,
    /// `FOOTPATH_SYNCS_WAITING`: how many wait at most; further ones are told to come back. Default 512.
    pub syncs_waiting: usize,
    /// `FOOTPATH_NEWS_STREAMS`: open pages that are told of news at once. Default 512.
    pub news_streams: usize,
    /// `FOOTPATH_REQUESTS_PER_MINUTE`: of one address. Generous, since a whole town may share one. Default 3000.
    pub requests_per_minute: u32,
    /// `FOOTPATH_SIGN_IN_TRIES`: wrong or right passwords for one login from one address, at once. Default 10.
    pub sign_in_tries: u32,
    /// `FOOTPATH_SIGN_IN_REFILL_S`: seconds until one more try is given back. Default 30.
    pub sign_in_refill: Duration,
    /// `FOOTPATH_PASSWORD_CHECKS`: password checks at once; each takes 19 MiB. Default 2.
    pub password_checks: usize,
    /// `FOOTPATH_TRUST_PROXY`: take the client's address from `X-Forwarded-For`'s last entry. Default off.
    pub trust_proxy: bool,
    /// `FOOTPATH_VETTING_CHILDREN`: vetting processes. Default 2.
    pub vetting_children: usize,
    /// `FOOTPATH_QUARANTINE_CHANGES`: open set-aside changes one device may have. Default 2000.
    pub quarantine_changes: u64,
    /// `FOOTPATH_QUARANTINE_BYTES`: and their bytes. Default 16 MiB.
    pub quarantine_bytes: u64,
    /// `FOOTPATH_UTC_OFFSET_MIN`: the organisation's zone, for what "today" is. Default 180.
    pub utc_offset_minutes: i64,
    /// `FOOTPATH_SHUTDOWN_S`: how long requests in flight may take to finish at the end. Default 20.
    pub shutdown: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            addr: SocketAddr::from(([127, 0, 0, 1], 8080)),
            web_dir: None,
            header_timeout: Duration::from_secs(10),
            body_deadline: Duration::from_secs(120),
            max_connections: 4096,
            syncs_at_once: 64,
            syncs_waiting: 512,
            news_streams: 512,
            requests_per_minute: 3000,
            sign_in_tries: 10,
            sign_in_refill: Duration::from_secs(30),
            password_checks: 2,
            trust_proxy: false,
            vetting_children: 2,
            quarantine_changes: 2000,
            quarantine_bytes: 16 * 1024 * 1024,
            utc_offset_minutes: 180,
            shutdown: Duration::from_secs(20),
        }
    }
}

/// A variable that cannot be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    pub name: &'static str,
}

impl std::fmt::Display for BadSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the environment variable {} cannot be read", self.name)
    }
}

impl std::error::Error for BadSetting {}

impl Config {
    /// The defaults, with what the environment says.
    pub fn from_env() -> Result<Self, BadSetting> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BadSetting> {
        let default = Self::default();
        let seconds = |name, or: Duration| read(&variable, name, or.as_secs()).map(Duration::from_secs);
        Ok(Self {
            data: read(&variable, "FOOTPATH_DATA", default.data)?,
            addr: read(&variable, "FOOTPATH_ADDR", default.addr)?,
            web_dir: variable("FOOTPATH_WEB_DIR").map(PathBuf::from),
            header_timeout: seconds("FOOTPATH_HEADER_TIMEOUT_S", default.header_timeout)?,
            body_deadline: seconds("FOOTPATH_BODY_DEADLINE_S", default.body_deadline)?,
            max_connections: read(&variable, "FOOTPATH_MAX_CONNECTIONS", default.max_connections)?,
            syncs_at_once: read(&variable, "FOOTPATH_SYNCS_AT_ONCE", default.syncs_at_once)?,
            syncs_waiting: read(&variable, "FOOTPATH_SYNCS_WAITING", default.syncs_waiting)?,
            news_streams: read(&variable, "FOOTPATH_NEWS_STREAMS", default.news_streams)?,
            requests_per_minute: read(
                &variable,
                "FOOTPATH_REQUESTS_PER_MINUTE",
                default.requests_per_minute,
            )?,
            sign_in_tries: read(&variable, "FOOTPATH_SIGN_IN_TRIES", default.sign_in_tries)?,
            sign_in_refill: seconds("FOOTPATH_SIGN_IN_REFILL_S", default.sign_in_refill)?,
            password_checks: read(&variable, "FOOTPATH_PASSWORD_CHECKS", default.password_checks)?,
            trust_proxy: read(&variable, "FOOTPATH_TRUST_PROXY", default.trust_proxy)?,
            vetting_children: read(&variable, "FOOTPATH_VETTING_CHILDREN", default.vetting_children)?,
            quarantine_changes: read(&variable, "FOOTPATH_QUARANTINE_CHANGES", default.quarantine_changes)?,
            quarantine_bytes: read(&variable, "FOOTPATH_QUARANTINE_BYTES", default.quarantine_bytes)?,
            utc_offset_minutes: read(&variable, "FOOTPATH_UTC_OFFSET_MIN", default.utc_offset_minutes)?,
            shutdown: seconds("FOOTPATH_SHUTDOWN_S", default.shutdown)?,
        })
    }

    /// How far the organisation's clocks are ahead of UTC.
    pub fn utc_offset_ms(&self) -> i64 {
        self.utc_offset_minutes.saturating_mul(60_000)
    }

    /// Small and quick, for tests: any free port, the data in `data`.
    pub fn for_testing(data: PathBuf) -> Self {
        Self {
            data,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            requests_per_minute: 1_000_000,
            sign_in_tries: 1000,
            ..Self::default()
        }
    }
}

fn read<T: std::str::FromStr>(
    variable: impl Fn(&str) -> Option<String>,
    name: &'static str,
    default: T,
) -> Result<T, BadSetting> {
    match variable(name) {
        Some(text) => text.parse().map_err(|_| BadSetting { name }),
        None => Ok(default),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_overrides_and_nonsense_is_named() {
        let config =
            Config::from_variables(|name| (name == "FOOTPATH_SIGN_IN_TRIES").then(|| "3".to_owned()));
        assert_eq!(config.unwrap().sign_in_tries, 3);
        let nonsense = Config::from_variables(|name| (name == "FOOTPATH_ADDR").then(|| "here".to_owned()));
        assert_eq!(nonsense.unwrap_err(), BadSetting { name: "FOOTPATH_ADDR" });
    }
}
