//! What the numbers of a device's envelopes show the coordinator, and numbers nobody can have.

use sync_core::envelope::{Envelope, Header, Item, VERSION};
use sync_core::ids::{ChangeHash, DocId, Hash32, Month};
use sync_core::keys::{DeviceKey, request_binding, token};
use sync_core::scope::Scope;
use sync_core::wire::{self, Backfill, Cursor, DeviceState, Grant, Newest, SyncRequest};

use super::field::*;
use crate::store::ChainEvidence;

/// A device that sends what we make up. Its changes are nonsense and set aside; its chain is noted all the same.
struct Maker {
    key: DeviceKey,
}

impl Maker {
    async fn new(field: &Field) -> Self {
        let key = DeviceKey::from_seed([200; 32]);
        field.app.log.enrol(ANNA, key.public(), "made up", field.now()).await.unwrap();
        Self { key }
    }

    fn envelope(&self, number: u64, previous: Option<&Envelope>, change: u8) -> Envelope {
        let month = Month(24_316);
        let item = Item {
            doc: DocId::of_log(VILLAGE, month),
            scope: Scope::of_log(VILLAGE, None, month),
            incarnation: 1,
            hash: ChangeHash([change; 32]),
            replaces: None,
        };
        let header = Header {
            version: VERSION,
            org: ORG,
            device: self.key.device(),
            number,
            previous: previous.map(Envelope::hash),
            items: vec![item],
        };
        Envelope::seal(&self.key, &header, vec![vec![change; 9]])
    }

    async fn send(&self, field: &Field, cursor: Option<Cursor>, envelopes: Vec<Envelope>) -> u16 {
        self.ask(field, SyncRequest { cursor, envelopes, ..SyncRequest::default() }).await
    }

    async fn ask(&self, field: &Field, request: SyncRequest) -> u16 {
        let state = DeviceState { clock_ms: field.now(), waiting: 0, set_aside: 0 };
        let body = wire::pack(&SyncRequest { state, ..request });
        let binding = request_binding("POST", "/v1/sync", &body);
        let token = token(&self.key, ANNA, ORG, &binding, field.now());
        field.send("POST", "/v1/sync", Some(&token), body).await.0
    }

    async fn evidence(&self, field: &Field) -> (Option<u64>, ChainEvidence) {
        let device = field.app.log.device(self.key.device()).await.unwrap().unwrap();
        (device.newest.map(|newest| newest.number), device.evidence)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_at_once_do_not_blur_what_is_missing() {
    let field = Field::new().await;
    let maker = Maker::new(&field).await;
    for round in 0..20u64 {
        let base = round * 10;
        let late = maker.envelope(base + 3, None, 3 + round as u8);
        let later = maker.envelope(base + 5, None, 100 + round as u8);
        let both = tokio::join!(maker.send(&field, None, vec![late]), maker.send(&field, None, vec![later]));
        assert_eq!(both, (200, 200));
        let (newest, evidence) = maker.evidence(&field).await;
        assert_eq!(newest, Some(base + 5));
        let from = if round == 0 { 1 } else { base - 4 };
        let missing = &evidence.missing[evidence.missing.len() - 2..];
        assert_eq!(missing, [(from, base + 2), (base + 4, base + 4)]);
    }
}

#[tokio::test]
async fn a_number_signed_twice_is_a_fork_however_long_ago_it_was() {
    let field = Field::new().await;
    let maker = Maker::new(&field).await;
    let mut chain: Vec<Envelope> = Vec::new();
    for number in 1..=4 {
        chain.push(maker.envelope(number, chain.last(), number as u8));
    }
    assert_eq!(maker.send(&field, None, chain.clone()).await, 200);
    // The same again is a retry, nothing else.
    assert_eq!(maker.send(&field, None, chain.clone()).await, 200);
    assert_eq!(maker.evidence(&field).await, (Some(4), ChainEvidence::default()));
    let twin = maker.envelope(2, chain.first(), 90);
    assert_eq!(maker.send(&field, None, vec![twin]).await, 200);
    let (newest, evidence) = maker.evidence(&field).await;
    assert_eq!((newest, evidence.forks, evidence.missing), (Some(4), vec![2], vec![]));
}

#[tokio::test]
async fn what_the_device_names_and_has_not_sent_is_known_to_exist() {
    let field = Field::new().await;
    let maker = Maker::new(&field).await;
    let first = maker.envelope(1, None, 1);
    let head = |number, hash| SyncRequest { head: Some(Newest { number, hash }), ..SyncRequest::default() };
    let request = SyncRequest { envelopes: vec![first.clone()], ..head(4, Hash32([4; 32])) };
    assert_eq!(maker.ask(&field, request).await, 200);
    assert_eq!(maker.evidence(&field).await.1.named, Some(4));
    // A twin with the same number.
    assert_eq!(maker.ask(&field, head(1, Hash32([9; 32]))).await, 200);
    assert_eq!(maker.evidence(&field).await.1.forks, [1]);
    assert_eq!(maker.ask(&field, head(1, first.hash())).await, 200);
    // When it comes, it is not missing any more.
    assert_eq!(maker.send(&field, None, vec![maker.envelope(4, None, 4)]).await, 200);
    let (newest, evidence) = maker.evidence(&field).await;
    assert_eq!((newest, evidence.named, evidence.missing), (Some(4), None, vec![(2, 3)]));
}

/// SQLite counts to i64::MAX, CBOR to u64::MAX: who sends what lies between made it up, and the server did not fail.
#[tokio::test]
async fn numbers_nobody_can_have_are_the_senders_fault() {
    let field = Field::new().await;
    let maker = Maker::new(&field).await;
    for number in [i64::MAX as u64 + 1, u64::MAX] {
        let envelope = maker.envelope(number, None, 7);
        assert_eq!(maker.send(&field, None, vec![envelope]).await, 400, "envelope {number}");
        let epoch = field.app.log.organisation().epoch;
        let grant = Grant::Organisation(ORG);
        let backfill = Backfill { after: number, ..Backfill::new(grant, number) };
        let cursor = Cursor { epoch, seq: 0, backfills: vec![backfill] };
        let status = maker.send(&field, Some(cursor), vec![]).await;
        assert!(status == 400 || status == 200, "backfill {number}: {status}");
        let cursor = Cursor { epoch, seq: number, backfills: vec![] };
        assert_eq!(maker.send(&field, Some(cursor), vec![]).await, 200, "cursor {number}");
    }
    // The device is none the worse for it.
    let good = maker.envelope(1, None, 8);
    assert_eq!(maker.send(&field, None, vec![good]).await, 200);
    assert_eq!(maker.evidence(&field).await.0, Some(1));
}
