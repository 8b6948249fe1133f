//! What a phone lets go of, and that nothing is lost by it.

use std::collections::BTreeSet;

use footpath_tests::district::{District, Walker};
use footpath_tests::holdings;
use footpath_tests::wire::Server;
use serde_json::{Value, json};
use sync_core::device::{Event, RowState};
use sync_core::ids::{DocId, Id};

/// Texts that a phone once called saved and that are neither on it nor on the server any more.
fn lost(district: &mut District, walker: &Walker) -> BTreeSet<String> {
    let rows = district.desk.all("/v1/records?type=visit&limit=200");
    let there: BTreeSet<&str> = rows.iter().filter_map(|row| row["fields"]["notes"].as_str()).collect();
    let promised = walker.phone.promises.iter();
    let texts = promised.filter_map(|promise| promise.fields.get("notes")?.as_text().map(str::to_owned));
    let held = holdings::texts_of(&walker.phone);
    let shown: BTreeSet<String> = walker
        .phone
        .rows()
        .iter()
        .filter_map(|row| row.fields.get("notes")?.as_text().map(str::to_owned))
        .collect();
    texts
        .filter(|text| !there.contains(text.as_str()) && !held.contains_key(text) && !shown.contains(text))
        .collect()
}

/// A phone with a case, away since so many months, and with this clock again now.
fn come_back(district: &mut District, months: u32) -> (Walker, Id) {
    let mut anna = district.long_away("anna", months);
    let case = anna.register("Зинаида");
    for n in 0..3 {
        anna.phone.visit(case, &format!("давно, {n}")).unwrap();
    }
    anna.phone.clock.error_ms = 0;
    (anna, case)
}

#[test]
fn a_log_of_long_ago_is_let_go_only_when_the_server_has_it() {
    let mut district = District::new(&["anna"]);
    let (mut anna, _) = come_back(&mut district, 5);
    let old = holdings_of_logs(&anna);
    assert_eq!(old, 1);
    // The answer is lost, then the phone dies: it does not know that the server has it.
    let asked = anna.phone.ask().unwrap();
    assert_eq!(anna.link.post(anna.phone.device(), &asked).unwrap().0, 200);
    anna.phone.hear_nothing();
    anna.phone.restart();
    assert_eq!((holdings_of_logs(&anna), anna.phone.waiting() > 0), (1, true));
    assert_eq!(lost(&mut district, &anna), BTreeSet::new());
    let visit = anna.phone.rows().into_iter().find(|row| row.record_type == "visit").unwrap();
    let at = (visit.doc, visit.id);
    anna.sync_all();
    anna.sync_all();
    assert_eq!(holdings_of_logs(&anna), 0, "acknowledged, and long over");

    // Fetched again and corrected while an answer is on its way: that answer does not take it along.
    earlier(&mut anna, at.0);
    anna.phone.restart();
    let asked = anna.phone.ask().unwrap();
    anna.phone.correct(&at, &[("witness", "соседка".into())]).unwrap();
    let (status, body) = anna.link.post(anna.phone.device(), &asked).unwrap();
    assert!(anna.phone.hear(status, &body).is_some(), "the correction goes out at once");
    anna.phone.hear_nothing();
    let row = anna.phone.row(&at).expect("what waits stays");
    assert_eq!((row.state, &row.fields["witness"]), (RowState::Phone, &"соседка".into()));
    assert_eq!(row.fields.get("notes"), visit.fields.get("notes"), "on what it was written on");
    anna.sync_all();
    anna.sync_all();
    assert_eq!(holdings_of_logs(&anna), 0, "and goes when it is answered for");
    let detail = district.desk.get(&format!("/v1/records/{}", at.1));
    assert_eq!(detail["record"]["fields"]["witness"], "соседка");
    assert_eq!(lost(&mut district, &anna), BTreeSet::new());
}

/// What the check above is worth: a phone that lets go before the server has answered is seen.
#[test]
fn a_phone_that_lets_go_too_early_is_seen() {
    let mut district = District::new(&["anna"]);
    let (mut anna, _) = come_back(&mut district, 5);
    // Planted: with the log it forgets the work in it, as if it had been answered for.
    let key = anna.phone.host.log.clone();
    anna.phone.host.docs.clear();
    anna.phone.host.log = key_alone(&key);
    anna.phone.restart();
    anna.sync();
    let lost = lost(&mut district, &anna);
    assert_eq!(lost.len(), 3, "{lost:?}");
}

/// A log in which somebody wrote two values stays until a person has chosen; then it goes.
#[test]
fn a_log_of_long_ago_with_two_values_stays_until_they_are_settled() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, case) = come_back(&mut district, 5);
    let at = anna.phone.rows().into_iter().find(|row| row.record_type == "visit").unwrap();
    let at = (at.doc, at.id);
    anna.sync_all();
    let mut boris = district.walker("boris");
    district.assign(case, &boris);
    boris.sync_all();
    for (walker, text) in [(&mut anna, "соседка"), (&mut boris, "сестра")] {
        earlier(walker, at.0);
        walker.phone.correct(&at, &[("witness", text.into())]).unwrap();
    }
    for _ in 0..2 {
        anna.sync_all();
        boris.sync_all();
    }
    for walker in [&mut anna, &mut boris] {
        // Nobody asks for the month any more: it stays for what is in it.
        walker.phone.restart();
        walker.sync_all();
        walker.sync_all();
        let row = walker.phone.row(&at).unwrap();
        assert_eq!((row.conflicts.len(), row.state), (1, RowState::Server), "{}", walker.phone.name);
    }
    // A new phone is not given it unasked; fetched, it shows both values.
    let mut new = district.walker("anna");
    assert_eq!(new.phone.row(&at), None);
    earlier(&mut new, at.0);
    assert_eq!(new.phone.row(&at).unwrap().conflicts["witness"].len(), 2);

    let path = format!("/v1/records/{}", at.1);
    let values = district.desk.get(&path)["conflicts"][0]["values"].clone();
    let shown: Vec<Value> = values.as_array().unwrap().iter().map(|value| value["change"].clone()).collect();
    let choice = json!({"field": "witness", "choose": "соседка", "shown": shown});
    district.desk.post(&format!("{path}/conflicts"), choice);
    for walker in [&mut anna, &mut boris] {
        walker.sync_all();
        walker.sync_all();
        assert_eq!(walker.phone.row(&at), None, "settled, and long over");
    }
    assert_eq!(lost(&mut district, &anna), BTreeSet::new());
}

fn holdings_of_logs(walker: &Walker) -> usize {
    walker
        .phone
        .rows()
        .iter()
        .filter(|row| row.record_type == "visit")
        .map(|row| row.doc)
        .collect::<BTreeSet<_>>()
        .len()
}

fn earlier(walker: &mut Walker, doc: DocId) {
    let now_ms = walker.phone.clock.now_ms();
    walker.phone.host.step(Event::Earlier { docs: vec![doc] }, &[], now_ms);
    walker.sync_all();
}

/// The log of a device as it was enrolled, without any work.
fn key_alone(log: &[u8]) -> Vec<u8> {
    use sync_core::device::log::{LogRecord, frame, read};
    let records = read(log).records.into_iter();
    let kept = records
        .filter(|record| matches!(record, LogRecord::Key(_) | LogRecord::Enrolled(_) | LogRecord::Clock(..)));
    kept.flat_map(|record| frame(&record)).collect()
}
