//! Cases that change hands, phones that come late, twice or out of the past, and what each is told.

use footpath_tests::district::{District, Walker};
use footpath_tests::holdings;
use footpath_tests::wire::Server;
use serde_json::json;
use sync_core::device::{Event, RowState, WriteEvent};
use sync_core::ids::{DocId, Id};

/// Anna's case, which Boris has too.
fn shared() -> (District, Walker, Walker, Id) {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    anna.sync_all();
    district.assign(case, &boris);
    boris.sync_all();
    (district, anna, boris, case)
}

fn notice(walker: &Walker, code: &str) -> Option<usize> {
    let found = walker.phone.host.notices.iter().find(|notice| notice.code == code);
    found.map(|notice| notice.count.unwrap_or(0))
}

#[test]
fn late_work_is_taken_in_and_its_author_is_told_so() {
    let (mut district, _, mut boris, case) = shared();
    for text in ["поздно", "и ещё позже"] {
        boris.phone.visit(case, text).unwrap();
    }
    district.unassign(case, &boris);
    boris.sync_all();
    assert_eq!(notice(&boris, "accepted_late"), Some(2));
    assert!(boris.phone.rows().is_empty(), "nothing about her is left on the phone");
    assert!(boris.phone.host.docs.is_empty());
}

/// The case goes while a record about it is being written: it stays on the phone, marked, until that is answered for.
#[test]
fn what_is_taken_away_stays_until_the_work_in_it_is_answered_for() {
    let (mut district, _, mut boris, case) = shared();
    district.unassign(case, &boris);
    let asked = boris.phone.ask().unwrap();
    let at = boris.phone.visit(case, "в ту же минуту").unwrap();
    let (status, body) = boris.link.post(boris.phone.device(), &asked).unwrap();
    assert_eq!(status, 200);
    let next = boris.phone.hear(status, &body);
    assert!(next.is_some(), "the new record is sent at once");
    boris.phone.hear_nothing();
    assert_eq!(notice(&boris, "revoked_family"), Some(1), "one record about it is still to go out");
    let row = boris.phone.row(&at).unwrap();
    assert!(row.leaving && row.state == RowState::Phone);
    boris.phone.restart();
    assert!(boris.phone.row(&at).unwrap().leaving);

    boris.sync_all();
    assert_eq!(boris.phone.row(&at), None);
    assert_eq!(notice(&boris, "accepted_late"), Some(1));
    let detail = district.desk.get(&format!("/v1/records/{}", at.1));
    assert_eq!(detail["flags"], json!(["after_reassignment"]));
}

#[test]
fn a_new_phone_knows_everything_and_what_the_old_one_had_set_aside() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let (hers, his) = (anna.register("Зинаида"), boris.register("Николай"));
    anna.sync_all();
    boris.phone.visit(his, "у своего").unwrap();
    let at = boris.phone.visit(hers, "мимо шёл, зашёл").unwrap();
    boris.sync_all();
    let aside = boris.phone.row(&at).unwrap().aside;
    let new = district.walker("boris");
    let notes: Vec<&String> =
        new.phone.host.office.keys().filter(|key| key.starts_with("office/inbox/")).collect();
    assert_eq!(notes, [&format!("office/inbox/{}/{}", new.phone.person(), aside[0])]);
    assert_eq!(holdings::texts_of(&new.phone).get("у своего"), Some(&1));
    assert!(new.phone.rows().iter().all(|row| row.case == Some(his)));
}

/// The phone's storage is copied to another; both go on. Neither knows of the other, and nothing of either is lost.
#[test]
fn of_a_copied_phone_both_go_on_and_both_branches_are_kept() {
    let (mut district, mut anna, _, case) = shared();
    let mut copy = district.copy(&anna);
    let mut told = 0;
    for turn in 0..4 {
        for (name, walker) in [("a", &mut anna), ("b", &mut copy)] {
            walker.phone.visit(case, &format!("{name}{turn}")).unwrap();
            walker.sync();
            told += walker.phone.told().iter().filter(|code| **code == "rolled_back").count();
        }
    }
    for _ in 0..2 {
        anna.sync_all();
        copy.sync_all();
    }
    assert!(told > 0, "it is noticed");
    let fresh = district.walker("anna");
    let texts = holdings::texts_of(&fresh.phone);
    for turn in 0..4 {
        for name in ["a", "b"] {
            assert_eq!(texts.get(&format!("{name}{turn}")), Some(&1), "{name}{turn} of {texts:?}");
        }
    }
    assert_eq!(anna.phone.rows(), fresh.phone.rows());
}

#[test]
fn a_card_goes_with_the_task_that_is_given_back_and_follows_the_person_while_it_is_there() {
    let mut district = District::new(&["anna"]);
    district.footpath.add_person("vika", "volunteer");
    let (mut anna, mut vika) = (district.walker("anna"), district.walker("vika"));
    let case = anna.register("Зинаида");
    let task = anna.puts_on_a_task(&vika, case);
    anna.sync_all();
    vika.sync_all();
    let card = |vika: &Walker| -> Option<String> {
        let office = &vika.phone.host.office;
        let found = office.iter().find(|(key, _)| key.starts_with("office/card/"));
        found.map(|(_, value)| value.clone())
    };
    assert!(card(&vika).unwrap().contains("Зинаида"));
    let person = anna.phone.rows().into_iter().find(|row| row.record_type == "person").unwrap();
    anna.phone.correct(&(person.doc, person.id), &[("address", "ул. Новая, 7".into())]).unwrap();
    anna.sync_all();
    vika.sync_all();
    assert!(card(&vika).unwrap().contains("Новая, 7"), "who moved is looked for at the new address");

    // She cannot come after all.
    let assignee = format!("assignee/{}", vika.phone.person());
    let back = [("status", "offered".into()), (assignee.as_str(), false.into())];
    vika.phone.correct(&task, &back).unwrap();
    vika.sync_all();
    vika.sync_all();
    assert_eq!((card(&vika), vika.phone.row(&task)), (None, None), "neither card nor task");
    assert!(!holdings::texts_of(&vika.phone).keys().any(|text| text.contains("Зинаида")));
}

#[test]
fn who_becomes_a_volunteer_has_the_cards_of_the_tasks_they_are_on_already() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    let assignee = format!("assignee/{}", boris.phone.person());
    let task = |anna: &mut Walker, status: &str| {
        let fields =
            [("kind", "firewood".into()), ("status", status.into()), (assignee.as_str(), true.into())];
        let task = anna.phone.event("task", &fields);
        anna.phone.write(WriteEvent { case: Some(case), ..task }).unwrap()
    };
    let (open, over) = (task(&mut anna, "accepted"), task(&mut anna, "done"));
    anna.sync_all();
    boris.sync_all();
    assert!(boris.phone.row(&open).is_some() && boris.phone.row(&over).is_some());
    let cards = |boris: &Walker| -> Vec<String> {
        let office = boris.phone.host.office.iter();
        let cards = office.filter(|(key, _)| key.starts_with("office/card/"));
        cards.map(|(key, value)| format!("{key} {value}")).collect()
    };
    let becomes = |district: &mut District, duty: &str| {
        assert!(district.footpath.stop());
        district.footpath.run(&["user", "change", "boris", "--duty", duty]);
        district.footpath.start();
    };
    assert_eq!(cards(&boris), Vec::<String>::new(), "a worker sees the file itself");
    becomes(&mut district, "volunteer");
    boris.sync_all();
    let had = cards(&boris);
    assert_eq!(had.len(), 1, "of the one that is still to be done: {had:?}");
    assert!(had[0].contains(&open.0.to_string()) && had[0].contains("Зинаида"));
    becomes(&mut district, "worker");
    boris.sync_all();
    assert_eq!(cards(&boris), Vec::<String>::new());
}

/// Who was there is not who has the case now: the record goes back to whoever has it, and says who wrote it.
#[test]
fn a_record_whose_author_has_gone_is_returned_to_who_has_the_case() {
    let (mut district, mut anna, mut boris, case) = shared();
    let at = boris.phone.visit(case, "был").unwrap();
    boris.sync_all();
    let author = boris.phone.person();
    district.unassign(case, &boris);
    boris.sync_all();
    assert_eq!(district.desk.send_back(&at.1, "Во сколько?"), "done");
    for walker in [&mut anna, &mut boris] {
        walker.phone.told();
        walker.sync_all();
    }
    assert!(anna.phone.told().contains(&"returned") && !boris.phone.told().contains(&"returned"));
    let row = anna.phone.row(&at).unwrap();
    assert_eq!((row.state, row.author), (RowState::Returned, Some(author)));
    anna.phone.correct(&at, &[("start", "10:05".into())]).unwrap();
    anna.sync_all();
    assert_eq!(district.desk.approve(&at.1), "done");
}

/// A log of long ago is let go once it is answered for. Writing anew never needs it; correcting it needs a connection.
#[test]
fn an_entry_of_a_dropped_month_is_corrected_once_it_is_fetched() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.long_away("anna", 5);
    let case = anna.register("Зинаида");
    let at = anna.phone.visit(case, "полгода назад").unwrap();
    anna.phone.clock.error_ms = 0;
    anna.sync_all();
    anna.sync_all();
    assert_eq!(anna.phone.row(&at), None, "long over, and on the server");

    assert_eq!(anna.phone.correct(&at, &[("witness", "соседка".into())]), None);
    assert_eq!(anna.phone.host.refused, Some("record_gone"));
    let late = anna.phone.visit(case, "о прошлом месяце, сегодня").unwrap();
    assert_ne!(late.0, at.0, "what is written today is today's, whatever day it is about");

    earlier(&mut anna, at.0);
    assert_eq!(anna.phone.row(&at).unwrap().fields["notes"], "полгода назад".into());
    anna.phone.correct(&at, &[("witness", "соседка".into())]).unwrap();
    anna.sync_all();
    let detail = district.desk.get(&format!("/v1/records/{}", at.1));
    assert_eq!(detail["record"]["fields"]["witness"], "соседка");
    assert_eq!(detail["conflicts"], json!([]));
}

fn earlier(walker: &mut Walker, doc: DocId) {
    let now_ms = walker.phone.clock.now_ms();
    walker.phone.host.step(Event::Earlier { docs: vec![doc] }, &[], now_ms);
    walker.sync_all();
}
