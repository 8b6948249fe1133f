//! What happens on the way: lost answers, retries, cut bodies, wrong clocks, swapped envelopes, wiped caches.

use footpath_tests::binary::sync_ask;
use footpath_tests::chance::Chance;
use footpath_tests::district::{District, Walker};
use footpath_tests::holdings;
use footpath_tests::wire::{Server, Weather, Wire};
use serde_json::json;
use sync_core::device::memory::Request;
use sync_core::ids::Id;
use sync_core::verdict::Verdict;
use sync_core::wire::{self, Asked, SyncAnswer, SyncRequest};

fn one_visitor() -> (District, Walker, Id) {
    let mut district = District::new(&["anna"]);
    let mut anna = district.walker("anna");
    let case = anna.register("Зинаида");
    anna.sync_all();
    (district, anna, case)
}

/// Every text once on a new phone of the same person.
fn arrived_once(district: &mut District, texts: &[String]) {
    let fresh = district.walker("anna");
    let found = holdings::texts_of(&fresh.phone);
    for text in texts {
        assert_eq!(found.get(text), Some(&1), "{text}");
    }
}

#[test]
fn a_retry_after_a_lost_answer_says_duplicate_and_doubles_nothing() {
    let (mut district, mut anna, case) = one_visitor();
    anna.phone.visit(case, "раз").unwrap();
    let asked = anna.phone.ask().unwrap();
    let (status, first) = anna.link.post(anna.phone.device(), &asked).unwrap();
    assert_eq!(status, 200);
    anna.phone.hear_nothing();
    assert_eq!(anna.phone.waiting(), 1, "until the phone has heard, the phone keeps it");

    let again = anna.phone.ask().unwrap();
    let request = Asked::by(&anna.phone.host.device.read_request(&again.body).unwrap());
    let (_, second) = anna.link.post(anna.phone.device(), &again).unwrap();
    let verdicts = |body: &[u8]| -> Vec<Verdict> {
        let answer = wire::unpack_answer(body, &request).unwrap();
        answer.verdicts.iter().map(|on| on.verdict).collect()
    };
    assert_eq!(verdicts(&first), [Verdict::Accepted]);
    assert_eq!(verdicts(&second), [Verdict::Duplicate]);
    anna.phone.hear(200, &second);
    assert_eq!(anna.phone.waiting(), 0);
    arrived_once(&mut district, &["раз".to_owned()]);
}

#[test]
fn in_a_storm_everything_arrives_once() {
    let (mut district, mut anna, case) = one_visitor();
    let mut wire = Wire::new(Weather::STORM, &mut Chance::new(4));
    let mut texts = Vec::new();
    for n in 0..60 {
        texts.push(format!("визит {n}"));
        anna.phone.visit(case, &texts[n]).unwrap();
        wire.talk(&mut anna.link, &mut anna.phone);
    }
    anna.sync_all();
    arrived_once(&mut district, &texts);
}

#[test]
fn a_request_cut_off_in_its_body_is_as_if_it_never_was() {
    let (mut district, mut anna, case) = one_visitor();
    anna.phone.visit(case, "раз").unwrap();
    let asked = anna.phone.ask().unwrap();
    for cut in [0, 1, asked.body.len() / 2, asked.body.len() - 1] {
        let mut other = district.footpath.link();
        other.client.send_part(sync_ask(&asked), cut).unwrap();
    }
    anna.phone.hear_nothing();
    anna.sync_all();
    arrived_once(&mut district, &["раз".to_owned()]);
}

#[test]
fn a_wiped_cache_is_filled_again() {
    let (_district, mut anna, case) = one_visitor();
    for n in 0..10 {
        anna.phone.visit(case, &format!("визит {n}")).unwrap();
    }
    anna.sync_all();
    let before = anna.phone.rows();
    let waiting = anna.phone.visit(case, "ещё не отправлено").unwrap();
    anna.phone.lose_cache();
    assert!(anna.phone.row(&waiting).is_some());
    anna.sync_all();
    assert_eq!(anna.phone.rows().len(), before.len() + 1);
    assert!(before.iter().all(|row| anna.phone.rows().contains(row)));
}

#[test]
fn a_clock_in_1970_or_2100_is_corrected_and_holds_nothing_up() {
    for wrong in [0, 4_102_444_800_000] {
        let (mut district, mut anna, case) = one_visitor();
        anna.phone.clock.set(wrong);
        let at = anna.phone.visit(case, "часы врут").unwrap();
        anna.sync_all();
        let told = anna.phone.told();
        assert!(!told.contains(&"not_authorized"), "{told:?}");
        let offset = anna.phone.host.status.as_ref().unwrap().offset_ms;
        assert!((offset + anna.phone.clock.error_ms).abs() < 120_000, "corrected by {offset} ms");
        assert_eq!(
            district.desk.get(&format!("/v1/records/{}", at.1))["record"]["fields"]["notes"],
            "часы врут"
        );
        // From now on its entries lie in the right month.
        let right = anna.phone.visit(case, "после поправки").unwrap();
        assert!(anna.phone.row(&right).unwrap().month.unwrap().to_string().starts_with("20"));
        anna.sync_all();
        district.footpath.kill();
    }
}

#[test]
fn a_phone_that_signs_in_with_a_wrong_clock_works() {
    let mut district = District::new(&["anna"]);
    let mut phone =
        footpath_tests::phone::Phone::new("anna", &footpath_tests::clock::Time::Real, &mut Chance::new(1));
    phone.clock.set(0);
    district.footpath.sign_in(&mut phone, "anna");
    let mut anna = Walker { phone, link: district.footpath.link() };
    let case = anna.register("Зинаида");
    let at = anna.phone.visit(case, "в 1970 году").unwrap();
    anna.sync_all();
    assert_eq!(district.desk.get(&format!("/v1/records/{}", at.1))["record"]["state"], "received");
}

#[test]
fn an_envelope_before_its_predecessor_waits_and_nothing_is_lost() {
    let (mut district, mut anna, case) = one_visitor();
    let at = anna.phone.visit(case, "раз").unwrap();
    // Sealed in an envelope of its own, and lost.
    let first = anna.phone.ask().unwrap();
    anna.phone.hear_nothing();
    anna.phone.correct(&at, &[("witness", "два".into())]).unwrap();
    let both = anna.phone.ask().unwrap();
    let mut inside = anna.phone.host.device.read_request(&both.body).unwrap();
    assert_eq!(inside.envelopes.len(), 2);

    // The second alone; then both in the wrong order, then the first again, late.
    let send = |anna: &mut Walker, message: &SyncRequest| -> Vec<Verdict> {
        let body = wire::pack(message);
        let token =
            anna.phone.host.device.token("POST", "/v1/sync", &body, anna.phone.clock.now_ms()).unwrap();
        let (status, answer) = anna.link.post(anna.phone.device(), &Request { token, body }).unwrap();
        assert_eq!(status, 200);
        let answer: SyncAnswer = wire::unpack(&answer, wire::MAX_UNPACKED).unwrap();
        answer.verdicts.iter().map(|on| on.verdict).collect()
    };
    let alone = SyncRequest { envelopes: vec![inside.envelopes[1].clone()], ..inside.clone() };
    assert_eq!(send(&mut anna, &alone), [Verdict::Waiting]);
    inside.envelopes.reverse();
    let verdicts = send(&mut anna, &inside);
    assert!(verdicts.iter().all(Verdict::admitted), "{verdicts:?}");
    anna.link.post(anna.phone.device(), &first).unwrap();
    anna.phone.hear_nothing();
    anna.sync_all();
    arrived_once(&mut district, &["раз".to_owned(), "два".to_owned()]);
    let device = anna.phone.device().to_string();
    let devices = district.desk.get("/v1/devices");
    let mine = devices["items"].as_array().unwrap().iter().find(|item| item["id"] == device).unwrap();
    assert_eq!((mine["missing"].clone(), mine["forks"].clone()), (json!([]), json!([])));
}

#[test]
fn a_phone_restored_from_its_own_backup_is_noticed_and_loses_nothing() {
    let (mut district, mut anna, case) = one_visitor();
    let (log, docs, cursor) =
        (anna.phone.host.log.clone(), anna.phone.host.docs.clone(), anna.phone.host.cursor.clone());
    anna.phone.visit(case, "раз").unwrap();
    anna.sync_all();
    (anna.phone.host.log, anna.phone.host.docs, anna.phone.host.cursor) = (log, docs, cursor);
    anna.phone.restart();
    anna.phone.visit(case, "два").unwrap();
    anna.sync_all();
    assert!(anna.phone.told().contains(&"rolled_back"));
    anna.phone.visit(case, "три").unwrap();
    anna.sync_all();
    arrived_once(&mut district, &["раз", "два", "три"].map(str::to_owned));
    assert_eq!(anna.phone.rows().iter().filter(|row| row.record_type == "visit").count(), 3);
}
