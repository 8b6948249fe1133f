use std::sync::Arc;

use sync_core::crdt::Change;
use sync_core::ids::{Actor, DeviceId, Id};
use sync_core::record::Scalar;
use sync_core::scope::{Kind, Scope};
use sync_core::wire::Grant;

use super::*;
use crate::store::sqlite::{Founding, SqliteLog};
use crate::store::{Batch, Documents, Entry, Months, Organisation};

const CASE: Id = Id([3; 16]);
const ANNA: Id = Id([0xa; 16]);
const BORIS: Id = Id([0xb; 16]);
const MAY: Month = Month(24_316);

struct Kept {
    log: Arc<SqliteLog>,
    document: sync_core::crdt::Document,
    doc: DocId,
    _folder: tempfile::TempDir,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let organisation = Organisation { id: Id([1; 16]), name: "Опора".into(), epoch: Id([2; 16]) };
        let founding = || Founding { organisation, server_seed: [3; 32] };
        let log = Arc::new(SqliteLog::open(&folder.path().join("log.db"), founding).unwrap());
        let document = sync_core::crdt::Document::new(Kind::Log).unwrap();
        Self { log, document, doc: DocId::of_log(CASE, MAY), _folder: folder }
    }

    async fn write(&mut self, count: u64, actor: u8, author: Id) {
        for _ in 0..count {
            let n = self.document.past().len() as u64;
            let fields = [("notes".to_owned(), Scalar::from("была дома"))].into();
            let change: Change =
                self.document.write(&Actor([actor; 16]), 0, &format!("{n:032x}"), &fields).unwrap().unwrap();
            let row = ChangeRow {
                doc: self.doc,
                scope: Scope::of_log(CASE, None, MAY),
                hash: change.hash(),
                author,
                device: DeviceId([actor; 16]),
                envelope: n + 1,
                flag: None,
                bytes: change.bytes().to_vec(),
            };
            let batch = Batch { entries: vec![Entry::Change(row)], ..Batch::default() };
            self.log.append(batch).await.unwrap();
        }
    }

    async fn make(&self, now: Month) -> usize {
        let until = *self.log.changed().borrow();
        make_due(self.log.as_ref(), 0, until, now).await.unwrap()
    }

    async fn extent(&self) -> Extent {
        self.log.extents(&[Grant::Family(CASE)], Months::default()).await.unwrap().remove(0).remove(0)
    }
}

#[tokio::test]
async fn a_snapshot_is_made_of_many_changes_and_again_when_they_have_grown_by_a_quarter() {
    let mut kept = Kept::new();
    for (more, made) in [(7, 0), (1, 1), (0, 0), (32, 1), (9, 0), (1, 1)] {
        kept.write(more, 9, ANNA).await;
        assert_eq!(kept.make(MAY).await, made, "after {more} more");
    }
    let extent = kept.extent().await;
    assert_eq!((extent.snapshot.changes, extent.snapshot.seq, extent.beyond.changes), (50, 50, 0));
}

#[tokio::test]
async fn a_month_that_is_over_is_put_together_whole() {
    let mut kept = Kept::new();
    kept.write(3, 9, ANNA).await;
    assert_eq!(kept.make(MAY).await, 0);
    assert_eq!(kept.make(Month(MAY.0 + 1)).await, 1);
    kept.write(1, 8, BORIS).await;
    assert_eq!(kept.make(Month(MAY.0 + 1)).await, 1, "somebody was late");
}

#[tokio::test]
async fn months_that_phones_let_go_are_given_by_rows_alone() {
    let mut kept = Kept::new();
    kept.write(12, 9, ANNA).await;
    assert_eq!(kept.make(Month(MAY.0 + 2)).await, 1);
    assert_eq!(kept.make(Month(MAY.0 + 3)).await, 0);
    let whole = kept.log.whole(&[kept.doc], 12).await.unwrap().remove(0);
    assert_eq!((whole.snapshot, whole.changes.len()), (None, 12));
    assert_eq!(kept.make(Month(MAY.0 + 3)).await, 0, "and no new one is made");
}

/// What is given is the snapshot and what it has not: together every change and author, as without it.
#[tokio::test]
async fn with_or_without_a_snapshot_the_same_is_given() {
    let mut kept = Kept::new();
    kept.write(6, 9, ANNA).await;
    kept.write(4, 8, BORIS).await;
    kept.make(MAY).await;
    kept.write(2, 8, BORIS).await;
    let whole = kept.log.whole(&[kept.doc], 12).await.unwrap().remove(0);
    let snapshot = whole.snapshot.unwrap();
    let mut document = snapshot.load(Kind::Log).unwrap();
    let mut authors: Vec<Id> = snapshot.authors_of(&document).into_values().collect();
    authors.sort();
    assert_eq!(authors, [vec![ANNA; 6], vec![BORIS; 4]].concat());
    assert_eq!(whole.changes.len(), 2);
    for row in &whole.changes {
        document.apply(&Change::parse(&row.bytes).unwrap()).unwrap();
    }
    assert_eq!(document.heads(), kept.document.heads());

    // As it was before the snapshot: by rows alone.
    let before = kept.log.whole(&[kept.doc], 5).await.unwrap().remove(0);
    assert_eq!((before.snapshot, before.changes.len()), (None, 5));
}

/// The server writes on the commands of two coordinators under one actor: then who wrote what would be lost.
#[tokio::test]
async fn two_authors_behind_one_actor_stay_rows() {
    let mut kept = Kept::new();
    kept.write(5, 9, ANNA).await;
    kept.write(5, 9, BORIS).await;
    assert_eq!(kept.make(MAY).await, 0);
    let whole = kept.log.whole(&[kept.doc], 10).await.unwrap().remove(0);
    assert_eq!((whole.snapshot, whole.changes.len()), (None, 10));
}
