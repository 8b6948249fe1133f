//! An old log of every kind of row, brought over.

use crate::deflated::deflate;
use crate::store::sqlite::schema::{migrate, tests::at_version};
use crate::store::sqlite::{codec, envelopes, queries};
use crate::store::{Entry, LogRow};
use rusqlite::Connection;
use std::path::Path;
use sync_core::crdt::{Change, Document};
use sync_core::envelope::Item;
use sync_core::ids::{Actor, ChangeHash, DocId, Id, hex};
use sync_core::office::{OfficeRow, Topic};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::Reason;
use sync_core::wire::Grant;

const ORG: Id = Id([1; 16]);
const ANNA: Id = Id(*b"e38ca0d82d4f7b61");
const PHONE: Id = Id([8; 16]);
const CASE: Id = Id([9; 16]);
const PLACE: Id = Id([5; 16]);
const DOC: DocId = DocId([4; 16]);

/// A row as the sixth version has it, column by column.
#[derive(Clone, Debug, Default, PartialEq)]
struct Old {
    kind: i64,
    doc: Option<[u8; 16]>,
    doc_kind: Option<i64>,
    family: Option<[u8; 16]>,
    place: Option<[u8; 16]>,
    month: Option<i64>,
    person: Option<[u8; 16]>,
    everyone: Option<i64>,
    topic: Option<i64>,
    subject: Option<[u8; 16]>,
    hash: Option<Vec<u8>>,
    author: Option<[u8; 16]>,
    device: Option<[u8; 16]>,
    envelope: Option<i64>,
    flag: Option<&'static str>,
    received_ms: i64,
    size: Option<i64>,
    body: Vec<u8>,
    /// The bytes of a change, as they are given.
    given: Vec<u8>,
}

fn written(n: u8) -> Change {
    let mut document = Document::new(Kind::Log).unwrap();
    let fields = Fields::from([
        ("type".to_owned(), Scalar::from("visit")),
        (format!("performer/{ANNA}/role"), Scalar::from("social_worker")),
        ("notes".to_owned(), Scalar::from("дрова, вода ".repeat(usize::from(n)))),
    ]);
    let record = format!("0190a0b0c0d0e0f0010203040506{n:04x}");
    document.write(&Actor([n; 16]), 1_780_000_000_000, &record, &fields).unwrap().unwrap()
}

fn change(hash: &ChangeHash, body: Vec<u8>, given: &[u8]) -> Old {
    Old {
        kind: 1,
        doc: Some(DOC.0),
        doc_kind: Some(3),
        family: Some(CASE.0),
        place: Some(PLACE.0),
        month: Some(24_316),
        hash: Some(hash.0.to_vec()),
        author: Some(ANNA.0),
        device: Some(PHONE.0),
        envelope: Some(7),
        size: (body.len() != given.len()).then_some(given.len() as i64),
        body,
        given: given.to_vec(),
        ..Old::default()
    }
}

fn packed(change: &Change) -> Vec<u8> {
    let content = change.bytes().get(9..).unwrap();
    let length = content.iter().position(|byte| *byte < 0x80).unwrap() + 1;
    [&[1], deflate(&content[length..]).unwrap().as_slice()].concat()
}

/// A row of every kind and state there is, by number.
fn rows() -> Vec<Old> {
    let plain = |kind, body| Old { kind, author: Some(ANNA.0), body, ..Old::default() };
    let office = |topic, subject: Id, to: Old| {
        let row = OfficeRow { topic, subject, key: "k".into(), value: "1".into() };
        let topic = Some(codec::topic_number(topic));
        Old { kind: 2, topic, subject: Some(subject.0), author: Some(ANNA.0), body: codec::bytes(&row), ..to }
    };
    let aside = codec::SetAsideBody {
        item: Item {
            doc: DOC,
            scope: Scope { kind: Kind::Task, family: None, place: None, month: None },
            incarnation: 2,
            hash: ChangeHash([6; 32]),
            replaces: None,
        },
        reason: Reason::OutOfScope,
        bytes: vec![1, 2, 3].into(),
    };
    let (a, b, c) = (written(1), written(2), written(3));
    let mut damaged = packed(&c);
    damaged.truncate(20);
    let mut inside = c.bytes().to_vec();
    *inside.last_mut().unwrap() ^= 1;
    let to_document = Old { doc: Some(DOC.0), family: Some(CASE.0), ..Old::default() };
    let rows = vec![
        change(&a.hash(), a.bytes().to_vec(), a.bytes()),
        change(&b.hash(), packed(&b), b.bytes()),
        Old { flag: Some("after_reassignment"), ..change(&c.hash(), packed(&c), c.bytes()) },
        // Its family is another than the document's first row says, and it is the server's own.
        Old {
            family: None,
            envelope: Some(0),
            flag: Some("released"),
            ..change(&ChangeHash([7; 32]), vec![0, 9, 9], &[9, 9])
        },
        // Erased, damaged within, and not to be read at all.
        change(&ChangeHash([8; 32]), vec![], &[]),
        change(&ChangeHash([9; 32]), inside.clone(), &inside),
        Old { size: Some(500), ..change(&ChangeHash([10; 32]), damaged, &[]) },
        // It begins as the first does.
        change(&alike(&a.hash()), vec![0, 1], &[1]),
        office(Topic::Review, Id(DOC.0), to_document),
        office(Topic::Offer, CASE, Old { place: Some(PLACE.0), ..Old::default() }),
        office(Topic::Catalogue, ORG, Old { everyone: Some(1), ..Old::default() }),
        office(Topic::Inbox, ANNA, Old { person: Some(ANNA.0), ..Old::default() }),
        plain(3, codec::bytes(&codec::GrantBody { person: ANNA, grant: Grant::Family(CASE) })),
        plain(4, codec::bytes(&codec::GrantBody { person: ANNA, grant: Grant::Place(PLACE) })),
        plain(
            5,
            codec::bytes(&codec::AssignedBody {
                person: ANNA,
                case: CASE,
                from: None,
                to: Some("2026-06-01".into()),
                substitute: true,
            }),
        ),
        Old { device: Some(PHONE.0), envelope: Some(9), ..plain(6, codec::bytes(&aside)) },
        plain(7, codec::bytes(&codec::ClosedBody { of: 16, note: String::new() })),
        plain(8, codec::bytes(&codec::ClosedBody { of: 16, note: "переписано".into() })),
    ];
    let times = (0..).map(|n| 1_780_000_000_000 + n);
    rows.into_iter().zip(times).map(|(row, received_ms)| Old { received_ms, ..row }).collect()
}

fn alike(hash: &ChangeHash) -> ChangeHash {
    let mut alike = *hash;
    alike.0[20] ^= 1;
    alike
}

fn old_log(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    at_version(&connection, 6);
    for (seq, row) in (1i64..).zip(rows()) {
        connection
            .execute(
                "INSERT INTO log (seq, kind, doc, doc_kind, family, place, month, person, everyone, topic, subject, \
                 hash, author, device, envelope, flag, received_ms, size, body) VALUES \
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
                rusqlite::params![
                    seq, row.kind, row.doc, row.doc_kind, row.family, row.place, row.month, row.person, row.everyone,
                    row.topic, row.subject, row.hash, row.author, row.device, row.envelope, row.flag,
                    row.received_ms, row.size, row.body
                ],
            )
            .unwrap();
    }
    connection
        .execute(
            "INSERT INTO documents (doc, kind, family, place, month) VALUES (?1, 3, ?2, ?3, 24316)",
            (DOC.0, CASE.0, PLACE.0),
        )
        .unwrap();
    connection.execute("INSERT INTO documents (doc, kind) VALUES (?1, 4)", [[0x44u8; 16]]).unwrap();
    // Of a device of which the log has no row.
    let body = [0x83u8, 1, 0xf6, 0x80];
    connection
        .execute(
            "INSERT INTO envelopes (device, number, signature, body) VALUES (?1, 5, ?2, ?3)",
            ([0x77u8; 16], [3u8; 64], body),
        )
        .unwrap();
    connection
}

/// Every row says what the old one said, and so do the tables beside them.
fn the_same(connection: &Connection) {
    let sql = "SELECT kind, doc, doc_kind, family, place, month, person, everyone, topic, subject, author, device, \
               envelope, flag, received_ms FROM log_shown ORDER BY seq";
    let mut shown = connection.prepare(sql).unwrap();
    let shown: Vec<Vec<rusqlite::types::Value>> = shown
        .query_map((), |row| (0..15).map(|column| row.get(column)).collect())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let blob = |id: &Option<[u8; 16]>| rusqlite::types::Value::from(id.map(|id| id.to_vec()));
    let old = rows();
    assert_eq!(shown.len(), old.len());
    for (row, shown) in old.iter().zip(&shown) {
        let expected: Vec<rusqlite::types::Value> = vec![
            row.kind.into(),
            blob(&row.doc),
            row.doc_kind.into(),
            blob(&row.family),
            blob(&row.place),
            row.month.into(),
            blob(&row.person),
            row.everyone.into(),
            row.topic.into(),
            blob(&row.subject),
            blob(&row.author),
            blob(&row.device),
            row.envelope.into(),
            row.flag.map(str::to_owned).into(),
            row.received_ms.into(),
        ];
        assert_eq!(shown, &expected);
    }
    for (seq, row) in (1u64..).zip(&old) {
        let read = queries::rows(connection, ORG, &[seq]).map(|mut rows| rows.pop().unwrap());
        match (row.kind, row.size) {
            (1, Some(500)) => assert!(read.is_err(), "what could not be read is not made up"),
            (1, _) => {
                let LogRow { entry: Entry::Change(change), .. } = read.unwrap() else { panic!("a change") };
                assert_eq!((change.hash.0.to_vec(), &change.bytes), (row.hash.clone().unwrap(), &row.given));
            }
            _ => {
                let body: Vec<u8> = connection
                    .query_row("SELECT body FROM log WHERE seq = ?1", [seq], |row| row.get(0))
                    .unwrap();
                assert_eq!(body, row.body);
                read.unwrap();
            }
        }
    }
    let scopes = queries::scopes_of(connection, &[DOC, DocId([0x44; 16])]).unwrap();
    assert_eq!(
        scopes[&DOC],
        Scope {
            kind: Kind::Log,
            family: Some(CASE),
            place: Some(PLACE),
            month: Some(sync_core::ids::Month(24_316))
        }
    );
    assert_eq!(scopes[&DocId([0x44; 16])].kind, Kind::Task);
    let kept = envelopes::after(connection, ORG, 0, 9).unwrap();
    assert_eq!(
        (hex(kept[0].device.as_bytes()), kept[0].number, kept[0].signature.0),
        (hex(&[0x77; 16]), 5, [3; 64])
    );
    let sound: Vec<String> = connection
        .prepare("PRAGMA integrity_check")
        .unwrap()
        .query_map((), |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(sound, ["ok"]);
}

#[test]
fn every_row_reads_back_as_before_and_smaller() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = old_log(&folder.path().join("log.db"));
    migrate(&mut connection).unwrap();
    the_same(&connection);
    let lengths = |seq: i64| -> (usize, usize) {
        let sql = "SELECT length(hash), length(body) FROM log WHERE seq = ?1";
        connection.query_row(sql, [seq], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let old = rows();
    for (seq, row) in (1..=3).zip(&old) {
        assert_eq!(lengths(seq).0, 6);
        assert!(lengths(seq).1 < row.body.len());
    }
    assert_eq!((lengths(5), lengths(8).0), ((32, 0), 32), "what the body does not say is kept");
}

/// What lies on the disk in the middle of it is what a program finds that is started again after it was killed.
#[test]
fn one_that_was_killed_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut connection = old_log(&path);
    // So little memory that it writes before it is done.
    connection.pragma_update(None, "cache_size", 2).unwrap();
    connection.pragma_update(None, "cache_spill", 2).unwrap();
    let transaction = connection.transaction().unwrap();
    super::bring_over(&transaction).unwrap();
    let killed = folder.path().join("killed.db");
    for ending in ["", "-wal"] {
        std::fs::copy(
            folder.path().join(format!("log.db{ending}")),
            folder.path().join(format!("killed.db{ending}")),
        )
        .unwrap();
    }
    assert!(
        std::fs::metadata(folder.path().join("killed.db-wal")).unwrap().len() > 4096,
        "some of it is on the disk"
    );
    drop(transaction);
    let mut connection = Connection::open(&killed).unwrap();
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 6);
    let old: i64 = connection
        .query_row("SELECT count(*) FROM log WHERE length(doc) = 16", (), |row| row.get(0))
        .unwrap();
    assert!(old > 0, "its rows are the old ones");
    migrate(&mut connection).unwrap();
    the_same(&connection);
}
