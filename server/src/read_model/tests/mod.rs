//! The same log gives the same tables, however it was cut into batches.

mod district;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::Value;
use sync_core::crdt::{Change, Document};
use sync_core::ids::{ChangeHash, DocId, Id};

use self::district::District;
use super::queries::{Reach, record, records};
use super::tail::rebuild_in_batches;
use super::writer::READ_HERE;
use super::*;
use crate::store::sqlite::{Founding, SqliteLog};
use crate::store::{Batch, ChangeRow, Entry, Organisation};

const DAY: i64 = 86_400_000;
const NOW: i64 = 1_780_272_000_000;

fn open_log(folder: &Path) -> Arc<dyn ChangeLog> {
    let organisation = Organisation { id: Id([1; 16]), name: "Опора".into(), epoch: Id([2; 16]) };
    Arc::new(
        SqliteLog::open(&folder.join("log.db"), || Founding { organisation, server_seed: [3; 32] }).unwrap(),
    )
}

/// Every row of every table, as text.
fn dump(path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = Connection::open(path).unwrap();
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let rows_of = |name: &String| {
        let mut select = connection.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = select.column_count();
        let read = |row: &rusqlite::Row<'_>| {
            Ok((0..columns)
                .map(|at| format!("{:?}", row.get::<_, Value>(at).unwrap()))
                .collect::<Vec<_>>()
                .join("|"))
        };
        let mut rows: Vec<String> = select.query_map([], read).unwrap().map(Result::unwrap).collect();
        rows.sort();
        (name.clone(), rows)
    };
    names.iter().map(rows_of).collect()
}

async fn histories_agree(seed: u64, steps: usize) {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let live = folder.path().join("live.db");
    let read_model = ReadModel::open(&live, log.clone()).await.unwrap();
    let mut district = District::new(seed);
    let mut written = 0;
    while written < steps {
        let size = 1 + district.dice.roll(7) as usize;
        let entries: Vec<Entry> = (0..size).map(|_| district.step()).collect();
        written += size;
        let batch = Batch { received_ms: NOW + written as i64 * DAY / 10, entries, ..Batch::default() };
        log.append(batch).await.unwrap();
    }
    read_model.wait_for(written as u64).await.unwrap();
    drop(read_model);
    let followed = dump(&live);
    assert!(
        !followed["record"].is_empty() && !followed["review"].is_empty() && !followed["conflict"].is_empty()
    );
    for batch in [1, 3, 1000] {
        let path = folder.path().join(format!("again-{batch}.db"));
        assert_eq!(rebuild_in_batches(&path, log.clone(), batch).await.unwrap(), written as u64);
        for (table, rows) in dump(&path) {
            assert_eq!(rows, followed[&table], "{table} in batches of {batch}, seed {seed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_log_gives_the_same_tables() {
    for seed in [7, 77, 777] {
        histories_agree(seed * 0x9e37_79b9, 300).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_history_or_version_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let mut district = District::new(5);
    let entries: Vec<Entry> = (0..40).map(|_| district.step()).collect();
    log.append(Batch { received_ms: NOW, entries, ..Batch::default() }).await.unwrap();
    let path = folder.path().join("tables.db");
    rebuild(&path, log.clone()).await.unwrap();
    let right = dump(&path);
    for spoil in [
        "UPDATE position SET epoch = 'another'",
        "UPDATE position SET version = 0",
        "UPDATE position SET seq = 1000000",
        "DROP TABLE position",
    ] {
        Connection::open(&path).unwrap().execute_batch(&format!("DELETE FROM record; {spoil};")).unwrap();
        let read_model = ReadModel::open(&path, log.clone()).await.unwrap();
        read_model.wait_for(40).await.unwrap();
        drop(read_model);
        assert_eq!(dump(&path), right, "{spoil}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let path = folder.path().join("tables.db");
    std::fs::write(&path, vec![0x5a; 5000]).unwrap();
    let read_model = ReadModel::open(&path, log.clone()).await.unwrap();
    assert_eq!(read_model.position(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_waits_for_its_own_row_and_not_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let read_model = ReadModel::open(&folder.path().join("tables.db"), log.clone()).await.unwrap();
    let mut district = District::new(3);
    let batch = Batch { received_ms: NOW, entries: vec![district.step()], ..Batch::default() };
    let seqs = log.append(batch).await.unwrap();
    read_model.wait_for(seqs[0]).await.unwrap();
    assert!(matches!(read_model.wait_for(1000).await, Err(ReadModelError::Behind)));
}

/// Whether the tables have the words or leave them to the log, a record shows what its document says, and its story
/// names the changes that wrote it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_what_the_documents_say() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let mut district = District::new(0x5eed);
    let entries: Vec<Entry> = (0..60).map(|_| district.step()).collect();
    log.append(Batch { received_ms: NOW, entries, ..Batch::default() }).await.unwrap();
    let read_model = ReadModel::open(&folder.path().join("tables.db"), log.clone()).await.unwrap();
    read_model.wait_for(60).await.unwrap();
    let everything = Reach { places: Default::default(), whole: true };
    let filter = records::Filter { limit: 200, ..records::Filter::default() };
    let mut items =
        read_model.read(move |tables| records::list(tables, &everything, &filter)).await.unwrap().items;
    let in_log = items.iter().filter(|item| item.in_log).count();
    assert!(in_log > 0 && in_log < items.len(), "{in_log} of {}", items.len());
    content::of_records(log.as_ref(), items.iter_mut()).await.unwrap();
    for item in items {
        let doc = DocId::from_slice(&key(&item.doc)).unwrap();
        let rows = log.changes_of(&[doc]).await.unwrap().remove(&doc).unwrap();
        let mut document = Document::new(rows[0].scope.kind).unwrap();
        for row in &rows {
            document.apply(&Change::parse(&row.bytes).unwrap()).unwrap();
        }
        let record = document.record(&item.id).unwrap().unwrap();
        let shown = serde_json::to_value(record.shown()).unwrap();
        assert_eq!(serde_json::Value::Object(item.fields.clone()), shown);

        let everything = Reach { places: Default::default(), whole: true };
        let (id, of) = (item.id.clone(), item.doc.clone());
        let story = read_model.read(move |tables| record::story(tables, &everything, &id, Some(&of)));
        let mut story = story.await.unwrap().unwrap();
        content::of_story(log.as_ref(), &mut story.record, &mut story.history).await.unwrap();
        let detail = story.told().unwrap();
        assert_eq!(detail.record.fields, item.fields);
        assert_eq!(detail.history.last().unwrap().digest, record.digest().to_string());
        for change in &detail.history {
            let row = log.rows(&[change.seq]).await.unwrap().remove(0);
            let Entry::Change(row) = row.entry else { panic!("a change expected") };
            assert_eq!((&change.change, &change.author), (&row.hash.to_string(), &row.author.to_string()));
            assert_eq!(change.flag.as_deref(), row.flag.map(|flag| flag.code()));
        }
        let fields: Vec<&str> = detail.fields.iter().map(|field| field.key.as_str()).collect();
        assert_eq!(fields, item.fields.keys().collect::<Vec<_>>(), "each field names who wrote it");
    }
}

/// The runtime has one thread here, which is this one.
#[tokio::test]
async fn documents_are_read_beside_the_threads_that_answer() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let mut district = District::new(0xbe5);
    let entries: Vec<Entry> = (0..40).map(|_| district.change()).collect();
    log.append(Batch { received_ms: NOW, entries, ..Batch::default() }).await.unwrap();
    let path = folder.path().join("tables.db");
    // Batch after batch finds documents open from the one before.
    assert_eq!(rebuild_in_batches(&path, log.clone(), 4).await.unwrap(), 40);
    assert!(!dump(&path)["history"].is_empty());
    assert_eq!(READ_HERE.get(), 0, "changes read on the runtime's thread");
}

/// A server that opens the tables while the one before still finishes a batch takes up after that batch.
#[tokio::test(flavor = "multi_thread")]
async fn two_writers_do_not_write_a_row_twice() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let path = folder.path().join("tables.db");
    let mut district = District::new(13);
    let entries: Vec<Entry> = (0..30).map(|_| district.change()).collect();
    log.append(Batch { received_ms: NOW, entries, ..Batch::default() }).await.unwrap();
    let rows = log.read_after(0, 100).await.unwrap();
    let epoch = log.organisation().epoch;
    let mut before = Writer::begin(&path, epoch).unwrap();
    let mut after = Writer::open(&path, epoch, 30).unwrap();
    for (writer, rows, taken) in [(&mut before, &rows[..10], true), (&mut after, &rows[..20], false)] {
        let documents = log.changes_of(&writer.begin_batch(rows)).await.unwrap();
        writer.read(rows, &documents);
        assert_eq!(writer.write(rows).is_ok(), taken);
    }
    assert_eq!(after.seq(), 10);
    let documents = log.changes_of(&after.begin_batch(&rows[10..])).await.unwrap();
    after.read(&rows[10..], &documents);
    after.write(&rows[10..]).unwrap();
    drop((before, after));
    let again = folder.path().join("again.db");
    rebuild(&again, log.clone()).await.unwrap();
    assert_eq!(dump(&path), dump(&again));
}

/// It cannot happen to what was admitted; if it does, the other documents go on, the same way in every batching.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_document_stands_still_alone() {
    let folder = tempfile::tempdir().unwrap();
    let log = open_log(folder.path());
    let mut district = District::new(11);
    let entries: Vec<Entry> = (0..60)
        .map(|step| match (step, district.change()) {
            (20, Entry::Change(change)) => {
                let hash = ChangeHash([0xee; 32]);
                Entry::Change(ChangeRow { bytes: vec![0xff; 30], hash, ..change })
            }
            (_, entry) => entry,
        })
        .collect();
    let broken =
        entries.iter().position(|entry| matches!(entry, Entry::Change(c) if c.bytes[0] == 0xff)).unwrap();
    log.append(Batch { received_ms: NOW, entries, ..Batch::default() }).await.unwrap();
    let mut tables = Vec::new();
    for batch in [1, 7, 1000] {
        let path = folder.path().join(format!("{batch}.db"));
        assert_eq!(rebuild_in_batches(&path, log.clone(), batch).await.unwrap(), 60);
        tables.push(dump(&path));
    }
    assert_eq!(tables[0], tables[1]);
    assert_eq!(tables[0], tables[2]);
    let last = |row: &String| row.contains("Integer(60)");
    assert!(broken == 20 && tables[0]["history"].iter().any(last), "the rest is read to the end");
}
