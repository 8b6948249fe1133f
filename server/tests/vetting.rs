//! `footpath vet`, the real binary, with the bytes that were made to kill it.

// A panic here is the report of a failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write;
use std::process::{Command, Stdio};

use footpath::vetting::pipe::{Ask, Say, receive, send};
use footpath::vetting::{Config, Vetting};
use sync_core::admission::{Bytes, Candidate, Finding, Job, Pace};
use sync_core::crdt::{Change, Document};
use sync_core::ids::{Actor, ChangeHash, DocId, sha256};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::Kind;

const BINARY: &str = env!("CARGO_BIN_EXE_footpath");

fn pool() -> Vetting {
    Vetting::new(Config::new(BINARY.into(), vec!["vet".into()], 2))
}

fn note(n: u8) -> Change {
    let mut task = Document::new(Kind::Task).unwrap();
    let fields = Fields::from([("note".to_owned(), Scalar::from("тихо"))]);
    task.write(&Actor([n; 16]), 0, "", &fields).unwrap().unwrap()
}

fn candidate(bytes: Vec<u8>, n: u8) -> Candidate {
    let hash = ChangeHash(sha256(bytes.get(8..).unwrap_or_default()));
    Candidate { hash, actor: Actor([n; 16]), bytes: Bytes(bytes) }
}

fn job(candidates: Vec<Candidate>) -> Job {
    Job { doc: DocId([7; 16]), kind: Kind::Task, existing: vec![], refused: vec![], candidates }
}

/// A chunk of a type with a right checksum.
fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    let mut len = body.len();
    while len >= 0x80 {
        hashed.push(len as u8 | 0x80);
        len >>= 7;
    }
    hashed.push(len as u8);
    hashed.extend(body);
    let checksum = &sha256(&hashed)[..4];
    [&[0x85, 0x6f, 0x4a, 0x83][..], checksum, &hashed].concat()
}

#[tokio::test]
async fn hostile_bytes_among_honest_ones() {
    // A change of 50,000,000 operations in one run, a bundle, a document, a sync message, and nothing.
    let bomb = [&[0, 16][..], &[1; 16], &[1, 1, 0, 0, 0, 1, 0x42, 5, 0x80, 0xe1, 0xeb, 0x17, 1]].concat();
    let hostile = [chunk(1, &bomb), chunk(3, &[0xff; 14]), chunk(0, &[0; 40]), vec![0x42; 15], vec![]];
    let mut candidates = vec![candidate(note(1).bytes().to_vec(), 1)];
    candidates.extend(hostile.map(|bytes| candidate(bytes, 9)));
    candidates.push(candidate(note(2).bytes().to_vec(), 2));
    let found = pool().vet(job(candidates)).await.unwrap();
    assert_eq!(found.len(), 7);
    assert!(matches!(found[0].finding, Finding::Sound(_)));
    assert!(found[1..6].iter().all(|vetted| matches!(vetted.finding, Finding::SetAside(_))), "{found:?}");
    assert!(matches!(found[6].finding, Finding::Sound(_)));
}

#[test]
fn it_answers_many_jobs_and_ends_with_its_input() {
    let mut child = Command::new(BINARY)
        .arg("vet")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    assert!(matches!(receive(&mut output).unwrap(), Some(Say::Ready)));
    for n in 1..50 {
        let job = job(vec![candidate(note(n).bytes().to_vec(), n)]);
        send(&mut input, &Ask { job, pace: Pace::Together, cpu_seconds: 5, memory_mib: 1_536 }).unwrap();
        let said =
            std::iter::from_fn(|| receive(&mut output).unwrap()).find(|said| !matches!(said, Say::Trying(_)));
        let Some(Say::Found(found)) = said else { panic!("{said:?}") };
        assert!(matches!(found[0].finding, Finding::Sound(_)));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_garbled_pipe_ends_it() {
    let mut child = Command::new(BINARY)
        .arg("vet")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&[0, 0, 0, 3, 0xff, 0xff, 0xff]).unwrap();
    assert!(!child.wait().unwrap().success());
}
