//! What keeps a log of long ago on the phone, one reason at a time.

use serde_json::json;

use super::*;
use crate::crdt::Document;
use crate::device::Event;
use crate::device::memory::MemoryHost;
use crate::device::proofs::Former;
use crate::ids::{Actor, Id};
use crate::office::{OfficeRow, Topic};
use crate::record::Scalar;
use crate::scope::Kind;
use crate::verdict::{Reason, Verdict};
use crate::wire::{self, Admitted, SyncAnswer, SyncRequest, VerdictOn};

const SERVER_NOW: i64 = 1_780_000_000_000;
const MONTHS_MS: i64 = 150 * 86_400_000;
const EPOCH: Id = Id([1; 16]);

/// A phone with one visit that the server has taken, five months later, and the visit's log and record.
fn long_after() -> (MemoryHost, DocId, String) {
    let mut host = MemoryHost::default();
    host.device.first_version = true;
    step(&mut host, json!({"event": "new_key", "random": "11".repeat(32)}));
    let answer = json!({
        "device": "22".repeat(16), "person": "33".repeat(16), "org": "44".repeat(16), "server_time_ms": SERVER_NOW,
    });
    step(&mut host, json!({"event": "enrolled", "now_ms": SERVER_NOW, "answer": answer}));
    write(&mut host, json!({"case": "55".repeat(16), "fields": {"mood": 4}}));
    answered(&mut host, Verdict::Accepted);
    let (doc, record) = host.saved[0].clone();
    host.device.state.heard_ms = SERVER_NOW + MONTHS_MS;
    (host, doc, record)
}

fn step(host: &mut MemoryHost, event: serde_json::Value) {
    host.step(serde_json::from_value(event).unwrap(), &[], SERVER_NOW);
}

fn write(host: &mut MemoryHost, form: serde_json::Value) {
    let random = format!("{:02x}", host.saved.len() + 1).repeat(32);
    let mut event = json!({"event": "write", "now_ms": SERVER_NOW, "random": random, "type": "visit"});
    event.as_object_mut().unwrap().extend(form.as_object().unwrap().clone());
    step(host, event);
}

/// Sends what there is; the server's one word on all of it.
fn answered(host: &mut MemoryHost, verdict: Verdict) {
    step(host, json!({"event": "sync", "now_ms": SERVER_NOW}));
    let request: SyncRequest = wire::unpack(&host.outgoing.take().unwrap().body, wire::MAX_UNPACKED).unwrap();
    let headers = request.envelopes.iter().map(|envelope| minicbor::decode(&envelope.header).unwrap());
    let items = headers.flat_map(|header: crate::envelope::Header| header.items);
    let verdicts = items.map(|item| VerdictOn { doc: item.doc, hash: item.hash, verdict }).collect();
    let cursor = Cursor { epoch: EPOCH, seq: 7, backfills: Vec::new() };
    let answer = SyncAnswer { verdicts, ..SyncAnswer::bare(cursor, host.device.state.heard_ms) };
    host.step(Event::Answer { status: 200, now_ms: SERVER_NOW }, &wire::pack(&answer), SERVER_NOW);
}

/// What a phone of today lets go of.
fn gone(mut host: MemoryHost) -> Vec<DocId> {
    host.device.first_version = false;
    host.device.let_go()
}

#[test]
fn what_is_on_the_server_and_long_over_goes() {
    let (host, doc, _) = long_after();
    assert_eq!(gone(host), [doc]);
}

#[test]
fn what_is_not_so_old_stays() {
    let (mut host, ..) = long_after();
    host.device.state.heard_ms = SERVER_NOW + MONTHS_MS / 3;
    assert_eq!(gone(host), []);
}

#[test]
fn what_was_asked_for_stays() {
    let (mut host, doc, _) = long_after();
    host.device.want([doc]);
    assert_eq!(gone(host), []);
}

/// Two guards hold it: the work, and the state of its row. Either alone is enough.
#[test]
fn what_has_work_in_it_stays() {
    let (mut host, doc, record) = long_after();
    write(&mut host, json!({"doc": doc, "record": record, "fields": {"mood": 5}}));
    assert_eq!(host.device.waiting(), 1);
    assert_eq!(gone(host), []);
}

/// The same two.
#[test]
fn what_has_something_set_aside_in_it_stays() {
    let (mut host, doc, record) = long_after();
    write(&mut host, json!({"doc": doc, "record": record, "fields": {"mood": 5}}));
    answered(&mut host, Verdict::SetAside(Reason::OutOfScope));
    assert_eq!(host.device.waiting(), 0);
    assert_eq!(gone(host), []);
}

#[test]
fn what_was_returned_stays() {
    let (mut host, doc, record) = long_after();
    let digest = host.device.rows()[0].digest;
    let review =
        json!({"decision": "returned", "digest": digest, "comment": null, "by": Id([6; 16]), "at_ms": 1});
    let row = OfficeRow { topic: Topic::Review, subject: Id(doc.0), key: record, value: review.to_string() };
    host.device.office.insert(row.cache_key(), row.value);
    assert_eq!(gone(host), []);
}

#[test]
fn what_has_two_values_stays() {
    let (mut host, doc, record) = long_after();
    let held = host.device.docs.get_mut(&doc).unwrap();
    let both = |who: u8, mood: i64| {
        let mut document = Document::from_changes(Kind::Log, [held.admitted[0].bytes.as_slice()]).unwrap();
        let fields = [("mood".to_owned(), Scalar::Int(mood))].into();
        let change = document.write(&Actor([who; 16]), 1, &record, &fields).unwrap().unwrap();
        Admitted { author: Id([who; 16]), bytes: change.bytes().to_vec().into() }
    };
    held.admitted.extend([both(7, 1), both(8, 2)]);
    assert_eq!(host.device.rows()[0].conflicts.len(), 1);
    assert_eq!(gone(host), []);
}

/// A server that was restored may lack it.
#[test]
fn what_is_owed_to_the_server_stays() {
    let (mut host, ..) = long_after();
    host.device.state.former.push(Former { epoch: EPOCH, ended: 3 });
    host.device.cursor.as_mut().unwrap().epoch = Id([2; 16]);
    assert_eq!(gone(host), []);
}
