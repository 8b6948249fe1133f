//! Clients that are slow, endless or hostile, many of them, while honest phones come and go.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use footpath_tests::binary::Footpath;
use footpath_tests::desk::Desk;
use footpath_tests::district::{District, Walker};
use footpath_tests::http::{Ask, Client};
use sync_core::ids::Id;
use sync_core::wire::{MAX_UNPACKED, VERSION};

use crate::promises::{kept_after_a_kill, two_walkers};

const IDLE: usize = 2_000;
const SLOW: usize = 200;
const DEAF: usize = 20;

/// Patience enough for a busy machine, and an end for the test.
const LONG: Duration = Duration::from_secs(60);

fn district() -> District {
    let mut footpath = Footpath::new();
    footpath.variables =
        vec![("FOOTPATH_HEADER_TIMEOUT_S", "3".into()), ("FOOTPATH_BODY_DEADLINE_S", "5".into())];
    District::on(footpath, &["anna"])
}

fn honest_day(walkers: &mut [Walker], cases: &[Id], name: &str) {
    for (n, walker) in walkers.iter_mut().enumerate() {
        walker.phone.visit(cases[n], &format!("{name} {n}")).expect("saved");
        // As a phone comes: on a connection of its own.
        walker.link.client = Client::new(walker.link.client.address()).with_patience(LONG);
        walker.sync_all();
    }
}

/// Until the server closes; what it said.
fn until_closed(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(LONG)).expect("a timeout");
    let mut said = Vec::new();
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn two_thousand_idle_connections_keep_nobody_out_and_are_let_go() {
    let mut district = district();
    let (mut walkers, cases) = two_walkers(&mut district);
    let address = district.footpath.address;
    let mut idle: Vec<TcpStream> =
        (0..IDLE).map(|_| TcpStream::connect(address).expect("a connection")).collect();
    honest_day(&mut walkers, &cases, "beside the idle");
    for stream in &mut idle {
        until_closed(stream);
    }
    kept_after_a_kill(&mut district, &mut walkers);
    println!("{IDLE} idle connections: honest phones served meanwhile, all of them closed by the server");
}

#[test]
fn slow_headers_and_bodies_of_a_byte_a_second_keep_nobody_out_and_are_cut() {
    let mut district = district();
    let (mut walkers, cases) = two_walkers(&mut district);
    let address = district.footpath.address;
    let begin = |text: &str| {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(text.as_bytes()).expect("it is taken");
        stream
    };
    let mut headers: Vec<TcpStream> =
        (0..SLOW).map(|_| begin("POST /v1/sync HTTP/1.1\r\nhost: x\r\nx-slow: ")).collect();
    let mut bodies: Vec<TcpStream> = (0..SLOW)
        .map(|_| begin("POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n\r\n"))
        .collect();
    for second in 0..3 {
        for stream in headers.iter_mut().chain(&mut bodies) {
            // It may have been cut by now.
            let _ = stream.write_all(b"x");
        }
        honest_day(&mut walkers, &cases, &format!("beside the slow {second}"));
        std::thread::sleep(Duration::from_secs(1));
    }
    for stream in &mut headers {
        until_closed(stream);
    }
    let answers = bodies.iter_mut().map(until_closed);
    let told = answers.filter(|answer| answer.starts_with("HTTP/1.1 408")).count();
    assert_eq!(told, SLOW, "whoever drips is told that it took too long");
    kept_after_a_kill(&mut district, &mut walkers);
    println!(
        "{SLOW} slow headers and {SLOW} bodies of a byte a second: honest phones served meanwhile, all cut"
    );
}

/// Streams that nobody reads, and some that are read a byte a second.
#[test]
fn pages_that_do_not_read_their_news_keep_nobody_waiting_and_cost_no_memory() {
    let mut district = district();
    let (mut walkers, cases) = two_walkers(&mut district);
    let mut desks: Vec<Desk> = (0..DEAF / 2)
        .map(|n| {
            let login = format!("desk{n}");
            district.footpath.add_person(&login, "coordinator");
            Desk::open(&district.footpath, &login)
        })
        .collect();
    // Two of each, which is as many as one device may have.
    let deaf: Vec<TcpStream> = desks
        .iter_mut()
        .flat_map(|desk| [desk.listen(), desk.listen()])
        .map(footpath_tests::ear::Ear::into_stream)
        .collect();
    let mut ear = district.desk.listen();
    let (mut slowest, mut sizes) = (Duration::ZERO, Vec::new());
    for round in 0..24 {
        for stream in deaf.iter().take(DEAF / 4) {
            let _ = (&mut &*stream).read(&mut [0]);
        }
        ear.forget().expect("the stream goes on");
        walkers[round % 2].phone.visit(cases[0], &format!("beside the deaf {round}")).expect("saved");
        let began = Instant::now();
        walkers[round % 2].sync_all();
        ear.poke().expect("a poke");
        slowest = slowest.max(began.elapsed());
        sizes.push(resident_kb(district.footpath.process().expect("it runs")));
        std::thread::sleep(Duration::from_millis(250));
    }
    // The first rounds warm it up.
    let (early, late) = (sizes[8], sizes[23]);
    println!("{DEAF} streams unread: a poke within {slowest:?}, {early} kB resident, {late} kB in the end");
    assert!(slowest < Duration::from_secs(10), "others wait: {slowest:?}");
    assert!(late < early + 16 * 1024, "memory grows from {early} kB to {late} kB");
    drop(deaf);
    kept_after_a_kill(&mut district, &mut walkers);
}

fn resident_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
}

#[test]
fn open_pages_do_not_keep_a_server_from_stopping() {
    let mut district = district();
    let mut ear = district.desk.listen();
    assert!(district.footpath.stop(), "it ends well, and in time");
    assert!(ear.poke().is_err(), "the stream ends with the server");
}

#[test]
fn zip_bombs_are_refused_and_leave_the_sender_its_work() {
    let mut district = district();
    let (mut walkers, cases) = two_walkers(&mut district);
    let bomb =
        [vec![VERSION], miniz_oxide::deflate::compress_to_vec(&vec![0; 64 * MAX_UNPACKED], 9)].concat();
    let address = district.footpath.address;
    let phone = &walkers[0].phone;
    let token = phone.host.device.token("POST", "/v1/sync", &bomb, phone.clock.now_ms()).expect("signed in");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let sending: Vec<_> = (0..20)
            .map(|_| {
                let ask = Ask {
                    method: "POST",
                    path: "/v1/sync",
                    token: Some(&token),
                    content_type: Some("application/octet-stream"),
                    body: &bomb,
                };
                scope.spawn(move || {
                    let mut client = Client::new(address).with_patience(LONG);
                    (0..10).map(|_| client.send(ask).expect("an answer").status).collect::<Vec<_>>()
                })
            })
            .collect();
        sending.into_iter().flat_map(|sent| sent.join().expect("it ends")).collect()
    });
    // Too large, or not this device's turn.
    assert!(statuses.iter().all(|status| [400, 413, 503].contains(status)), "{statuses:?}");
    assert!(statuses.iter().any(|status| [400, 413].contains(status)), "{statuses:?}");
    honest_day(&mut walkers, &cases, "after the bombs");
    kept_after_a_kill(&mut district, &mut walkers);
    println!(
        "{} zip bombs of {} MB: none unpacked, the sender's own work taken",
        statuses.len(),
        64 * MAX_UNPACKED / 1_000_000
    );
}
