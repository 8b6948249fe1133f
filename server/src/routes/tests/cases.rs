//! Cases, and giving them to people.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_case_shows_its_person_and_its_cards() {
    let desk = Desk::open().await;
    desk.visit(Who::Worker, 7, &[("date", "2026-06-03".into())]).await;
    let page = desk.get(Who::Vera, "/v1/cases").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["name"], "Мария Ёлкина");
    assert_eq!(page["items"][0]["last_visit"], "2026-06-03");
    assert_eq!(page["items"][0]["care_status"], "active");
    let case = desk.get(Who::Vera, &format!("/v1/cases/{CASE}")).await;
    let kinds: Vec<&str> =
        case["cards"].as_array().unwrap().iter().map(|card| card["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["person", "case"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_given_and_taken_away() {
    let desk = Desk::open().await;
    let path = format!("/v1/cases/{CASE}/assignments");
    let person = Who::Worker.person();
    let case = desk.post(Who::Vera, &path, json!({"person": person})).await;
    assert_eq!(case["assignments"][0]["name"], "Worker");
    assert_eq!(case["assignments"][0]["holds"], true);
    let spans = desk.app.log.grants_of(person).await.unwrap();
    assert!(spans.iter().any(|span| span.grant == Grant::Family(CASE) && span.to.is_none()));
    let (status, case) = desk.call(Who::Vera, "DELETE", &format!("{path}/{person}"), None).await;
    assert_eq!((status, &case["assignments"]), (StatusCode::OK, &json!([])));
    let spans = desk.app.log.grants_of(person).await.unwrap();
    assert!(spans.iter().all(|span| span.grant != Grant::Family(CASE) || span.to.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_substitute_has_days() {
    let desk = Desk::open().await;
    let path = format!("/v1/cases/{CASE}/assignments");
    let body = json!({"person": Who::SecondWorker.person(), "from": "2027-01-10", "to": "2027-01-20", "substitute": true});
    let case = desk.post(Who::Vera, &path, body).await;
    let assignment = &case["assignments"][0];
    assert_eq!((&assignment["from"], &assignment["to"]), (&json!("2027-01-10"), &json!("2027-01-20")));
    assert_eq!((&assignment["substitute"], &assignment["holds"]), (&json!(true), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_without_meaning_are_refused() {
    let desk = Desk::open().await;
    let path = format!("/v1/cases/{CASE}/assignments");
    let person = Who::Worker.person();
    for (body, status) in [
        (json!({"person": Id([0xee; 16])}), 422),
        (json!({"person": person, "from": "tomorrow"}), 422),
        (json!({"person": person, "from": "2026-06-02", "to": "2026-06-01"}), 422),
        (json!({"person": "nobody"}), 400),
        (json!({}), 400),
    ] {
        assert_eq!(desk.call(Who::Vera, "POST", &path, Some(body)).await.0.as_u16(), status);
    }
    let (status, _) = desk.call(Who::Vera, "DELETE", &format!("{path}/nobody"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_part_of_their_name() {
    let desk = Desk::open().await;
    let page = desk.get(Who::Vera, "/v1/people?kind=file&q=%D1%91%D0%BB%D0%BA").await;
    assert_eq!(page["items"][0]["name"], "Мария Ёлкина");
    let staff = desk.get(Who::Vera, "/v1/people?kind=staff&limit=4").await;
    assert_eq!(staff["items"].as_array().unwrap().len(), 4);
    let path = format!("/v1/people?kind=staff&after={}", staff["next"].as_str().unwrap());
    assert_eq!(desk.get(Who::Vera, &path).await["items"].as_array().unwrap().len(), 2);
    assert_eq!(desk.get(Who::Vera, "/v1/catalogue").await["places"].as_array().unwrap().len(), 3);
}
