//! Who may call what: every endpoint, every duty.

use super::*;

/// Each endpoint with the statuses for the coordinator of the place, the other coordinator, and an administrator.
fn endpoints(record: &str, set_aside: u64) -> Vec<(&'static str, String, Value, [u16; 3])> {
    let device = Who::Worker.key().device();
    let person = Who::Worker.person();
    let visit = format!("/v1/records/{record}");
    let conflict = json!({"field": "mood", "choose": 1, "shown": ["0".repeat(64)]});
    let review = json!({"items": [], "decision": "approve"});
    vec![
        ("GET", "/v1/records".into(), Value::Null, [200, 200, 403]),
        ("GET", visit.clone(), Value::Null, [200, 404, 403]),
        ("POST", format!("{visit}/conflicts"), conflict, [409, 404, 403]),
        ("POST", "/v1/reviews".into(), review, [422, 422, 403]),
        ("GET", "/v1/cases".into(), Value::Null, [200, 200, 403]),
        ("GET", format!("/v1/cases/{CASE}"), Value::Null, [200, 404, 403]),
        ("POST", format!("/v1/cases/{CASE}/assignments"), json!({"person": person}), [200, 404, 403]),
        ("DELETE", format!("/v1/cases/{CASE}/assignments/{person}"), Value::Null, [200, 404, 403]),
        ("GET", "/v1/people".into(), Value::Null, [200, 200, 403]),
        ("GET", "/v1/catalogue".into(), Value::Null, [200, 200, 200]),
        ("GET", "/v1/quarantine".into(), Value::Null, [200, 200, 403]),
        ("GET", format!("/v1/quarantine/{set_aside}"), Value::Null, [200, 404, 403]),
        ("GET", format!("/v1/quarantine/{set_aside}/export"), Value::Null, [200, 404, 403]),
        ("POST", format!("/v1/quarantine/{set_aside}/release"), Value::Null, [409, 404, 403]),
        ("POST", format!("/v1/quarantine/{set_aside}/settle"), json!({"note": "ok"}), [200, 404, 403]),
        ("GET", "/v1/devices".into(), Value::Null, [200, 200, 200]),
        ("POST", format!("/v1/devices/{device}/revoke"), Value::Null, [200, 404, 200]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_knows_who_may_call_it() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[("mood", Scalar::Int(3))]).await;
    let set_aside = quarantine::set_aside_garbage(&desk).await;
    for (method, path, body, [vera, nina, admin]) in endpoints(&record, set_aside) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let expected = [
            (None, 401),
            (Some(Who::SecondWorker), 403),
            (Some(Who::Volunteer), 403),
            (Some(Who::Admin), admin),
            (Some(Who::Nina), nina),
            (Some(Who::Vera), vera),
        ];
        for (who, status) in expected {
            let (got, answer) = desk.call_raw(who, method, &path, body.clone()).await;
            assert_eq!(
                got.as_u16(),
                status,
                "{method} {path} as {who:?}: {}",
                String::from_utf8_lossy(&answer)
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_show_nothing_from_elsewhere() {
    let desk = Desk::open().await;
    desk.visit(Who::Worker, 7, &[]).await;
    let texts = [
        desk.get(Who::Nina, "/v1/records").await.to_string(),
        desk.get(Who::Nina, "/v1/cases").await.to_string(),
        desk.get(Who::Nina, "/v1/people?kind=file").await.to_string(),
        desk.get(Who::Nina, "/v1/quarantine?state=all").await.to_string(),
    ];
    for text in texts {
        assert!(!text.contains("Мария") && !text.contains(&CASE.to_string()), "{text}");
    }
    assert_eq!(desk.get(Who::Nina, &format!("/v1/records?place={VILLAGE}")).await["items"], json!([]));
    assert_eq!(desk.get(Who::Nina, &format!("/v1/records?case={CASE}")).await["items"], json!([]));
}

/// A log whose phone claims another place than its case has is still seen where the case is.
#[tokio::test(flavor = "multi_thread")]
async fn a_family_is_where_its_case_is() {
    let desk = Desk::open().await;
    let scope = Scope { place: Some(ELSEWHERE), ..log_scope() };
    let record = Id([7; 16]).to_string();
    desk.write(Who::Worker, log_doc(), scope, &record, &[("type", "visit".into())]).await;
    desk.get(Who::Vera, &format!("/v1/records/{record}")).await;
    let (status, _) = desk.call(Who::Nina, "GET", &format!("/v1/records/{record}"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
