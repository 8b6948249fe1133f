//! Accounts and devices.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_core::ids::{DeviceId, Hash32, Id, PublicKey};
use sync_core::wire::{DeviceState, Newest};

use super::codec::{id, odd};
use crate::store::{Account, ChainEvidence, Device, DeviceNews, StoreError, Stored};

const ACCOUNT: &str = "person, login, name, password_hash, duties, language, places";
const DEVICE: &str = "id, person, public_key, name, enrolled_ms, revoked_ms, newest_number, newest_hash, \
                      last_sync_ms, clock_ms, waiting, set_aside, evidence, \
                      heard_in = (SELECT value FROM meta WHERE key = 'epoch')";

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn parsed<T: DeserializeOwned>(text: &str) -> Stored<T> {
    serde_json::from_str(text).map_err(|_| odd("list"))
}

fn account(row: &Row<'_>) -> Stored<Account> {
    Ok(Account {
        person: id!(row, 0, Id).ok_or(odd("person"))?,
        login: row.get(1)?,
        name: row.get(2)?,
        password_hash: row.get(3)?,
        duties: parsed(row.get_ref(4)?.as_str().map_err(|_| odd("duties"))?)?,
        language: row.get(5)?,
        places: parsed(row.get_ref(6)?.as_str().map_err(|_| odd("places"))?)?,
    })
}

pub fn account_of(connection: &Connection, person: Id) -> Stored<Option<Account>> {
    let sql = format!("SELECT {ACCOUNT} FROM accounts WHERE person = ?1");
    connection.prepare_cached(&sql)?.query_row([person.0], |row| Ok(account(row))).optional()?.transpose()
}

pub fn account_by_login(connection: &Connection, login: &str) -> Stored<Option<Account>> {
    let sql = format!("SELECT {ACCOUNT} FROM accounts WHERE login = ?1");
    connection.prepare_cached(&sql)?.query_row([login], |row| Ok(account(row))).optional()?.transpose()
}

pub fn accounts(connection: &Connection) -> Stored<Vec<Account>> {
    let sql = format!("SELECT {ACCOUNT} FROM accounts ORDER BY login");
    connection.prepare_cached(&sql)?.query_map((), |row| Ok(account(row)))?.map(|row| row?).collect()
}

pub fn put_account(connection: &Connection, account: &Account) -> Stored<()> {
    if account_by_login(connection, &account.login)?.is_some_and(|other| other.person != account.person) {
        return Err(StoreError::Taken);
    }
    connection
        .prepare_cached(
            "INSERT INTO accounts (person, login, name, password_hash, duties, language, places) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (person) DO UPDATE SET login = ?2, name = ?3, \
             password_hash = ?4, duties = ?5, language = ?6, places = ?7",
        )?
        .execute(params![
            account.person.0,
            account.login,
            account.name,
            account.password_hash,
            json(&account.duties),
            account.language,
            json(&account.places),
        ])?;
    Ok(())
}

fn device(row: &Row<'_>) -> Stored<Device> {
    let newest = match (row.get::<_, Option<u64>>(6)?, id!(row, 7, Hash32)) {
        (Some(number), Some(hash)) => Some(Newest { number, hash }),
        _ => None,
    };
    Ok(Device {
        id: id!(row, 0, DeviceId).ok_or(odd("device"))?,
        person: id!(row, 1, Id).ok_or(odd("device"))?,
        public_key: id!(row, 2, PublicKey).ok_or(odd("device"))?,
        name: row.get(3)?,
        enrolled_ms: row.get(4)?,
        revoked_ms: row.get(5)?,
        newest,
        last_sync_ms: row.get(8)?,
        state: DeviceState { clock_ms: row.get(9)?, waiting: row.get(10)?, set_aside: row.get(11)? },
        evidence: parsed(row.get_ref(12)?.as_str().map_err(|_| odd("evidence"))?)?,
        heard: row.get::<_, Option<bool>>(13)?.unwrap_or(false),
    })
}

pub fn device_of(connection: &Connection, id: DeviceId) -> Stored<Option<Device>> {
    let sql = format!("SELECT {DEVICE} FROM devices WHERE id = ?1");
    connection.prepare_cached(&sql)?.query_row([id.0], |row| Ok(device(row))).optional()?.transpose()
}

pub fn devices(connection: &Connection) -> Stored<Vec<Device>> {
    let sql = format!("SELECT {DEVICE} FROM devices ORDER BY enrolled_ms, id");
    connection.prepare_cached(&sql)?.query_map((), |row| Ok(device(row)))?.map(|row| row?).collect()
}

pub fn enrol(connection: &Connection, person: Id, key: PublicKey, name: &str, now_ms: i64) -> Stored<Device> {
    let id = DeviceId::of(&key);
    if let Some(known) = device_of(connection, id)? {
        return if known.person == person { Ok(known) } else { Err(StoreError::Taken) };
    }
    connection
        .prepare_cached(
            "INSERT INTO devices (id, person, public_key, name, enrolled_ms, heard_in) \
             SELECT ?1, ?2, ?3, ?4, ?5, (SELECT value FROM meta WHERE key = 'epoch')",
        )?
        .execute(params![id.0, person.0, key.0, name, now_ms])?;
    device_of(connection, id)?.ok_or(odd("device"))
}

pub fn revoke_device(connection: &Connection, id: DeviceId, now_ms: i64) -> Stored<bool> {
    let changed = connection
        .prepare_cached("UPDATE devices SET revoked_ms = coalesce(revoked_ms, ?2) WHERE id = ?1")?
        .execute(params![id.0, now_ms])?;
    Ok(changed > 0)
}

pub fn note_device(connection: &Connection, news: &DeviceNews) -> Stored<()> {
    connection
        .prepare_cached(
            "UPDATE devices SET last_sync_ms = ?2, clock_ms = ?3, waiting = ?4, set_aside = ?5, \
             evidence = CASE WHEN ?7 IS NULL THEN evidence ELSE ?6 END, \
             newest_number = coalesce(?7, newest_number), newest_hash = coalesce(?8, newest_hash) WHERE id = ?1",
        )?
        .execute(params![
            news.device.0,
            news.now_ms,
            news.state.clock_ms,
            news.state.waiting,
            news.state.set_aside,
            json(&news.evidence),
            news.newest.map(|newest| newest.number),
            news.newest.map(|newest| newest.hash.0),
        ])?;
    Ok(())
}

pub fn note_heard(connection: &Connection, device: DeviceId) -> Stored<()> {
    connection
        .prepare_cached(
            "UPDATE devices SET heard_in = (SELECT value FROM meta WHERE key = 'epoch') WHERE id = ?1",
        )?
        .execute([device.0])?;
    Ok(())
}

pub fn note_evidence(connection: &Connection, device: DeviceId, evidence: &ChainEvidence) -> Stored<()> {
    connection
        .prepare_cached("UPDATE devices SET evidence = ?2 WHERE id = ?1")?
        .execute(params![device.0, json(evidence)])?;
    Ok(())
}
