//! Who is given what: on the wire, not in a table.

use footpath_tests::district::District;
use footpath_tests::holdings;
use serde_json::json;
use sync_core::device::RowState;

#[test]
fn a_phone_is_given_its_own_families_and_no_others() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let (hers, his) = (anna.register("Зинаида"), boris.register("Николай"));
    anna.phone.visit(hers, "у Зинаиды").unwrap();
    boris.phone.visit(his, "у Николая").unwrap();
    for walker in [&mut anna, &mut boris] {
        walker.sync_all();
        walker.sync_all();
    }
    anna.phone.lose_cache();
    anna.sync_all();
    assert!(anna.phone.rows().iter().all(|row| row.case == Some(hers)));
    assert!(boris.phone.rows().iter().all(|row| row.case == Some(his)));
    let stranger = district.walker("boris");
    assert!(holdings::of(&stranger.phone).values().all(|holding| holding.scope.family == Some(his)));
}

#[test]
fn the_coordinator_keeps_no_replica() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let case = anna.register("Зинаида");
    anna.phone.visit(case, "была").unwrap();
    anna.sync_all();
    let vera = district.walker("vera");
    assert_eq!(vera.phone.rows(), []);
}

#[test]
fn only_a_coordinator_works_at_the_desk() {
    let mut district = District::new(&["anna"]);
    let mut anna = footpath_tests::desk::Desk::open(&district.footpath, "anna");
    for (method, path) in [
        ("GET", "/v1/records"),
        ("GET", "/v1/cases"),
        ("GET", "/v1/quarantine"),
        ("GET", "/v1/people"),
        ("POST", "/v1/reviews"),
    ] {
        let answer = anna.ask(method, path, if method == "POST" { json!({}) } else { json!(null) });
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (403, "forbidden".into()),
            "{method} {path}"
        );
    }
    assert_eq!(district.desk.ask("GET", "/v1/records", json!(null)).status, 200);
}

#[test]
fn late_work_after_a_reassignment_is_accepted_with_a_flag() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    anna.sync_all();
    district.assign(case, &boris);
    boris.sync_all();

    let at = boris.phone.visit(case, "поздно, но было").unwrap();
    district.unassign(case, &boris);
    boris.sync_all();
    assert!(boris.phone.told().contains(&"revoked_family"));
    assert_eq!(boris.phone.row(&at), None, "what is no longer his goes once it is answered for");

    // Written when the phone had heard of it already, by somebody who went there all the same.
    let later = boris.phone.visit(case, "зашёл по привычке").unwrap();
    boris.sync_all();
    assert_eq!(boris.phone.row(&later), None);

    let detail = district.desk.get(&format!("/v1/records/{}", at.1));
    assert_eq!(detail["record"]["fields"]["notes"], "поздно, но было");
    assert_eq!(detail["flags"], json!(["after_reassignment"]));
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().state, RowState::Server);
}

#[test]
fn a_phone_taken_out_of_service_may_hand_in_its_work_and_gets_nothing() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut other) = (district.walker("anna"), district.walker("anna"));
    let case = anna.register("Зинаида");
    anna.sync_all();
    other.sync_all();
    let at = anna.phone.visit(case, "последнее").unwrap();
    let device = anna.phone.device();
    district.desk.post(&format!("/v1/devices/{device}/revoke"), json!({}));
    other.phone.visit(case, "новое").unwrap();
    other.sync_all();

    anna.sync_all();
    assert!(anna.phone.host.status.as_ref().unwrap().revoked);
    let row = anna.phone.row(&at).unwrap();
    assert_eq!((row.state, row.reason.unwrap().code()), (RowState::SetAside, "device_revoked"));
    assert!(!anna.phone.rows().iter().any(|row| row.fields.get("notes") == Some(&"новое".into())));

    let aside = district.desk.all("/v1/quarantine");
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0]["reason"], "device_revoked");
    // Its work can be let in all the same, and then it is at the desk and on the other phone.
    district.desk.post(&format!("/v1/quarantine/{}/release", aside[0]["id"]), json!({}));
    other.sync_all();
    assert_eq!(other.phone.row(&at).unwrap().fields["notes"], "последнее".into());
}
