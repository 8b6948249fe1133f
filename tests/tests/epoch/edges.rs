//! What the server alone knew, and what nobody vouches for.

use footpath_tests::binary::PASSWORD;
use footpath_tests::district::District;
use serde_json::Value;
use sync_core::device::RowState;
use sync_core::ids::Id;

use crate::world::{Shelf, await_snapshot, changes, set_aside, whole};

#[test]
fn a_phone_enrolled_after_the_backup_signs_in_again_and_loses_nothing() {
    let mut district = District::new(&["anna"]);
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    let mut anna = district.walker("anna");
    let case = anna.register("Зинаида");
    let visit = anna.phone.visit(case, "визит").unwrap();
    anna.sync_all();
    let before = changes(&district.footpath);
    shelf.restore(&mut district.footpath, "monday");

    anna.phone.visit(case, "ещё один").unwrap();
    anna.phone.told();
    anna.sync();
    assert!(anna.phone.told().contains(&"unknown_device"), "it is told why");
    assert_eq!(anna.phone.waiting(), 1);
    let device = anna.phone.device();
    district.footpath.sign_in(&mut anna.phone, "anna");
    assert_eq!(anna.phone.device(), device, "the same key is the same device");
    for _ in 0..3 {
        anna.sync();
    }
    anna.sync_all();
    let after = changes(&district.footpath);
    assert!(before.keys().all(|hash| after.contains_key(hash)));
    assert_eq!((after.len(), set_aside(&district.footpath)), (before.len() + 1, 0));
    assert!(anna.phone.row(&visit).is_some());
    whole(&district.footpath);
}

#[test]
fn who_was_given_a_case_after_the_backup_hands_in_and_is_assigned_again() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    // A case that the backup does not know, given to Boris, who writes into it, offline too.
    let case = anna.register("Зинаида");
    anna.sync_all();
    district.assign(case, &boris);
    boris.sync_all();
    let sent = boris.phone.visit(case, "Борис был").unwrap();
    boris.sync_all();
    let before = changes(&district.footpath);
    shelf.restore(&mut district.footpath, "monday");
    let waiting = boris.phone.visit(case, "Борис был ещё раз").unwrap();
    // He comes first: the case comes from his phone, Anna is its maker all the same.
    for _ in 0..3 {
        boris.sync();
    }
    boris.sync_all();
    let after = changes(&district.footpath);
    assert!(before.keys().all(|hash| after.contains_key(hash)));
    assert_eq!((after.len(), set_aside(&district.footpath)), (before.len() + 1, 0));
    for _ in 0..3 {
        anna.sync();
    }
    anna.sync_all();
    for at in [&sent, &waiting] {
        assert!(anna.phone.row(at).is_some(), "Anna has what Boris wrote");
    }
    assert!(boris.phone.row(&sent).is_none(), "it is not known any more that the case is his");
    district.assign(case, &boris);
    boris.sync_all();
    assert!(boris.phone.row(&sent).is_some() && boris.phone.row(&waiting).is_some());
    whole(&district.footpath);
}

#[test]
fn what_was_set_aside_is_laid_before_the_coordinator_again() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    anna.register("Зинаида");
    anna.sync_all();
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    anna.phone.visit(Id([7; 16]), "у чужих").unwrap();
    anna.sync();
    assert_eq!(set_aside(&district.footpath), 1);
    shelf.restore(&mut district.footpath, "monday");
    assert_eq!(set_aside(&district.footpath), 0);
    for _ in 0..3 {
        anna.sync();
    }
    assert_eq!(set_aside(&district.footpath), 1);
    let open = district.desk.all("/v1/quarantine?state=open");
    assert_eq!(open.len(), 1);
    let seq = open[0]["id"].as_u64().map_or_else(|| open[0]["id"].to_string(), |id| id.to_string());
    district.desk.post(&format!("/v1/quarantine/{seq}/release"), Value::Null);
    anna.sync();
    whole(&district.footpath);
}

/// Set aside before the backup, let in after it: another phone of hers brings the word back, and it is not so.
#[test]
fn a_word_of_the_lost_history_does_not_make_a_phone_let_go() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    anna.register("Зинаида");
    anna.sync_all();
    let mut second = district.walker("anna");
    let visit = anna.phone.visit(Id([7; 16]), "у чужих").unwrap();
    anna.sync();
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    let open = district.desk.all("/v1/quarantine?state=open");
    district.desk.post(&format!("/v1/quarantine/{}/release", open[0]["id"]), Value::Null);
    second.sync();
    shelf.restore(&mut district.footpath, "monday");
    anna.sync();
    for _ in 0..3 {
        second.sync();
    }
    anna.sync();
    let row = anna.phone.row(&visit).expect("it is only here, and before the coordinator");
    assert_eq!(row.state, RowState::SetAside);
    assert_eq!(district.desk.all("/v1/quarantine?state=open").len(), 1);
    whole(&district.footpath);
}

#[test]
fn an_account_made_after_the_backup_is_made_again_and_its_phone_hands_in() {
    let mut district = District::new(&["anna"]);
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    district.footpath.add_person("galina", "worker");
    let mut galina = district.walker("galina");
    let case = galina.register("Пётр");
    galina.phone.visit(case, "визит").unwrap();
    galina.sync_all();
    shelf.restore(&mut district.footpath, "monday");
    galina.sync();
    let refused = district.footpath.try_sign_in(&mut galina.phone, "galina", PASSWORD);
    assert_eq!(refused.status, 401, "nobody of this name");
    district.footpath.add_person("galina", "worker");
    district.footpath.sign_in(&mut galina.phone, "galina");
    for _ in 0..3 {
        galina.sync();
    }
    galina.sync_all();
    assert_eq!(set_aside(&district.footpath), 0);
    whole(&district.footpath);
}

#[test]
fn what_was_given_in_one_piece_comes_back_in_one_piece() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    let case = anna.register("Зинаида");
    let visits: Vec<_> = (0..12).map(|n| anna.phone.visit(case, &format!("визит {n}")).unwrap()).collect();
    anna.sync_all();
    await_snapshot(&district.footpath);
    district.assign(case, &boris);
    boris.sync_all();
    // And something beyond the piece.
    anna.phone.correct(&visits[0], &[("witness", "соседка".into())]).unwrap();
    anna.sync_all();
    boris.sync_all();
    let before = changes(&district.footpath);
    shelf.restore(&mut district.footpath, "monday");
    // Anna's phone is gone: all there is is what Boris was given.
    for _ in 0..3 {
        boris.sync();
    }
    boris.sync_all();
    let after = changes(&district.footpath);
    let lost = before.iter().filter(|(hash, there)| after.get(*hash) != Some(there)).count();
    assert_eq!((lost, after.len()), (0, before.len()));
    let anna = district.walker("anna");
    assert!(visits.iter().all(|at| anna.phone.row(at).is_some()), "its maker has the case");
    whole(&district.footpath);
}
