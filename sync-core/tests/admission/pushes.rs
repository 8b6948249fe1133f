//! Rules about changes among others: order, forks, what waits, what must be made again.

use sync_core::admission::{Finding, Fit, History, Limits, Pace, fit, frame, vet};
use sync_core::crdt::{Change, Document};
use sync_core::scope::Kind;
use sync_core::verdict::{Reason, RemakeReason};

use crate::forge::Parts;
use crate::phones::{ENTRY, actor, candidate, finding, is_sound, job, run, scene, sent, write};

/// Phone 1's chain of changes to a task.
fn chain(len: i64) -> Vec<Change> {
    let mut task = Document::new(Kind::Task).unwrap();
    (0..len).map(|n| write(&mut task, actor(1), "", &[("step", n.into())])).collect()
}

#[test]
fn the_order_of_a_push_does_not_matter() {
    let chain = chain(4);
    for rotation in 0..4 {
        for reversed in [false, true] {
            let mut candidates: Vec<_> = chain.iter().map(sent).collect();
            candidates.rotate_left(rotation);
            if reversed {
                candidates.reverse();
            }
            let job = job(Kind::Task, &[], candidates);
            let found = run(&job);
            assert!(found.iter().all(|vetted| is_sound(&vetted.finding)), "{found:?}");
            let asked = job.candidates.iter().map(|candidate| candidate.hash);
            assert!(found.iter().map(|vetted| vetted.hash).eq(asked));
        }
    }
}

#[test]
fn a_change_waits_for_what_it_builds_on() {
    let chain = chain(3);
    let found = finding(Kind::Task, &chain[..1], actor(1), chain[2].bytes());
    assert_eq!(found, Finding::Waiting(vec![chain[1].hash()]));
    let found = run(&job(Kind::Task, &chain[..1], vec![sent(&chain[2]), sent(&chain[1])]));
    assert!(found.iter().all(|vetted| is_sound(&vetted.finding)));
}

#[test]
fn a_known_change_is_known() {
    let chain = chain(2);
    assert_eq!(finding(Kind::Task, &chain, actor(1), chain[0].bytes()), Finding::Known);
    let twice = vec![sent(&chain[1]), sent(&chain[1])];
    assert_eq!(run(&job(Kind::Task, &chain[..1], twice)).len(), 1);
}

#[test]
fn one_number_used_twice_takes_nobody_else_down() {
    let chain = chain(2);
    let mut other = Document::from_changes(Kind::Task, [chain[0].bytes()]).unwrap();
    let forked = write(&mut other, actor(1), "", &[("step", 99.into())]);
    let mut theirs = Document::from_changes(Kind::Task, [chain[0].bytes()]).unwrap();
    let honest = write(&mut theirs, actor(2), "", &[("note", "тихо".into())]);
    assert_eq!(finding(Kind::Task, &chain, actor(1), forked.bytes()), Finding::Remake(RemakeReason::Fork));
    // In one push, whichever comes first: the same one is taken, and the honest change with it.
    let orders = [[&chain[1], &forked, &honest], [&honest, &forked, &chain[1]]];
    let outcomes = orders.map(|order| {
        let mut found = run(&job(Kind::Task, &chain[..1], order.map(sent).to_vec()));
        found.sort_by_key(|vetted| vetted.hash);
        found
    });
    assert_eq!(outcomes[0], outcomes[1]);
    let count = |wanted: fn(&Finding) -> bool| outcomes[0].iter().filter(|v| wanted(&v.finding)).count();
    assert_eq!(count(is_sound), 2);
    assert_eq!(count(|finding| *finding == Finding::Remake(RemakeReason::Fork)), 1);
}

#[test]
fn an_old_number_on_an_old_base_is_a_fork_too() {
    let chain = chain(3);
    let mut old = Document::from_changes(Kind::Task, [chain[0].bytes()]).unwrap();
    let forked = write(&mut old, actor(1), "", &[("step", 77.into())]);
    let found = finding(Kind::Task, &chain, actor(1), forked.bytes());
    assert_eq!(found, Finding::Remake(RemakeReason::Fork));
}

#[test]
fn what_builds_on_a_refused_change_is_made_again() {
    let chain = chain(3);
    let mut parts = Parts::of(chain[0].bytes());
    parts.message = b"no".to_vec();
    let bad = parts.bytes();
    let mut after = Parts::of(chain[1].bytes());
    after.deps = vec![candidate(actor(1), &bad).hash.0];
    let after = candidate(actor(1), &after.bytes());
    let mut last = Parts::of(chain[2].bytes());
    last.deps = vec![after.hash.0];
    let last = candidate(actor(1), &last.bytes());
    let mut theirs = Document::new(Kind::Task).unwrap();
    let honest = write(&mut theirs, actor(2), "", &[("note", "тихо".into())]);
    let remade = Finding::Remake(RemakeReason::PredecessorSetAside);

    let candidates = vec![last.clone(), after.clone(), candidate(actor(1), &bad), sent(&honest)];
    let found = run(&job(Kind::Task, &[], candidates));
    assert_eq!(found[0].finding, remade);
    assert_eq!(found[1].finding, remade);
    assert_eq!(found[2].finding, Finding::SetAside(Reason::Malformed));
    assert!(is_sound(&found[3].finding));

    // Set aside by an earlier push: the answer is the same.
    let mut later = job(Kind::Task, &[], vec![after, last]);
    later.refused = vec![candidate(actor(1), &bad).hash];
    assert!(run(&later).iter().all(|vetted| vetted.finding == remade));
}

/// It comes again, with what builds on it, and this time nothing is wrong with it.
#[test]
fn what_was_refused_and_comes_again_is_judged_anew() {
    let chain = chain(3);
    let mut again = job(Kind::Task, &[], chain.iter().map(sent).collect());
    again.refused = chain.iter().map(|change| change.hash()).collect();
    assert!(run(&again).iter().all(|vetted| is_sound(&vetted.finding)));
}

#[test]
fn of_two_that_make_one_record_one_is_taken() {
    let changes = [1, 2].map(|n| {
        let mut log = Document::new(Kind::Log).unwrap();
        write(&mut log, actor(n), ENTRY, &[("note", "x".into())])
    });
    let mut found = run(&job(Kind::Log, &[], changes.iter().map(sent).collect()));
    found.sort_by_key(|vetted| vetted.hash);
    assert!(is_sound(&found[0].finding));
    assert_eq!(found[1].finding, Finding::SetAside(Reason::RecordExists));
}

#[test]
fn one_by_one_finds_the_same() {
    let chain = chain(4);
    let job = job(Kind::Task, &chain[..1], chain[1..].iter().map(sent).collect());
    let mut tried = Vec::new();
    let slow = vet(&job, &Limits::STANDARD, Pace::OneByOne, &mut |hash| tried.push(hash)).unwrap();
    assert_eq!(slow, run(&job));
    // Once before automerge parses it, once before it is applied.
    assert_eq!(tried.len(), 6);
}

#[test]
fn a_log_that_makes_no_document_says_nothing_of_the_candidates() {
    let chain = chain(3);
    let job = job(Kind::Task, &chain[1..2], vec![sent(&chain[2])]);
    assert!(vet(&job, &Limits::STANDARD, Pace::Together, &mut |_| {}).is_err());
}

#[test]
fn the_phone_fits_what_it_pulls() {
    let scene = scene();
    let mut history = History::of(&scene.log).unwrap();
    let edit = frame(scene.edit.bytes(), &Limits::STANDARD).unwrap();
    assert_eq!(fit(&edit, &history, None), Fit::Fits);
    assert!(history.add(&edit));
    assert_eq!(fit(&edit, &history, None), Fit::Known);
    assert_eq!(history.newest_seq(&actor(2)), 1);
    let empty = History::new(Kind::Log).unwrap();
    assert_eq!(fit(&edit, &empty, None), Fit::Waiting(vec![scene.existing[0].hash()]));
    // A phone that pulls an entry into a document of another kind refuses it without automerge.
    let made = frame(scene.existing[0].bytes(), &Limits::STANDARD).unwrap();
    let task = History::new(Kind::Task).unwrap();
    assert!(matches!(fit(&made, &task, None), Fit::Waiting(_)));
}
