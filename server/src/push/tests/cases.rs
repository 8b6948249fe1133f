//! Work that comes late, twice, out of its time, or from somebody whose place it no longer is.

use serde_json::json;
use sync_core::device::{Event, RowState};
use sync_core::envelope::{Envelope, Header};
use sync_core::ids::Id;
use sync_core::keys::DeviceKey;
use sync_core::office::Topic;
use sync_core::verdict::{Flag, Reason, Verdict};
use sync_core::wire::{self, Grant, SyncAnswer, SyncRequest};

use super::field::*;
use crate::command::quarantine::{Released, release};
use crate::command::{account, grant};
use crate::store::{Account, Assignment, Duty, QuarantineState};

/// The envelopes of a phone's next request, with its key: for what no phone would send.
async fn send(field: &Field, phone: &Phone, request: &SyncRequest) -> Vec<Verdict> {
    let body = wire::pack(request);
    let token = phone.token(field, "POST", "/v1/sync", &body);
    let (status, answer) = field.send("POST", "/v1/sync", Some(&token), body).await;
    assert_eq!(status, 200);
    let answer: SyncAnswer = wire::unpack(&answer, wire::MAX_UNPACKED).unwrap();
    answer.verdicts.iter().map(|on| on.verdict).collect()
}

fn next(phone: &mut Phone, field: &Field) -> SyncRequest {
    let (_, body) = phone.take_request(field);
    phone.host.step(Event::Failed, &[], field.now());
    wire::unpack(&body, wire::MAX_UNPACKED).unwrap()
}

fn header(envelope: &Envelope) -> Header {
    minicbor::decode(&envelope.header).unwrap()
}

fn sealed_again(seed: u8, envelope: &Envelope, change: impl Fn(&mut Header)) -> Envelope {
    let key = DeviceKey::from_seed([seed; 32]);
    let mut header = header(envelope);
    assert_eq!(key.device(), header.device);
    change(&mut header);
    Envelope::seal(&key, &header, envelope.changes.iter().map(|change| change.to_vec()).collect())
}

async fn release_all(field: &Field) {
    let chief = field.app.log.account(CHIEF).await.unwrap().unwrap();
    let mut open = field.app.log.quarantine(Some(QuarantineState::Open), 99).await.unwrap();
    open.reverse();
    for set_aside in open {
        assert!(matches!(release(&field.app, &chief, set_aside).await, Ok(Released::Done(_))));
    }
}

/// Boris logs a visit to a case that is not his; it is set aside, and he has not heard of it when he corrects it and
/// the case is given to him.
#[tokio::test]
async fn a_correction_of_what_waits_in_quarantine_waits_with_it_and_both_are_let_in() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    let (doc, record) = boris.visit(&field, case, "зашёл мимо");
    let first = next(&mut boris, &field);
    send(&field, &boris, &first).await;
    boris.write(
        &field,
        json!({"type": "visit", "record": record, "doc": doc, "fields": {"witness": "соседка"}}),
    );
    boris.visit(&field, case, "второй, уже свой");
    field.give(BORIS, Grant::Family(case)).await;
    boris.sync(&field).await;
    assert_eq!(boris.waiting(), 0);
    let aside = field.app.log.quarantine(Some(QuarantineState::Open), 99).await.unwrap();
    assert!(aside.iter().all(|kept| kept.row.reason == Reason::OutOfScope));
    assert_eq!(aside.len(), 2, "the visit and its correction");
    let shown = boris.rows("visit");
    let row = shown.iter().find(|row| row.id == record).unwrap();
    assert_eq!(
        (row.state, row.aside.len(), &row.fields["witness"]),
        (RowState::SetAside, 2, &"соседка".into())
    );
    assert!(shown.iter().any(|row| row.state == RowState::Server), "the other visit arrived");

    release_all(&field).await;
    boris.sync(&field).await;
    anna.sync(&field).await;
    for phone in [&anna, &boris] {
        let rows = phone.rows("visit");
        assert_eq!(rows.len(), 2);
        let row = rows.into_iter().find(|row| row.id == record).unwrap();
        assert_eq!((row.state, &row.fields["witness"]), (RowState::Server, &"соседка".into()));
        assert!(row.conflicts.is_empty());
    }
}

/// What stood on a set-aside change was made again. The old envelope comes once more, when it would fit.
#[tokio::test]
async fn of_a_change_and_what_was_made_in_its_place_one_is_admitted() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    boris.visit(&field, case, "ещё не поручено");
    let first = next(&mut boris, &field);
    send(&field, &boris, &first).await;
    boris.visit(&field, case, "поверх него");
    let delayed = next(&mut boris, &field);
    field.give(BORIS, Grant::Family(case)).await;
    boris.sync(&field).await;
    assert_eq!(boris.waiting(), 0);
    release_all(&field).await;

    let seen = *field.app.log.changed().borrow();
    let verdicts = send(&field, &boris, &delayed).await;
    assert_eq!(verdicts, [Verdict::AcceptedFlagged(Flag::Released), Verdict::Settled]);
    assert_eq!(*field.app.log.changed().borrow(), seen, "nothing was appended");
    anna.sync(&field).await;
    let notes: Vec<_> = anna.rows("visit").into_iter().map(|row| row.fields["notes"].clone()).collect();
    assert_eq!(notes.iter().filter(|note| **note == "поверх него".into()).count(), 1, "{notes:?}");

    // The other way round: in place of what is in the log already, and of what something else there was made from.
    boris.visit(&field, case, "в третий раз");
    let request = next(&mut boris, &field);
    for old in &delayed.envelopes {
        let old = header(old).items[0].hash;
        let twin = sealed_again(2, &request.envelopes[0], |header| header.items[0].replaces = Some(old));
        let request = SyncRequest { envelopes: vec![twin], ..request.clone() };
        assert_eq!(send(&field, &boris, &request).await, [Verdict::Settled]);
    }
}

#[tokio::test]
async fn an_envelope_of_a_later_version_is_kept_by_the_phone_until_the_server_knows_it() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    anna.visit(&field, case, "из будущего");
    let request = next(&mut anna, &field);
    let later = sealed_again(1, &request.envelopes[0], |header| header.version = 2);
    let later = SyncRequest { envelopes: vec![later], ..request };
    assert_eq!(send(&field, &anna, &later).await, [Verdict::Waiting]);
    assert!(field.app.log.quarantine(None, 9).await.unwrap().is_empty());
    let device = field.app.log.devices().await.unwrap()[0].id;
    assert_eq!(field.app.log.arrivals(device).await.unwrap().len(), 1, "kept as it came");
    assert_eq!(anna.waiting(), 1);
    anna.sync(&field).await;
    assert_eq!(anna.waiting(), 0);
}

#[tokio::test]
async fn a_phone_that_lost_its_cursor_hears_of_what_was_taken_from_it_meanwhile() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let (hers, his) = (anna.case(&field, VILLAGE), boris.case(&field, AWAY));
    anna.visit(&field, hers, "секрет");
    for phone in [&mut anna, &mut boris] {
        phone.sync(&field).await;
    }
    field.give(BORIS, Grant::Family(hers)).await;
    boris.sync(&field).await;
    assert_eq!(boris.rows("visit").len(), 1);
    boris.visit(&field, hers, "ещё не отправлено");
    field.take(BORIS, Grant::Family(hers)).await;
    boris.host.cursor = None;
    boris.host.restart(field.now());
    let answers = boris.sync(&field).await;
    assert_eq!(answers[0].verdicts[0].verdict, Verdict::AcceptedFlagged(Flag::AfterReassignment));
    assert!(boris.rows("visit").is_empty() && boris.rows("case").iter().all(|row| row.case == Some(his)));
    let told: Vec<_> = boris.host.notices.iter().map(|notice| notice.code).collect();
    assert!(told.contains(&"accepted_late") && told.contains(&"revoked_family"), "{told:?}");

    // One that holds nothing is told nothing.
    let mut fresh = field.phone(BORIS).await;
    assert!(fresh.sync(&field).await.iter().all(|answer| answer.revoked.is_empty()));
}

#[tokio::test]
async fn standing_in_ends_and_what_somebody_has_for_good_stays() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    let today = grant::today(&field.app);
    let for_today = |person| Assignment {
        person,
        case,
        from: None,
        to: Some(today.clone()),
        substitute: true,
        by: CHIEF,
    };
    let mut boris = field.phone(BORIS).await;
    for person in [ANNA, BORIS] {
        grant::assign(&field.app, for_today(person)).await.unwrap();
    }
    boris.sync(&field).await;
    assert_eq!(boris.rows("case").len(), 1);
    boris.visit(&field, case, "за Анну");
    field.wind(86_400_000);
    anna.sync(&field).await;
    boris.sync(&field).await;
    assert_eq!((anna.rows("case").len(), boris.rows("case").len()), (1, 0));
    anna.sync(&field).await;
    assert_eq!(anna.rows("visit").len(), 1, "the last visit of the substitute was taken in");
}

async fn places(field: &Field, away_is_in: Option<Id>) {
    let places = json!([
        {"id": DISTRICT, "parent": null, "name": "Район", "kind": "district"},
        {"id": VILLAGE, "parent": DISTRICT, "name": "Село", "kind": "settlement"},
        {"id": AWAY, "parent": away_is_in, "name": "Далёкое", "kind": "settlement"},
    ]);
    field.office(Topic::Catalogue, ORG, "places", places, Grant::Organisation(ORG)).await;
}

async fn who_has_the_district(field: &Field) -> Phone {
    let account = field.app.log.account(ANNA).await.unwrap().unwrap();
    field.app.log.put_account(Account { places: vec![DISTRICT], ..account }).await.unwrap();
    places(field, Some(DISTRICT)).await;
    field.phone(ANNA).await
}

/// Anna, who looks after the district, and so has the card of somebody whom Boris found far away.
async fn who_sees_a_card_from_above(field: &Field) -> Phone {
    let mut boris = field.phone(BORIS).await;
    let mut anna = who_has_the_district(field).await;
    boris.case(field, AWAY);
    boris.sync(field).await;
    anna.sync(field).await;
    anna
}

#[tokio::test]
async fn a_place_that_is_moved_brings_what_is_in_it_and_takes_it_along() {
    let field = Field::new().await;
    let (mut boris, mut vika) = (field.phone(BORIS).await, field.phone(VIKA).await);
    boris.write(
        &field,
        json!({"type": "task", "place": AWAY, "fields": {"kind": "firewood", "status": "offered"}}),
    );
    boris.sync(&field).await;
    let account = field.app.log.account(ANNA).await.unwrap().unwrap();
    field.app.log.put_account(Account { places: vec![DISTRICT], ..account }).await.unwrap();
    let mut anna = field.phone(ANNA).await;
    boris.case(&field, AWAY);
    boris.sync(&field).await;
    let offers_and_cards =
        |anna: &Phone, vika: &Phone| (vika.values("offer").len(), anna.rows("person").len());
    let steps = [(None, (0, 0)), (Some(DISTRICT), (1, 1)), (None, (0, 0)), (Some(VILLAGE), (1, 1))];
    for (step, (within, has)) in steps.into_iter().enumerate() {
        places(&field, within).await;
        for phone in [&mut anna, &mut vika] {
            phone.sync(&field).await;
        }
        assert_eq!(offers_and_cards(&anna, &vika), has, "step {step}");
    }
}

#[tokio::test]
async fn a_place_that_is_taken_out_of_the_catalogue_is_told_as_lost_to_who_had_it_from_above() {
    let field = Field::new().await;
    let mut anna = who_sees_a_card_from_above(&field).await;
    assert_eq!(anna.rows("person").len(), 1);
    let card = anna.rows("person").remove(0);
    anna.write(
        &field,
        json!({"type": "person", "record": card.id, "doc": card.doc, "fields": {"phone": "+7 901"}}),
    );
    anna.case(&field, AWAY);
    let without = json!([{"id": DISTRICT, "parent": null, "name": "Район", "kind": "district"}]);
    field.office(Topic::Catalogue, ORG, "places", without, Grant::Organisation(ORG)).await;
    let answers = anna.sync(&field).await;
    let said: Vec<Verdict> = answers[0].verdicts.iter().map(|on| on.verdict).collect();
    let late = Verdict::AcceptedFlagged(Flag::AfterReassignment);
    assert_eq!(said, [late, Verdict::Accepted, Verdict::Accepted], "she could not know");
    assert!(answers.iter().any(|answer| answer.revoked.contains(&Grant::Place(AWAY))));
    assert_eq!(anna.rows("person").len(), 1, "whom she found there is hers");
}

#[tokio::test]
async fn work_at_a_place_that_was_moved_is_late_whenever_it_comes() {
    let field = Field::new().await;
    let mut anna = who_sees_a_card_from_above(&field).await;
    let card = anna.rows("person").remove(0);
    anna.write(
        &field,
        json!({"type": "person", "record": card.id, "doc": card.doc, "fields": {"phone": "+7 901"}}),
    );
    places(&field, None).await;
    places(&field, Some(VILLAGE)).await;
    places(&field, None).await;
    // Nothing says any more up to where she has heard.
    anna.host.cursor = None;
    anna.host.restart(field.now());
    let answers = anna.sync(&field).await;
    assert_eq!(answers[0].verdicts[0].verdict, Verdict::AcceptedFlagged(Flag::AfterReassignment));
    assert!(answers.iter().any(|answer| answer.revoked.contains(&Grant::Place(AWAY))));
    assert!(anna.rows("person").is_empty(), "the card is not hers any more, and she is told so");
}

/// A server that was restored has neither the case nor the card; who had the card by its place alone comes first.
#[tokio::test]
async fn a_correction_of_a_lost_card_makes_nobody_the_keeper_of_its_family() {
    let (field, restored) = (Field::new().await, Field::new().await);
    let mut anna = who_sees_a_card_from_above(&field).await;
    let (_, same_phone) = (restored.phone(BORIS).await, who_has_the_district(&restored).await);
    let card = anna.rows("person").remove(0);
    anna.write(
        &field,
        json!({"type": "person", "record": card.id, "doc": card.doc, "fields": {"phone": "+7 901"}}),
    );
    anna.visit(&field, card.family.unwrap(), "к соседке");
    let request = SyncRequest { cursor: None, ..next(&mut anna, &field) };
    let said = send(&restored, &same_phone, &request).await;
    assert_eq!(said, [Verdict::SetAside(Reason::OutOfScope), Verdict::Waiting], "the visit, the card");
    let has = restored.app.log.grants_of(ANNA).await.unwrap();
    assert!(!has.iter().any(|span| matches!(span.grant, Grant::Family(_))));
}

#[tokio::test]
async fn a_place_that_is_taken_out_of_the_catalogue_is_lost_to_who_has_it_by_name_until_it_is_back() {
    let field = Field::new().await;
    for (person, places) in [(ANNA, vec![VILLAGE, AWAY]), (VIKA, vec![AWAY])] {
        let account = field.app.log.account(person).await.unwrap().unwrap();
        field.app.log.put_account(Account { places, ..account }).await.unwrap();
    }
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let mut vika = field.phone(VIKA).await;
    let case = anna.case(&field, AWAY);
    anna.write(
        &field,
        json!({"type": "task", "place": AWAY, "fields": {"kind": "firewood", "status": "offered"}}),
    );
    anna.sync(&field).await;
    for phone in [&mut boris, &mut vika] {
        phone.sync(&field).await;
    }
    let cards_and_offers =
        |boris: &Phone, vika: &Phone| (boris.rows("person").len(), vika.values("offer").len());
    assert_eq!(cards_and_offers(&boris, &vika), (1, 1));
    let card = boris.rows("person").remove(0);
    boris.write(
        &field,
        json!({"type": "person", "record": card.id, "doc": card.doc, "fields": {"phone": "+7 901"}}),
    );

    let without = json!([{"id": DISTRICT, "parent": null, "name": "Район", "kind": "district"}]);
    field.office(Topic::Catalogue, ORG, "places", without, Grant::Organisation(ORG)).await;
    let answers = boris.sync(&field).await;
    assert_eq!(answers[0].verdicts[0].verdict, Verdict::AcceptedFlagged(Flag::AfterReassignment));
    assert!(answers.iter().any(|answer| answer.revoked.contains(&Grant::Place(AWAY))));
    vika.sync(&field).await;
    assert_eq!(cards_and_offers(&boris, &vika), (0, 0));
    assert_eq!(field.phone(BORIS).await.sync(&field).await.iter().flat_map(|answer| &answer.rows).count(), 1);
    anna.visit(&field, case, "её дело");
    anna.sync(&field).await;
    assert_eq!(anna.rows("visit").len(), 1, "who has the family has it wherever it lives");

    places(&field, None).await;
    for phone in [&mut boris, &mut vika] {
        phone.sync(&field).await;
    }
    assert_eq!(cards_and_offers(&boris, &vika), (1, 1));
}

#[tokio::test]
async fn who_is_a_volunteer_now_keeps_tasks_and_loses_cases_and_late_work_is_taken_in() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.visit(&field, case, "была");
    let own = format!("assignee/{ANNA}");
    anna.write(
        &field,
        json!({"type": "task", "place": VILLAGE, "fields": {"kind": "firewood", "status": "accepted", own: true}}),
    );
    let offer = json!({"type": "task", "place": VILLAGE, "fields": {"kind": "snow", "status": "offered"}});
    anna.write(&field, offer);
    anna.sync(&field).await;
    anna.visit(&field, case, "последний");
    let log = field.app.log.as_ref();
    account::change(log, "anna", Some(vec![Duty::Volunteer]), None, field.now()).await.unwrap();
    let answers = anna.sync(&field).await;
    assert_eq!(answers[0].verdicts[0].verdict, Verdict::AcceptedFlagged(Flag::AfterReassignment));
    let count = |phone: &Phone| ["case", "person", "visit", "task"].map(|kind| phone.rows(kind).len());
    assert_eq!((count(&anna), anna.values("offer").len()), ([0, 0, 0, 2], 1));

    account::change(log, "anna", Some(vec![Duty::Worker]), None, field.now()).await.unwrap();
    anna.sync(&field).await;
    assert_eq!(count(&anna), [0, 1, 0, 2], "the card of who lives there; the case must be given again");
    field.give(ANNA, Grant::Family(case)).await;
    anna.sync(&field).await;
    assert_eq!(count(&anna), [1, 1, 2, 2]);
}

#[tokio::test]
async fn an_offer_that_moves_is_told_to_who_has_either_place_or_both() {
    let field = Field::new().await;
    let mut boris = field.phone(BORIS).await;
    let account = field.app.log.account(VIKA).await.unwrap().unwrap();
    let may = |places: Vec<Id>| field.app.log.put_account(Account { places, ..account.clone() });
    let offer = json!({"type": "task", "place": AWAY, "fields": {"kind": "firewood", "status": "offered"}});
    let (task, record) = boris.write(&field, offer);
    boris.sync(&field).await;
    may(vec![AWAY]).await.unwrap();
    let mut near = field.phone(VIKA).await;
    near.sync(&field).await;
    assert_eq!(near.values("offer").len(), 1);

    let place =
        |place: Id| json!({"type": "task", "record": record, "doc": task, "fields": {"place": place}});
    for (to, seen) in [(VILLAGE, 0), (AWAY, 1)] {
        boris.write(&field, place(to));
        boris.sync(&field).await;
        near.sync(&field).await;
        assert_eq!(near.values("offer").len(), seen, "whoever has but one of the places");
    }
    boris.write(&field, place(VILLAGE));
    boris.sync(&field).await;
    for places in [vec![VILLAGE, AWAY], vec![AWAY, VILLAGE]] {
        may(places).await.unwrap();
        let mut fresh = field.phone(VIKA).await;
        fresh.sync(&field).await;
        let there: Vec<_> = fresh.values("offer").iter().map(|offer| offer["place"].clone()).collect();
        assert_eq!(there, [json!(VILLAGE)]);
    }
}
