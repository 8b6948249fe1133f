//! Each way to alter a log that we could think of, and what `verify` says of it.

use std::path::Path;

use rusqlite::Connection;

use crate::world::{World, verify};

struct Sabotage {
    name: &'static str,
    file: &'static str,
    sql: &'static str,
    /// Asked of the whole log: what the report must name.
    named: &'static str,
}

const ONE_CHANGE: &str = "SELECT 'row ' || max(seq) FROM log WHERE kind = 1";

const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        name: "a byte of a change is flipped",
        file: "log.db",
        sql: "UPDATE log SET body = CAST(substr(body, 1, 60) || x'5a' || substr(body, 62) AS BLOB) \
              WHERE seq = (SELECT max(seq) FROM log WHERE kind = 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "two changes have changed places",
        file: "log.db",
        sql: "UPDATE log SET body = (SELECT body FROM log WHERE seq = (SELECT min(seq) FROM log WHERE kind = 1)) \
              WHERE seq = (SELECT max(seq) FROM log WHERE kind = 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "a row is gone",
        file: "log.db",
        sql: "DELETE FROM log WHERE seq = (SELECT max(seq) FROM log WHERE kind = 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "the last row is gone",
        file: "log.db",
        sql: "DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)",
        named: "SELECT 'row ' || max(seq) FROM log",
    },
    Sabotage {
        name: "a change has another author",
        file: "log.db",
        sql: "UPDATE log SET author = device WHERE seq = (SELECT min(seq) FROM log WHERE kind = 1)",
        named: "SELECT 'row ' || min(seq) FROM log WHERE kind = 1",
    },
    Sabotage {
        name: "a change is from another device",
        file: "log.db",
        sql: "UPDATE log SET device = (SELECT n FROM names JOIN devices USING (id) WHERE n <> device LIMIT 1) \
              WHERE seq = (SELECT min(seq) FROM log WHERE kind = 1)",
        named: "SELECT 'row ' || min(seq) FROM log WHERE kind = 1",
    },
    Sabotage {
        name: "two envelopes have each other's signatures",
        file: "log.db",
        sql: "UPDATE envelopes SET signature = CASE id WHEN 1 THEN (SELECT signature FROM envelopes WHERE id = 2) \
              ELSE (SELECT signature FROM envelopes WHERE id = 1) END WHERE id IN (1, 2)",
        named: "SELECT 'envelope ' || number FROM envelopes WHERE id = 2",
    },
    Sabotage {
        name: "an envelope is gone",
        file: "log.db",
        sql: "DELETE FROM envelopes WHERE id = 1",
        named: "SELECT 'row ' || min(seq) FROM log WHERE kind = 1",
    },
    Sabotage {
        name: "a device's key is another",
        file: "log.db",
        sql: "UPDATE devices SET public_key = randomblob(32) \
              WHERE id = (SELECT names.id FROM envelopes JOIN names ON n = device WHERE envelopes.id = 1)",
        named: "SELECT 'envelope 1 of device ' || lower(hex(names.id)) FROM envelopes JOIN names ON n = device \
                WHERE envelopes.id = 1",
    },
    Sabotage {
        name: "the newest envelope of a device is another",
        file: "log.db",
        sql: "UPDATE devices SET newest_hash = zeroblob(32) WHERE newest_number IS NOT NULL",
        named: "SELECT 'device ' || lower(hex(id)) FROM devices WHERE newest_number IS NOT NULL LIMIT 1",
    },
    Sabotage {
        name: "a document is filed under another family",
        file: "log.db",
        sql: "UPDATE log SET family = author WHERE seq = (SELECT max(seq) FROM log WHERE kind = 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "a document has another id",
        file: "log.db",
        sql: "UPDATE names SET id = randomblob(16) \
              WHERE n = (SELECT doc FROM log WHERE kind = 1 ORDER BY seq DESC LIMIT 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "a person has another id",
        file: "log.db",
        sql: "UPDATE names SET id = randomblob(16) \
              WHERE n = (SELECT author FROM log WHERE kind = 1 ORDER BY seq DESC LIMIT 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "the beginning of a hash is another",
        file: "log.db",
        sql: "UPDATE log SET hash = randomblob(6) WHERE seq = (SELECT max(seq) FROM log WHERE kind = 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "a change has another hash beside it",
        file: "log.db",
        sql: "UPDATE log SET hash = randomblob(32) WHERE seq = (SELECT max(seq) FROM log WHERE kind = 1)",
        named: ONE_CHANGE,
    },
    Sabotage {
        name: "a grant is gone",
        file: "log.db",
        sql: "DELETE FROM grants WHERE from_seq = (SELECT min(from_seq) FROM grants)",
        named: "SELECT 'table grants'",
    },
    Sabotage {
        name: "a review says something else than its row",
        file: "log.db",
        sql: "UPDATE office SET value = '{}' WHERE topic = 1",
        named: "SELECT 'table office'",
    },
    Sabotage {
        name: "something set aside is noted as settled",
        file: "log.db",
        sql: "UPDATE quarantine SET state = 2",
        named: "SELECT 'table quarantine'",
    },
    Sabotage {
        name: "a document is in the list of another kind",
        file: "log.db",
        sql: "UPDATE documents SET kind = 4 WHERE kind = 2",
        named: "SELECT 'table documents'",
    },
    Sabotage {
        name: "a document in one piece names another author",
        file: "log.db",
        sql: "UPDATE snapshots SET authors = x'8150000102030405060708090a0b0c0d0e0f'",
        named: "SELECT 'snapshot of document ' || lower(hex(doc)) FROM snapshots",
    },
    Sabotage {
        name: "a document in one piece holds more than it says",
        file: "log.db",
        sql: "UPDATE snapshots SET seq = 1",
        named: "SELECT 'snapshot of document ' || lower(hex(doc)) FROM snapshots",
    },
    Sabotage {
        name: "the desk shows another state",
        file: "read.db",
        sql: "UPDATE record SET state = 2",
        named: "SELECT 'table record of the desk'",
    },
];

fn asked(path: &Path, sql: &str) -> String {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn every_sabotage_is_named_and_an_untouched_log_is_whole() {
    let mut world = World::new();
    assert!(world.footpath().stop());
    let folder = world.footpath().data.path().to_owned();
    let (whole, said) = verify(world.footpath());
    assert!(whole, "{said}");
    for sabotage in SABOTAGES {
        let path = folder.join(sabotage.file);
        let before = std::fs::read(&path).unwrap();
        let named = asked(&folder.join("log.db"), sabotage.named);
        let changed = Connection::open(&path).unwrap().execute(sabotage.sql, []).unwrap();
        assert!(changed > 0, "{}: nothing was altered", sabotage.name);
        let (whole, said) = verify(world.footpath());
        assert!(!whole, "{} was not seen", sabotage.name);
        assert!(said.contains(&named), "{} should name {named}:\n{said}", sabotage.name);
        assert!(!said.contains("визит") && !said.contains("дрова"), "no values: {said}");
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.join(format!("{}{ending}", sabotage.file)));
        }
        std::fs::write(&path, before).unwrap();
    }
    let (whole, said) = verify(world.footpath());
    assert!(whole, "put back as it was: {said}");
}

#[test]
fn a_damaged_page_of_the_file_is_said() {
    let mut world = World::new();
    assert!(world.footpath().stop());
    let path = world.footpath().data.path().join("log.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let page = bytes.len() / 2 / 4096 * 4096;
    bytes[page..page + 64].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let output = world.footpath().try_run(&["verify"]);
    assert!(!output.status.success());
}
