//! A visit from the phone to the desk and back.

use footpath_tests::district::District;
use sync_core::device::RowState;

#[test]
fn a_visit_logged_offline_is_seen_approved_and_shown_as_approved() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let case = anna.register("Зинаида");
    let at = anna.phone.visit(case, "давление 140").unwrap();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Phone);
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Server);

    let listed = district.desk.all(&format!("/v1/records?type=visit&case={case}"));
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], at.1);
    assert_eq!(listed[0]["state"], "received");
    assert_eq!(listed[0]["fields"]["notes"], "давление 140");
    assert_eq!(listed[0]["author_name"], "anna");

    assert_eq!(district.desk.approve(&at.1), "done");
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Approved);
}

#[test]
fn a_returned_visit_comes_back_with_the_comment_is_corrected_offline_and_approved() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let case = anna.register("Зинаида");
    let at = anna.phone.visit(case, "была").unwrap();
    anna.sync_all();
    assert_eq!(district.desk.send_back(&at.1, "Во сколько?"), "done");

    anna.phone.told();
    anna.sync_all();
    let row = anna.phone.row(&at).unwrap();
    assert_eq!(row.state, RowState::Returned);
    assert_eq!(row.review.unwrap().comment.as_deref(), Some("Во сколько?"));
    assert!(anna.phone.told().contains(&"returned"));

    anna.phone.correct(&at, &[("start", "10:05".into())]).unwrap();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Phone);
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Server, "it needs a new look");
    assert_eq!(district.desk.approve(&at.1), "done");
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Approved);

    // Changed once more: approved no longer.
    anna.phone.correct(&at, &[("end", "11:00".into())]).unwrap();
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Edited);
    assert_eq!(district.desk.get(&format!("/v1/records/{}", at.1))["record"]["state"], "edited");
}

#[test]
fn a_decision_on_what_is_no_longer_there_says_what_changed() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let case = anna.register("Зинаида");
    let at = anna.phone.visit(case, "была").unwrap();
    anna.sync_all();
    let seen = district.desk.get(&format!("/v1/records/{}", at.1))["record"]["digest"].clone();
    anna.phone.correct(&at, &[("notes", "была, давление 150".into())]).unwrap();
    anna.sync_all();

    let body = serde_json::json!({"items": [{"record": at.1, "digest": seen}], "decision": "approve"});
    let result = district.desk.post("/v1/reviews", body)["results"][0].clone();
    assert_eq!(result["outcome"], "changed");
    assert_eq!(result["changed_fields"], serde_json::json!(["notes"]));
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Server);
}

#[test]
fn who_changed_what_from_which_device_is_told() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    let at = anna.phone.visit(case, "была").unwrap();
    anna.sync_all();
    district.assign(case, &boris);
    boris.sync_all();
    boris.phone.correct(&at, &[("witness", "соседка".into())]).unwrap();
    boris.sync_all();

    let detail = district.desk.get(&format!("/v1/records/{}", at.1));
    let story: Vec<(&str, &str)> = detail["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["author_name"].as_str().unwrap(), change["device"].as_str().unwrap()))
        .collect();
    let (first, second) = (anna.phone.device().to_string(), boris.phone.device().to_string());
    assert_eq!(story, [("anna", first.as_str()), ("boris", second.as_str())]);
    assert_eq!(detail["history"][1]["fields"], serde_json::json!({"witness": "соседка"}));
}

#[test]
fn a_new_phone_of_the_same_person_gets_everything() {
    let mut district = District::new(&["anna"]);
    let mut old = district.walker("anna");
    let cases: Vec<_> = (0..5).map(|n| old.register(&format!("Recipient {n}"))).collect();
    for case in &cases {
        for visit in 0..4 {
            old.phone.visit(*case, &format!("visit {visit}")).unwrap();
        }
    }
    old.sync_all();
    let new = district.walker("anna");
    assert_eq!(new.phone.rows(), old.phone.rows());
    assert_eq!(new.phone.rows().len(), 5 * (2 + 4));
}
