//! `sim --days N --seed S`: one JSON line about how it went; exit code 1 when something did not hold.
//!
//! `--seeds A..B` tells all of them and sums up, `--jobs J` side by side; `--replay FILE` tells a history from a
//! file, aloud; `--planted BUG` plants a bug; `--out FOLDER` is where shrunk histories go (`target/sim`).

// A simulator that cannot go on says so by ending.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod options;

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use footpath_tests::sim::action::History;
use footpath_tests::sim::run::{Count, Found, Told, tell, tell_aloud};
use footpath_tests::sim::{fates, shrink};
use options::Options;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        // A panic is a violation like any other, and is told as one.
        std::panic::set_hook(Box::new(|_| {}));
    }
    let begun = Instant::now();
    let (told, violations) = match &options.replay {
        Some(file) => replay(file),
        None => seeds(&options),
    };
    let mut result = json!({"seed": options.first, "days": options.days});
    if options.end > options.first + 1 {
        result["seeds"] = format!("{}..{}", options.first, options.end).into();
    }
    for (key, value) in told.to_json() {
        result[key] = value;
    }
    result["violations"] = violations.into();
    result["wall_s"] = begun.elapsed().as_secs_f64().into();
    println!("{result}");
    ExitCode::from(u8::from(result["violations"] != json!([])))
}

/// Runs spent on making one history short.
const RUNS: usize = 600;

type Summary = (Count, Vec<Value>);

fn replay(file: &Path) -> Summary {
    let text = std::fs::read_to_string(file).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
    let history = History::from_text(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
    let told = tell_aloud(&history, &mut |line| eprintln!("{line}"));
    let violations = told.violation.iter().map(|found| described(&history, found)).collect();
    (told.count, violations)
}

fn seeds(options: &Options) -> Summary {
    let next = AtomicU64::new(options.first);
    let sum: Mutex<(Count, Vec<(u64, Value)>)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= options.end {
                        return;
                    }
                    let history = fates::history(seed, options.days, options.planted);
                    let told = tell(&history);
                    let violation = told.violation.as_ref().map(|found| report(options, &history, found));
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.0.add(&told.count);
                    sum.1.extend(violation.map(|violation| (seed, violation)));
                }
            });
        }
    });
    let (count, mut violations) = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    violations.sort_by_key(|(seed, _)| *seed);
    (count, violations.into_iter().map(|(_, violation)| violation).collect())
}

/// Shrinks the history, writes it down and says where.
fn report(options: &Options, history: &History, found: &Found) -> Value {
    let name = found.violation.name;
    let mut violation = described(history, found);
    if !options.shrink {
        return violation;
    }
    let short = shrink::shrink(history, name, found.at, RUNS);
    let Told { violation: again, .. } = tell(&short);
    std::fs::create_dir_all(&options.out).expect("a folder for histories");
    let file = options.out.join(format!("seed-{}-{}.json", history.seed, name.to_lowercase()));
    std::fs::write(&file, short.to_text()).expect("the history is written down");
    violation["shrunk_to"] = short.actions.len().into();
    violation["history"] = file.display().to_string().into();
    violation["shrunk_what"] = again.map(|found| found.violation.what).into();
    violation
}

fn described(history: &History, found: &Found) -> Value {
    json!({
        "seed": history.seed,
        "invariant": found.violation.name,
        "what": found.violation.what,
        "at": found.at,
        "action": found.action,
    })
}
