//! Answers made by hand: what a device does with each verdict and row.

use serde_json::json;

use super::*;
use crate::crdt::Document;
use crate::device::log;
use crate::device::memory::MemoryHost;
use crate::device::{Event, RowState};
use crate::envelope::Item;
use crate::ids::{Actor, Hash32, Id};
use crate::office::{InboxNote, OfficeRow, Outcome, Topic};
use crate::record::{Fields, Scalar};
use crate::scope::{Kind, Scope};
use crate::verdict::{Flag, Reason, RemakeReason, Verdict};
use crate::wire::{Admitted, Cursor, Grant, Newest, VerdictOn};

const NOW: i64 = 5_000;
const SERVER_NOW: i64 = 1_780_000_000_000;

fn event(value: serde_json::Value) -> Event {
    serde_json::from_value(value).unwrap()
}

fn phone() -> MemoryHost {
    let mut host = MemoryHost::default();
    host.device.first_version = true;
    host.step(event(json!({"event": "new_key", "random": "11".repeat(32)})), &[], NOW);
    let answer = json!({
        "device": "22".repeat(16), "person": "33".repeat(16), "org": "44".repeat(16), "server_time_ms": SERVER_NOW,
    });
    host.step(event(json!({"event": "enrolled", "now_ms": NOW, "answer": answer})), &[], NOW);
    host
}

fn visit(host: &mut MemoryHost, n: u8, mood: i64) -> String {
    let form = json!({
        "event": "write", "now_ms": NOW, "random": format!("{n:02x}").repeat(32), "type": "visit",
        "case": "55".repeat(16), "fields": {"mood": mood},
    });
    host.step(event(form), &[], NOW);
    host.saved.last().unwrap().1.clone()
}

fn edit(host: &mut MemoryHost, record: &str, n: u8, field: &str, value: i64) {
    let doc = host.saved[0].0;
    let form = json!({
        "event": "write", "now_ms": NOW, "random": format!("{n:02x}").repeat(32), "type": "visit",
        "record": record, "doc": doc, "fields": {field: value},
    });
    host.step(event(form), &[], NOW);
}

fn sync(host: &mut MemoryHost) -> Option<SyncRequest> {
    host.step(event(json!({"event": "sync", "now_ms": NOW})), &[], NOW);
    sent(host)
}

fn sent(host: &mut MemoryHost) -> Option<SyncRequest> {
    host.outgoing.take().map(|request| wire::unpack(&request.body, wire::MAX_UNPACKED).unwrap())
}

fn items(request: &SyncRequest) -> Vec<Item> {
    request.envelopes.iter().filter_map(read_header).flat_map(|header| header.items).collect()
}

fn blank() -> SyncAnswer {
    SyncAnswer::bare(Cursor { epoch: Id([1; 16]), seq: 7, backfills: Vec::new() }, SERVER_NOW)
}

fn verdicts(request: &SyncRequest, verdict: impl Fn(usize) -> Verdict) -> SyncAnswer {
    let on = |(n, item): (usize, Item)| VerdictOn { doc: item.doc, hash: item.hash, verdict: verdict(n) };
    SyncAnswer { verdicts: items(request).into_iter().enumerate().map(on).collect(), ..blank() }
}

fn answer(host: &mut MemoryHost, answer: &SyncAnswer) {
    let body = wire::pack(answer);
    host.step(event(json!({"event": "answer", "status": 200, "now_ms": NOW})), &body, NOW);
}

fn states(host: &MemoryHost) -> Vec<RowState> {
    host.device.rows().iter().map(|row| row.state).collect()
}

#[test]
fn accepted_work_is_on_the_server_also_after_a_restart() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    assert_eq!(states(&host), [RowState::Server]);
    host.restart(NOW);
    assert_eq!((states(&host), host.device.waiting()), (vec![RowState::Server], 0));
    assert!(items(&sync(&mut host).unwrap()).is_empty(), "nothing is sent twice");
}

#[test]
fn a_lost_answer_is_asked_for_again_byte_by_byte() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let first = sync(&mut host).unwrap();
    host.step(Event::Failed, &[], NOW);
    host.restart(NOW);
    let again = sync(&mut host).unwrap();
    assert_eq!(again.envelopes, first.envelopes);
    answer(&mut host, &verdicts(&again, |_| Verdict::Duplicate));
    assert_eq!(states(&host), [RowState::Server]);
}

#[test]
fn what_waits_is_sent_again_whole() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    visit(&mut host, 2, 5);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |n| if n == 0 { Verdict::Accepted } else { Verdict::Waiting }));
    assert_eq!(host.device.waiting(), 1);
    assert_eq!(sync(&mut host).unwrap().envelopes, request.envelopes);
}

#[test]
fn set_aside_work_stays_with_its_reason_until_a_person_settles_it() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::SetAside(Reason::OutOfScope)));
    host.restart(NOW);
    let row = host.device.rows().remove(0);
    assert_eq!((row.state, row.reason), (RowState::SetAside, Some(Reason::OutOfScope)));
    assert_eq!(row.fields["mood"], Scalar::Int(4), "what was written is still shown");

    let item = items(&request).remove(0);
    let note = InboxNote {
        doc: item.doc,
        reason: Reason::OutOfScope,
        outcome: Outcome::Settled,
        note: Some("noted by hand".into()),
        at_ms: SERVER_NOW,
    };
    let row = Row::Office(OfficeRow::inbox(Id([0x33; 16]), item.hash, &note));
    sync(&mut host);
    answer(&mut host, &SyncAnswer { rows: vec![row], ..blank() });
    assert!(host.device.rows().is_empty());
    assert_eq!(host.status.as_ref().unwrap().set_aside, 0);
}

#[test]
fn a_released_change_comes_back_as_a_row() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::SetAside(Reason::OutOfScope)));
    let item = items(&request).remove(0);
    let bytes = request.envelopes[0].changes[0].clone();
    let row = Row::Changes(item.doc, item.scope, vec![Admitted { author: Id([0x33; 16]), bytes }]);
    sync(&mut host);
    answer(&mut host, &SyncAnswer { rows: vec![row], ..blank() });
    host.restart(NOW);
    assert_eq!(states(&host), [RowState::Server]);
}

#[test]
fn what_built_on_set_aside_work_is_made_again_and_nothing_is_lost() {
    let mut host = phone();
    let record = visit(&mut host, 1, 4);
    edit(&mut host, &record, 2, "urgent", 1);
    let request = sync(&mut host).unwrap();
    let aside = |n| match n {
        0 => Verdict::SetAside(Reason::OutOfScope),
        _ => Verdict::Remake(RemakeReason::PredecessorSetAside),
    };
    answer(&mut host, &verdicts(&request, aside));
    assert!(host.notices.iter().any(|notice| notice.code == "remade"));
    // The remade change goes out at once, under a new incarnation and naming what it replaces.
    let again = items(&sent(&mut host).unwrap());
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].replaces, Some(items(&request)[1].hash));
    assert!(again[0].incarnation > items(&request)[1].incarnation);
    host.restart(NOW);
    let row = host.device.rows().remove(0);
    assert_eq!((row.fields["mood"].clone(), row.fields["urgent"].clone()), (Scalar::Int(4), Scalar::Int(1)));
}

/// A visit and a correction of it that were on the server, which was restored from a copy without them; and the
/// request in which they are laid before it again.
fn lost_in_a_restore(host: &mut MemoryHost) -> SyncRequest {
    let record = visit(host, 1, 4);
    edit(host, &record, 2, "urgent", 1);
    let request = sync(host).unwrap();
    answer(host, &verdicts(&request, |_| Verdict::Accepted));
    sync(host);
    answer(host, &restored());
    sent(host).unwrap()
}

fn restored() -> SyncAnswer {
    let cursor = Cursor { epoch: Id([2; 16]), seq: 3, backfills: Vec::new() };
    SyncAnswer { ended: Some(3), ..SyncAnswer::bare(cursor, SERVER_NOW) }
}

#[test]
fn what_a_restored_server_sets_aside_is_not_shown_as_on_the_server() {
    let mut host = phone();
    let request = lost_in_a_restore(&mut host);
    assert_eq!(items(&request).len(), 2);
    let aside = verdicts(&request, |_| Verdict::SetAside(Reason::OutOfScope));
    answer(&mut host, &SyncAnswer { verdicts: aside.verdicts, ..restored() });
    for _ in 0..2 {
        let row = host.device.rows().remove(0);
        assert_eq!((row.state, row.reason), (RowState::SetAside, Some(Reason::OutOfScope)));
        assert_eq!(
            (row.fields["mood"].clone(), row.fields["urgent"].clone()),
            (Scalar::Int(4), Scalar::Int(1))
        );
        assert_eq!(row.aside.len(), 2);
        host.restart(NOW);
    }
    assert!(host.notices.iter().any(|notice| notice.code == "set_aside"));
}

#[test]
fn what_a_restored_server_cannot_take_as_it_was_is_made_again() {
    let mut host = phone();
    let request = lost_in_a_restore(&mut host);
    let fork = verdicts(&request, |_| Verdict::Remake(RemakeReason::Fork));
    answer(&mut host, &SyncAnswer { verdicts: fork.verdicts, ..restored() });
    let again = items(&sent(&mut host).unwrap());
    let replaced: Vec<_> = again.iter().map(|item| item.replaces).collect();
    assert_eq!(replaced, items(&request).iter().map(|item| Some(item.hash)).collect::<Vec<_>>());
    host.restart(NOW);
    let row = host.device.rows().remove(0);
    assert_eq!((row.fields["mood"].clone(), row.fields["urgent"].clone()), (Scalar::Int(4), Scalar::Int(1)));
    assert_eq!((host.device.rows().len(), row.conflicts.len()), (1, 0));
}

#[test]
fn a_correction_waits_for_its_record_until_everybody_has_been_heard() {
    let mut host = phone();
    let record = visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    edit(&mut host, &record, 2, "mood", 5);
    host.docs.clear();
    host.restart(NOW);
    sync(&mut host);
    answer(&mut host, &restored());
    let request = sent(&mut host).unwrap();
    let waiting = verdicts(&request, |_| Verdict::Waiting);
    assert_eq!(waiting.verdicts.len(), 1);
    let waiting = SyncAnswer { verdicts: waiting.verdicts, ..restored() };
    answer(&mut host, &waiting);
    let again = sync(&mut host).unwrap();
    assert_eq!(items(&again), items(&request), "somebody may have the record");
    answer(&mut host, &SyncAnswer { all_heard: true, ..waiting });
    let again = sync(&mut host).unwrap();
    assert_eq!(items(&again)[0].replaces, Some(items(&request)[0].hash), "nobody has");
}

/// It was taken in while what it builds on was not on the phone; then the server lost both.
#[test]
fn a_visit_whose_ground_nobody_has_is_made_again() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    visit(&mut host, 2, 5);
    host.docs.clear();
    host.restart(NOW);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    sync(&mut host);
    answer(&mut host, &restored());
    let request = sent(&mut host).unwrap();
    let waiting = verdicts(&request, |_| Verdict::Waiting);
    assert_eq!(waiting.verdicts.len(), 1);
    answer(&mut host, &SyncAnswer { verdicts: waiting.verdicts, all_heard: true, ..restored() });
    let again = sync(&mut host).unwrap();
    assert_eq!(items(&again)[0].replaces, Some(items(&request)[0].hash));
}

/// The phone died between storing the first page and noting in the log of which history that was.
#[test]
fn the_first_history_is_known_though_the_log_did_not_come_to_it() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    let records = log::read(&host.log).records;
    let noted = |record: &LogRecord| !matches!(record, LogRecord::Epoch(..));
    host.log = records.into_iter().filter(noted).flat_map(|record| log::frame(&record)).collect();
    host.restart(NOW);
    sync(&mut host);
    answer(&mut host, &restored());
    let again = sent(&mut host).unwrap();
    assert_eq!(items(&again)[0].hash, items(&request)[0].hash, "it is laid before the server again");
}

/// Else the server would believe that its person has given back whatever the browser has cleared away.
#[test]
fn a_phone_that_was_cleared_does_not_say_what_it_holds() {
    for cleared in [false, true] {
        let mut host = phone();
        visit(&mut host, 1, 4);
        let request = sync(&mut host).unwrap();
        answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
        if cleared {
            host.wipe_cache();
            host.restart(NOW);
        }
        sync(&mut host);
        answer(&mut host, &restored());
        assert_eq!(sent(&mut host).unwrap().holds.is_none(), cleared);
        host.restart(NOW);
        assert_eq!(sync(&mut host).unwrap().holds.is_none(), cleared);
    }
}

/// Two phones of one person: the word that came back with the other is of a history in which the server had it.
#[test]
fn what_was_decided_in_a_lost_history_is_not_believed() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::SetAside(Reason::OutOfScope)));
    let item = items(&request).remove(0);
    let (reason, outcome) = (Reason::OutOfScope, Outcome::Released);
    let note = InboxNote { doc: item.doc, reason, outcome, note: None, at_ms: SERVER_NOW };
    let row = || vec![Row::Office(OfficeRow::inbox(Id([0x33; 16]), item.hash, &note))];
    sync(&mut host);
    answer(&mut host, &SyncAnswer { rows: row(), ..restored() });
    let again = sent(&mut host).unwrap();
    assert_eq!(items(&again), items(&request), "it is laid before the server again");
    let note = InboxNote { note: Some("once more".into()), ..note.clone() };
    let row = Row::Office(OfficeRow::inbox(Id([0x33; 16]), item.hash, &note));
    answer(&mut host, &SyncAnswer { rows: vec![row], ..restored() });
    assert_eq!(states(&host), [RowState::SetAside]);
}

#[test]
fn a_value_that_was_changed_and_changed_back_is_shown_when_all_was_set_aside() {
    let mut host = phone();
    let record = visit(&mut host, 1, 4);
    edit(&mut host, &record, 2, "mood", 5);
    edit(&mut host, &record, 3, "mood", 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::SetAside(Reason::OutOfScope)));
    let row = host.device.rows().remove(0);
    assert_eq!((row.fields.get("mood"), row.state), (Some(&Scalar::Int(4)), RowState::SetAside));
    assert!(row.conflicts.is_empty());
}

#[test]
fn what_is_to_be_made_again_for_ever_waits_for_the_next_sync() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let mut request = sync(&mut host);
    let first = items(request.as_ref().unwrap()).remove(0).hash;
    let mut talks = 0;
    while let Some(asked) = request {
        talks += 1;
        assert!(talks < 9, "the line is kept busy");
        let named = items(&asked).remove(0).replaces;
        assert_eq!(named, (talks > 1).then_some(first), "every time it names the first");
        answer(&mut host, &verdicts(&asked, |_| Verdict::Remake(RemakeReason::PredecessorSetAside)));
        request = sent(&mut host);
    }
    assert!(talks > 2, "it is tried more than once");
    assert_eq!(host.device.waiting(), 1, "nothing is given up");
    assert!(sync(&mut host).is_some(), "and the next sync tries again");
}

#[test]
fn rows_from_others_merge_under_own_work() {
    let mut host = phone();
    let record = visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    edit(&mut host, &record, 2, "mood", 1);

    let item = items(&request).remove(0);
    let mut theirs = Document::from_changes(Kind::Log, [request.envelopes[0].changes[0].as_slice()]).unwrap();
    let fields = Fields::from([("mood".to_owned(), Scalar::Int(5))]);
    let change = theirs.write(&Actor([8; 16]), 1, &record, &fields).unwrap().unwrap();
    let admitted = Admitted { author: Id([0x77; 16]), bytes: change.bytes().to_vec().into() };
    sync(&mut host);
    let row = Row::Changes(item.doc, item.scope, vec![admitted]);
    answer(&mut host, &SyncAnswer { rows: vec![row], ..blank() });
    let shown = host.device.rows().remove(0);
    let mut authors: Vec<_> = shown.conflicts["mood"].iter().map(|clash| clash.author.unwrap()).collect();
    authors.sort();
    assert_eq!(authors, [Id([0x33; 16]), Id([0x77; 16])]);
}

#[test]
fn a_revoked_family_leaves_only_when_own_work_in_it_is_answered_for() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    visit(&mut host, 2, 5);
    host.step(event(json!({"event": "sync", "now_ms": NOW})), &[], NOW);
    let request = sent(&mut host).unwrap();
    let gone = vec![Grant::Family(Id([0x55; 16]))];
    answer(&mut host, &SyncAnswer { revoked: gone, ..verdicts(&request, |_| Verdict::Waiting) });
    assert_eq!(host.docs.len(), 1, "unanswered work keeps the document");
    let request = sync(&mut host).unwrap();
    let late = Verdict::AcceptedFlagged(Flag::AfterReassignment);
    answer(&mut host, &verdicts(&request, |_| late));
    assert!(host.docs.is_empty());
    assert!(host.device.rows().is_empty());
}

#[test]
fn a_disconnected_phone_hands_in_all_it_has_at_once() {
    let mut host = phone();
    let refused = |request: &SyncRequest| SyncAnswer {
        device_revoked: true,
        ..verdicts(request, |_| Verdict::SetAside(Reason::DeviceRevoked))
    };
    visit(&mut host, 1, 4);
    let first = sync(&mut host).unwrap();
    visit(&mut host, 2, 5);
    answer(&mut host, &refused(&first));
    let second = sent(&mut host).expect("what did not fit into one request goes with the next");
    answer(&mut host, &refused(&second));
    assert!(sent(&mut host).is_none(), "and then it is quiet");
    assert_eq!(states(&host), [RowState::SetAside; 2]);
}

#[test]
fn a_phone_that_went_back_in_time_never_reuses_a_number() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let old_log = host.log.clone();
    sync(&mut host);
    host.log = old_log;
    host.restart(NOW);
    let newest = Newest { number: 40, hash: Hash32([4; 32]) };
    let request = sync(&mut host).unwrap();
    answer(&mut host, &SyncAnswer { newest: Some(newest), ..verdicts(&request, |_| Verdict::Accepted) });
    visit(&mut host, 2, 5);
    let request = sync(&mut host).unwrap();
    let header = read_header(&request.envelopes[0]).unwrap();
    assert_eq!((header.number, header.previous), (41, Some(Hash32([4; 32]))));
    assert!(header.items[0].incarnation > 1_000_000);
}

#[test]
fn a_wrong_clock_is_corrected_once_and_the_request_repeated() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    sync(&mut host);
    let problem = json!({"code": "clock", "server_time_ms": SERVER_NOW + 3_600_000}).to_string();
    let refused = json!({"event": "answer", "status": 401, "now_ms": NOW});
    host.step(event(refused.clone()), problem.as_bytes(), NOW);
    assert!(sent(&mut host).is_some());
    assert_eq!(host.status.as_ref().unwrap().offset_ms, SERVER_NOW + 3_600_000 - NOW);
    host.step(event(refused), problem.as_bytes(), NOW);
    assert!(sent(&mut host).is_none(), "not for ever");
    assert_eq!(host.device.waiting(), 1);
}

#[test]
fn too_large_halves_the_batch() {
    let mut host = phone();
    for n in 0..200 {
        visit(&mut host, n, 4);
    }
    let whole = sync(&mut host).unwrap().envelopes.len();
    let refused = json!({"event": "answer", "status": 413, "now_ms": NOW});
    for _ in 0..4 {
        host.step(event(refused.clone()), &[], NOW);
    }
    let less = sent(&mut host).unwrap().envelopes.len();
    assert!((1..whole).contains(&less), "{less} of {whole}");
}

#[test]
fn after_a_fatal_page_each_document_is_named_before_it_is_opened() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    let item = items(&request).remove(0);
    let admitted = Admitted { author: Id([0x33; 16]), bytes: request.envelopes[0].changes[0].clone() };

    host.log.extend(log::frame(&LogRecord::Trying(None)));
    host.wipe_cache();
    host.restart(NOW);
    sync(&mut host);
    let row = Row::Changes(item.doc, item.scope, vec![admitted]);
    let before = host.log.len();
    answer(&mut host, &SyncAnswer { rows: vec![row], ..blank() });
    let records = super::super::log::read(&host.log[before..]).records;
    assert_eq!(records[0], LogRecord::Trying(Some(item.doc)));
    assert!(records.contains(&LogRecord::Tried));
    assert_eq!(states(&host), [RowState::Server]);
}

#[test]
fn garbage_for_an_answer_changes_nothing() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    for garbage in [&b""[..], &[1], &[1, 0xff, 0xff], &[9, 1, 2, 3], &[0; 64]] {
        sync(&mut host);
        host.step(event(json!({"event": "answer", "status": 200, "now_ms": NOW})), garbage, NOW);
        assert_eq!((host.device.waiting(), states(&host)), (1, vec![RowState::Phone]));
    }
    assert!(host.notices.iter().all(|notice| notice.code == "answer_unreadable"));
}

/// A visit of this phone that was accepted, and its change as the server would send it.
fn accepted_visit(host: &mut MemoryHost) -> (Item, Admitted) {
    visit(host, 1, 4);
    let request = sync(host).unwrap();
    answer(host, &verdicts(&request, |_| Verdict::Accepted));
    let bytes = request.envelopes[0].changes[0].clone();
    (items(&request).remove(0), Admitted { author: Id([0x33; 16]), bytes })
}

#[test]
fn a_row_that_was_altered_on_the_way_is_left_out_and_said() {
    let mut host = phone();
    let (item, mut admitted) = accepted_visit(&mut host);
    let middle = admitted.bytes.len() / 2;
    admitted.bytes[middle] ^= 1;
    host.wipe_cache();
    host.restart(NOW);
    sync(&mut host);
    answer(
        &mut host,
        &SyncAnswer { rows: vec![Row::Changes(item.doc, item.scope, vec![admitted])], ..blank() },
    );
    assert!(host.notices.iter().any(|notice| notice.code == "row_unreadable"));
    assert!(host.device.rows().is_empty());
}

#[test]
fn with_the_cache_gone_a_new_visit_is_saved_all_the_same_and_merges_later() {
    let mut host = phone();
    let (item, admitted) = accepted_visit(&mut host);
    host.wipe_cache();
    host.restart(NOW);
    visit(&mut host, 2, 5);
    let request = sync(&mut host).unwrap();
    assert!(items(&request)[0].incarnation > item.incarnation, "its own history is not here");
    let row = Row::Changes(item.doc, item.scope, vec![admitted]);
    answer(&mut host, &SyncAnswer { rows: vec![row], ..verdicts(&request, |_| Verdict::Accepted) });
    assert_eq!(states(&host), [RowState::Server, RowState::Server]);
}

/// The top of a document that is one record is there from the beginning, and yet it is no record.
#[test]
fn what_is_not_here_is_not_corrected() {
    for form in [json!({"type": "visit", "case": "55".repeat(16)}), json!({"type": "person"})] {
        let mut host = phone();
        let mut form = form.as_object().unwrap().clone();
        let common =
            json!({"event": "write", "now_ms": NOW, "random": "01".repeat(32), "fields": {"notes": "а"}});
        form.extend(common.as_object().unwrap().clone());
        host.step(event(form.into()), &[], NOW);
        let (_, record) = host.saved.last().unwrap().clone();
        let request = sync(&mut host).unwrap();
        answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
        edit(&mut host, &record, 2, "mood", 3);
        assert_eq!((host.refused, host.device.waiting()), (None, 1));
        host.wipe_cache();
        host.restart(NOW);
        edit(&mut host, &record, 3, "mood", 4);
        assert_eq!((host.refused, host.device.waiting()), (Some("record_unknown"), 1));
        assert!(host.device.rows()[0].bare, "nobody is asked to");
    }
}

#[test]
fn what_was_set_aside_is_not_corrected_and_what_is_gone_neither() {
    let mut host = phone();
    let record = visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::SetAside(Reason::OutOfScope)));
    assert!(host.device.rows()[0].bare);
    edit(&mut host, &record, 2, "mood", 3);
    assert_eq!((host.refused, host.device.waiting()), (Some("record_aside"), 0));
    let form = json!({
        "event": "write", "now_ms": NOW, "random": "03".repeat(32), "type": "visit",
        "record": record, "doc": DocId([9; 16]), "fields": {"mood": 3},
    });
    host.step(event(form), &[], NOW);
    assert_eq!((host.refused, host.device.waiting()), (Some("record_gone"), 0));
}

/// A correction went without its record, which nobody has any more: what there is of it can be changed and voided.
#[test]
fn a_record_of_which_only_a_correction_is_left_can_be_corrected() {
    let mut host = phone();
    let mut document = Document::new(Kind::Person).unwrap();
    let doc = DocId([9; 16]);
    let fields = Fields::from([("phone".to_owned(), Scalar::from("+7 900"))]);
    let change = document.write(&Actor([8; 16]), NOW, &doc.to_string(), &fields).unwrap().unwrap();
    let admitted = Admitted { author: Id([7; 16]), bytes: change.bytes().to_vec().into() };
    let scope = Scope { kind: Kind::Person, family: None, place: None, month: None };
    sync(&mut host);
    answer(&mut host, &SyncAnswer { rows: vec![Row::Changes(doc, scope, vec![admitted])], ..blank() });
    let row = host.device.rows().remove(0);
    assert!(!row.bare);
    let form = json!({
        "event": "write", "now_ms": NOW, "random": "03".repeat(32), "type": "person",
        "record": row.id, "doc": doc, "fields": {"phone": "+7 901"},
    });
    host.step(event(form), &[], NOW);
    assert_eq!((host.refused, host.device.waiting()), (None, 1));
}

#[test]
fn a_shunned_document_still_takes_new_visits() {
    let mut host = phone();
    let (item, _) = accepted_visit(&mut host);
    host.log.extend(log::frame(&LogRecord::Shunned(item.doc)));
    host.restart(NOW);
    let record = visit(&mut host, 2, 5);
    assert_eq!(host.refused, None);
    assert!(host.device.rows().iter().any(|row| row.id == record));
}

#[test]
fn what_no_change_could_carry_is_refused_while_the_form_is_open() {
    let mut host = phone();
    let form = json!({
        "event": "write", "now_ms": NOW, "random": "01".repeat(32), "type": "visit", "case": "55".repeat(16),
        "fields": {"notes": "ы".repeat(20_000)},
    });
    host.step(event(form), &[], NOW);
    assert_eq!((host.refused, host.device.waiting()), (Some("too_long"), 0));
}

#[test]
fn what_the_server_had_no_room_for_is_kept_and_offered_again() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::SetAside(Reason::Quota)));
    assert_eq!(host.device.waiting(), 1);
    assert_eq!(items(&sync(&mut host).unwrap()), items(&request));
}

/// A server whose clock was wrong once, or somebody who answered in its place: not for ever.
#[test]
fn a_server_time_far_off_is_forgotten_with_the_next_one() {
    let mut host = phone();
    sync(&mut host);
    answer(&mut host, &SyncAnswer { server_time_ms: SERVER_NOW * 3, ..blank() });
    sync(&mut host);
    let problem = json!({"code": "clock", "server_time_ms": SERVER_NOW}).to_string();
    host.step(Event::Answer { status: 401, now_ms: NOW }, problem.as_bytes(), NOW);
    let right = host.device.token("POST", "/v1/sync", b"", NOW);
    assert_eq!(right, phone().device.token("POST", "/v1/sync", b"", NOW));
    assert_eq!(host.status.as_ref().unwrap().offset_ms, SERVER_NOW - NOW);
    host.restart(NOW);
    visit(&mut host, 1, 4);
    assert_eq!(host.device.rows()[0].month.unwrap().to_string(), "2026-05");
}

/// What a coordinator wrote about somebody's record leaves the phone with the record.
#[test]
fn reviews_go_with_their_document() {
    let mut host = phone();
    let record = visit(&mut host, 1, 4);
    let doc = host.saved[0].0;
    let request = sync(&mut host).unwrap();
    let review = OfficeRow {
        topic: Topic::Review,
        subject: Id(doc.0),
        key: record,
        value: json!({"decision": "returned", "comment": "у неё другой адрес"}).to_string(),
    };
    let accepted = verdicts(&request, |_| Verdict::Accepted);
    answer(&mut host, &SyncAnswer { rows: vec![Row::Office(review)], ..accepted });
    assert_eq!(host.office.len(), 1);
    sync(&mut host);
    answer(&mut host, &SyncAnswer { revoked: vec![Grant::Family(Id([0x55; 16]))], ..blank() });
    assert!(host.docs.is_empty() && host.office.is_empty());
    assert!(host.device.office.is_empty());
}

#[test]
fn what_the_lists_missed_is_shown_at_the_next_start() {
    let mut host = phone();
    visit(&mut host, 1, 4);
    let request = sync(&mut host).unwrap();
    answer(&mut host, &verdicts(&request, |_| Verdict::Accepted));
    visit(&mut host, 2, 5);
    // The browser was killed after the append and before the cache: its rows know nothing of the second visit.
    let stored = crate::device::Stored {
        log: &host.log,
        docs: host.docs.iter().map(|(doc, bytes)| (*doc, bytes.as_slice())).collect(),
        office: Vec::new(),
        cursor: host.cursor.as_deref(),
    };
    let (_, effects) = Device::open(stored);
    let rows = effects.iter().find_map(|effect| match effect {
        Effect::Cache { puts, .. } => match puts.first() {
            Some(Put::Document { rows, .. }) => Some(rows.len()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(rows, Some(2));
}
