//! Accounts, and what a new organisation begins with: the operator's side.

use std::fmt;

use serde_json::{Map, Value, json};
use sync_core::ids::Id;
use sync_core::office::{OfficeRow, Topic};
use sync_core::wire::Grant;

use super::grant;
use crate::auth::password::{self, HashFailed, MAX_PASSWORD};
use crate::push;
use crate::store::{Account, Batch, ChangeLog, Duty, Entry, OfficeEntry, StoreError};

/// The catalogue a new organisation starts with and changes to its needs.
const STARTER: &str = include_str!("../../../schemas/catalogue/starter.json");

/// The shortest password taken.
const MIN_PASSWORD: usize = 8;

/// Why an account could not be made or changed.
#[derive(Debug)]
pub enum AccountError {
    Store(StoreError),
    Hash(HashFailed),
    /// Shorter than [`MIN_PASSWORD`] or longer than [`MAX_PASSWORD`].
    PasswordLength,
    EmptyLogin,
    LoginTaken,
    NoSuchLogin,
    /// No system randomness.
    Random,
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Hash(error) => error.fmt(f),
            Self::PasswordLength => {
                write!(
                    f,
                    "a password has {MIN_PASSWORD} characters at least and {MAX_PASSWORD} bytes at most"
                )
            }
            Self::EmptyLogin => f.write_str("a login is needed"),
            Self::LoginTaken => f.write_str("the login is somebody else's"),
            Self::NoSuchLogin => f.write_str("there is no such login"),
            Self::Random => f.write_str("the system gives no randomness"),
        }
    }
}

impl std::error::Error for AccountError {}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<HashFailed> for AccountError {
    fn from(error: HashFailed) -> Self {
        Self::Hash(error)
    }
}

/// An account to be made.
pub struct NewAccount {
    pub login: String,
    pub name: String,
    pub duties: Vec<Duty>,
    pub language: String,
    /// Empty for all top places of the catalogue.
    pub places: Vec<Id>,
    pub password: String,
}

/// Puts the starter catalogue into an empty log; does nothing to any other.
pub async fn found(log: &dyn ChangeLog, now_ms: i64) -> Result<(), StoreError> {
    if *log.changed().borrow() > 0 {
        return Ok(());
    }
    let lists: Map<String, Value> =
        serde_json::from_str(STARTER).map_err(|error| StoreError::Broken(error.to_string()))?;
    let org = log.organisation().id;
    let entries = lists.into_iter().map(|(key, list)| catalogue(org, key, &list)).collect();
    log.append(Batch { received_ms: now_ms, entries, ..Batch::default() }).await.map(drop)
}

/// Makes an account and puts its person on the list of staff. Gives the person.
pub async fn add(log: &dyn ChangeLog, new: NewAccount, now_ms: i64) -> Result<Id, AccountError> {
    let login = new.login.trim().to_lowercase();
    if login.is_empty() {
        return Err(AccountError::EmptyLogin);
    }
    if log.account_by_login(&login).await?.is_some() {
        return Err(AccountError::LoginTaken);
    }
    let places = if new.places.is_empty() { top_places(log).await? } else { new.places };
    let account = Account {
        person: fresh_id(now_ms)?,
        login,
        name: new.name,
        password_hash: hashed(&new.password)?,
        duties: new.duties,
        language: new.language,
        places,
    };
    let person = account.person;
    let entries = grant::missing(&account, &[]);
    put(log, account, entries, now_ms).await?;
    Ok(person)
}

/// Gives an account other duties, other places or both; what is `None` stays as it is.
///
/// What the person may see by it is written down in the log, so that their phones pass it: a worker who is one
/// no longer loses the cases, and places show each duty something else, so they are given anew. A volunteer has the
/// cards of whom they go to.
pub async fn change(
    log: &dyn ChangeLog,
    login: &str,
    duties: Option<Vec<Duty>>,
    places: Option<Vec<Id>>,
    now_ms: i64,
) -> Result<(), AccountError> {
    let login = login.trim().to_lowercase();
    let before = log.account_by_login(&login).await?.ok_or(AccountError::NoSuchLogin)?;
    let after = Account {
        duties: duties.unwrap_or_else(|| before.duties.clone()),
        places: places.unwrap_or_else(|| before.places.clone()),
        ..before.clone()
    };
    let mut entries = grant::reshaped(&before, &after, &log.grants_of(after.person).await?);
    entries.extend(push::cards_of(log, &after).await?);
    put(log, after, entries, now_ms).await
}

/// Sets another password. Enrolled devices stay enrolled: a lost one is revoked.
pub async fn set_password(log: &dyn ChangeLog, login: &str, password: String) -> Result<(), AccountError> {
    let login = login.trim().to_lowercase();
    let account = log.account_by_login(&login).await?.ok_or(AccountError::NoSuchLogin)?;
    Ok(log.put_account(Account { password_hash: hashed(&password)?, ..account }).await?)
}

fn hashed(password: &str) -> Result<String, AccountError> {
    if password.chars().count() < MIN_PASSWORD || password.len() > MAX_PASSWORD {
        return Err(AccountError::PasswordLength);
    }
    Ok(password::hash(password)?)
}

fn fresh_id(now_ms: i64) -> Result<Id, AccountError> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| AccountError::Random)?;
    Ok(Id::v7(now_ms, random))
}

fn catalogue(org: Id, key: String, list: &Value) -> Entry {
    let row = OfficeRow { topic: Topic::Catalogue, subject: org, key, value: list.to_string() };
    Entry::Office(OfficeEntry { row, to: Grant::Organisation(org), by: org })
}

async fn list(log: &dyn ChangeLog, key: &str) -> Result<Vec<Value>, StoreError> {
    let list = log.office_value(Topic::Catalogue, log.organisation().id, key).await?;
    Ok(list.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default())
}

async fn top_places(log: &dyn ChangeLog) -> Result<Vec<Id>, StoreError> {
    let places = list(log, "places").await?;
    let top = places.iter().filter(|place| place.get("parent").is_none_or(Value::is_null));
    Ok(top.filter_map(|place| place.get("id")?.as_str()?.parse().ok()).collect())
}

/// Keeps the account, what follows from it and its place on the list of staff, all in one transaction: from the
/// account alone nobody could tell any more what it was before, and so what was still to be given anew.
async fn put(
    log: &dyn ChangeLog,
    account: Account,
    mut entries: Vec<Entry>,
    received_ms: i64,
) -> Result<(), AccountError> {
    entries.push(on_staff(log, &account).await?);
    log.append(Batch { received_ms, entries, account: Some(account), ..Batch::default() }).await?;
    Ok(())
}

/// The list of staff with this account on it: it is what pages read names from.
async fn on_staff(log: &dyn ChangeLog, account: &Account) -> Result<Entry, StoreError> {
    let mut people = list(log, "people").await?;
    let id = account.person.to_string();
    people.retain(|person| person.get("id").and_then(Value::as_str) != Some(&id));
    let duty = account.duties.first().map(|duty| duty.name());
    people.push(json!({"id": id, "name": account.name, "duty": duty}));
    Ok(catalogue(log.organisation().id, "people".to_owned(), &Value::Array(people)))
}

#[cfg(test)]
mod tests;
