//! The vetting process with a weakness: some "changes" do to it what automerge might.
//!
//! Everything else is the real thing, so that the pool's tests see real pipes, limits and deaths.

// Dying is what it is for.
#![allow(clippy::panic)]

use std::time::Duration;

use footpath::vetting::child::{run_with, standard};
use footpath_tests::sabotage::Way;
use sync_core::admission::{Job, Pace, Vetted};
use sync_core::crdt::DocumentError;
use sync_core::ids::ChangeHash;

fn main() -> std::io::Result<()> {
    run_with(weak)
}

fn weak(job: &Job, pace: Pace, trying: &mut dyn FnMut(ChangeHash)) -> Result<Vec<Vetted>, DocumentError> {
    for candidate in &job.candidates {
        if let Some(way) = Way::of(&candidate.bytes.0) {
            trying(candidate.hash);
            die(way);
        }
    }
    standard(job, pace, trying)
}

fn die(way: Way) {
    match way {
        Way::Abort => std::process::abort(),
        Way::Exit => std::process::exit(0),
        Way::Panic => panic!("as automerge does in 36 places"),
        Way::Hang => std::thread::sleep(Duration::from_secs(3600)),
        Way::Spin => while std::hint::black_box(true) {},
        Way::Allocate => {
            let mut all = Vec::new();
            while std::hint::black_box(true) {
                // Never touched, so that the limit is met at once however busy the machine is.
                all.push(vec![0u8; 64 << 20]);
            }
        }
        Way::Recurse => drop(std::hint::black_box(deeper(1))),
    }
}

fn deeper(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 512]);
    if depth == 0 { 0 } else { deeper(depth + 1) + frame.iter().sum::<u64>() }
}
