//! Who has which case: what was given and taken after the backup, the desk hears from the phones.

use footpath_tests::district::{District, Walker};
use footpath_tests::wire::Server;
use serde_json::{Value, json};
use sync_core::ids::{DocId, Id};

use crate::world::{Shelf, whole};

/// Anna's case with a visit in it, and Boris.
fn two() -> (District, Shelf, Walker, Walker, Id, (DocId, String)) {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    let visit = anna.phone.visit(case, "до копии").unwrap();
    anna.sync_all();
    let shelf = Shelf::new(&district.footpath);
    (district, shelf, anna, boris, case, visit)
}

/// The same, when Boris has lost the case after the backup from which the server is restored.
fn taken() -> (District, Shelf, Walker, Walker, Id, (DocId, String)) {
    let (mut district, shelf, anna, mut boris, case, visit) = two();
    district.assign(case, &boris);
    boris.sync_all();
    shelf.back_up(&district.footpath, "monday");
    district.unassign(case, &boris);
    boris.sync_all();
    assert!(boris.phone.rows().is_empty());
    shelf.restore(&mut district.footpath, "monday");
    (district, shelf, anna, boris, case, visit)
}

fn restored(district: &mut District) -> Value {
    district.desk.get("/v1/restored")
}

/// What phones said, and what became of it.
fn words(district: &mut District) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = restored(district)["items"].take();
    let items = all.as_array().unwrap().iter();
    items.map(|item| (text(&item["person_name"]), text(&item["said"]), text(&item["state"]))).collect()
}

fn word(name: &str, said: &str, state: &str) -> (String, String, String) {
    (name.to_owned(), said.to_owned(), state.to_owned())
}

fn decide(district: &mut District, case: Id, who: &Walker, decision: &str) -> Value {
    let path = format!("/v1/restored/{case}/{}", who.phone.person());
    district.desk.post(&path, json!({"decision": decision}))
}

#[test]
fn a_case_given_after_the_backup_is_told_to_the_desk_and_given_again() {
    let (mut district, shelf, anna, mut boris, case, visit) = two();
    assert_eq!(restored(&mut district)["restored_ms"], Value::Null, "nothing was restored yet");
    shelf.back_up(&district.footpath, "monday");
    district.assign(case, &boris);
    boris.sync_all();
    assert!(boris.phone.row(&visit).is_some());
    shelf.restore(&mut district.footpath, "monday");

    let told = restored(&mut district);
    assert!(told["remembers_ms"].as_i64() < told["restored_ms"].as_i64());
    assert_eq!(told["awaited"].as_array().unwrap().len(), 2, "nobody has been here since: {told}");
    boris.sync();
    boris.sync_all();
    let told = restored(&mut district);
    let item = &told["items"][0];
    assert_eq!((&item["said"], &item["state"]), (&json!("had"), &json!("open")), "{told}");
    assert_eq!((&item["case_name"], &item["person"]), (&json!("Зинаида"), &json!(boris.phone.person())));
    assert_eq!(item["holders"][0]["person"], json!(anna.phone.person()));
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "once for all that came back");
    assert_eq!(told["awaited"][0]["person"], json!(anna.phone.person()));
    assert!(boris.phone.rows().is_empty(), "nobody knows that it is still his");

    let now = decide(&mut district, case, &boris, "given");
    assert_eq!(now["items"][0]["state"], "given");
    boris.sync_all();
    assert!(boris.phone.row(&visit).is_some());
    whole(&district.footpath);
}

#[test]
fn a_case_taken_after_the_backup_is_not_theirs_again() {
    let (mut district, _shelf, mut anna, mut boris, case, visit) = taken();
    let holders = |district: &mut District| {
        let assigned = district.desk.get(&format!("/v1/cases/{case}"))["case"]["assignments"].take();
        assigned.as_array().unwrap().iter().filter(|given| given["holds"] == true).count()
    };
    assert_eq!(holders(&mut district), 2, "by the backup he has it");

    boris.sync_all();
    assert_eq!(words(&mut district), [word("boris", "lost", "open")]);
    assert_eq!(holders(&mut district), 1, "his own phone says that he has not");
    anna.sync_all();
    assert_eq!(words(&mut district).len(), 1, "Anna has what she had");
    let new = district.walker("boris");
    assert!(new.phone.rows().is_empty(), "nor does another phone of his");
    assert_eq!(decide(&mut district, case, &boris, "dismissed")["items"][0]["state"], "dismissed");

    // And if it was meant to be his after all, he has it whole.
    decide(&mut district, case, &boris, "given");
    boris.sync_all();
    assert!(boris.phone.row(&visit).is_some());
    assert_eq!(words(&mut district), [word("boris", "lost", "given")]);
    whole(&district.footpath);
}

#[test]
fn the_word_of_a_coordinator_goes_before_that_of_a_phone() {
    let (mut district, _shelf, _, mut boris, case, visit) = taken();
    // By the backup he has it already; his phone does not have it any more.
    district.assign(case, &boris);
    boris.sync_all();
    boris.sync_all();
    assert!(boris.phone.row(&visit).is_some(), "he is given it whole");
    assert!(words(&mut district).is_empty(), "nothing is left to decide");
    whole(&district.footpath);
}

/// Plans the case for Boris from a day that no clock of this test comes to.
fn plan(district: &mut District, case: Id, who: &Walker) {
    let path = format!("/v1/cases/{case}/assignments");
    district.desk.post(&path, json!({"person": who.phone.person(), "from": "2999-01-01"}));
}

#[test]
fn a_case_given_from_a_later_day_on_is_to_be_decided_until_then() {
    let (mut district, _shelf, _, mut boris, case, visit) = taken();
    boris.sync_all();
    plan(&mut district, case, &boris);
    assert_eq!(
        words(&mut district),
        [word("boris", "lost", "open")],
        "nobody said who has it until that day"
    );
    assert_eq!(restored(&mut district)["items"][0]["planned"], "2999-01-01");
    boris.sync_all();
    assert!(boris.phone.rows().is_empty());

    let told = decide(&mut district, case, &boris, "dismissed");
    assert_eq!(
        (&told["items"][0]["state"], &told["items"][0]["planned"]),
        (&json!("dismissed"), &Value::Null)
    );
    let days = district.desk.get(&format!("/v1/cases/{case}"))["case"]["assignments"].take();
    assert!(days.to_string().contains("2999-01-01"), "what was planned stays: {days}");
    plan(&mut district, case, &boris);
    assert_eq!(words(&mut district), [word("boris", "lost", "dismissed")], "a plan opens nothing again");
    decide(&mut district, case, &boris, "given");
    boris.sync_all();
    assert!(boris.phone.row(&visit).is_some());
    whole(&district.footpath);
}

#[test]
fn a_phone_is_heard_although_the_case_is_planned_for_its_person() {
    let (mut district, _shelf, _, mut boris, case, _) = taken();
    plan(&mut district, case, &boris);
    assert!(words(&mut district).is_empty(), "no phone has said anything");
    boris.sync_all();
    boris.sync_all();
    assert_eq!(words(&mut district), [word("boris", "lost", "open")]);
    assert!(boris.phone.rows().is_empty(), "it is not his before that day");
    let days = district.desk.get(&format!("/v1/cases/{case}"))["case"]["assignments"].take();
    assert!(days.to_string().contains("2999-01-01"), "and will be then: {days}");
    whole(&district.footpath);
}

#[test]
fn a_case_had_once_before_and_given_anew_after_the_backup_is_told_as_well() {
    let (mut district, shelf, _, mut boris, case, visit) = two();
    district.assign(case, &boris);
    boris.sync_all();
    district.unassign(case, &boris);
    boris.sync_all();
    shelf.back_up(&district.footpath, "monday");
    district.assign(case, &boris);
    boris.sync_all();
    assert!(boris.phone.row(&visit).is_some());
    shelf.restore(&mut district.footpath, "monday");
    for _ in 0..2 {
        boris.sync_all();
    }
    assert_eq!(words(&mut district), [word("boris", "had", "open")]);
    assert!(boris.phone.rows().is_empty(), "what is not his by the log is not on his phone");
    // Done by hand on the page of the case, it is off the list as well.
    district.assign(case, &boris);
    boris.sync_all();
    assert!(boris.phone.row(&visit).is_some());
    assert_eq!(words(&mut district), [word("boris", "had", "given")]);
}

#[test]
fn a_phone_that_dies_before_it_has_said_it_says_it_later() {
    let (mut district, _shelf, _, mut boris, _, _) = taken();
    // It hears of the restore, asks again at once, and dies.
    let asked = boris.phone.ask().unwrap();
    let (status, body) = boris.link.post(boris.phone.device(), &asked).unwrap();
    assert!(boris.phone.hear(status, &body).is_some(), "the request that says it");
    boris.phone.restart();
    assert!(words(&mut district).is_empty());
    boris.sync_all();
    assert_eq!(words(&mut district), [word("boris", "lost", "open")]);
    let told = boris.link.sent_bodies;
    boris.sync_all();
    assert!(boris.link.sent_bodies - told < 300, "and says it once");
}

#[test]
fn nobody_decides_what_no_phone_has_said() {
    let (mut district, shelf, anna, boris, case, _) = two();
    shelf.back_up(&district.footpath, "monday");
    shelf.restore(&mut district.footpath, "monday");
    for (who, decision, status) in [(&boris, "given", 404), (&anna, "dismissed", 404)] {
        let path = format!("/v1/restored/{case}/{}", who.phone.person());
        assert_eq!(district.desk.ask("POST", &path, json!({"decision": decision})).status, status);
    }
}

/// Who is on a task stands in the task: what a phone gives back of it says so, and nobody has to decide anything.
#[test]
fn a_task_given_or_given_back_after_the_backup_is_so_again_when_a_phone_brings_it() {
    let mut district = District::new(&["anna"]);
    district.footpath.add_person("vika", "volunteer");
    let (mut anna, mut vika) = (district.walker("anna"), district.walker("vika"));
    let case = anna.register("Зинаида");
    anna.sync_all();
    let shelf = Shelf::new(&district.footpath);
    let card = |vika: &Walker| vika.phone.host.office.keys().any(|key| key.starts_with("office/card/"));

    shelf.back_up(&district.footpath, "before it was given");
    let task = anna.puts_on_a_task(&vika, case);
    anna.sync_all();
    vika.sync_all();
    assert!(vika.phone.row(&task).is_some() && card(&vika));
    shelf.restore(&mut district.footpath, "before it was given");
    vika.sync_all();
    vika.sync_all();
    assert!(vika.phone.row(&task).is_some() && card(&vika), "her own phone brings it");
    anna.sync_all();
    assert!(words(&mut district).is_empty());

    shelf.back_up(&district.footpath, "before it was given back");
    let assignee = format!("assignee/{}", vika.phone.person());
    let back = [("status", "offered".into()), (assignee.as_str(), false.into())];
    vika.phone.correct(&task, &back).unwrap();
    vika.sync_all();
    vika.sync_all();
    assert!(vika.phone.row(&task).is_none() && !card(&vika));
    anna.sync_all();
    shelf.restore(&mut district.footpath, "before it was given back");
    vika.sync_all();
    anna.sync_all();
    let mut another = district.walker("vika");
    another.sync_all();
    assert!(another.phone.row(&task).is_none() && !card(&another), "Anna's phone knows of it");
    assert!(words(&mut district).is_empty());
    whole(&district.footpath);
}
