//! The merged log: filters, pages, and one record with its story.

use super::*;

fn ids(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap()[..2].to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_the_log() {
    let desk = Desk::open().await;
    desk.visit(Who::Worker, 0x11, &[("date", "2026-06-01".into())]).await;
    desk.visit(Who::SecondWorker, 0x12, &[("date", "2026-06-05".into())]).await;
    desk.visit(Who::Worker, 0x13, &[("type", "delivery".into()), ("date", "2026-06-03".into())]).await;
    let worker = Who::Worker.person();
    for (query, expected) in [
        ("type=visit,delivery", vec!["12", "13", "11"]),
        ("type=visit", vec!["12", "11"]),
        ("type=delivery", vec!["13"]),
        ("type=visit,delivery&from=2026-06-02", vec!["12", "13"]),
        ("type=visit,delivery&from=2026-06-01&to=2026-06-03", vec!["13", "11"]),
        ("type=visit,delivery&state=approved", vec![]),
        ("type=visit,delivery&state=received,approved", vec!["12", "13", "11"]),
        (&format!("worker={worker}"), vec!["13", "11"]),
        (&format!("type=visit&place={DISTRICT}"), vec!["12", "11"]),
        (&format!("type=visit&place={VILLAGE}"), vec!["12", "11"]),
        (&format!("type=visit&place={ELSEWHERE}"), vec![]),
        (&format!("type=visit&case={CASE}"), vec!["12", "11"]),
        ("type=visit&q=елкина", vec!["12", "11"]),
        ("type=visit&q=МАРИЯ", vec!["12", "11"]),
        ("type=visit&q=nobody", vec![]),
        ("type=visit&conflicts=true", vec![]),
        ("type=visit&place=&state=&from=&q=", vec!["12", "11"]),
    ] {
        assert_eq!(
            ids(&desk.get(Who::Vera, &format!("/v1/records?{}", encoded(query))).await),
            expected,
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_of_all_that_is_found_and_not_of_a_page() {
    let desk = Desk::open().await;
    for id in 0x11..0x16u8 {
        let who = if id < 0x13 { Who::Worker } else { Who::SecondWorker };
        desk.visit(who, id, &[("date", "2026-06-01".into())]).await;
    }
    desk.visit(Who::Worker, 0x20, &[("type", "delivery".into()), ("date", "2026-06-03".into())]).await;
    let first = desk.get(Who::Vera, "/v1/records?type=visit&limit=1").await["items"][0].clone();
    let item = json!({"record": first["id"], "digest": first["digest"]});
    desk.post(Who::Vera, "/v1/reviews", json!({"items": [item], "decision": "approve"})).await;
    let worker = Who::Worker.person();
    for (query, expected) in [
        (
            "type=visit,delivery&limit=1",
            vec![("approved", "visit", 1), ("received", "delivery", 1), ("received", "visit", 4)],
        ),
        ("type=visit&state=approved", vec![("approved", "visit", 1), ("received", "visit", 4)]),
        (
            &format!("type=visit,delivery&worker={worker}"),
            vec![("received", "delivery", 1), ("received", "visit", 2)],
        ),
        ("type=visit&from=2026-06-02", vec![]),
        (&format!("type=visit&place={ELSEWHERE}"), vec![]),
    ] {
        let counts = desk.get(Who::Vera, &format!("/v1/records/counts?{query}")).await;
        let items = expected
            .iter()
            .map(|(state, type_, count)| json!({"state": state, "type": type_, "count": count}));
        assert_eq!(counts["items"], Value::from(items.collect::<Vec<_>>()), "{query}");
    }
}

/// Letters of other alphabets as URLs have them.
fn encoded(query: &str) -> String {
    query
        .bytes()
        .map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let desk = Desk::open().await;
    for id in 0x10..0x17u8 {
        desk.visit(Who::Worker, id, &[("date", format!("2026-06-{:02}", 1 + id % 3).into())]).await;
    }
    let whole = ids(&desk.get(Who::Vera, "/v1/records?type=visit").await);
    assert_eq!(whole.len(), 7);
    let mut paged = Vec::new();
    let mut path = "/v1/records?type=visit&limit=3".to_owned();
    loop {
        let page = desk.get(Who::Vera, &path).await;
        paged.extend(ids(&page));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/records?type=visit&limit=3&after={next}");
    }
    assert_eq!(paged, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_has_the_names_a_person_needs() {
    let desk = Desk::open().await;
    desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(4))]).await;
    let page = desk.get(Who::Vera, "/v1/records?type=visit").await;
    let row = &page["items"][0];
    assert_eq!(row["case_name"], "Мария Ёлкина");
    assert_eq!(row["author_name"], "Worker");
    assert_eq!(row["place_name"], "Калиновка");
    assert_eq!(row["state"], "received");
    assert_eq!(row["fields"]["mood"], 4);
    assert!(row["violations"].as_array().unwrap().iter().any(|found| found["code"] == "missing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_tells_who_changed_what_and_from_where() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(3)), ("notes", "дрова".into())]).await;
    desk.pass(60_000);
    desk.visit(Who::SecondWorker, 7, &[("mood", Scalar::Int(5))]).await;
    let detail = desk.get(Who::Vera, &format!("/v1/records/{record}")).await;
    let history = detail["history"].as_array().unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0]["author_name"], "Worker");
    assert_eq!(history[1]["device_name"], "SecondWorker's phone");
    assert_eq!(history[1]["fields"], json!({"mood": 5}));
    assert_eq!(history[1]["received_ms"], NOW + 60_000);
    let field = |key: &str| {
        let fields = detail["fields"].as_array().unwrap();
        fields.iter().find(|field| field["key"] == key).unwrap()["values"].clone()
    };
    assert_eq!(field("mood")[0]["author_name"], "SecondWorker");
    assert_eq!(field("notes")[0]["author_name"], "Worker");
    assert_eq!(detail["record"]["author_name"], "Worker");
}

/// Only malice gives one id to two records; each can still be seen.
#[tokio::test(flavor = "multi_thread")]
async fn two_documents_with_one_record_id_stay_apart() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[]).await;
    let month = Month(2026 * 12 + 6);
    let (doc, scope) = (DocId::of_log(CASE, month), Scope::of_log(CASE, Some(VILLAGE), month));
    desk.write(Who::SecondWorker, doc, scope, &record, &[("type", "delivery".into())]).await;
    let first = desk.get(Who::Vera, &format!("/v1/records/{record}")).await;
    assert_eq!(first["record"]["type"], "visit");
    let second = desk.get(Who::Vera, &format!("/v1/records/{record}?doc={doc}")).await;
    assert_eq!(second["record"]["type"], "delivery");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voided_record_and_its_return_are_seen() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[]).await;
    desk.visit(Who::Worker, 7, &[("void/at", Scalar::Int(NOW)), ("void/why", "ошибка".into())]).await;
    assert_eq!(desk.get(Who::Vera, &format!("/v1/records/{record}")).await["record"]["voided"], true);
    desk.visit(Who::Worker, 7, &[("void/at", Scalar::Null)]).await;
    assert_eq!(desk.get(Who::Vera, &format!("/v1/records/{record}")).await["record"]["voided"], false);
}
