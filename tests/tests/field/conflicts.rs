//! Two phones change the same record without signal.

use std::time::{Duration, Instant};

use footpath_tests::desk::Desk;
use footpath_tests::district::{District, Walker};
use serde_json::{Value, json};
use sync_core::ids::{DocId, Id};

/// Anna and Boris, who share a case.
fn shared() -> (District, Walker, Walker, Id, (DocId, String)) {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    anna.sync_all();
    district.assign(case, &boris);
    boris.sync_all();
    let at = anna.case_record(case);
    assert!(boris.phone.row(&at).is_some(), "what was there before the case was given comes too");
    (district, anna, boris, case, at)
}

fn conflict(district: &mut District, record: &str) -> Value {
    district.desk.get(&format!("/v1/records/{record}"))["conflicts"].clone()
}

#[test]
fn different_fields_of_one_record_merge() {
    let (mut district, mut anna, mut boris, _, at) = shared();
    anna.phone.correct(&at, &[("needs", "дрова".into())]).unwrap();
    boris.phone.correct(&at, &[("diet", "без соли".into())]).unwrap();
    anna.sync_all();
    boris.sync_all();
    anna.sync_all();
    for walker in [&anna, &boris] {
        let row = walker.phone.row(&at).unwrap();
        assert_eq!(
            (row.fields["needs"].clone(), row.fields["diet"].clone()),
            ("дрова".into(), "без соли".into())
        );
        assert!(row.conflicts.is_empty());
    }
    assert_eq!(conflict(&mut district, &at.1), json!([]));
}

#[test]
fn the_same_field_is_a_conflict_on_the_desk_and_the_choice_reaches_both_phones() {
    let (mut district, mut anna, mut boris, _, at) = shared();
    anna.phone.correct(&at, &[("needs", "дрова".into())]).unwrap();
    boris.phone.correct(&at, &[("needs", "уголь".into())]).unwrap();
    anna.sync_all();
    boris.sync_all();
    anna.sync_all();
    for walker in [&anna, &boris] {
        assert_eq!(walker.phone.row(&at).unwrap().conflicts["needs"].len(), 2, "{}", walker.phone.name);
    }

    let clash = conflict(&mut district, &at.1);
    assert_eq!(clash[0]["key"], "needs");
    let values = clash[0]["values"].as_array().unwrap();
    let mut both: Vec<_> = values.iter().map(|v| (v["value"].as_str(), v["author_name"].as_str())).collect();
    both.sort();
    assert_eq!(both, [(Some("дрова"), Some("anna")), (Some("уголь"), Some("boris"))]);

    let shown: Vec<_> = values.iter().map(|value| value["change"].clone()).collect();
    let choice = json!({"field": "needs", "choose": "дрова", "shown": shown});
    district.desk.post(&format!("/v1/records/{}/conflicts", at.1), choice.clone());
    assert_eq!(conflict(&mut district, &at.1), json!([]));
    for walker in [&mut anna, &mut boris] {
        walker.sync_all();
        let row = walker.phone.row(&at).unwrap();
        assert_eq!(row.fields["needs"], "дрова".into());
        assert!(row.conflicts.is_empty());
    }

    // Chosen from what is no longer shown: nothing is written, and what is there now is told.
    let again = district.desk.ask("POST", &format!("/v1/records/{}/conflicts", at.1), choice);
    assert_eq!(again.status, 409);
    assert_eq!(again.json()["code"], "changed");
}

#[test]
fn a_value_that_comes_after_the_choice_opens_the_conflict_again() {
    let (mut district, mut anna, mut boris, case, at) = shared();
    let mut late = district.walker("anna");
    late.phone.correct(&at, &[("needs", "сено".into())]).unwrap();
    anna.phone.correct(&at, &[("needs", "дрова".into())]).unwrap();
    boris.phone.correct(&at, &[("needs", "уголь".into())]).unwrap();
    anna.sync_all();
    boris.sync_all();
    let clash = conflict(&mut district, &at.1);
    let shown: Vec<_> = clash[0]["values"].as_array().unwrap().iter().map(|v| v["change"].clone()).collect();
    let choice = json!({"field": "needs", "choose": "уголь", "shown": shown});
    district.desk.post(&format!("/v1/records/{}/conflicts", at.1), choice);

    late.sync_all();
    let clash = conflict(&mut district, &at.1);
    let mut values: Vec<_> =
        clash[0]["values"].as_array().unwrap().iter().map(|v| v["value"].as_str()).collect();
    values.sort();
    assert_eq!(values, [Some("сено"), Some("уголь")], "case {case}");
}

/// The server writes for both, and the document still goes in one piece to a phone that has nothing.
#[test]
fn two_coordinators_settle_in_one_document_and_it_is_given_in_one_piece() {
    let (mut district, mut anna, mut boris, _, at) = shared();
    district.footpath.add_person("oksana", "coordinator");
    let mut oksana = Desk::open(&district.footpath, "oksana");
    for field in ["needs", "diet"] {
        for (walker, text) in [(&mut anna, "одно"), (&mut boris, "другое")] {
            walker.phone.correct(&at, &[(field, text.into())]).unwrap();
        }
        for walker in [&mut anna, &mut boris] {
            walker.sync_all();
        }
        let desk = if field == "needs" { &mut district.desk } else { &mut oksana };
        let values = desk.get(&format!("/v1/records/{}", at.1))["conflicts"][0]["values"].clone();
        let shown: Vec<_> = values.as_array().unwrap().iter().map(|value| value["change"].clone()).collect();
        let choice = json!({"field": field, "choose": "одно", "shown": shown});
        desk.post(&format!("/v1/records/{}/conflicts", at.1), choice);
        for walker in [&mut anna, &mut boris] {
            walker.sync_all();
        }
    }
    for n in 0..4 {
        anna.phone.correct(&at, &[("dwelling", format!("{n}").into())]).unwrap();
    }
    anna.sync_all();
    let path = district.footpath.data.path().join("log.db");
    let made = || -> usize {
        let log = rusqlite::Connection::open(&path).unwrap();
        let of = "SELECT count(*) FROM snapshots WHERE doc = ?1";
        log.query_row(of, [at.0.0], |row| row.get(0)).unwrap()
    };
    let began = Instant::now();
    while made() == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "it is never put together");
        std::thread::sleep(Duration::from_millis(50));
    }
    let new = district.walker("anna");
    assert_eq!(new.phone.row(&at), anna.phone.row(&at));
    let history = oksana.get(&format!("/v1/records/{}", at.1))["history"].clone();
    let mut authors: Vec<_> =
        history.as_array().unwrap().iter().filter_map(|row| row["author_name"].as_str()).collect();
    authors.sort_unstable();
    authors.dedup();
    assert_eq!(authors, ["anna", "boris", "oksana", "vera"]);
}
