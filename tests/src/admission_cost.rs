//! What admission costs a change: all four steps, in this process, for the `admission` part of the bench report.

use std::time::{Duration, Instant};

use sync_core::admission::{Bytes, Candidate, Finding, Job, Limits, Pace, vet};
use sync_core::crdt::{Change, Document};
use sync_core::ids::{Actor, DocId, hex};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::Kind;

/// Microseconds to vet one visit pushed to a month's log.
#[derive(Clone, Copy, Debug)]
pub struct AdmissionCost {
    pub median_us: f64,
    pub p99_us: f64,
}

/// Vets one new visit on a log that holds `visits` already, `times` over.
///
/// Each visit is one change of nine fields with a note of 60 characters; reading the log from its changes
/// is part of what is measured, as it is in the vetting process.
pub fn measure(visits: u32, times: usize) -> AdmissionCost {
    let mut log = Document::new(Kind::Log).expect("an empty log");
    let mut changes: Vec<Change> = (0..=visits).map(|n| visit(&mut log, n)).collect();
    let newest = changes.pop().expect("at least one visit");
    let job = Job {
        doc: DocId([7; 16]),
        kind: Kind::Log,
        existing: changes.iter().map(bytes).collect(),
        refused: Vec::new(),
        candidates: vec![Candidate { hash: newest.hash(), actor: author(visits), bytes: bytes(&newest) }],
    };
    let mut took: Vec<Duration> = (0..times.max(1)).map(|_| time(&job)).collect();
    took.sort();
    let at = |share: usize| {
        let place = (took.len() * share / 100).min(took.len() - 1);
        took.get(place).copied().unwrap_or_default().as_secs_f64() * 1e6
    };
    AdmissionCost { median_us: at(50), p99_us: at(99) }
}

fn time(job: &Job) -> Duration {
    let begun = Instant::now();
    let found = vet(job, &Limits::STANDARD, Pace::Together, &mut |_| {}).expect("a sound log");
    let took = begun.elapsed();
    assert!(found.iter().all(|vetted| matches!(vetted.finding, Finding::Sound(_))), "{found:?}");
    took
}

fn bytes(change: &Change) -> Bytes {
    Bytes(change.bytes().to_vec())
}

/// Three workers take turns.
fn author(n: u32) -> Actor {
    Actor([n as u8 % 3 + 1; 16])
}

fn visit(log: &mut Document, n: u32) -> Change {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    let fields: [(&str, Scalar); 9] = [
        ("type", "visit".into()),
        ("date", format!("2026-05-{:02}", n % 28 + 1).into()),
        ("started", "09:40".into()),
        ("minutes", Scalar::Int(30 + i64::from(n % 4) * 5)),
        ("measure/wash/minutes", Scalar::Int(15)),
        ("measure/meal/minutes", Scalar::Int(20)),
        ("mood", Scalar::Int(3)),
        ("pain", Scalar::Int(i64::from(n % 5))),
        ("note", format!("Помогла умыться, сварила кашу, принесла воды и дров, {n:07}").into()),
    ];
    let fields: Fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let change = log.write(&author(n), 1_780_000_000_000 + i64::from(n) * 60_000, &hex(&id), &fields);
    change.expect("a log that can be written").expect("a new visit")
}
