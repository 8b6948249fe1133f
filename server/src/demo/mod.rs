//! A demo district, written through the same doors as everything else: simulated phones sync with the
//! router, a coordinator works at the desk. Nothing is put into the stores by hand but what an operator
//! puts there too: accounts and the catalogue.

mod chance;
mod district;
mod forms;
mod phone;
mod story;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::app::{App, Clock, router};
use crate::auth::password;
use crate::command::grant;
use crate::store::{Account, Batch, ChangeLog, Duty, Entry, OfficeEntry, StoreError};
use district::{DISTRICT, STAFF, catalogue, id, person_of, village_id};
use sync_core::ids::Id;
use sync_core::office::{OfficeRow, Topic};
use sync_core::wire::Grant;

/// Why the demo could not be written.
#[derive(Debug)]
pub enum DemoError {
    Store(StoreError),
    /// The server answered something that the story has no place for.
    Answer {
        path: &'static str,
        status: u16,
    },
    /// The story itself is wrong.
    Story(&'static str),
    Io(std::io::Error),
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "{error}"),
            Self::Answer { path, status } => write!(f, "{path} answered {status}"),
            Self::Story(what) => write!(f, "the demo's story does not hold: {what}"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for DemoError {}

impl From<StoreError> for DemoError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for DemoError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// The name of the demo's organisation.
pub const ORGANISATION: &str = "Центр помощи «Тропа»";

/// A clock that the story winds.
#[derive(Clone, Debug, Default)]
pub struct StoryClock(Arc<AtomicI64>);

impl StoryClock {
    pub fn set(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    /// What the server reads while the story is told.
    pub fn clock(&self) -> Clock {
        let time = self.0.clone();
        Arc::new(move || time.load(Ordering::SeqCst))
    }
}

/// A sign-in of the demo.
pub struct SignIn {
    pub login: &'static str,
    pub name: &'static str,
    pub duty: Duty,
}

/// Everybody who can sign in; each password is the login.
pub fn sign_ins() -> impl Iterator<Item = SignIn> {
    STAFF.iter().map(|staff| SignIn { login: staff.login, name: staff.name, duty: staff.duty })
}

/// Fills an empty server. `app` must run on `clock`; `today_ms` is where the story ends.
pub async fn fill(app: &Arc<App>, clock: &StoryClock, today_ms: i64) -> Result<(), DemoError> {
    clock.set(today_ms - story::LENGTH_MS);
    accounts(app).await?;
    story::tell(&router(app.clone()), clock, today_ms, &app.config.data).await
}

/// Brings the phone with unsent work into signal; gives how many changes it had.
pub async fn arrive(app: &Arc<App>) -> Result<usize, DemoError> {
    story::arrive(&router(app.clone()), app.now_ms(), &app.config.data).await
}

/// Accounts and catalogue: what an operator sets up before anybody walks anywhere.
async fn accounts(app: &Arc<App>) -> Result<(), DemoError> {
    let log: &dyn ChangeLog = app.log.as_ref();
    let (org, now_ms) = (log.organisation().id, app.now_ms());
    let entries = catalogue().into_iter().map(|(key, list)| in_catalogue(org, key, &list)).collect();
    log.append(Batch { received_ms: now_ms, entries, ..Batch::default() }).await?;
    for staff in &STAFF {
        let places = if staff.villages.is_empty() {
            vec![id("district", DISTRICT)]
        } else {
            staff.villages.iter().map(|village| village_id(*village)).collect()
        };
        let account = Account {
            person: person_of(staff.login),
            login: staff.login.to_owned(),
            name: staff.name.to_owned(),
            password_hash: password::hash(staff.login).map_err(|_| DemoError::Story("password"))?,
            duties: vec![staff.duty],
            language: staff.language.to_owned(),
            places,
        };
        log.put_account(account.clone()).await?;
        grant::places(log, &account, now_ms).await?;
    }
    Ok(())
}

fn in_catalogue(org: Id, key: String, list: &serde_json::Value) -> Entry {
    Entry::Office(OfficeEntry {
        row: OfficeRow { topic: Topic::Catalogue, subject: org, key, value: list.to_string() },
        to: Grant::Organisation(org),
        by: person_of("admin"),
    })
}
