//! Turns under pressure, without a clock: who waits is polled by hand.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::*;

type Waiting = Pin<Box<dyn Future<Output = Result<Turn, Crowded>>>>;

fn device(n: u8) -> (DeviceId, Id) {
    (DeviceId([n; 16]), Id([n; 16]))
}

fn ask(turns: &Turns, (device, person): (DeviceId, Id)) -> Waiting {
    let turns = turns.clone();
    Box::pin(async move { turns.take(device, person).await })
}

fn poll(waiting: &mut Waiting) -> Poll<Result<Turn, Crowded>> {
    waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn begins(waiting: &mut Waiting) -> Turn {
    match poll(waiting) {
        Poll::Ready(Ok(turn)) => turn,
        Poll::Ready(Err(crowded)) => panic!("{crowded:?}"),
        Poll::Pending => panic!("it still waits"),
    }
}

fn waits(waiting: &mut Waiting) -> bool {
    poll(waiting).is_pending()
}

#[test]
fn so_many_at_once_and_the_next_when_one_is_done() {
    let turns = Turns::new(2, 10);
    let [mut a, mut b, mut c] = [1, 2, 3].map(|n| ask(&turns, device(n)));
    let (first, _second) = (begins(&mut a), begins(&mut b));
    assert!(waits(&mut c) && turns.crowded());
    drop(first);
    begins(&mut c);
    assert!(!turns.crowded());
}

#[test]
fn a_device_that_asks_a_hundred_times_has_one_turn_and_a_short_line() {
    let turns = Turns::new(8, 100);
    let mut greedy: Vec<Waiting> = (0..100).map(|_| ask(&turns, device(1))).collect();
    let states: Vec<_> = greedy.iter_mut().map(poll).collect();
    let refused = states.iter().filter(|state| matches!(state, Poll::Ready(Err(Crowded)))).count();
    assert_eq!(refused, 100 - 1 - OF_ONE_DEVICE);
    begins(&mut ask(&turns, device(2)));
}

#[test]
fn devices_are_served_in_turn() {
    let turns = Turns::new(1, 10);
    let first = begins(&mut ask(&turns, device(9)));
    // The first device stands twice before the second comes.
    let [mut a1, mut a2, mut b1, mut b2] = [1, 1, 2, 2].map(|n| ask(&turns, device(n)));
    for waiting in [&mut a1, &mut a2, &mut b1, &mut b2] {
        assert!(waits(waiting));
    }
    drop(first);
    let turn = begins(&mut a1);
    assert!(waits(&mut a2) && waits(&mut b1));
    drop(turn);
    let turn = begins(&mut b1);
    assert!(waits(&mut a2) && waits(&mut b2));
    drop(turn);
    drop(begins(&mut a2));
    drop(begins(&mut b2));
}

#[test]
fn a_person_with_many_devices_takes_a_share() {
    let turns = Turns::new(8, 100);
    let person = Id([7; 16]);
    let mut many: Vec<Waiting> = (1..=8).map(|n| ask(&turns, (DeviceId([n; 16]), person))).collect();
    let begun: Vec<Turn> = many.iter_mut().take(2).map(begins).collect();
    assert!(many.iter_mut().skip(2).all(waits));
    let mut other = ask(&turns, device(9));
    begins(&mut other);
    drop(begun);
    begins(&mut many[2]);
}

#[test]
fn the_line_has_an_end_and_those_who_hang_up_leave_it() {
    let turns = Turns::new(1, 2);
    let first = begins(&mut ask(&turns, device(1)));
    let [mut a, mut b, mut c] = [2, 3, 4].map(|n| ask(&turns, device(n)));
    assert!(waits(&mut a) && waits(&mut b));
    assert!(matches!(poll(&mut c), Poll::Ready(Err(Crowded))));
    drop(a);
    let mut d = ask(&turns, device(5));
    assert!(waits(&mut d));
    drop(first);
    drop(begins(&mut b));
    begins(&mut d);
}

/// One who hangs up in the moment of being called must not take the turn along.
#[test]
fn a_turn_given_to_nobody_comes_back() {
    let turns = Turns::new(1, 10);
    let first = begins(&mut ask(&turns, device(1)));
    let mut gone = ask(&turns, device(2));
    let mut next = ask(&turns, device(3));
    assert!(waits(&mut gone) && waits(&mut next));
    drop(first);
    // Called, but it never looked.
    drop(gone);
    begins(&mut next);
}
