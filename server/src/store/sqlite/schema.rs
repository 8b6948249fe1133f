//! The ladder of migrations: numbered, one transaction each, never down.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::seventh;
use crate::store::{StoreError, Stored};

/// Step n brings the schema from version n to n + 1.
const STEPS: &[Step] = &[
    Step::Sql(include_str!("migrations/001.sql")),
    Step::Sql(include_str!("migrations/002.sql")),
    Step::Sql(include_str!("migrations/003.sql")),
    Step::Sql(include_str!("migrations/004.sql")),
    Step::Sql(include_str!("migrations/005.sql")),
    Step::Sql(include_str!("migrations/006.sql")),
    Step::Code(seventh::bring_over),
    Step::Sql(include_str!("migrations/008.sql")),
];

enum Step {
    Sql(&'static str),
    /// What SQL alone cannot do.
    Code(fn(&Connection) -> Stored<()>),
}

impl Step {
    fn take(&self, connection: &Connection) -> Stored<()> {
        match self {
            Self::Sql(sql) => Ok(connection.execute_batch(sql)?),
            Self::Code(work) => work(connection),
        }
    }
}

/// Brings the database to this program's version; refuses one from a newer program.
pub fn migrate(connection: &mut Connection) -> Stored<()> {
    let before = version(connection)?;
    if before > STEPS.len() {
        return Err(StoreError::Broken(format!(
            "the database has version {before}, this program knows {} and older",
            STEPS.len()
        )));
    }
    for (step, number) in STEPS.iter().zip(1..).skip(before) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been quicker.
        if version(&transaction)? < number {
            step.take(&transaction)?;
            transaction.pragma_update(None, "user_version", number as i64)?;
        }
        transaction.commit()?;
    }
    if (1..STEPS.len()).contains(&before) {
        give_back(connection);
    }
    Ok(())
}

/// Gives the room of what was written anew back to the disk. It takes as much room as the log while it lasts: where
/// there is none, or it is cut short, the room stays in the file and is written to again.
fn give_back(connection: &Connection) {
    if let Err(error) = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the log takes more room than it needs");
    }
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
pub mod tests {
    use super::*;

    /// An empty database as an earlier program left it.
    pub fn at_version(connection: &Connection, version: usize) {
        for step in &STEPS[..version] {
            step.take(connection).unwrap();
        }
        connection.pragma_update(None, "user_version", version as i64).unwrap();
    }

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection).unwrap(), STEPS.len());
    }

    /// What the first version wrote is read by this one, and stands beside what this one writes.
    #[tokio::test]
    async fn a_database_of_the_first_version_is_carried_over() {
        use crate::store::{
            Batch, ChangeLog, ChangeRow, Entry, Organisation,
            sqlite::{Founding, SqliteLog},
        };
        use sync_core::crdt::Document;
        use sync_core::ids::{Actor, DeviceId, DocId, Id};
        use sync_core::record::{Fields, Scalar};
        use sync_core::scope::{Kind, Scope};

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let (doc, one) = (DocId([4; 16]), [1u8; 16]);
        let mut document = Document::new(Kind::Task).unwrap();
        let mut change = |text: &str| {
            let fields = Fields::from([("what".to_owned(), Scalar::from(text.repeat(20)))]);
            document.write(&Actor([7; 16]), 1, "", &fields).unwrap().unwrap()
        };
        let (old, new) = (change("дрова "), change("вода "));
        {
            let first = Connection::open(&path).unwrap();
            at_version(&first, 1);
            for (key, value) in
                [("org", &one[..]), ("org_name", b"Old"), ("epoch", &one), ("server_seed", &[3; 32])]
            {
                first.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", (key, value)).unwrap();
            }
            first.execute("INSERT INTO counter (org, seq) VALUES (?1, 1)", [one]).unwrap();
            first
                .execute(
                    "INSERT INTO log (seq, kind, doc, doc_kind, hash, author, device, envelope, received_ms, body) \
                     VALUES (1, 1, ?1, 4, ?2, ?3, ?3, 1, 5, ?4)",
                    (doc.0, old.hash().0, one, old.bytes()),
                )
                .unwrap();
            first.execute("INSERT INTO documents (doc, kind) VALUES (?1, 4)", [doc.0]).unwrap();
        }
        let organisation = Organisation { id: Id([9; 16]), name: "New".to_owned(), epoch: Id([9; 16]) };
        let log = SqliteLog::open(&path, || Founding { organisation, server_seed: [9; 32] }).unwrap();
        assert_eq!(log.organisation().name, "Old");
        let scope = Scope { kind: Kind::Task, family: None, place: None, month: None };
        let row = ChangeRow {
            doc,
            scope,
            hash: new.hash(),
            author: Id(one),
            device: DeviceId(one),
            envelope: 2,
            flag: None,
            bytes: new.bytes().to_vec(),
        };
        log.append(Batch { entries: vec![Entry::Change(row)], ..Batch::default() }).await.unwrap();
        let changes = log.changes_of(&[doc]).await.unwrap().remove(&doc).unwrap();
        let bytes: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
        assert_eq!(bytes, [old.bytes(), new.bytes()]);
        let heads = log.heads_in(&[sync_core::wire::Grant::Document(doc)], 0, 9, 9).await.unwrap();
        let sizes: Vec<usize> = heads.iter().map(|head| head.size as usize).collect();
        assert_eq!(sizes, [old.bytes().len(), new.bytes().len()], "a size is that of what is given");
        let kept: i64 = Connection::open(&path)
            .unwrap()
            .query_row("SELECT length(body) FROM log WHERE seq = 2", (), |row| row.get(0))
            .unwrap();
        assert!(kept * 2 < new.bytes().len() as i64, "what is new is packed");
    }

    #[test]
    fn snapshots_of_the_fifth_version_are_carried_over() {
        let mut connection = Connection::open_in_memory().unwrap();
        at_version(&connection, 5);
        connection
            .execute(
                "INSERT INTO snapshots (doc, seq, changes, size, packed, authors) VALUES (?1, 7, 3, 9000, ?2, x'80')",
                ([4u8; 16], vec![9u8; 3000]),
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let read: (u64, u64, u64, Vec<u8>, Vec<u8>) = connection
            .query_row(
                "SELECT seq, changes, size, packed, authors FROM snapshots WHERE doc = ?1",
                [[4u8; 16]],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
            )
            .unwrap();
        assert_eq!(read, (7, 3, 9000, vec![9; 3000], vec![0x80]));
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'snapshots%'";
        assert_eq!(connection.query_row(tables, (), |row| row.get::<_, i64>(0)).unwrap(), 1);
    }

    #[test]
    fn a_newer_database_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", STEPS.len() as i64 + 1).unwrap();
        assert!(matches!(migrate(&mut connection), Err(StoreError::Broken(_))));
    }
}
