//! What is set aside: kept, shown with its reason, exported, released or settled; and work that stood on it.

use footpath_tests::district::{District, Walker};
use footpath_tests::wire::Server;
use serde_json::json;
use sync_core::device::RowState;
use sync_core::device::memory::Request;
use sync_core::ids::{DocId, Id, unhex};
use sync_core::wire;

/// Boris has been at somebody's who was never given to him.
fn uninvited() -> (District, Walker, Walker, Id, (DocId, String)) {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    anna.sync_all();
    let at = boris.phone.visit(case, "мимо шёл, зашёл").unwrap();
    boris.sync_all();
    (district, anna, boris, case, at)
}

#[test]
fn work_on_a_case_never_granted_is_set_aside_and_shown() {
    let (mut district, anna, mut boris, _, at) = uninvited();
    let row = boris.phone.row(&at).unwrap();
    assert_eq!((row.state, row.reason.unwrap().code()), (RowState::SetAside, "out_of_scope"));
    assert_eq!(row.fields["notes"], "мимо шёл, зашёл".into(), "its author still sees it");
    assert!(boris.phone.told().contains(&"set_aside"));
    assert_eq!(anna.phone.row(&at), None);
    assert_eq!(district.desk.ask("GET", &format!("/v1/records/{}", at.1), json!(null)).status, 404);

    let aside = district.desk.all("/v1/quarantine");
    assert_eq!(aside.len(), 1);
    assert_eq!(
        (aside[0]["reason"].as_str(), aside[0]["author_name"].as_str()),
        (Some("out_of_scope"), Some("boris"))
    );
    let id = &aside[0]["id"];
    let shown = district.desk.get(&format!("/v1/quarantine/{id}"));
    assert!(shown["preview"].to_string().contains("мимо шёл, зашёл"), "{shown}");
    let export = district.desk.get(&format!("/v1/quarantine/{id}/export?format=json"));
    let bytes = unhex(export["bytes"].as_str().unwrap()).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("зашёл"));
    // A new phone of his knows it too: the note is in the inbox.
    let new = district.walker("boris");
    assert!(
        new.phone.host.office.keys().any(|key| key.starts_with("office/inbox/")),
        "{:?}",
        new.phone.host.office
    );
}

#[test]
fn released_it_is_admitted_and_everybody_sees_it() {
    let (mut district, mut anna, mut boris, _, at) = uninvited();
    let id = district.desk.all("/v1/quarantine")[0]["id"].clone();
    district.desk.post(&format!("/v1/quarantine/{id}/release"), json!({}));
    assert_eq!(district.desk.all("/v1/quarantine"), Vec::<serde_json::Value>::new());

    let detail = district.desk.get(&format!("/v1/records/{}", at.1));
    assert_eq!(detail["flags"], json!(["released"]));
    anna.sync_all();
    assert_eq!(anna.phone.row(&at).unwrap().fields["notes"], "мимо шёл, зашёл".into());
    // Its author is told, and has nothing of his own in quarantine any more.
    boris.sync_all();
    assert_eq!(boris.phone.host.status.as_ref().unwrap().set_aside, 0, "{:?}", boris.phone.host.notices);
}

#[test]
fn settled_it_is_closed_with_a_note_its_author_reads() {
    let (mut district, mut anna, mut boris, _, at) = uninvited();
    let id = district.desk.all("/v1/quarantine")[0]["id"].clone();
    district.desk.post(&format!("/v1/quarantine/{id}/settle"), json!({"note": "записано у Анны"}));
    boris.sync_all();
    assert!(boris.phone.told().contains(&"settled"));
    assert_eq!(boris.phone.host.status.as_ref().unwrap().set_aside, 0);
    assert!(boris.phone.host.office.values().any(|value| value.contains("записано у Анны")));
    anna.sync_all();
    assert_eq!(anna.phone.row(&at), None);
    let released = district.desk.ask("POST", &format!("/v1/quarantine/{id}/release"), json!({}));
    assert_eq!(released.status, 409, "it is not open any more");
}

#[test]
fn what_stood_on_a_damaged_change_is_made_again_and_arrives() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let case = anna.register("Зинаида");
    let at = anna.phone.visit(case, "была").unwrap();
    anna.sync_all();
    for (field, text) in [("witness", "первое"), ("mood_notes", "второе"), ("notes", "третье")]
    {
        anna.phone.correct(&at, &[(field, text.into())]).unwrap();
    }
    // A bit of the first change flips in the phone's memory: signed for, but not what its hash says.
    let asked = anna.phone.ask().unwrap();
    let mut inside = anna.phone.host.device.read_request(&asked.body).unwrap();
    let change = &mut inside.envelopes[0].changes[0];
    let middle = change.len() / 2;
    change[middle] ^= 1;
    let body = wire::pack(&inside);
    let token = anna.phone.host.device.token("POST", "/v1/sync", &body, anna.phone.clock.now_ms()).unwrap();
    let (status, answer) = anna.link.post(anna.phone.device(), &Request { token, body }).unwrap();
    assert_eq!(status, 200);
    let mut next = anna.phone.hear(status, &answer);
    while let Some(asked) = next {
        let (status, answer) = anna.link.post(anna.phone.device(), &asked).unwrap();
        next = anna.phone.hear(status, &answer);
    }
    anna.sync_all();

    let told = anna.phone.told();
    assert!(told.contains(&"set_aside") && told.contains(&"remade"), "{told:?}");
    let detail = district.desk.get(&format!("/v1/records/{}", at.1));
    assert_eq!(detail["record"]["fields"]["mood_notes"], "второе");
    assert_eq!(detail["record"]["fields"]["notes"], "третье");
    assert_eq!(detail["conflicts"], json!([]));
    assert_eq!(district.desk.all("/v1/quarantine")[0]["reason"], "bad_checksum");
    let row = anna.phone.row(&at).unwrap();
    assert_eq!((row.state, row.fields["witness"].clone()), (RowState::SetAside, "первое".into()));
}
