//! Everything comes back, in whatever order.

use footpath_tests::district::{District, Walker};
use serde_json::json;
use sync_core::ids::{DocId, Id};

use crate::world::{Shelf, changes, evidence, office, set_aside, whole};

/// Anna and Boris after a backup and a week of work on top of it.
struct Week {
    district: District,
    shelf: Shelf,
    anna: Walker,
    boris: Walker,
    case: Id,
    old: (DocId, String),
    new: Vec<(DocId, String)>,
}

impl Week {
    fn new() -> Self {
        let mut district = District::new(&["anna", "boris"]);
        let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
        let case = anna.register("Зинаида");
        let old = anna.phone.visit(case, "до копии").unwrap();
        anna.sync_all();
        district.assign(case, &boris);
        boris.sync_all();
        let shelf = Shelf::new(&district.footpath);
        shelf.back_up(&district.footpath, "monday");

        let mut week = Self { district, shelf, anna, boris, case, old, new: Vec::new() };
        week.work();
        week
    }

    /// Visits of both, one building on the other's; a review; a conflict and the desk's choice.
    fn work(&mut self) {
        let Self { district, anna, boris, case, .. } = self;
        let one = anna.phone.visit(*case, "после копии, Анна").unwrap();
        anna.sync_all();
        boris.sync_all();
        boris.phone.correct(&one, &[("witness", "соседка".into())]).unwrap();
        let two = boris.phone.visit(*case, "после копии, Борис").unwrap();
        boris.sync_all();
        anna.sync_all();
        let at = anna.case_record(*case);
        anna.phone.correct(&at, &[("needs", "дрова".into())]).unwrap();
        boris.phone.correct(&at, &[("needs", "уголь".into())]).unwrap();
        anna.sync_all();
        boris.sync_all();
        let clash = district.desk.get(&format!("/v1/records/{}", at.1))["conflicts"].clone();
        let values = clash[0]["values"].as_array().unwrap();
        let shown: Vec<_> = values.iter().map(|value| value["change"].clone()).collect();
        let choice = json!({"field": "needs", "choose": "дрова", "shown": shown});
        district.desk.post(&format!("/v1/records/{}/conflicts", at.1), choice);
        district.desk.approve(&one.1);
        district.desk.send_back(&two.1, "дата?");
        anna.sync_all();
        boris.sync_all();
        self.new = vec![one, two];
    }

    fn lose_the_week(&mut self) {
        self.shelf.restore(&mut self.district.footpath, "monday");
    }
}

/// All that was there, each once and by its author, reviews too.
fn all_is_back(boris_first: bool) {
    let mut week = Week::new();
    let (before, said_before) = (changes(&week.district.footpath), office(&week.district.footpath));
    week.lose_the_week();
    assert!(changes(&week.district.footpath).len() < before.len(), "the week is gone");
    let late = week.anna.phone.visit(week.case, "до того как узнала").unwrap();
    for _ in 0..3 {
        if boris_first {
            week.boris.sync();
            week.anna.sync();
        } else {
            week.anna.sync();
            week.boris.sync();
        }
    }
    week.anna.sync_all();
    week.boris.sync_all();
    let after = changes(&week.district.footpath);
    for (hash, (author, _)) in &before {
        assert_eq!(after.get(hash), Some(&(author.clone(), 1)), "a change is not back");
    }
    assert_eq!(after.len(), before.len() + 1, "and the late visit");
    assert_eq!(set_aside(&week.district.footpath), 0);
    assert_eq!(office(&week.district.footpath), said_before);
    assert_eq!(evidence(&mut week.district), Vec::<String>::new(), "chains go on");
    whole(&week.district.footpath);

    for walker in [&week.anna, &week.boris] {
        let mut there = week.new.clone();
        there.extend([week.old.clone(), late.clone()]);
        for at in there {
            assert!(walker.phone.row(&at).is_some(), "{} shows all", walker.phone.name);
        }
    }
    let record = week.district.desk.get(&format!("/v1/records/{}", week.new[0].1));
    assert_eq!(record["record"]["state"], "approved", "the review is back, for the same content");
}

#[test]
fn all_is_back_when_anna_comes_first() {
    all_is_back(false);
}

#[test]
fn all_is_back_when_boris_comes_first() {
    all_is_back(true);
}

#[test]
fn what_only_one_phone_still_holds_comes_from_that_phone() {
    let mut week = Week::new();
    let before = changes(&week.district.footpath);
    week.lose_the_week();
    // Anna's phone fell into the river: Boris has what it wrote.
    for _ in 0..3 {
        week.boris.sync();
    }
    week.boris.sync_all();
    let after = changes(&week.district.footpath);
    let lost: Vec<_> = before.keys().filter(|hash| !after.contains_key(*hash)).collect();
    assert!(lost.is_empty(), "{} changes are lost", lost.len());
    whole(&week.district.footpath);
    // A new phone of hers gets everything again.
    let anna = week.district.walker("anna");
    for at in week.new.iter().chain([&week.old]) {
        assert!(anna.phone.row(at).is_some());
    }
}

#[test]
fn nothing_is_given_back_twice_and_nothing_is_downloaded_again() {
    let mut week = Week::new();
    week.lose_the_week();
    for _ in 0..3 {
        week.anna.sync();
        week.boris.sync();
    }
    let rows = |week: &Week| changes(&week.district.footpath).len();
    let (all, sent) = (rows(&week), week.anna.link.sent_bodies);
    week.anna.sync_all();
    assert_eq!(rows(&week), all);
    let idle = week.anna.link.sent_bodies - sent;
    assert!(idle < 400, "{idle} bytes for a sync with nothing to say");
}

#[test]
fn a_second_restore_of_an_even_older_backup_is_no_other_matter() {
    let mut week = Week::new();
    week.shelf.back_up(&week.district.footpath, "friday");
    week.anna.phone.visit(week.case, "в субботу").unwrap();
    week.anna.sync_all();
    week.boris.sync_all();
    let before = changes(&week.district.footpath);
    week.shelf.restore(&mut week.district.footpath, "friday");
    week.anna.sync();
    // Before everybody was back, the machine burnt, and only Monday's backup was elsewhere.
    week.shelf.restore(&mut week.district.footpath, "monday");
    for _ in 0..3 {
        week.boris.sync();
        week.anna.sync();
    }
    week.anna.sync_all();
    week.boris.sync_all();
    let after = changes(&week.district.footpath);
    let lost = before.keys().filter(|hash| !after.contains_key(*hash)).count();
    assert_eq!((lost, set_aside(&week.district.footpath)), (0, 0));
    whole(&week.district.footpath);
}
