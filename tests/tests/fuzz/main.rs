//! The fuzz targets without libFuzzer: over their corpus, and over altered copies of it. What libFuzzer finds in hours
//! it finds by `make fuzz`; this tells in seconds that every target runs and every old find stays mended.
//!
//! `FOOTPATH_FUZZ_RUNS` sets how many altered copies each target gets, `FOOTPATH_FUZZ_SEED` where the dice start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../fuzz/src/targets/mod.rs"]
mod targets;
#[path = "../../fuzz/src/token.rs"]
mod token;

mod alter;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use footpath_tests::chance::Chance;
use sync_core::ids::hex;
use targets::Target;

const TOKEN: Target = Target { name: "token", run: token::run, seeds: token::seeds };

fn all() -> impl Iterator<Item = &'static Target> {
    targets::CORE.iter().chain([&TOKEN])
}

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or)
}

fn corpus_of(target: &Target) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target.name)
}

fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let files = fs::read_dir(corpus_of(target)).into_iter().flatten().flatten();
    files.map(|file| fs::read(file.path()).expect("a file of the corpus")).collect()
}

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The last panic is kept for the report; what admission catches of automerge is no news.
fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| LAST.with(|last| *last.borrow_mut() = panic.to_string())));
}

/// Runs the target on these; the first it falls over, and how.
fn falls_over(target: &Target, inputs: &[Vec<u8>]) -> Option<String> {
    inputs.iter().find_map(|bytes| {
        let panicked = std::panic::catch_unwind(|| (target.run)(bytes)).is_err();
        panicked.then(|| LAST.with(|last| format!("{}\n{}", last.borrow(), hex(bytes))))
    })
}

fn altered(target: &Target, runs: u64) -> Vec<Vec<u8>> {
    let corpus = corpus(target);
    let mut chance = Chance::new(number("FOOTPATH_FUZZ_SEED", 1));
    (0..runs).map(|_| alter::altered(&mut chance, &corpus)).collect()
}

fn shake(name: &str) {
    keep_quiet();
    let target = all().find(|target| target.name == name).expect("a target of this name");
    assert!(!corpus(target).is_empty(), "there is no corpus for {name}");
    assert_eq!(falls_over(target, &corpus(target)), None, "{name} on its corpus");
    // A phone takes some milliseconds to open again after each answer.
    let runs = number("FOOTPATH_FUZZ_RUNS", if name == "answer" { 1_000 } else { 10_000 });
    assert_eq!(falls_over(target, &altered(target, runs)), None, "{name}");
}

#[test]
fn no_change_falls_through_admission() {
    shake("change");
}

#[test]
fn no_envelope_opens_that_is_not_canonical_and_signed() {
    shake("envelope");
}

#[test]
fn no_request_stops_the_server() {
    shake("request");
}

#[test]
fn no_answer_takes_a_phone_down() {
    shake("answer");
}

#[test]
fn no_snapshot_is_loaded_that_was_not_vouched_for() {
    shake("snapshot");
}

#[test]
fn no_token_is_good_but_the_devices_own() {
    shake("token");
}

/// The corpus is made by our own code: honest input of every shape. Run with FOOTPATH_FUZZ_WRITE=1 it is written anew.
#[test]
fn the_corpus_has_every_honest_input() {
    for target in all() {
        let folder = corpus_of(target);
        if number("FOOTPATH_FUZZ_WRITE", 0) == 1 {
            fs::create_dir_all(&folder).expect("a folder");
            for (n, seed) in (target.seeds)().iter().enumerate() {
                fs::write(folder.join(format!("seed-{n:02}")), seed).expect("written");
            }
        }
        let there: BTreeSet<Vec<u8>> = corpus(target).into_iter().collect();
        let missing = (target.seeds)().iter().filter(|seed| !there.contains(*seed)).count();
        assert_eq!(missing, 0, "the corpus of {} is of an older form", target.name);
    }
}

/// A target that falls over one byte is found out.
#[test]
fn a_planted_fall_is_found() {
    fn planted(data: &[u8]) {
        assert!(data.get(1..).is_none_or(|rest| !rest.contains(&0x9f)), "the planted fall");
    }
    keep_quiet();
    let target = Target { run: planted, ..TOKEN };
    assert_eq!(falls_over(&target, &corpus(&target)), None);
    assert!(
        falls_over(&target, &altered(&target, 2_000)).is_some_and(|fall| fall.contains("the planted fall"))
    );
}
