//! What a device is given, page by page, and what is taken from it.

use serde_json::json;
use sync_core::device::Event;
use sync_core::ids::Id;
use sync_core::office::Topic;
use sync_core::wire::{self, Grant, Row, SyncRequest};

use super::field::*;
use crate::command::grant;
use crate::store::Assignment;

const DAY_MS: i64 = 86_400_000;

fn long_note() -> String {
    "слово ".repeat(200)
}

/// A family of more than one page, given to somebody else: all of it comes, in order, page by page.
#[tokio::test]
async fn a_granted_family_comes_whole_over_many_pages_even_with_work_in_between() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    for month in 0..3 {
        field.wind(if month > 0 { 31 * DAY_MS } else { 0 });
        for _ in 0..40 {
            anna.visit(&field, case, &long_note());
        }
        anna.sync(&field).await;
    }
    boris.sync(&field).await;
    field.give(BORIS, Grant::Family(case)).await;
    boris.begin(&field);
    let mut pages = 0;
    while let Some(answer) = boris.exchange(&field).await {
        pages += 1;
        assert_eq!(answer.more, boris.host.outgoing.is_some());
        if pages == 2 {
            // Somebody writes while the family is being given; the phone is switched off and on.
            anna.visit(&field, case, "в это время");
            anna.sync(&field).await;
            boris.host.restart(field.now());
            boris.begin(&field);
        }
        assert!(answer.due > 0 || !answer.more);
    }
    assert!(pages > 2, "{pages}");
    assert_eq!(boris.rows("visit").len(), 121);
    assert!(
        boris.host.notices.iter().all(|notice| !notice.code.starts_with("row_")),
        "{:?}",
        boris.host.notices
    );
}

#[tokio::test]
async fn todays_route_comes_first() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let mut cases = Vec::new();
    for _ in 0..5 {
        cases.push(anna.case(&field, VILLAGE));
        anna.sync(&field).await;
    }
    let date = grant::today(&field.app);
    let route = json!([{"case": cases[3], "note": ""}, {"case": cases[1], "note": ""}]);
    field.office(Topic::Route, ANNA, &date, route, Grant::Person(ANNA)).await;
    let mut fresh = field.phone(ANNA).await;
    let answers = fresh.sync(&field).await;
    let order: Vec<Option<Id>> = answers
        .iter()
        .flat_map(|answer| &answer.rows)
        .filter_map(|row| match row {
            Row::Changes(_, scope, _) | Row::Snapshot(_, scope, _) => Some(scope.family),
            Row::Office(_) => None,
        })
        .collect();
    let first_of = |case: Id| order.iter().position(|family| *family == Some(case)).unwrap();
    let mut by_coming: Vec<Id> = cases.clone();
    by_coming.sort_by_key(|case| first_of(*case));
    assert_eq!(by_coming, [cases[3], cases[1], cases[4], cases[2], cases[0]]);
    assert!(matches!(answers[0].rows.first(), Some(Row::Office(row)) if row.topic == Topic::Catalogue));
}

#[tokio::test]
async fn what_is_taken_away_leaves_the_phone_but_what_is_seen_otherwise_stays() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    boris.sync(&field).await;
    let case = anna.case(&field, VILLAGE);
    anna.visit(&field, case, "секрет");
    anna.sync(&field).await;
    for grant in [Grant::Family(case), Grant::Place(VILLAGE)] {
        field.give(BORIS, grant).await;
    }
    // The account must agree, or the places are set right again.
    let account = field.app.log.account(BORIS).await.unwrap().unwrap();
    let places = vec![AWAY, VILLAGE];
    field.app.log.put_account(crate::store::Account { places, ..account }).await.unwrap();
    boris.sync(&field).await;
    assert_eq!((boris.rows("visit").len(), boris.rows("person").len()), (1, 1));
    field.take(BORIS, Grant::Family(case)).await;
    boris.sync(&field).await;
    assert_eq!((boris.rows("visit").len(), boris.rows("case").len()), (0, 0));
    assert_eq!(boris.rows("person").len(), 1, "the card of a person in an own place");
    boris.sync(&field).await;
    assert_eq!(boris.rows("person").len(), 1);
}

#[tokio::test]
async fn a_substitute_has_the_family_for_their_days() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    boris.sync(&field).await;
    let day = |offset: i64| {
        sync_core::civil::date(field.now() + field.app.config.utc_offset_ms() + offset * DAY_MS)
    };
    let assignment =
        Assignment { person: BORIS, case, from: Some(day(1)), to: Some(day(2)), substitute: true, by: CHIEF };
    grant::assign(&field.app, assignment).await.unwrap();
    for (after_days, has) in [(0, 0), (1, 1), (1, 1), (1, 0)] {
        field.wind(after_days * DAY_MS);
        boris.sync(&field).await;
        assert_eq!(boris.rows("case").len(), has, "on {}", grant::today(&field.app));
    }
    assert!(field.app.log.assignments().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_cursor_of_another_history_begins_anew() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    let (_, body) = anna.take_request(&field);
    let mut request: sync_core::wire::SyncRequest =
        sync_core::wire::unpack(&body, sync_core::wire::MAX_UNPACKED).unwrap();
    for strange in [true, false] {
        let cursor = request.cursor.as_mut().unwrap();
        if strange {
            cursor.epoch = Id([0x77; 16]);
        } else {
            *cursor = sync_core::wire::Cursor {
                epoch: field.app.log.organisation().epoch,
                seq: u64::MAX,
                backfills: vec![],
            };
        }
        let body = sync_core::wire::pack(&request);
        let token = anna.token(&field, "POST", "/v1/sync", &body);
        let (status, answer) = field.send("POST", "/v1/sync", Some(&token), body).await;
        assert_eq!(status, 200);
        let answer: sync_core::wire::SyncAnswer =
            sync_core::wire::unpack(&answer, sync_core::wire::MAX_UNPACKED).unwrap();
        let families = answer.rows.iter().filter(|row| matches!(row, Row::Changes(..))).count();
        assert_eq!(families, 2, "case and person of {case}");
    }
}

/// A cursor is the phone's word: it opens nothing that was not given.
#[tokio::test]
async fn a_made_up_cursor_opens_no_door() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    boris.sync(&field).await;
    let (_, body) = boris.take_request(&field);
    let mut request: sync_core::wire::SyncRequest =
        sync_core::wire::unpack(&body, sync_core::wire::MAX_UNPACKED).unwrap();
    let forged = [
        Grant::Family(case),
        Grant::Document(sync_core::ids::DocId(case.0)),
        Grant::Place(VILLAGE),
        Grant::Person(ANNA),
    ];
    request.cursor.as_mut().unwrap().backfills =
        forged.into_iter().map(|grant| sync_core::wire::Backfill::new(grant, u64::MAX)).collect();
    let body = sync_core::wire::pack(&request);
    let token = boris.token(&field, "POST", "/v1/sync", &body);
    let (_, answer) = field.send("POST", "/v1/sync", Some(&token), body).await;
    let answer: sync_core::wire::SyncAnswer =
        sync_core::wire::unpack(&answer, sync_core::wire::MAX_UNPACKED).unwrap();
    assert!(answer.rows.is_empty() && answer.cursor.backfills.is_empty() && answer.due == 0);
}

/// An envelope stays whole while one change in it waits. A phone that lost its cache meanwhile carries the others
/// too, and has them no more: they are given back all the same.
#[tokio::test]
async fn own_work_answered_before_the_cache_was_wiped_comes_back() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.sync(&field).await;
    anna.visit(&field, case, "первый");
    let _lost = anna.take_request(&field);
    anna.host.step(Event::Failed, &[], field.now());
    anna.visit(&field, case, "второй, на первом");
    anna.case(&field, VILLAGE);
    let (_, body) = anna.take_request(&field);
    let mut request: SyncRequest = wire::unpack(&body, wire::MAX_UNPACKED).unwrap();
    request.envelopes.remove(0);
    let body = wire::pack(&request);
    let token = anna.token(&field, "POST", "/v1/sync", &body);
    let (_, answer) = field.send("POST", "/v1/sync", Some(&token), body).await;
    let now_ms = field.now();
    anna.host.step(Event::Answer { status: 200, now_ms }, &answer, now_ms);
    assert_eq!((anna.waiting(), anna.rows("case").len()), (2, 2));

    anna.host.wipe_cache();
    anna.host.restart(now_ms);
    anna.sync(&field).await;
    assert_eq!((anna.waiting(), anna.rows("visit").len(), anna.rows("case").len()), (0, 2, 2));
}
