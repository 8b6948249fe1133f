//! The server was restored, and a copy of a phone has written under numbers that the phone itself had spent in the
//! history that is lost. What was on the server under them cannot come back as it was, and must come back all the same.

use footpath_tests::district::{District, Walker};
use sync_core::ids::DocId;

use crate::world::{Shelf, set_aside, whole};

/// A visit as Anna had it on the server, and with corrections on top: her own, and Boris's.
struct Lost {
    district: District,
    anna: Walker,
    boris: Walker,
    /// What the copy wrote, under Anna's number.
    other: (DocId, String),
    visit: (DocId, String),
}

fn lost() -> Lost {
    lost_after(|_, _| ())
}

/// The same, when something happened to Anna before the server was restored.
fn lost_after(mut happened: impl FnMut(&mut District, &mut Walker)) -> Lost {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    anna.phone.visit(case, "до копии").unwrap();
    anna.sync_all();
    district.assign(case, &boris);
    boris.sync_all();
    anna.sync_all();
    let mut copy = district.copy(&anna);
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");

    let visit = anna.phone.visit(case, "после копии").unwrap();
    anna.phone.correct(&visit, &[("mood", "good".into())]).unwrap();
    anna.sync_all();
    boris.sync_all();
    boris.phone.correct(&visit, &[("next_step", "дрова".into())]).unwrap();
    boris.sync_all();
    happened(&mut district, &mut anna);
    shelf.restore(&mut district.footpath, "monday");

    let other = copy.phone.visit(case, "копия").unwrap();
    copy.phone.correct(&other, &[("mood", "bad".into())]).unwrap();
    copy.sync_all();
    Lost { district, anna, boris, other, visit }
}

/// Everybody has all of it, nothing waits, and nothing is said twice.
fn all_is_back(lost: &mut Lost) {
    for _ in 0..3 {
        lost.anna.sync();
        lost.boris.sync();
    }
    lost.anna.sync_all();
    lost.boris.sync_all();
    let fresh = lost.district.walker("anna");
    for walker in [&lost.anna, &lost.boris, &fresh] {
        let name = &walker.phone.name;
        let row = walker.phone.row(&lost.visit).unwrap_or_else(|| panic!("{name} has the visit"));
        for (field, value) in [("notes", "после копии"), ("mood", "good"), ("next_step", "дрова")]
        {
            assert_eq!(
                row.fields.get(field).and_then(|v| v.as_text()),
                Some(value),
                "{field} at {name}: {row:?}"
            );
        }
        assert!(row.conflicts.is_empty(), "{name}: {row:?}");
        assert!(walker.phone.row(&lost.other).is_some(), "{name} has what the copy wrote");
        assert_eq!(walker.phone.rows().len(), fresh.phone.rows().len(), "{name}");
    }
    whole(&lost.district.footpath);
}

#[test]
fn what_is_lost_is_made_again_by_whoever_wrote_it() {
    let mut lost = lost();
    lost.anna.sync();
    assert!(lost.anna.phone.told().contains(&"remade"), "Anna is told");
    all_is_back(&mut lost);
    assert_eq!(set_aside(&lost.district.footpath), 0);
}

#[test]
fn whoever_was_given_it_lays_it_before_the_coordinator_until_its_author_comes() {
    let mut lost = lost();
    lost.boris.sync();
    assert!(set_aside(&lost.district.footpath) > 0, "until then it is with the coordinator");
    all_is_back(&mut lost);
}

#[test]
fn what_had_come_back_from_the_server_is_made_again_too() {
    let mut lost = lost_after(|_, anna| {
        anna.phone.lose_cache();
        anna.sync_all();
    });
    lost.anna.sync();
    assert!(lost.anna.phone.told().contains(&"remade"));
    all_is_back(&mut lost);
}

/// Two phones of hers that both had it: it is there once.
#[test]
fn what_two_phones_of_one_person_had_is_made_again_once() {
    for second_first in [false, true] {
        let mut second = None;
        let mut lost = lost_after(|district, _| second = Some(district.walker("anna")));
        let mut second = second.unwrap();
        for turn in 0..6 {
            if (turn % 2 == 0) == second_first { second.sync() } else { lost.anna.sync() }
        }
        all_is_back(&mut lost);
        second.sync_all();
        assert_eq!(second.phone.row(&lost.visit), lost.anna.phone.row(&lost.visit));
    }
}

#[test]
fn a_phone_that_dies_while_it_is_made_again_does_it_at_the_next_start() {
    for steps in 1..14 {
        let mut lost = lost();
        lost.anna.phone.dies_after(steps);
        lost.anna.sync();
        lost.anna.phone.charge();
        all_is_back(&mut lost);
    }
}
