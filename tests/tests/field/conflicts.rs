//! Two phones change the same record without signal.

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
