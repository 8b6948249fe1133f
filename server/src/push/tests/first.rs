//! The first sync of a phone that takes documents in one piece: in what order, over cuts, and what it keeps.

use std::collections::BTreeSet;

use serde_json::json;
use sync_core::civil;
use sync_core::device::{Event, RowState};
use sync_core::ids::{DocId, Id, Month};
use sync_core::office::Topic;
use sync_core::scope::{Kind, Scope};
use sync_core::wire::{self, Asked, Backfill, Cursor, Grant, Place, Row, SyncAnswer, SyncRequest};

use super::field::*;
use crate::command::grant;
use crate::snapshot;

const DAY_MS: i64 = 86_400_000;

fn now(field: &Field) -> Month {
    civil::month(field.now())
}

/// A phone of this version.
async fn fresh(field: &Field, person: Id) -> Phone {
    let mut phone = field.phone(person).await;
    phone.host.device.first_version = false;
    phone
}

fn asked(phone: &Phone) -> Option<SyncRequest> {
    let request = phone.host.outgoing.as_ref()?;
    Some(phone.host.device.read_request(&request.body).unwrap())
}

/// One request and its answer, which does not reach the phone when it is `cut`.
async fn exchange(phone: &mut Phone, field: &Field, cut: bool) -> Option<SyncAnswer> {
    let asked = Asked::by(&asked(phone)?);
    let request = phone.host.outgoing.take().unwrap();
    let (status, body) = field.send("POST", "/v1/sync", Some(&request.token), request.body).await;
    assert_eq!(status, 200);
    let answer = wire::unpack_answer(&body, &asked).unwrap();
    let now_ms = phone.clock(field);
    if cut {
        phone.host.step(Event::Failed, &[], now_ms);
        phone.begin(field);
    } else {
        phone.host.step(Event::Answer { status, now_ms }, &body, now_ms);
    }
    Some(answer)
}

async fn sync(phone: &mut Phone, field: &Field) -> Vec<SyncAnswer> {
    phone.begin(field);
    let mut answers = Vec::new();
    while let Some(answer) = exchange(phone, field, false).await {
        answers.push(answer);
        assert!(answers.len() < 200, "it never ends");
    }
    answers
}

fn documents(answers: &[SyncAnswer]) -> Vec<(DocId, Scope)> {
    let rows = answers.iter().flat_map(|answer| &answer.rows);
    let given = rows.filter_map(|row| match row {
        Row::Changes(doc, scope, _) | Row::Snapshot(doc, scope, _) => Some((*doc, *scope)),
        Row::Office(_) => None,
    });
    let mut seen = BTreeSet::new();
    given.filter(|(doc, _)| seen.insert(*doc)).collect()
}

/// Cases with visits in each of so many months, the last of them now; snapshots made of what there is.
async fn district(field: &Field, cases: usize, months: u32) -> (Phone, Vec<Id>) {
    let mut anna = field.phone(ANNA).await;
    let cases: Vec<Id> = (0..cases).map(|_| anna.case(field, VILLAGE)).collect();
    for month in 0..months {
        field.wind(if month > 0 { 31 * DAY_MS } else { 0 });
        for case in &cases {
            for n in 0..4 {
                anna.visit(field, *case, &format!("{month} {n} {}", "слово ".repeat(60)));
            }
        }
        anna.sync(field).await;
    }
    let until = *field.app.log.changed().borrow();
    let made = snapshot::make_due(field.app.log.as_ref(), 0, until, now(field)).await.unwrap();
    assert_eq!(made > 0, months > 1, "of months that are over");
    (anna, cases)
}

#[tokio::test]
async fn today_then_this_month_then_older_newest_first() {
    let field = Field::new().await;
    let (_anna, cases) = district(&field, 3, 3).await;
    let route = json!([{"case": cases[1], "note": ""}]);
    field.office(Topic::Route, ANNA, &grant::today(&field.app), route, Grant::Person(ANNA)).await;
    let mut phone = fresh(&field, ANNA).await;
    let answers = sync(&mut phone, &field).await;
    let given = documents(&answers);
    let place = |wanted: &dyn Fn(&Scope) -> bool| -> Vec<usize> {
        given.iter().enumerate().filter(|(_, (_, scope))| wanted(scope)).map(|(at, _)| at).collect()
    };
    let today = place(&|scope| {
        scope.family == Some(cases[1]) && scope.month.is_none_or(|month| month == now(&field))
    });
    assert_eq!(today, [0, 1, 2], "person, case and this month of today's stop");
    let people = place(&|scope| scope.family != Some(cases[1]) && scope.kind != Kind::Log);
    let current = place(&|scope| scope.family != Some(cases[1]) && scope.month == Some(now(&field)));
    let months: Vec<Option<Month>> = given.iter().skip(9).map(|(_, scope)| scope.month).collect();
    assert_eq!((people, current), (vec![3, 4, 5, 6], vec![7, 8]));
    assert!(months.windows(2).all(|pair| pair[0] >= pair[1]) && months.len() == 6, "{months:?}");
    assert!(answers.iter().any(|answer| answer.rows.iter().any(|row| matches!(row, Row::Snapshot(..)))));
    assert_eq!(phone.rows("visit").len(), 3 * 3 * 4);
    assert!(phone.rows("visit").iter().all(|row| row.author == Some(ANNA) && row.at_ms.is_some()));
}

/// Nobody waits for what is not needed today: where not everything fits on a page, today's things end it.
#[tokio::test]
async fn a_page_ends_with_today() {
    let field = Field::new().await;
    let (_anna, cases) = district(&field, 12, 2).await;
    let stops = [cases[3], cases[8]];
    let route = json!(stops.map(|case| json!({"case": case, "note": ""})));
    field.office(Topic::Route, ANNA, &grant::today(&field.app), route, Grant::Person(ANNA)).await;
    let of_today = |(_, scope): &(DocId, Scope)| {
        stops.contains(&scope.family.unwrap()) && scope.month.is_none_or(|month| month == now(&field))
    };
    let mut phone = fresh(&field, ANNA).await;
    let answers = sync(&mut phone, &field).await;
    assert!(answers.len() > 1, "it does not fit on one page");
    let (today, rest) = (documents(&answers[..1]), documents(&answers[1..]));
    assert!(today.len() == 6 && today.iter().all(of_today), "{today:?}");
    // People come once more, among the cards of their place.
    let rest: Vec<_> = rest.into_iter().filter(|(_, scope)| scope.kind != Kind::Person).collect();
    assert!(rest.len() == 12 * 3 - 4 && !rest.iter().any(of_today), "{rest:?}");
}

#[tokio::test]
async fn what_fits_on_one_page_comes_on_one() {
    let field = Field::new().await;
    let (_anna, cases) = district(&field, 2, 1).await;
    let route = json!([{"case": cases[1], "note": ""}]);
    field.office(Topic::Route, ANNA, &grant::today(&field.app), route, Grant::Person(ANNA)).await;
    let mut phone = fresh(&field, ANNA).await;
    assert_eq!(sync(&mut phone, &field).await.len(), 1);
    assert_eq!(phone.rows("visit").len(), 2 * 4);
}

/// Cut at each page, once and twice: nothing comes twice, nothing is left out, and it never begins again.
#[tokio::test]
async fn a_cut_link_goes_on_at_the_next_page() {
    let field = Field::new().await;
    let (mut anna, _) = district(&field, 4, 3).await;
    for cuts in [1, 2] {
        let mut phone = fresh(&field, ANNA).await;
        phone.begin(&field);
        let mut answers = Vec::new();
        loop {
            for _ in 0..cuts {
                let before = asked(&phone).and_then(|request| request.cursor);
                let Some(_lost) = exchange(&mut phone, &field, true).await else { break };
                assert_eq!(asked(&phone).unwrap().cursor, before, "it goes on where it was");
            }
            if answers.len() == 1 {
                // Somebody writes while it is under way, and the phone is switched off and on.
                anna.visit(&field, Id(answers_case(&answers)), "в это время");
                anna.sync(&field).await;
                phone.host.restart(field.now());
                phone.begin(&field);
            }
            match exchange(&mut phone, &field, false).await {
                Some(answer) => answers.push(answer),
                None => break,
            }
        }
        let whole = documents(&answers).len();
        let rows = answers.iter().flat_map(|answer| &answer.rows);
        let snapshots = rows.filter(|row| matches!(row, Row::Snapshot(..))).count();
        let distinct: BTreeSet<DocId> = answers
            .iter()
            .flat_map(|answer| &answer.rows)
            .filter_map(|row| if let Row::Snapshot(doc, ..) = row { Some(*doc) } else { None })
            .collect();
        assert_eq!(snapshots, distinct.len(), "a document in one piece comes once");
        assert_eq!(whole, 4 * 5);
        assert_eq!(phone.rows("visit").len(), 4 * 3 * 4 + cuts);
        assert!(phone.host.notices.iter().all(|notice| !notice.code.starts_with("row_")));
    }
}

fn answers_case(answers: &[SyncAnswer]) -> [u8; 16] {
    documents(answers).into_iter().find_map(|(_, scope)| scope.family).unwrap().0
}

#[tokio::test]
async fn a_device_of_version_1_gets_changes_and_nothing_in_one_piece() {
    let field = Field::new().await;
    district(&field, 2, 5).await;
    let mut old = field.phone(ANNA).await;
    let answers = old.sync(&field).await;
    assert!(answers.iter().all(|answer| !answer.rows.iter().any(|row| matches!(row, Row::Snapshot(..)))));
    assert!(answers.iter().all(|answer| answer.cursor.backfills.iter().all(|b| b.at.is_none())));
    assert_eq!(old.rows("visit").len(), 2 * 5 * 4, "and all months, for it has no word for fewer");
}

#[tokio::test]
async fn earlier_months_come_when_they_are_asked_for() {
    let field = Field::new().await;
    let (_, cases) = district(&field, 1, 6).await;
    let mut phone = fresh(&field, ANNA).await;
    sync(&mut phone, &field).await;
    assert_eq!(phone.rows("visit").len(), 3 * 4);
    let wanted = Month(now(&field).0 - 5);
    let doc = DocId::of_log(cases[0], wanted);
    phone.host.step(Event::Earlier { docs: vec![doc] }, &[], field.now());
    let given = documents(&sync(&mut phone, &field).await);
    assert_eq!(given.iter().map(|(doc, _)| *doc).collect::<Vec<_>>(), [doc]);
    assert_eq!(phone.rows("visit").len(), 4 * 4);
    // It stays while the app is open, and goes with the next start.
    sync(&mut phone, &field).await;
    assert_eq!(phone.rows("visit").len(), 4 * 4);
    phone.host.restart(field.now());
    assert!(sync(&mut phone, &field).await.iter().all(|answer| answer.rows.is_empty()));
    assert_eq!(phone.rows("visit").len(), 3 * 4);
    // What was let go is not given again by itself.
    assert!(sync(&mut phone, &field).await.iter().all(|answer| answer.rows.is_empty()));
}

/// Returned, unanswered, set aside: such a log stays, however old it is.
#[tokio::test]
async fn what_somebody_must_look_at_again_is_not_let_go() {
    let field = Field::new().await;
    let (mut writer, cases) = district(&field, 3, 1).await;
    let mut phone = fresh(&field, ANNA).await;
    sync(&mut phone, &field).await;
    let visits = phone.rows("visit");
    let of = |case: Id| visits.iter().find(|row| row.case == Some(case)).unwrap().clone();
    let (returned, unanswered) = (of(cases[0]), of(cases[1]));
    let review = json!({"decision": "returned", "digest": returned.digest, "comment": "когда?", "by": CHIEF, "at_ms": 1});
    field.office(Topic::Review, Id(returned.doc.0), &returned.id, review, Grant::Family(cases[0])).await;
    field.wind(100 * DAY_MS);
    phone.write(
        &field,
        json!({"type": "visit", "doc": unanswered.doc, "record": unanswered.id, "fields": {"notes": "поправка"}}),
    );
    // An answer whose verdicts do not come: what waits is not let go.
    phone.begin(&field);
    exchange(&mut phone, &field, true).await;
    let held: BTreeSet<DocId> = phone.rows("visit").iter().map(|row| row.doc).collect();
    assert_eq!(held.len(), 3, "nothing goes before an answer came");
    while exchange(&mut phone, &field, false).await.is_some() {}
    let held: BTreeSet<DocId> = phone.rows("visit").iter().map(|row| row.doc).collect();
    assert_eq!(held, BTreeSet::from([returned.doc]), "the others are on the server, whole");
    assert!(phone.rows("visit").iter().any(|row| row.state == RowState::Returned));

    // A new phone gets it, too, and one that let it go fetches it when it is returned.
    let mut other = fresh(&field, ANNA).await;
    sync(&mut other, &field).await;
    assert_eq!(other.rows("visit").len(), 4);
    let third = of(cases[2]);
    let review =
        json!({"decision": "returned", "digest": third.digest, "comment": null, "by": CHIEF, "at_ms": 2});
    field.office(Topic::Review, Id(third.doc.0), &third.id, review, Grant::Family(cases[2])).await;
    sync(&mut phone, &field).await;
    sync(&mut phone, &field).await;
    assert!(phone.rows("visit").iter().any(|row| row.doc == third.doc && row.state == RowState::Returned));
    writer.sync(&field).await;
}

/// The place in a cursor is the phone's word: it opens nothing, breaks nothing, and takes only from itself.
#[tokio::test]
async fn a_made_up_place_takes_from_nobody_but_its_maker() {
    let field = Field::new().await;
    let (_, cases) = district(&field, 2, 2).await;
    let mut boris = fresh(&field, BORIS).await;
    sync(&mut boris, &field).await;
    let mut anna = fresh(&field, ANNA).await;
    for (phone, sees) in [(&mut boris, false), (&mut anna, true)] {
        for rank in [0, 2, u32::MAX] {
            phone.begin(&field);
            let mut request = asked(phone).unwrap();
            phone.host.outgoing.take();
            phone.host.step(Event::Failed, &[], field.now());
            let until = *field.app.log.changed().borrow();
            let place = Place { rank, doc: DocId([0xff; 16]) };
            let grants = cases.iter().flat_map(|case| [Grant::Family(*case), Grant::Document(DocId(case.0))]);
            let backfills = grants
                .map(|grant| Backfill { grant, until: u64::MAX, after: u64::MAX, at: Some(place) })
                .collect();
            request.cursor =
                Some(Cursor { epoch: field.app.log.organisation().epoch, seq: until, backfills });
            let key = phone.host.public_key.unwrap();
            struct Nothing;
            impl wire::elided::Known for Nothing {
                fn document(&self, _: DocId, _: &Scope) -> bool {
                    false
                }
                fn change(&self, _: DocId, _: &sync_core::ids::ChangeHash) -> bool {
                    false
                }
            }
            let body = wire::pack_request(&request, &key, ORG, &Nothing, &[]);
            let token = phone.token(&field, "POST", "/v1/sync", &body);
            let (status, answer) = field.send("POST", "/v1/sync", Some(&token), body).await;
            assert_eq!(status, 200);
            let answer = wire::unpack_answer(&answer, &Asked::by(&request)).unwrap();
            let given = documents(std::slice::from_ref(&answer)).len();
            assert!(given == 0 || (sees && rank < u32::MAX), "{given} by rank {rank}");
        }
    }
    // And whoever begins anew has everything.
    let mut again = fresh(&field, ANNA).await;
    sync(&mut again, &field).await;
    assert_eq!(again.rows("visit").len(), 2 * 2 * 4);
}
