//! The ladder of migrations: numbered, one transaction each, never down.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::store::{StoreError, Stored};

/// Step n brings the schema from version n to n + 1.
const STEPS: &[&str] = &[
    include_str!("migrations/001.sql"),
    include_str!("migrations/002.sql"),
    include_str!("migrations/003.sql"),
    include_str!("migrations/004.sql"),
];

/// Brings the database to this program's version; refuses one from a newer program.
pub fn migrate(connection: &mut Connection) -> Stored<()> {
    let version = version(connection)?;
    if version > STEPS.len() {
        return Err(StoreError::Broken(format!(
            "the database has version {version}, this program knows {} and older",
            STEPS.len()
        )));
    }
    for (step, number) in STEPS.iter().zip(1i64..).skip(version) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> Stored<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    usize::try_from(version).map_err(|_| StoreError::Broken("the database has no version of ours".to_owned()))
}

impl From<rusqlite::Error> for StoreError {
    /// SQLite's own words name tables and columns, never values.
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::ToSqlConversionFailure(_) = error {
            return Self::OutOfRange;
        }
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase,
            ) => Self::Unwell(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Broken(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection).unwrap(), STEPS.len());
    }

    #[test]
    fn a_newer_database_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", STEPS.len() as i64 + 1).unwrap();
        assert!(matches!(migrate(&mut connection), Err(StoreError::Broken(_))));
    }
}
