//! What every store must do. One suite, run against each backend.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sync_core::crdt::Document;
use sync_core::envelope::Item;
use sync_core::ids::{Actor, ChangeHash, DeviceId, DocId, Hash32, Id, Month, PublicKey};
use sync_core::office::{OfficeRow, Topic};
use sync_core::record::Fields;
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::{Flag, Reason};
use sync_core::wire::Grant;
use sync_core::wire::elided::Wanted;

use super::sqlite::{Founding, SqliteLog};
use super::*;

const CASE: Id = Id([9; 16]);

fn open(folder: &Path) -> SqliteLog {
    let organisation = Organisation { id: Id([1; 16]), name: "Опора".into(), epoch: Id([2; 16]) };
    SqliteLog::open(&folder.join("log.db"), || Founding { organisation, server_seed: [3; 32] }).unwrap()
}

fn log_scope() -> Scope {
    Scope::of_log(CASE, Some(Id([5; 16])), Month(24_316))
}

fn change(doc: u8, hash: u32) -> Entry {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&hash.to_be_bytes());
    Entry::Change(ChangeRow {
        doc: DocId([doc; 16]),
        scope: log_scope(),
        hash: ChangeHash(bytes),
        author: Id([7; 16]),
        device: DeviceId([8; 16]),
        envelope: 3,
        flag: (hash % 2 == 1).then_some(Flag::AfterReassignment),
        bytes: vec![doc; 10],
    })
}

fn batch(entries: Vec<Entry>) -> Batch {
    Batch { received_ms: 1000, entries, ..Batch::default() }
}

fn item(doc: u8, hash: u8) -> Item {
    Item {
        doc: DocId([doc; 16]),
        scope: log_scope(),
        incarnation: 1,
        hash: ChangeHash([hash; 32]),
        replaces: None,
    }
}

fn account(person: u8, login: &str) -> Account {
    Account {
        person: Id([person; 16]),
        login: login.into(),
        name: "Анна".into(),
        password_hash: "$argon2id$".into(),
        duties: vec![Duty::Worker],
        language: "ru".into(),
        places: vec![Id([5; 16])],
    }
}

#[tokio::test]
async fn every_kind_of_row_reads_back_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let (person, by) = (Id([4; 16]), Id([6; 16]));
    let office = |topic, to| {
        let row = OfficeRow { topic, subject: Id([0xd; 16]), key: "k".into(), value: "1".into() };
        Entry::Office(OfficeEntry { row, to, by })
    };
    let entries = vec![
        change(1, 1),
        office(Topic::Review, Grant::Family(CASE)),
        office(Topic::Review, Grant::Document(DocId([0xd; 16]))),
        office(Topic::Offer, Grant::Place(Id([5; 16]))),
        office(Topic::Catalogue, Grant::Organisation(Id([1; 16]))),
        office(Topic::Inbox, Grant::Person(person)),
        Entry::Granted { person, grant: Grant::Family(CASE), by },
        Entry::Revoked { person, grant: Grant::Family(CASE), by },
        Entry::Assigned(Assignment {
            person,
            case: CASE,
            from: Some("2026-05-31".into()),
            to: None,
            substitute: true,
            by,
        }),
        Entry::SetAside(SetAsideRow {
            author: person,
            device: DeviceId([8; 16]),
            envelope: 4,
            item: item(2, 2),
            reason: Reason::OutOfScope,
            bytes: vec![1, 2, 3],
        }),
        Entry::Settled { of: 10, by, note: "переписано".into() },
        Entry::Released { of: 10, by },
    ];
    let seqs = log.append(batch(entries.clone())).await.unwrap();
    assert_eq!(seqs, (1..=12).collect::<Vec<u64>>());
    let rows = log.read_after(0, 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.entry.clone()).collect::<Vec<_>>(), entries);
    assert!(rows.iter().all(|row| row.received_ms == 1000));
    assert_eq!(log.rows(&[12, 3]).await.unwrap(), [rows[2].clone(), rows[11].clone()]);
    assert_eq!(log.read_after(11, 100).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_reopened_log_is_the_same_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    log.append(batch(vec![change(1, 1), change(1, 2)])).await.unwrap();
    log.close(Duration::from_secs(5)).await.unwrap();
    assert_eq!(log.append(batch(vec![change(1, 3)])).await, Err(StoreError::Busy));
    let log = SqliteLog::open(&folder.path().join("log.db"), || unreachable!()).unwrap();
    assert_eq!(log.organisation().name, "Опора");
    assert_eq!(log.server_seed(), [3; 32]);
    assert_eq!(*log.changed().borrow(), 2);
    assert_eq!(log.append(batch(vec![change(1, 3)])).await.unwrap(), [3]);
}

/// Real threads appending at once: no gap, no repeat, every answer durable and seen by a reader in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_have_no_gaps_and_readers_skip_nothing() {
    const WRITERS: u32 = 8;
    const EACH: u32 = 60;
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(folder.path()));
    let reader = tokio::spawn(follow(log.clone(), u64::from(WRITERS * EACH * 2)));
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let log = log.clone();
        writers.push(tokio::spawn(async move {
            let mut seqs = Vec::new();
            for turn in 0..EACH {
                let number = (writer * EACH + turn) * 2;
                seqs.extend(log.append(batch(vec![change(1, number), change(2, number)])).await.unwrap());
            }
            seqs
        }));
    }
    let mut given = BTreeSet::new();
    for writer in writers {
        for seq in writer.await.unwrap() {
            assert!(given.insert(seq), "{seq} given twice");
        }
    }
    let all: BTreeSet<u64> = (1..=u64::from(WRITERS * EACH * 2)).collect();
    assert_eq!(given, all);
    assert_eq!(reader.await.unwrap(), all.into_iter().collect::<Vec<_>>());
}

/// Reads as rows are announced, always from where it was.
async fn follow(log: Arc<SqliteLog>, until: u64) -> Vec<u64> {
    let (mut seen, mut newest) = (Vec::new(), log.changed());
    while seen.len() < until as usize {
        let announced = *newest.borrow_and_update();
        let rows = log.read_after(seen.last().copied().unwrap_or(0), 7).await.unwrap();
        assert!(!rows.is_empty() || seen.last().copied().unwrap_or(0) >= announced);
        seen.extend(rows.iter().map(|row| row.seq));
        if rows.is_empty() && (seen.len() as u64) < until {
            newest.changed().await.unwrap();
        }
    }
    seen
}

#[tokio::test]
async fn a_batch_that_fails_leaves_nothing_and_takes_nobody_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    log.append(batch(vec![change(1, 1)])).await.unwrap();
    let (bad, good) = tokio::join!(
        log.append(batch(vec![change(2, 2), change(1, 1), change(2, 3)])),
        log.append(batch(vec![change(3, 4)])),
    );
    assert!(matches!(bad, Err(StoreError::AlreadyThere { doc: DocId([1, ..]), .. })));
    assert_eq!(good.unwrap(), [2]);
    assert!(log.changes_of(&[DocId([2; 16])]).await.unwrap().is_empty());
}

/// Of a hash the log keeps the beginning, where the bytes say the others.
#[tokio::test]
async fn changes_that_begin_alike_are_told_apart() {
    let mut document = Document::new(Kind::Task).unwrap();
    let fields = Fields::from([("what".to_owned(), "дрова ".repeat(20).into())]);
    let sound = document.write(&Actor([7; 16]), 1, "", &fields).unwrap().unwrap();
    let mut alike = sound.hash();
    alike.0[31] ^= 1;
    let row = |hash, bytes: &[u8]| {
        let Entry::Change(row) = change(1, 2) else { unreachable!() };
        ChangeRow { hash, bytes: bytes.to_vec(), ..row }
    };
    let (sound, alike) = (row(sound.hash(), sound.bytes()), row(alike, &[1, 2, 3]));
    for both in [[sound.clone(), alike.clone()], [alike, sound]] {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path());
        for (n, row) in both.iter().enumerate() {
            let asked: Vec<_> = both.iter().map(|row| (row.doc, row.hash)).collect();
            let known = log.known(row.device, &asked).await.unwrap();
            let known: Vec<bool> = known.iter().map(Option::is_some).collect();
            assert_eq!(known, [n > 0, false], "before the one with number {}", n + 1);
            log.append(batch(vec![Entry::Change(row.clone())])).await.unwrap();
            let again = log.append(batch(vec![Entry::Change(row.clone())])).await;
            assert_eq!(again, Err(StoreError::AlreadyThere { doc: row.doc, hash: row.hash }));
        }
        assert_eq!(log.changes_of(&[both[0].doc]).await.unwrap()[&both[0].doc], both);
        let beginning = both[0].hash.0.first_chunk().copied().unwrap();
        let wanted = Wanted { changes: [(both[0].doc, beginning)].into(), ..Wanted::default() };
        assert_eq!(log.beginning_so(wanted).await.unwrap().changes[&(both[0].doc, beginning)], None);
    }
}

#[tokio::test]
async fn documents_are_found_by_id_and_family() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    log.append(batch(vec![change(1, 1), change(2, 2), change(1, 4)])).await.unwrap();
    let changes = log.changes_of(&[DocId([1; 16]), DocId([3; 16])]).await.unwrap();
    assert_eq!(changes[&DocId([1; 16])].iter().map(|row| row.hash.0[3]).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(changes.len(), 1);
    assert_eq!(log.scopes_of(&[DocId([2; 16]), DocId([3; 16])]).await.unwrap()[&DocId([2; 16])], log_scope());
    assert_eq!(log.family(CASE).await.unwrap().len(), 2);
}

#[tokio::test]
async fn heads_come_by_scope_in_order_without_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    log.append(batch(vec![change(1, 1), change(2, 2), change(1, 4)])).await.unwrap();
    let scopes = [Grant::Family(CASE), Grant::Document(DocId([1; 16]))];
    let seqs = |heads: Vec<RowHead>| heads.iter().map(|head| head.seq).collect::<Vec<_>>();
    assert_eq!(seqs(log.heads_in(&scopes, 0, 9, 9).await.unwrap()), [1, 2, 3]);
    assert_eq!(seqs(log.heads_in(&scopes, 1, 2, 9).await.unwrap()), [2]);
    assert_eq!(seqs(log.heads_in(&scopes, 0, 9, 2).await.unwrap()), [1, 2]);
    // Logs are not seen by place, whatever place they name.
    assert!(log.heads_in(&[Grant::Place(Id([5; 16]))], 0, 9, 9).await.unwrap().is_empty());
    assert_eq!(log.count_in(Grant::Family(CASE), 0, 9).await.unwrap(), 2);
}

#[tokio::test]
async fn verdicts_are_known_again_by_device_until_a_person_acts() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let (mine, other) = (DeviceId([8; 16]), DeviceId([7; 16]));
    let set_aside = |device| {
        Entry::SetAside(SetAsideRow {
            author: Id([4; 16]),
            device,
            envelope: 1,
            item: item(2, 2),
            reason: Reason::BadSignature,
            bytes: vec![0; 5],
        })
    };
    log.append(batch(vec![change(1, 1), change(1, 2), set_aside(mine)])).await.unwrap();
    let Entry::Change(flagged) = change(1, 1) else { unreachable!() };
    let asked = [(flagged.doc, flagged.hash), (DocId([2; 16]), ChangeHash([2; 32]))];
    assert_eq!(
        log.known(mine, &asked).await.unwrap(),
        [Some(Known::Admitted(Some(Flag::AfterReassignment))), Some(Known::SetAside(Reason::BadSignature))]
    );
    assert_eq!(log.known(other, &asked).await.unwrap()[1], None);
    assert_eq!(log.quarantine_load(mine).await.unwrap(), (1, 5));
    assert_eq!(log.refused(mine, DocId([2; 16])).await.unwrap(), [ChangeHash([2; 32])]);
    log.append(batch(vec![Entry::Settled { of: 3, by: Id([6; 16]), note: String::new() }])).await.unwrap();
    assert_eq!(log.known(mine, &asked).await.unwrap()[1], Some(Known::Settled));
    assert_eq!(log.quarantined(3).await.unwrap().unwrap().state, QuarantineState::Settled);
    assert!(log.quarantine(Some(QuarantineState::Open), 9).await.unwrap().is_empty());
    assert_eq!(log.quarantine(None, 9).await.unwrap().len(), 1);
    assert_eq!(log.quarantine_load(mine).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn grants_have_spans_and_a_second_grant_opens_no_second_span() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let (person, by, grant) = (Id([4; 16]), Id([6; 16]), Grant::Family(CASE));
    let granted = Entry::Granted { person, grant, by };
    let assigned =
        Assignment { person, case: CASE, from: None, to: Some("2026-06-01".into()), substitute: false, by };
    log.append(batch(vec![granted.clone(), granted.clone(), Entry::Assigned(assigned.clone())]))
        .await
        .unwrap();
    assert_eq!(log.assignments().await.unwrap(), [assigned]);
    log.append(batch(vec![Entry::Revoked { person, grant, by }])).await.unwrap();
    assert!(log.assignments().await.unwrap().is_empty());
    log.append(batch(vec![granted])).await.unwrap();
    let spans: Vec<_> =
        log.grants_of(person).await.unwrap().iter().map(|span| (span.from, span.to)).collect();
    assert_eq!(spans, [(1, Some(4)), (5, None)]);
    assert_eq!(log.holders_of(grant).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_last_value_of_an_office_row_is_its_value_and_null_takes_it_away() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let subject = Id([0xd; 16]);
    for (value, found) in [("1", Some("1")), ("2", Some("2")), ("null", None), ("3", Some("3"))] {
        let row = OfficeRow { topic: Topic::Route, subject, key: "k".into(), value: value.into() };
        let entry = Entry::Office(OfficeEntry { row, to: Grant::Person(subject), by: subject });
        log.append(batch(vec![entry])).await.unwrap();
        assert_eq!(log.office_value(Topic::Route, subject, "k").await.unwrap().as_deref(), found);
        let all = log.office(Topic::Route, subject).await.unwrap();
        assert_eq!(all.first().map(|row| row.value.as_str()), found);
    }
    assert_eq!(log.newest_in(Grant::Person(subject)).await.unwrap(), 4);
    assert_eq!(log.newest_in(Grant::Person(CASE)).await.unwrap(), 0);
}

#[tokio::test]
async fn arrivals_are_kept_once_and_forgotten_when_done() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let (device, raw) = (DeviceId([8; 16]), vec![(Hash32([1; 32]), vec![1]), (Hash32([2; 32]), vec![2])]);
    log.keep_arrivals(device, 5, raw.clone()).await.unwrap();
    log.keep_arrivals(device, 6, raw.clone()).await.unwrap();
    assert_eq!(log.arrivals(device).await.unwrap(), raw);
    let done = Batch { done: vec![(device, Hash32([1; 32]))], ..batch(vec![]) };
    log.append(done).await.unwrap();
    assert_eq!(log.arrivals(device).await.unwrap(), raw[1..]);
    assert_eq!(log.arrivals_load(device).await.unwrap(), 1);
}

#[tokio::test]
async fn accounts_and_devices() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    log.put_account(account(4, "anna")).await.unwrap();
    log.put_account(Account { name: "Анна П.".into(), ..account(4, "anna") }).await.unwrap();
    assert_eq!(log.put_account(account(5, "anna")).await, Err(StoreError::Taken));
    log.put_account(account(5, "boris")).await.unwrap();
    assert_eq!(log.account_by_login("anna").await.unwrap().unwrap().name, "Анна П.");
    let key = PublicKey([0x11; 32]);
    let device = log.enrol(Id([4; 16]), key, "Redmi", 100).await.unwrap();
    assert_eq!(log.enrol(Id([4; 16]), key, "Redmi again", 200).await.unwrap(), device);
    assert_eq!(log.enrol(Id([5; 16]), key, "theirs", 300).await, Err(StoreError::Taken));
    assert!(log.revoke_device(device.id, 400).await.unwrap());
    assert!(log.revoke_device(device.id, 500).await.unwrap());
    assert!(!log.revoke_device(DeviceId([0; 16]), 500).await.unwrap());
    assert_eq!(log.device(device.id).await.unwrap().unwrap().revoked_ms, Some(400));
    log.writable().await.unwrap();
}
