//! From a phone's push to the poke at another client: how soon an open desk knows.

use std::time::{Duration, Instant};

use footpath_tests::chance::Chance;
use footpath_tests::district::District;
use footpath_tests::stories::notes;
use serde_json::{Value, json};

const PUSHES: usize = 200;

/// Pokes of one client are a quarter of a second apart: what is measured is a push on a quiet day.
const QUIET: Duration = Duration::from_millis(300);

pub fn measure() -> Value {
    let mut chance = Chance::new(7);
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let case = anna.register("Recipient");
    anna.sync_all();
    let mut ear = district.desk.listen();
    let mut times: Vec<f64> = (0..PUSHES)
        .map(|_| {
            anna.phone.visit(case, &notes(&mut chance, 120)).expect("a visit is saved");
            std::thread::sleep(QUIET);
            ear.forget().expect("the stream goes on");
            let request = anna.phone.ask().expect("there is something to send");
            let began = Instant::now();
            // The poke may be here before the phone has its answer.
            let heard = std::thread::scope(|scope| {
                let poke = scope.spawn(|| {
                    ear.poke().expect("the stream goes on");
                    began.elapsed()
                });
                let answer =
                    footpath_tests::wire::Server::post(&mut anna.link, anna.phone.device(), &request);
                let (status, body) = answer.expect("the server answers");
                anna.phone.hear(status, &body);
                poke.join().unwrap()
            });
            anna.sync_all();
            heard.as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| (times[((times.len() - 1) as f64 * share).round() as usize] * 10.0).round() / 10.0;
    json!({"poke": {"pushes": PUSHES, "median_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0)}})
}
