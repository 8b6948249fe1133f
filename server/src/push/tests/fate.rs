//! What becomes of what a phone pushes: every verdict, and the same again.

use serde_json::json;
use sync_core::envelope::{Envelope, Header};
use sync_core::ids::DocId;
use sync_core::keys::DeviceKey;
use sync_core::verdict::{Flag, Reason, RemakeReason, Verdict};
use sync_core::wire::{self, Grant, SyncAnswer, SyncRequest};

use super::field::*;
use crate::store::{Entry, QuarantineState};

#[tokio::test]
async fn a_day_of_work_arrives_in_one_round_trip_and_a_new_phone_gets_all_of_it() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    anna.sync(&field).await;
    let case = anna.case(&field, VILLAGE);
    for turn in 0..12 {
        anna.visit(&field, case, &format!("визит {turn}"));
    }
    let answers = anna.sync(&field).await;
    assert_eq!(answers.len(), 1);
    assert!(answers[0].verdicts.iter().all(|on| on.verdict == Verdict::Accepted));
    assert!(answers[0].rows.is_empty(), "what was just pushed is not given back: {:?}", answers[0].rows);
    assert_eq!(anna.waiting(), 0);

    let mut fresh = field.phone(ANNA).await;
    fresh.sync(&field).await;
    assert_eq!((fresh.rows("visit").len(), fresh.rows("case").len(), fresh.rows("person").len()), (12, 1, 1));
    let idle = fresh.sync(&field).await;
    assert!(idle.len() == 1 && idle[0].rows.is_empty() && !idle[0].more && idle[0].due == 0);
}

#[tokio::test]
async fn a_repeated_request_changes_nothing_and_says_duplicate() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.visit(&field, case, "раз");
    let (token, body) = anna.take_request(&field);
    let send = || field.send("POST", "/v1/sync", Some(&token), body.clone());
    let first: SyncAnswer = wire::unpack(&send().await.1, wire::MAX_UNPACKED).unwrap();
    let length = *field.app.log.changed().borrow();
    let second: SyncAnswer = wire::unpack(&send().await.1, wire::MAX_UNPACKED).unwrap();
    assert!(first.verdicts.iter().all(|on| on.verdict == Verdict::Accepted));
    assert!(second.verdicts.iter().all(|on| on.verdict == Verdict::Duplicate));
    assert_eq!(second.verdicts.len(), 3);
    assert_eq!(*field.app.log.changed().borrow(), length);
    assert_eq!(second.newest, first.newest);
}

#[tokio::test]
async fn the_same_push_twice_at_once_is_taken_once() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.visit(&field, case, "раз");
    let (token, body) = anna.take_request(&field);
    let answers = futures_util::future::join_all(
        (0..5).map(|_| field.send("POST", "/v1/sync", Some(&token), body.clone())),
    );
    let (mut accepted, mut sent_away) = (0, 0);
    for (status, body) in answers.await {
        if status == 503 {
            sent_away += 1;
            continue;
        }
        assert_eq!(status, 200);
        let answer: SyncAnswer = wire::unpack(&body, wire::MAX_UNPACKED).unwrap();
        assert!(answer.verdicts.iter().all(|on| on.verdict.admitted()));
        accepted += answer.verdicts.iter().filter(|on| on.verdict == Verdict::Accepted).count();
    }
    // One device has one turn and a short line; none of the others is heard in part.
    assert_eq!((accepted, sent_away), (3, 2));
    let device = &field.app.log.devices().await.unwrap()[0];
    assert_eq!(device.evidence, crate::store::ChainEvidence::default());
    anna.sync(&field).await;
    anna.sync(&field).await;
    let device = &field.app.log.devices().await.unwrap()[0];
    assert_eq!((device.newest.map(|newest| newest.number), device.last_sync_ms), (Some(1), Some(NOW)));
}

#[tokio::test]
async fn a_case_never_given_is_set_aside_with_a_note_and_stays_so() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    boris.visit(&field, case, "зашёл мимо");
    let (token, body) = boris.take_request(&field);
    for _ in 0..2 {
        let (_, answer) = field.send("POST", "/v1/sync", Some(&token), body.clone()).await;
        let answer: SyncAnswer = wire::unpack(&answer, wire::MAX_UNPACKED).unwrap();
        let verdicts: Vec<_> = answer.verdicts.iter().map(|on| on.verdict).collect();
        assert_eq!(verdicts, [Verdict::SetAside(Reason::OutOfScope)]);
    }
    let open = field.app.log.quarantine(Some(QuarantineState::Open), 9).await.unwrap();
    assert_eq!((open.len(), open[0].row.author), (1, BORIS));
    assert!(!open[0].row.bytes.is_empty());
    // Another phone of the same person knows it too.
    let mut second = field.phone(BORIS).await;
    second.sync(&field).await;
    assert_eq!(second.values("inbox")[0]["outcome"], "set_aside");
    assert_eq!(second.rows("case").len(), 0, "setting aside opens no door");
}

#[tokio::test]
async fn a_case_no_longer_assigned_is_accepted_with_a_flag() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    field.give(BORIS, Grant::Family(case)).await;
    boris.sync(&field).await;
    boris.visit(&field, case, "последний визит");
    field.take(BORIS, Grant::Family(case)).await;
    let verdicts = boris.verdicts(&field).await;
    assert_eq!(verdicts, [Verdict::AcceptedFlagged(Flag::AfterReassignment)]);
    anna.sync(&field).await;
    assert_eq!(anna.rows("visit").len(), 1);
}

#[tokio::test]
async fn a_revoked_device_is_heard_and_given_nothing() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    anna.visit(&field, case, "до отзыва");
    let device = field.app.log.devices().await.unwrap()[0].id;
    field.app.log.revoke_device(device, field.now()).await.unwrap();
    let answers = anna.sync(&field).await;
    assert!(answers[0].device_revoked && answers[0].rows.is_empty());
    assert_eq!(answers[0].verdicts[0].verdict, Verdict::SetAside(Reason::DeviceRevoked));
    assert_eq!(field.app.log.quarantine(None, 9).await.unwrap().len(), 1);
    let token = anna.token(&field, "GET", "/v1/devices", &[]);
    let (status, body) = field.send("GET", "/v1/devices", Some(&token), vec![]).await;
    assert_eq!(status, 403);
    assert!(String::from_utf8(body).unwrap().contains("device_revoked"));
}

#[tokio::test]
async fn over_the_quota_nothing_more_is_stored() {
    let field = Field::with(|config| config.quarantine_changes = 3).await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    let device = field.app.log.devices().await.unwrap()[0].id;
    field.app.log.revoke_device(device, field.now()).await.unwrap();
    for turn in 0..5 {
        anna.visit(&field, case, &format!("{turn}"));
    }
    let verdicts = anna.verdicts(&field).await;
    let (set_aside, quota) = (Verdict::SetAside(Reason::DeviceRevoked), Verdict::SetAside(Reason::Quota));
    assert_eq!(verdicts, [set_aside, set_aside, set_aside, quota, quota]);
    assert_eq!(field.app.log.quarantine(None, 9).await.unwrap().len(), 3);
}

/// The newer envelope comes first: it waits, and is taken when the older one is here.
#[tokio::test]
async fn envelopes_out_of_order_wait_for_each_other() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    anna.visit(&field, case, "первый");
    let (_, first) = anna.take_request(&field);
    anna.host.step(sync_core::device::Event::Failed, &[], field.now());
    anna.visit(&field, case, "второй");
    let (_, both) = anna.take_request(&field);
    let both: SyncRequest = wire::unpack(&both, wire::MAX_UNPACKED).unwrap();
    let [older, newer] = both.envelopes.as_slice() else { panic!("two envelopes") };
    let only =
        |envelope: &Envelope| wire::pack(&SyncRequest { envelopes: vec![envelope.clone()], ..both.clone() });
    let first: SyncRequest = wire::unpack(&first, wire::MAX_UNPACKED).unwrap();
    assert_eq!(first.envelopes, std::slice::from_ref(older));
    let verdict = async |body: Vec<u8>| {
        let token = anna.token(&field, "POST", "/v1/sync", &body);
        let (_, answer) = field.send("POST", "/v1/sync", Some(&token), body).await;
        wire::unpack::<SyncAnswer>(&answer, wire::MAX_UNPACKED).unwrap().verdicts[0].verdict
    };
    assert_eq!(verdict(only(newer)).await, Verdict::Waiting);
    let device = &field.app.log.devices().await.unwrap()[0];
    assert_eq!(device.evidence.missing, [(2, 2)]);
    assert_eq!(field.app.log.arrivals(device.id).await.unwrap().len(), 1);
    assert_eq!(verdict(only(older)).await, Verdict::Accepted);
    assert_eq!(verdict(only(newer)).await, Verdict::Accepted);
    let device = &field.app.log.devices().await.unwrap()[0];
    assert!(device.evidence.missing.is_empty());
    assert!(field.app.log.arrivals(device.id).await.unwrap().is_empty(), "what is in the log is kept once");
}

/// A first visit is set aside; what was written on top of it is made again and nothing is lost.
#[tokio::test]
async fn what_stands_on_a_set_aside_change_is_made_again() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    boris.visit(&field, case, "ещё не поручено");
    boris.visit(&field, case, "поверх него");
    let (_, body) = boris.take_request(&field);
    let request: SyncRequest = wire::unpack(&body, wire::MAX_UNPACKED).unwrap();
    let header: Header = minicbor::decode(&request.envelopes[0].header).unwrap();
    assert_eq!(header.items.len(), 2);
    // Only the first is pushed while the case is not given: a phone of another time would have sealed it alone.
    let key = DeviceKey::from_seed([2; 32]);
    assert_eq!(key.device(), header.device);
    let one = Header { items: header.items[..1].to_vec(), ..header.clone() };
    let envelope = Envelope::seal(&key, &one, vec![request.envelopes[0].changes[0].to_vec()]);
    let body = wire::pack(&SyncRequest { envelopes: vec![envelope], ..request });
    let token = boris.token(&field, "POST", "/v1/sync", &body);
    let (status, _) = field.send("POST", "/v1/sync", Some(&token), body).await;
    assert_eq!(status, 200);
    boris.host.step(sync_core::device::Event::Failed, &[], field.now());
    field.give(BORIS, Grant::Family(case)).await;
    let verdicts = boris.verdicts(&field).await;
    assert_eq!(verdicts[0], Verdict::SetAside(Reason::OutOfScope));
    assert_eq!(verdicts[1], Verdict::Remake(RemakeReason::PredecessorSetAside));
    assert!(verdicts[2..].iter().any(Verdict::admitted), "{verdicts:?}");
    assert_eq!(boris.waiting(), 0);
    anna.sync(&field).await;
    let notes: Vec<_> = anna.rows("visit").iter().map(|row| row.fields["notes"].clone()).collect();
    assert!(notes.contains(&"поверх него".into()), "{notes:?}");
}

#[tokio::test]
async fn a_forged_envelope_is_kept_and_poisons_nobody() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.visit(&field, case, "честный");
    let (token, honest) = anna.take_request(&field);
    let stolen: SyncRequest = wire::unpack(&honest, wire::MAX_UNPACKED).unwrap();
    // Boris pushes Anna's envelope as his own, before she gets through.
    let (_, own) = boris.take_request(&field);
    let own: SyncRequest = wire::unpack(&own, wire::MAX_UNPACKED).unwrap();
    let body = wire::pack(&SyncRequest { envelopes: stolen.envelopes, ..own });
    let theft = boris.token(&field, "POST", "/v1/sync", &body);
    let (_, answer) = field.send("POST", "/v1/sync", Some(&theft), body).await;
    let answer: SyncAnswer = wire::unpack(&answer, wire::MAX_UNPACKED).unwrap();
    assert!(answer.verdicts.iter().all(|on| on.verdict == Verdict::SetAside(Reason::BadSignature)));
    assert_eq!((answer.verdicts.len(), answer.newest), (3, None));
    let (_, answer) = field.send("POST", "/v1/sync", Some(&token), honest).await;
    let answer: SyncAnswer = wire::unpack(&answer, wire::MAX_UNPACKED).unwrap();
    assert!(answer.verdicts.iter().all(|on| on.verdict == Verdict::Accepted));
}

#[tokio::test]
async fn a_document_is_what_it_was_created_as() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let (doc, record) =
        anna.write(&field, json!({"type": "task", "place": VILLAGE, "fields": {"kind": "firewood"}}));
    anna.sync(&field).await;
    anna.write(&field, json!({"type": "task", "record": record, "doc": doc, "fields": {"kind": "roof"}}));
    let (_, body) = anna.take_request(&field);
    let request: SyncRequest = wire::unpack(&body, wire::MAX_UNPACKED).unwrap();
    let mut header: Header = minicbor::decode(&request.envelopes[0].header).unwrap();
    header.items[0].scope.place = Some(AWAY);
    let envelope = Envelope::seal(
        &DeviceKey::from_seed([1; 32]),
        &header,
        request.envelopes[0].changes.iter().map(|change| change.to_vec()).collect(),
    );
    let body = wire::pack(&SyncRequest { envelopes: vec![envelope], ..request });
    let token = anna.token(&field, "POST", "/v1/sync", &body);
    let (_, answer) = field.send("POST", "/v1/sync", Some(&token), body).await;
    let answer: SyncAnswer = wire::unpack(&answer, wire::MAX_UNPACKED).unwrap();
    assert_eq!(answer.verdicts[0].verdict, Verdict::SetAside(Reason::IdentityMismatch));
}

#[tokio::test]
async fn settled_is_said_again_and_released_is_in_the_log() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    boris.visit(&field, case, "мимо");
    let (token, body) = boris.take_request(&field);
    let push = || field.send("POST", "/v1/sync", Some(&token), body.clone());
    push().await;
    let of = field.app.log.quarantine(None, 1).await.unwrap()[0].seq;
    field.append(vec![Entry::Settled { of, by: CHIEF, note: "внесено вручную".into() }]).await;
    let answer: SyncAnswer = wire::unpack(&push().await.1, wire::MAX_UNPACKED).unwrap();
    assert_eq!(answer.verdicts[0].verdict, Verdict::Settled);
}

#[tokio::test]
async fn two_phones_write_one_log_at_once_and_both_are_in_it() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    field.give(BORIS, Grant::Family(case)).await;
    let mut boris = field.phone(BORIS).await;
    boris.sync(&field).await;
    let (log, _) = anna.visit(&field, case, "Анна");
    assert_eq!(boris.visit(&field, case, "Борис").0, log);
    let (a, b) = tokio::join!(anna.sync(&field), boris.sync(&field));
    assert!(a.iter().chain(&b).flat_map(|answer| &answer.verdicts).all(|on| on.verdict == Verdict::Accepted));
    anna.sync(&field).await;
    boris.sync(&field).await;
    assert_eq!((anna.rows("visit").len(), boris.rows("visit").len()), (2, 2));
    let changes = field.app.log.changes_of(&[DocId(log.0)]).await.unwrap();
    assert_eq!(changes[&log].len(), 2);
}
