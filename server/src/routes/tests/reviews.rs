//! Approve, return, and what a later change makes of it.

use super::*;

async fn digest(desk: &Desk, record: &str) -> Value {
    desk.get(Who::Vera, &format!("/v1/records/{record}")).await["record"]["digest"].clone()
}

async fn decide(desk: &Desk, record: &str, digest: &Value, decision: &str, comment: Option<&str>) -> Value {
    let body =
        json!({"items": [{"record": record, "digest": digest}], "decision": decision, "comment": comment});
    desk.post(Who::Vera, "/v1/reviews", body).await["results"][0].clone()
}

async fn state(desk: &Desk, record: &str) -> String {
    let detail = desk.get(Who::Vera, &format!("/v1/records/{record}")).await;
    detail["record"]["state"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn approved_until_it_changes() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(3))]).await;
    let seen = digest(&desk, &record).await;
    assert_eq!(decide(&desk, &record, &seen, "approve", None).await["outcome"], "done");
    assert_eq!(state(&desk, &record).await, "approved");
    desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(4))]).await;
    assert_eq!(state(&desk, &record).await, "edited");
    let detail = desk.get(Who::Vera, &format!("/v1/records/{record}")).await;
    assert_eq!(detail["changed_since_review"], json!(["mood"]));
    let now = digest(&desk, &record).await;
    decide(&desk, &record, &now, "approve", None).await;
    assert_eq!(state(&desk, &record).await, "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_record_that_was_corrected_is_looked_at_again() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(3))]).await;
    let seen = digest(&desk, &record).await;
    decide(&desk, &record, &seen, "return", Some("  Когда ушли? ")).await;
    let detail = desk.get(Who::Vera, &format!("/v1/records/{record}")).await;
    assert_eq!(detail["record"]["state"], "returned");
    assert_eq!(detail["review"]["comment"], "Когда ушли?");
    assert_eq!(detail["review"]["by_name"], "Vera");
    desk.visit(Who::Worker, 7, &[("end", "10:40".into())]).await;
    let detail = desk.get(Who::Vera, &format!("/v1/records/{record}")).await;
    assert_eq!(detail["record"]["state"], "received");
    assert_eq!(detail["record"]["returned_before"], true);
    assert_eq!(detail["changed_since_review"], json!(["end"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_on_what_is_no_longer_there_is_not_made() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(3))]).await;
    let seen = digest(&desk, &record).await;
    desk.visit(Who::Worker, 7, &[("notes", "дрова".into()), ("mood", Scalar::Int(1))]).await;
    let result = decide(&desk, &record, &seen, "approve", None).await;
    assert_eq!(result, json!({"record": record, "outcome": "changed", "changed_fields": ["mood", "notes"]}));
    assert_eq!(state(&desk, &record).await, "received");
    let invented = json!("0".repeat(64));
    let result = decide(&desk, &record, &invented, "approve", None).await;
    assert_eq!(result["changed_fields"], json!(["date", "mood", "notes", "type"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_in_one_append_and_each_has_its_own_outcome() {
    let desk = Desk::open().await;
    let mut items = Vec::new();
    for id in 1..=40u8 {
        let record = desk.visit(Who::Worker, id, &[]).await;
        items.push(json!({"record": record, "digest": digest(&desk, &record).await}));
    }
    items.push(json!({"record": "nothing", "digest": "0".repeat(64)}));
    let before = *desk.app.log.changed().borrow();
    let answer = desk.post(Who::Vera, "/v1/reviews", json!({"items": items, "decision": "approve"})).await;
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.iter().filter(|result| result["outcome"] == "done").count(), 40);
    assert_eq!(results[40]["outcome"], "missing");
    assert_eq!(*desk.app.log.changed().borrow(), before + 40);
    let rows = desk.app.log.read_after(before, 100).await.unwrap();
    assert!(rows.iter().all(|row| row.received_ms == rows[0].received_ms));
    assert_eq!(
        desk.get(Who::Vera, "/v1/records?state=approved").await["items"].as_array().unwrap().len(),
        40
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_addressed_to_those_who_have_the_family() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[]).await;
    let seen = digest(&desk, &record).await;
    decide(&desk, &record, &seen, "approve", None).await;
    let newest = *desk.app.log.changed().borrow();
    let rows = desk.app.log.rows(&[newest]).await.unwrap();
    let Entry::Office(office) = &rows[0].entry else { panic!("an office row expected") };
    assert_eq!(office.to, Grant::Family(CASE));
    assert_eq!(office.row.key, record);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_without_meaning_are_refused() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[]).await;
    let item = json!({"record": record, "digest": digest(&desk, &record).await});
    let many = vec![item.clone(); 501];
    for (body, status) in [
        (json!({"items": [], "decision": "approve"}), 422),
        (json!({"items": many, "decision": "approve"}), 422),
        (json!({"items": [item], "decision": "return"}), 422),
        (json!({"items": [item], "decision": "return", "comment": "  "}), 422),
        (json!({"items": [item], "decision": "approve", "comment": "я".repeat(2001)}), 422),
        (json!({"items": [item], "decision": "forget"}), 400),
        (json!({"items": [{"record": record, "digest": "short"}], "decision": "approve"}), 400),
        (json!("nothing"), 400),
    ] {
        let (got, answer) = desk.call(Who::Vera, "POST", "/v1/reviews", Some(body)).await;
        assert_eq!(got.as_u16(), status, "{answer}");
    }
}
