//! Two values in one field: seen side by side, settled by a choice, opened again by a value that comes later.

use super::*;

/// Two phones that did not see each other set `way_in` of the case. Gives the copy both began from.
async fn clash(desk: &Desk) -> Document {
    let doc = DocId(CASE.0);
    let base = desk.document(doc, Kind::Case).await;
    for (who, value) in [(Who::Worker, "калитка"), (Who::SecondWorker, "двор")] {
        let fields = [("way_in", value.into())];
        desk.write_on(base.clone(), who, doc, case_scope(), &CASE.to_string(), &fields).await;
        desk.pass(1000);
    }
    base
}

async fn conflict(desk: &Desk) -> Vec<Value> {
    let detail = desk.get(Who::Vera, &format!("/v1/records/{CASE}")).await;
    match detail["conflicts"].as_array().unwrap().as_slice() {
        [] => Vec::new(),
        [only] => only["values"].as_array().unwrap().clone(),
        _ => panic!("one field expected"),
    }
}

fn shown(values: &[Value]) -> Vec<Value> {
    values.iter().map(|value| value["change"].clone()).collect()
}

async fn choose(desk: &Desk, value: &str, shown: &[Value]) -> (StatusCode, Value) {
    let body = json!({"field": "way_in", "choose": value, "shown": shown});
    desk.call(Who::Vera, "POST", &format!("/v1/records/{CASE}/conflicts"), Some(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_values_are_shown_with_who_and_when() {
    let desk = Desk::open().await;
    clash(&desk).await;
    let values = conflict(&desk).await;
    assert_eq!(values.len(), 2);
    let mut said: Vec<(&str, &str)> =
        values.iter().map(|v| (v["author_name"].as_str().unwrap(), v["value"].as_str().unwrap())).collect();
    said.sort();
    assert_eq!(said, [("SecondWorker", "двор"), ("Worker", "калитка")]);
    let page = desk.get(Who::Vera, "/v1/records?conflicts=true").await;
    assert_eq!(page["items"][0]["conflicts"], json!(["way_in"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_stands_in_place_of_exactly_the_values_shown() {
    let desk = Desk::open().await;
    let mut late_copy = clash(&desk).await;
    let seen = conflict(&desk).await;
    let (status, detail) = choose(&desk, "двор", &shown(&seen)).await;
    assert_eq!(status, StatusCode::OK, "{detail}");
    assert_eq!(detail["conflicts"], json!([]));
    assert_eq!(detail["record"]["fields"]["way_in"], "двор");
    let newest = detail["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(newest["author_name"], "Vera");
    assert_eq!(newest["device"], desk.app.key.device().to_string());
    assert_eq!(newest["device_name"], "server");
    // A phone that saw only the first value and was offline all the while: its value does not lose to the choice.
    let first = desk.app.log.changes_of(&[DocId(CASE.0)]).await.unwrap();
    for row in first[&DocId(CASE.0)].iter().filter(|row| row.author == Who::Worker.person()) {
        late_copy.apply(&Change::parse(&row.bytes).unwrap()).unwrap();
    }
    let fields = [("way_in", "через сад".into())];
    desk.write_on(late_copy, Who::Volunteer, DocId(CASE.0), case_scope(), &CASE.to_string(), &fields).await;
    let values = conflict(&desk).await;
    let mut now: Vec<&str> = values.iter().map(|value| value["value"].as_str().unwrap()).collect();
    now.sort();
    assert_eq!(now, ["двор", "через сад"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_among_values_that_are_no_longer_all_is_not_made() {
    let desk = Desk::open().await;
    let base = clash(&desk).await;
    let seen = shown(&conflict(&desk).await);
    let fields = [("way_in", "окно".into())];
    desk.write_on(base, Who::Volunteer, DocId(CASE.0), case_scope(), &CASE.to_string(), &fields).await;
    let (status, problem) = choose(&desk, "двор", &seen).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["code"], "changed");
    assert_eq!(problem["values"].as_array().unwrap().len(), 3);
    assert_eq!(conflict(&desk).await.len(), 3);
    // The same choice sent twice, as after a lost answer, is not made twice.
    let all = shown(&conflict(&desk).await);
    assert_eq!(choose(&desk, "двор", &all).await.0, StatusCode::OK);
    let (status, problem) = choose(&desk, "двор", &all).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["values"][0]["value"], "двор");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_a_log_is_settled_like_a_card() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(3)), ("notes", "дрова".into())]).await;
    let other = desk.visit(Who::Worker, 8, &[("mood", Scalar::Int(3))]).await;
    let base = desk.document(log_doc(), Kind::Log).await;
    for (who, mood) in [(Who::Worker, 1), (Who::SecondWorker, 5)] {
        let fields = [("mood", Scalar::Int(mood))];
        desk.write_on(base.clone(), who, log_doc(), log_scope(), &record, &fields).await;
    }
    let path = format!("/v1/records/{record}");
    let detail = desk.get(Who::Vera, &path).await;
    let seen = shown(detail["conflicts"][0]["values"].as_array().unwrap());
    let body = json!({"field": "mood", "choose": 5, "shown": seen});
    let detail = desk.post(Who::Vera, &format!("{path}/conflicts"), body).await;
    assert_eq!((&detail["record"]["fields"]["mood"], &detail["conflicts"]), (&json!(5), &json!([])));
    assert_eq!(detail["record"]["fields"]["notes"], "дрова");
    let untouched = desk.get(Who::Vera, &format!("/v1/records/{other}")).await;
    assert_eq!(untouched["history"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_envelopes_follow_one_another() {
    let desk = Desk::open().await;
    for round in 1..=3u64 {
        let base = desk.document(DocId(CASE.0), Kind::Case).await;
        for (who, value) in [(Who::Worker, "a"), (Who::SecondWorker, "b")] {
            let fields = [("way_in", format!("{value}{round}").into())];
            desk.write_on(base.clone(), who, DocId(CASE.0), case_scope(), &CASE.to_string(), &fields).await;
        }
        let (status, answer) = choose(&desk, "c", &shown(&conflict(&desk).await)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let server = desk.app.log.device(desk.app.key.device()).await.unwrap().unwrap();
        assert_eq!(server.newest.unwrap().number, round);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_without_meaning_are_refused() {
    let desk = Desk::open().await;
    clash(&desk).await;
    let path = format!("/v1/records/{CASE}/conflicts");
    for body in [
        json!({"field": "way_in", "choose": "x", "shown": []}),
        json!({"field": "", "choose": "x", "shown": ["0".repeat(64)]}),
        json!({"field": "way_in", "choose": {"deep": 1}, "shown": ["0".repeat(64)]}),
        json!({"field": "way_in", "choose": "x", "shown": ["zz"]}),
    ] {
        let (status, _) = desk.call(Who::Vera, "POST", &path, Some(body)).await;
        assert!(status.is_client_error(), "{status}");
    }
    assert_eq!(conflict(&desk).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_no_change_could_carry_is_refused_and_nothing_is_written() {
    let desk = Desk::open().await;
    clash(&desk).await;
    let seen = shown(&conflict(&desk).await);
    let before = *desk.app.log.changed().borrow();
    let most = sync_core::admission::Limits::STANDARD.text;
    let (status, problem) = choose(&desk, &"x".repeat(most + 1), &seen).await;
    assert_eq!(
        (status, &problem["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("choose")),
        "{problem}"
    );
    assert_eq!(*desk.app.log.changed().borrow(), before);
    assert_eq!(conflict(&desk).await.len(), 2, "both values still stand there");
    assert_eq!(choose(&desk, &"x".repeat(most), &seen).await.0, StatusCode::OK, "the longest there may be");
}
