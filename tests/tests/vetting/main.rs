//! The pool of vetting processes against children that die in every way a process can.

// A panic here is the report of a failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cost;
mod deaths;
mod honest;
mod starting;

use std::time::Duration;

use footpath::vetting::{Config, Vetting};
use sync_core::admission::{Bytes, Candidate, Finding, Job, Vetted};
use sync_core::crdt::{Change, Document};
use sync_core::ids::{Actor, DocId};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::Kind;

/// The weak child, with limits a test can wait for.
fn config(children: usize) -> Config {
    let program = env!("CARGO_BIN_EXE_saboteur").into();
    let deadline = Duration::from_secs(15);
    Config { deadline, cpu_seconds: 2, ..Config::new(program, vec![], children) }
}

fn pool() -> Vetting {
    Vetting::new(config(2))
}

/// One device's changes to a task, each on the one before.
fn chain(author: u8, len: i64) -> Vec<Change> {
    let mut task = Document::new(Kind::Task).unwrap();
    let step = |n: i64| Fields::from([("step".to_owned(), Scalar::Int(n))]);
    (0..len).map(|n| task.write(&Actor([author; 16]), n, "", &step(n)).unwrap().unwrap()).collect()
}

fn sent(change: &Change) -> Candidate {
    let bytes = Bytes(change.bytes().to_vec());
    Candidate { hash: change.hash(), actor: change.actor().unwrap(), bytes }
}

fn job(candidates: Vec<Candidate>) -> Job {
    Job { doc: DocId([7; 16]), kind: Kind::Task, existing: vec![], refused: vec![], candidates }
}

fn sound(found: &[Vetted]) -> usize {
    found.iter().filter(|vetted| matches!(vetted.finding, Finding::Sound(_))).count()
}
