//! What nobody should send, and what they get for it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use footpath_tests::binary::PASSWORD;
use footpath_tests::chance::Chance;
use footpath_tests::clock::Time;
use footpath_tests::district::{District, Walker};
use footpath_tests::http::{Answer, Ask, Client};
use footpath_tests::phone::Phone;
use serde_json::json;
use sync_core::ids::DeviceId;
use sync_core::wire;

fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    (answer.status, answer.json()["code"].as_str().unwrap_or("none").to_owned())
}

/// Any body, signed for by this phone.
fn signed(walker: &mut Walker, body: &[u8]) -> Answer {
    let token =
        walker.phone.host.device.token("POST", "/v1/sync", body, walker.phone.clock.now_ms()).unwrap();
    let ask = Ask {
        method: "POST",
        path: "/v1/sync",
        token: Some(&token),
        content_type: Some("application/octet-stream"),
        body,
    };
    walker.link.client.send(ask).unwrap()
}

#[test]
fn a_wrong_password_and_an_unknown_login_are_told_the_same() {
    let district = District::new(&["anna"]);
    let mut phone = Phone::new("anna", &Time::Real, &mut Chance::new(2));
    let wrong = district.footpath.try_sign_in(&mut phone, "anna", "guessed");
    let unknown = district.footpath.try_sign_in(&mut phone, "nobody", PASSWORD);
    assert_eq!(wrong.status, 401);
    assert_eq!(problem(&wrong), problem(&unknown));
    assert_eq!(wrong.json()["detail"], unknown.json()["detail"]);
    assert_eq!(district.footpath.try_sign_in(&mut phone, "anna", PASSWORD).status, 200);
}

#[test]
fn a_device_nobody_enrolled_is_told_so_and_keeps_its_work() {
    let mut district = District::new(&["anna"]);
    let anna = district.walker("anna");
    let mut phone = Phone::new("stranger", &Time::Real, &mut Chance::new(3));
    let key = phone.make_key();
    let mut answer = json!(anna.phone.host.device.identity().unwrap());
    answer["device"] = json!(DeviceId::of(&key));
    phone.enrolled(answer);
    let mut stranger = Walker { phone, link: district.footpath.link() };
    let case = stranger.register("Никто");
    stranger.phone.visit(case, "раз").unwrap();
    let waiting = stranger.phone.waiting();
    stranger.sync();
    assert_eq!(stranger.phone.waiting(), waiting);
    let told = stranger.phone.told();
    assert!(told.contains(&"unknown_device"), "{told:?}");
}

#[test]
fn garbage_is_refused_and_the_phone_goes_on() {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let mut chance = Chance::new(9);
    let noise: Vec<u8> = (0..500).map(|_| chance.draw() as u8).collect();
    let mut bomb = vec![wire::VERSION];
    bomb.extend(miniz_oxide::deflate::compress_to_vec(&vec![0; 64 * 1024 * 1024], 9));
    let half = {
        let honest = anna.phone.ask().unwrap().body;
        anna.phone.hear_nothing();
        honest[..honest.len() / 2].to_vec()
    };
    for (name, body) in [
        ("nothing", vec![]),
        ("noise", noise),
        ("another version", vec![99, 0]),
        ("a bomb", bomb),
        ("half", half),
    ] {
        let answer = signed(&mut anna, &body);
        assert!((400..500).contains(&answer.status), "{name}: {}", answer.status);
        problem(&answer);
    }
    let case = anna.register("Зинаида");
    anna.phone.visit(case, "раз").unwrap();
    anna.sync_all();
}

#[test]
fn a_hundred_megabytes_are_not_read() {
    let district = District::new(&["anna"]);
    let mut stream = TcpStream::connect(district.footpath.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut sent = 0;
    // Until it hangs up or has taken far too much.
    while sent < 100 << 20 && stream.write_all(&[0; 64 * 1024]).is_ok() {
        sent += 64 * 1024;
    }
    assert!(sent < 20 << 20, "it took {sent} bytes");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(district.footpath.is_ready());
}

#[test]
fn a_token_is_for_one_request_and_one_person() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    anna.register("Зинаида");
    let (mut hers, his) = (anna.phone.ask().unwrap(), boris.phone.ask().unwrap());
    let send = |client: &mut Client, token: &str, body: &[u8]| {
        client
            .send(Ask { method: "POST", path: "/v1/sync", token: Some(token), body, ..Ask::default() })
            .unwrap()
    };
    // Another's token over one's own body, and a token over another body.
    assert_eq!(send(&mut anna.link.client, &his.token, &hers.body).status, 401);
    hers.body.push(0);
    assert_eq!(send(&mut anna.link.client, &hers.token, &hers.body).status, 401);
    let mut forged = his.token.clone();
    forged.replace_range(forged.len() - 4.., "AAAA");
    assert_eq!(send(&mut boris.link.client, &forged, &his.body).status, 401);
    let none = Ask { method: "POST", path: "/v1/sync", body: &his.body, ..Ask::default() };
    assert_eq!(boris.link.client.send(none).unwrap().status, 401);
    boris.phone.hear_nothing();
    boris.sync_all();
}

#[test]
fn an_envelope_of_another_device_is_not_taken_for_ones_own() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    anna.phone.visit(case, "раз").unwrap();
    let stolen = anna.phone.ask().unwrap();
    anna.phone.hear_nothing();
    let answer = signed(&mut boris, &stolen.body);
    assert!(answer.status == 200 || (400..500).contains(&answer.status), "{}", answer.status);
    assert_eq!(
        district.desk.all("/v1/records"),
        Vec::<serde_json::Value>::new(),
        "nothing of it is in the log"
    );
    anna.sync_all();
    assert_eq!(district.desk.all("/v1/records?type=visit").len(), 1);
}
