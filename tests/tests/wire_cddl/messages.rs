//! Messages with everything in them, and with as little as can be.

use sync_core::envelope::{self, Envelope, Header, Item};
use sync_core::ids::{ChangeHash, DocId, Hash32, Id, Month};
use sync_core::keys::{DeviceKey, Sig};
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::{Flag, Reason, RemakeReason, Verdict};
use sync_core::vouch::{Page, Receipt, Step};
use sync_core::wire::{
    Admitted, Backfill, Cursor, DeviceState, Grant, Newest, Offer, Offered, Place, Row, Snapshot, SyncAnswer,
    SyncRequest, VerdictOn,
};

const ID: Id = Id([7; 16]);
const DOC: DocId = DocId([8; 16]);
const HASH: ChangeHash = ChangeHash([9; 32]);

pub fn grants() -> Vec<Grant> {
    vec![
        Grant::Family(ID),
        Grant::Document(DOC),
        Grant::Place(ID),
        Grant::Organisation(ID),
        Grant::Person(ID),
    ]
}

/// Every kind, with each of its optional members and without.
fn scopes() -> Vec<Scope> {
    let mut scopes = Vec::new();
    for kind in Kind::ALL {
        for (family, place) in [(None, None), (Some(ID), None), (None, Some(ID)), (Some(ID), Some(ID))] {
            for month in [None, Some(Month(24_316))] {
                scopes.push(Scope { kind, family, place, month });
            }
        }
    }
    scopes
}

pub fn verdicts() -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Accepted, Verdict::Duplicate, Verdict::Waiting, Verdict::Settled];
    verdicts.extend(Flag::ALL.iter().copied().map(Verdict::AcceptedFlagged));
    verdicts.extend(RemakeReason::ALL.iter().copied().map(Verdict::Remake));
    verdicts.extend(Reason::ALL.iter().copied().map(Verdict::SetAside));
    verdicts
}

fn rows() -> Vec<Row> {
    let admitted = || vec![Admitted { author: ID, bytes: vec![1, 2, 3].into() }];
    let changes = scopes().into_iter().map(|scope| Row::Changes(DOC, scope, admitted()));
    let topics = [Topic::Catalogue, Topic::Review, Topic::Inbox, Topic::Route, Topic::Offer, Topic::Card];
    let office = topics
        .map(|topic| Row::Office(OfficeRow { topic, subject: ID, key: "places".into(), value: "[]".into() }));
    let snapshot = Snapshot { bytes: vec![0x85; 20].into(), authors: vec![ID] };
    let others = [Row::Changes(DOC, scopes()[0], Vec::new()), Row::Snapshot(DOC, scopes()[0], snapshot)];
    changes.chain(others).chain(office).collect()
}

fn cursor() -> Cursor {
    let at = Some(Place { rank: 2, doc: DOC });
    let bare = grants().into_iter().map(|grant| Backfill { after: 4, ..Backfill::new(grant, 900) });
    let backfills = bare.chain([Backfill { at, ..Backfill::new(Grant::Family(ID), 7) }]).collect();
    Cursor { epoch: ID, seq: u64::MAX, backfills }
}

fn envelope(previous: Option<Hash32>, items: Vec<Item>) -> Envelope {
    let key = DeviceKey::from_seed([3; 32]);
    let changes = items.iter().map(|_| vec![0x85; 40]).collect();
    let header =
        Header { version: envelope::VERSION, org: ID, device: key.device(), number: 1, previous, items };
    Envelope::seal(&key, &header, changes)
}

fn items(replaces: Option<ChangeHash>) -> Vec<Item> {
    let item = |scope| Item { doc: DOC, scope, incarnation: u32::MAX, hash: HASH, replaces };
    scopes().into_iter().map(item).collect()
}

pub fn full_request() -> SyncRequest {
    SyncRequest {
        cursor: Some(cursor()),
        envelopes: vec![
            envelope(None, items(None)),
            envelope(Some(Hash32([4; 32])), items(Some(HASH))),
            envelope(None, Vec::new()),
        ],
        state: DeviceState { clock_ms: -1, waiting: 80, set_aside: 2 },
        head: Some(Newest { number: 3, hash: Hash32([4; 32]) }),
        floor: Some(Month(24_316)),
        older: vec![DOC],
        page_bytes: Some(32_768),
        offers: rows().into_iter().map(|row| Offer { row, receipt: receipt() }).collect(),
        holds: Some(vec![ID]),
    }
}

fn receipt() -> Receipt {
    Receipt {
        page: Page { epoch: ID, person: ID, seq: 7 },
        way: vec![Step::Left(Hash32([1; 32])), Step::Right(Hash32([2; 32]))],
        signature: Sig([3; 64]),
    }
}

pub fn bare_request() -> SyncRequest {
    SyncRequest::default()
}

pub fn full_answer() -> SyncAnswer {
    let on = |verdict| VerdictOn { doc: DOC, hash: HASH, verdict };
    SyncAnswer {
        verdicts: verdicts().into_iter().map(on).collect(),
        revoked: grants(),
        rows: rows(),
        due: 3,
        more: true,
        newest: Some(Newest { number: 12, hash: Hash32([4; 32]) }),
        vouch: Some(Sig([3; 64])),
        ended: Some(90),
        full: vec![3],
        offered: vec![Offered::Taken, Offered::Known, Offered::NotVouched, Offered::Waiting],
        ..SyncAnswer::bare(cursor(), 1_780_000_000_000)
    }
}

pub fn bare_answer() -> SyncAnswer {
    let cursor = Cursor { epoch: ID, seq: 0, backfills: Vec::new() };
    SyncAnswer { device_revoked: true, ..SyncAnswer::bare(cursor, 0) }
}
