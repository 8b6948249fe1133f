use super::*;
use crate::ids::Hash32;
use crate::verdict::{Flag, Reason};

const EPOCH: Id = Id([4; 16]);

fn item(n: u8) -> (DocId, ChangeHash) {
    (DocId([n; 16]), ChangeHash([n; 32]))
}

fn on(n: u8, verdict: Verdict) -> VerdictOn {
    let (doc, hash) = item(n);
    VerdictOn { doc, hash, verdict }
}

fn asked() -> Asked {
    let head = Some(Newest { number: 8, hash: Hash32([8; 32]) });
    let carried = [(7, vec![item(1), item(2), item(3)]), (8, vec![item(4)])].into();
    Asked { epoch: Some(EPOCH), head, carried }
}

fn answer() -> SyncAnswer {
    let cursor = Cursor { epoch: EPOCH, seq: 70, backfills: vec![] };
    SyncAnswer { newest: asked().head, ..SyncAnswer::bare(cursor, 1_780_000_000_000) }
}

fn sorted(mut answer: SyncAnswer) -> SyncAnswer {
    answer.verdicts.sort_by_key(|on| on.doc);
    answer
}

fn comes_back(answer: &SyncAnswer) {
    for deflated in [true, false] {
        let body = answer_body(&plain_answer(answer, &asked()), deflated);
        assert_eq!(sorted(unpack_answer(&body, &asked()).unwrap()), sorted(answer.clone()));
    }
}

#[test]
fn an_answer_says_only_what_was_not_asked() {
    let verdicts = (1..=4).map(|n| on(n, Verdict::Accepted)).collect();
    let answer = SyncAnswer { verdicts, ..answer() };
    comes_back(&answer);
    assert!(answer_body(&plain_answer(&answer, &asked()), true).len() < 40);
}

#[test]
fn verdicts_of_all_sorts_come_back() {
    let mixed = vec![
        on(1, Verdict::Accepted),
        on(2, Verdict::AcceptedFlagged(Flag::AfterReassignment)),
        on(3, Verdict::SetAside(Reason::OutOfScope)),
    ];
    comes_back(&SyncAnswer { verdicts: mixed.clone(), ..answer() });
    // One of an envelope is missing, and one is of no envelope: these are named one by one.
    let odd = vec![on(1, Verdict::Waiting), on(3, Verdict::Settled), on(9, Verdict::Duplicate)];
    comes_back(&SyncAnswer { verdicts: odd, ..answer() });
    comes_back(&SyncAnswer { verdicts: mixed, full: vec![8], ..answer() });
}

#[test]
fn what_differs_from_the_request_is_said() {
    let other =
        Cursor { epoch: Id([5; 16]), seq: 3, backfills: vec![Backfill::new(Grant::Family(EPOCH), 3)] };
    comes_back(&SyncAnswer { ended: Some(2), ..SyncAnswer::bare(other, 1) });
    let newest = Some(Newest { number: 9, hash: Hash32([9; 32]) });
    comes_back(&SyncAnswer { newest, offered: vec![Offered::Known], ..answer() });
}

#[test]
fn verdicts_on_an_envelope_nobody_sent_are_not_read() {
    let body = answer_body(
        &plain_answer(&SyncAnswer { verdicts: vec![on(4, Verdict::Accepted)], ..answer() }, &asked()),
        true,
    );
    let other = Asked { carried: BTreeMap::new(), ..asked() };
    assert_eq!(unpack_answer(&body, &other), Err(WireError::Unreadable));
}
