//! A snapshot on a page: it is made a document when the server's signature covers just these bytes, and never else.
//!
//! The first byte says of what the rest is a changed copy: 0 the row, 1 the document's bytes in it.

use std::sync::OnceLock;

use sync_core::crdt::Change;
use sync_core::ids::Id;
use sync_core::keys::{DeviceKey, Sig};
use sync_core::scope::Kind;
use sync_core::vouch::{self, Page};
use sync_core::wire::{Admitted, Row, Snapshot};

use super::scenes::{ORG, PERSON, Scene, scenes};

/// The document that is given whole.
const SCENE: usize = 1;

pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let row = match first % 2 {
        0 => minicbor::decode::<Row>(rest).ok(),
        _ => with_bytes(rest),
    };
    let Some(row) = row else { return };
    let rows = vec![row];
    let signature = vouch(&[honest()]).expect("a page with a row has a signature");
    let vouched = vouch::receipts(&server().public(), &page(), &rows, &signature);
    assert_eq!(vouched.is_some(), rows == [honest()], "the signature covers these bytes and no others");
    if vouched.is_some() {
        load(&rows).expect("what the server made loads");
    }
}

/// As the phone does it once the page is vouched for.
fn load(rows: &[Row]) -> Option<()> {
    for row in rows {
        if let Row::Snapshot(_, scope, snapshot) = row {
            snapshot.load(scope.kind).ok()?.hydrate();
        }
    }
    Some(())
}

fn with_bytes(bytes: &[u8]) -> Option<Row> {
    let Row::Snapshot(doc, scope, snapshot) = honest() else { return None };
    Some(Row::Snapshot(doc, scope, Snapshot { bytes: bytes.to_vec().into(), ..snapshot }))
}

/// The key the page is signed with.
pub fn server() -> &'static DeviceKey {
    static KEY: OnceLock<DeviceKey> = OnceLock::new();
    KEY.get_or_init(|| DeviceKey::from_seed([8; 32]))
}

pub fn vouch(rows: &[Row]) -> Option<Sig> {
    vouch::sign(server(), &page(), rows)
}

fn page() -> Page {
    Page { epoch: ORG, person: PERSON, seq: 7 }
}

/// A log of two people in one piece.
pub fn honest() -> Row {
    static ROW: OnceLock<Row> = OnceLock::new();
    ROW.get_or_init(|| {
        let Scene { item, existing, .. } = &scenes()[SCENE];
        let first = existing.first().and_then(Change::actor);
        let by = |change: &Change| if change.actor() == first { PERSON } else { Id([9; 16]) };
        let admitted =
            |change: &Change| Admitted { author: by(change), bytes: change.bytes().to_vec().into() };
        let changes: Vec<Admitted> = existing.iter().map(admitted).collect();
        let snapshot = Snapshot::of(Kind::Log, &changes).expect("a document in one piece");
        Row::Snapshot(item.doc, item.scope, snapshot)
    })
    .clone()
}

pub fn seeds() -> Vec<Vec<u8>> {
    let row = honest();
    let mut seeds = vec![[&[0], minicbor::to_vec(&row).unwrap_or_default().as_slice()].concat()];
    if let Row::Snapshot(_, _, snapshot) = row {
        seeds.push([&[1], snapshot.bytes.as_slice()].concat());
    }
    seeds
}
