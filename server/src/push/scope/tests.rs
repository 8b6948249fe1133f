use super::*;
use crate::access::Scopes;
use sync_core::ids::{ChangeHash, Month};

const CASE: Id = Id([3; 16]);
const VILLAGE: Id = Id([5; 16]);
const AWAY: Id = Id([6; 16]);

/// Somebody with `duty`, and `now` and `ever` as given.
fn access(duty: Duty, now: Scopes, ever: Scopes) -> Access {
    let mut access = Access::nobody(Id([1; 16]), vec![duty]);
    access.now = now;
    access.ever = ever;
    access
}

fn family() -> Scopes {
    Scopes { families: [CASE].into(), ..Scopes::default() }
}

fn village() -> Scopes {
    Scopes { places: [VILLAGE].into(), ..Scopes::default() }
}

fn item(kind: Kind, family: Option<Id>, place: Option<Id>) -> Item {
    let month = Month(24_316);
    let (doc, month) = match (kind, family) {
        (Kind::Log, Some(case)) => (DocId::of_log(case, month), Some(month)),
        (Kind::Case, Some(case)) => (DocId(case.0), None),
        _ => (DocId([9; 16]), None),
    };
    let scope = Scope { kind, family, place, month };
    Item { doc, scope, incarnation: 1, hash: ChangeHash([0; 32]), replaces: None }
}

fn ground(items: &[Item]) -> Ground {
    Ground {
        created: items.iter().map(|item| (item.doc, item.scope)).collect(),
        families: items.iter().filter_map(|item| item.scope.family).collect(),
    }
}

const OK: Result<Pass, Reason> = Ok(Pass { flag: None, gain: None });
const LATE: Result<Pass, Reason> = Ok(Pass { flag: Some(Flag::AfterReassignment), gain: None });

fn gains(grant: Grant) -> Result<Pass, Reason> {
    Ok(Pass { flag: None, gain: Some(grant) })
}

#[test]
fn a_worker_writes_every_kind_of_a_family_they_have_and_late_of_one_they_had() {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Activity) {
        let item = item(kind, Some(CASE), Some(AWAY));
        for ground in
            [ground(std::slice::from_ref(&item)), Ground { families: [CASE].into(), ..Ground::default() }]
        {
            let has = access(Duty::Worker, family(), family());
            assert_eq!(judge(&has, &ground, &item), OK, "{kind:?}");
            let had = access(Duty::Worker, Scopes::default(), family());
            assert_eq!(judge(&had, &ground, &item), LATE, "{kind:?}");
            let never = access(Duty::Worker, village(), village());
            assert_eq!(judge(&never, &ground, &item), Err(Reason::OutOfScope), "{kind:?}");
        }
    }
}

/// Somebody who was a worker is a volunteer now: what they wrote before they knew is taken in.
#[test]
fn late_work_is_taken_in_whatever_duty_its_author_has_by_now() {
    for duty in Duty::ALL {
        let had = access(duty, Scopes::default(), family());
        let item = item(Kind::Log, Some(CASE), None);
        for ground in [ground(std::slice::from_ref(&item)), Ground::default()] {
            assert_eq!(judge(&had, &ground, &item), LATE, "{duty:?}");
        }
    }
}

#[test]
fn each_duty_writes_its_kinds_and_no_other() {
    for duty in Duty::ALL {
        for kind in Kind::ALL {
            let item = item(kind, Some(CASE), None);
            let on_it = Scopes { documents: [item.doc].into(), ..family() };
            let judged =
                judge(&access(duty, on_it.clone(), on_it), &ground(std::slice::from_ref(&item)), &item);
            let expected = match (duty, kind) {
                (Duty::Worker, _) | (Duty::Volunteer, Kind::Task | Kind::Activity) => OK,
                _ => Err(Reason::KindNotWritable),
            };
            assert_eq!(judged, expected, "{duty:?} writes {kind:?}");
        }
    }
}

#[test]
fn a_new_case_in_an_own_place_is_its_makers() {
    let worker = access(Duty::Worker, village(), village());
    for kind in [Kind::Case, Kind::Person] {
        let own = item(kind, Some(CASE), Some(VILLAGE));
        assert_eq!(judge(&worker, &Ground::default(), &own), gains(Grant::Family(CASE)));
        assert_eq!(
            judge(&worker, &Ground::default(), &item(kind, Some(CASE), Some(AWAY))),
            Err(Reason::OutOfScope)
        );
        // The family is somebody else's: a new document in it is no way in.
        let taken = Ground { families: [CASE].into(), ..Ground::default() };
        assert_eq!(judge(&worker, &taken, &own), Err(Reason::OutOfScope));
    }
    let log = item(Kind::Log, Some(CASE), Some(VILLAGE));
    assert_eq!(judge(&worker, &Ground::default(), &log), Err(Reason::OutOfScope));
    let mut gained = worker;
    gained.gain(Grant::Family(CASE));
    assert_eq!(judge(&gained, &Ground::default(), &log), OK);
}

#[test]
fn a_task_about_nobody_in_an_own_place_is_its_makers() {
    for duty in [Duty::Worker, Duty::Volunteer] {
        let who = access(duty, village(), village());
        let own = item(Kind::Task, None, Some(VILLAGE));
        assert_eq!(judge(&who, &Ground::default(), &own), gains(Grant::Document(own.doc)));
        assert_eq!(
            judge(&who, &Ground::default(), &item(Kind::Task, None, Some(AWAY))),
            Err(Reason::OutOfScope)
        );
        // Once there, it is written by those on it.
        assert_eq!(judge(&who, &ground(std::slice::from_ref(&own)), &own), Err(Reason::OutOfScope));
    }
}

#[test]
fn a_volunteer_never_writes_into_a_family_by_the_family() {
    let item = item(Kind::Task, Some(CASE), Some(VILLAGE));
    let volunteer = access(Duty::Volunteer, family(), family());
    assert_eq!(judge(&volunteer, &ground(std::slice::from_ref(&item)), &item), Err(Reason::OutOfScope));
    assert_eq!(judge(&volunteer, &Ground::default(), &item), Err(Reason::OutOfScope));
}

#[test]
fn what_a_document_is_cannot_be_said_anew() {
    let worker = access(Duty::Worker, family(), family());
    let task = item(Kind::Task, Some(CASE), Some(VILLAGE));
    let log = ground(&[task.clone(), item(Kind::Log, Some(CASE), Some(VILLAGE))]);
    for scope in [
        Scope { family: None, ..task.scope },
        Scope { place: None, ..task.scope },
        Scope { kind: Kind::Activity, ..task.scope },
    ] {
        let other = Item { scope, ..task.clone() };
        assert_eq!(judge(&worker, &log, &other), Err(Reason::IdentityMismatch));
    }
    let moved = item(Kind::Log, Some(CASE), None);
    assert_eq!(judge(&worker, &log, &moved), OK, "a log's place is what its first writer thought");
    let forged = Item { doc: DocId([8; 16]), ..moved };
    assert_eq!(judge(&worker, &log, &forged), Err(Reason::IdentityMismatch));
}
