//! A district at rest: a thousand cases with a hundred visits each in the log and in the desk's tables.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use footpath_tests::binary::Footpath;
use footpath_tests::chance::{Chance, setting};
use footpath_tests::clock::Time;
use footpath_tests::desk::Desk;
use footpath_tests::past::{self, Past};
use footpath_tests::phone::Phone;
use serde_json::{Value, json};
use sync_core::civil;
use sync_core::ids::Month;

use crate::machine;

const WORKERS: usize = 50;
const VISITS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(1_200);
/// Nothing written for so long: the server has done all it had to.
const QUIET: Duration = Duration::from_secs(5);

pub fn measure() -> Value {
    let cases = setting("FOOTPATH_REST_CASES", 1_000) as usize;
    let mut footpath = Footpath::new();
    footpath.add_person("vera", "coordinator");
    let until = Month(civil::month(Time::Real.now_ms()).0 - 1);
    let past = Past { workers: WORKERS, cases, visits: VISITS, a_month: 10, until, note: 120 };
    fill(&footpath, past);

    // The first start: the tables and the snapshots are made, and a phone syncs meanwhile.
    let began = Instant::now();
    footpath.start();
    let mut phone = Phone::new("worker0", &Time::Real, &mut Chance::new(100));
    footpath.sign_in(&mut phone, "worker0");
    let ask = phone.ask().expect("something to ask");
    let answer = footpath.link().client.send(footpath_tests::binary::sync_ask(&ask)).expect("an answer");
    assert_eq!(answer.status, 200);
    let phone_served_s = began.elapsed().as_secs_f64();
    footpath.wait_for_tables(PATIENCE);
    let rebuild_s = began.elapsed().as_secs_f64();
    rest(footpath.data.path());
    // Everything is folded into the files, and the server has gone.
    assert!(footpath.stop(), "the server stops");
    let files = files(footpath.data.path());
    let disk: u64 = files.iter().map(|(_, size)| size).sum();

    let began = Instant::now();
    footpath.start();
    let start_s = began.elapsed().as_secs_f64();
    let page = Desk::open(&footpath, "vera").get("/v1/records?limit=50");
    assert_eq!(page["items"].as_array().map(Vec::len), Some(50));
    let first_served_s = began.elapsed().as_secs_f64();
    let rss_mb = machine::resident_mb(footpath.process().expect("it runs"));
    json!({
        "visits": cases * VISITS,
        "disk_mb": (disk as f64 / 1e5).round() / 10.0,
        "files": files.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "start_s": round(start_s),
        "first_served_s": round(first_served_s),
        "rss_mb": rss_mb.round(),
        "rebuild_s": round(rebuild_s),
        "phone_served_while_rebuilding_s": round(phone_served_s),
    })
}

fn round(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn fill(footpath: &Footpath, past: Past) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = past::open(footpath.data.path());
        let logins: Vec<String> = (0..past.workers).map(|n| format!("worker{n}")).collect();
        let people = past::workers(log.as_ref(), &logins, "vera").await;
        past::fill(log.as_ref(), &people, past).await;
        log.close(Duration::from_secs(60)).await.unwrap();
    });
}

/// Waits until no file is written any more.
fn rest(data: &Path) {
    let began = Instant::now();
    let written = |entry: std::fs::DirEntry| entry.metadata().unwrap().modified().unwrap();
    loop {
        let newest = std::fs::read_dir(data).unwrap().flatten().map(written).max().unwrap();
        if SystemTime::now().duration_since(newest).is_ok_and(|quiet| quiet > QUIET) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "the server does not come to rest");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What the organisation's data takes, file by file; what the server said is not data.
fn files(data: &Path) -> Vec<(String, u64)> {
    let entries = std::fs::read_dir(data).unwrap().flatten();
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().unwrap().len()))
        .filter(|(name, _)| name != "said.log")
        .collect()
}
