//! The body of an answer, heard by a phone that has asked. Whoever stands between may write anything; the phone goes
//! on, says what it has saved, and opens again from its stores.
//!
//! The first byte says how the rest is to be read: 0 as the whole body, 1 as the plain message of version 2, 2 as
//! that of version 1.

use std::sync::OnceLock;

use sync_core::device::memory::MemoryHost;
use sync_core::device::{Event, WriteEvent};
use sync_core::ids::hex;
use sync_core::record::{Fields, Scalar};
use sync_core::wire::{self, Admitted, Asked, Backfill, Cursor, Grant, Row, SyncAnswer, VERSION_2_PLAIN};

use super::scenes::{CASE, NOW_MS, ORG, PERSON, key, scenes};
use super::snapshot;

pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let body = match first % 3 {
        0 => rest.to_vec(),
        1 => [&[VERSION_2_PLAIN], rest].concat(),
        _ => match minicbor::decode::<SyncAnswer>(rest) {
            Ok(answer) => wire::pack(&answer),
            Err(_) => return,
        },
    };
    let mut phone = phone();
    let saved = phone.device.rows().len();
    phone.step(Event::Sync { now_ms: NOW_MS }, &[], NOW_MS);
    phone.outgoing.take().expect("it asks");
    phone.step(Event::Answer { status: 200, now_ms: NOW_MS + 300 }, &body, NOW_MS + 300);
    assert!(phone.device.rows().len() >= saved, "what was saved is shown");
    phone.restart(NOW_MS + 1_000);
    assert!(phone.device.rows().len() >= saved, "and after a restart");
}

/// A phone with a visit that the server does not know.
fn phone() -> MemoryHost {
    static LOG: OnceLock<Vec<u8>> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let mut phone = MemoryHost::default();
        phone.step(Event::NewKey { random: [7; 32] }, &[], NOW_MS);
        let ids = [("device", hex(&key().device().0)), ("person", hex(&PERSON.0)), ("org", hex(&ORG.0))];
        let mut answer: serde_json::Map<String, serde_json::Value> =
            ids.into_iter().map(|(name, id)| (name.to_owned(), id.into())).collect();
        answer.insert("server_public_key".to_owned(), hex(&snapshot::server().public().0).into());
        answer.insert("server_time_ms".to_owned(), NOW_MS.into());
        phone.step(Event::Enrolled { answer: answer.into(), now_ms: NOW_MS }, &[], NOW_MS);
        phone.step(Event::Write(Box::new(visit())), &[], NOW_MS);
        assert_eq!(phone.saved.len(), 1);
        phone.log
    });
    let mut phone = MemoryHost { log: log.clone(), ..MemoryHost::default() };
    phone.restart(NOW_MS);
    phone
}

fn visit() -> WriteEvent {
    WriteEvent {
        now_ms: NOW_MS,
        zone: Some("Europe/Kyiv".to_owned()),
        random: [4; 32],
        record_type: "visit".to_owned(),
        record: None,
        doc: None,
        case: Some(CASE),
        place: None,
        fields: Fields::from([("notes".to_owned(), Scalar::from("Была дома"))]),
        void: None,
        unvoid: false,
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let cursor = Cursor { epoch: ORG, seq: 7, backfills: vec![Backfill::new(Grant::Family(CASE), 7)] };
    let bare = SyncAnswer::bare(cursor, NOW_MS);
    let changes = scenes().iter().map(|scene| {
        let admitted = scene.existing.iter().chain([&scene.next]);
        let admitted =
            admitted.map(|change| Admitted { author: PERSON, bytes: change.bytes().to_vec().into() });
        Row::Changes(scene.item.doc, scene.item.scope, admitted.collect())
    });
    let rows: Vec<Row> = changes.chain([snapshot::honest()]).collect();
    let vouch = snapshot::vouch(&rows);
    let full = SyncAnswer { rows, vouch, due: 3, more: true, ..bare.clone() };
    let mut seeds = Vec::new();
    for answer in [bare, full] {
        seeds.push([&[0], wire::pack(&answer).as_slice()].concat());
        seeds.push([&[2], minicbor::to_vec(&answer).unwrap_or_default().as_slice()].concat());
        let plain = wire::plain_answer(&answer, &Asked::default());
        seeds.push([&[1], plain.as_slice()].concat());
        seeds.push([&[0], wire::answer_body(&plain, true).as_slice()].concat());
    }
    seeds
}
