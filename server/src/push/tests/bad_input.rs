//! Bodies and tokens that are not what they should be.

use serde_json::json;
use sync_core::ids::Id;
use sync_core::keys::{DeviceKey, request_binding, token};
use sync_core::wire;

use super::field::*;
use crate::auth::password;
use crate::store::Account;

const SYNC: &str = "/v1/sync";

#[tokio::test]
async fn bodies_that_cannot_be_read_are_told_apart() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.visit(&field, case, "цел");
    let (_, good) = anna.take_request(&field);
    let mut other_version = good.clone();
    other_version[0] = 9;
    let bomb =
        [vec![wire::VERSION], miniz_oxide::deflate::compress_to_vec(&vec![0; wire::MAX_UNPACKED + 1], 9)];
    for (name, body, status, code) in [
        ("empty", Vec::new(), 400, "malformed"),
        ("garbage", vec![0xa5; 500], 400, "unknown_version"),
        ("garbage behind the version", [vec![wire::VERSION], vec![0xa5; 500]].concat(), 400, "malformed"),
        ("truncated", good[..good.len() - 7].to_vec(), 400, "malformed"),
        ("another version", other_version, 400, "unknown_version"),
        ("unpacks to too much", bomb.concat(), 413, "too_large"),
        ("too long", vec![0; wire::MAX_BODY + 1], 413, "too_large"),
    ] {
        let token = anna.token(&field, "POST", SYNC, &body);
        let (answered, problem) = field.problem(Some(&token), SYNC, body).await;
        assert_eq!((answered, problem["code"].as_str()), (status, Some(code)), "{name}");
    }
    // None of it did any harm.
    let token = anna.token(&field, "POST", SYNC, &good);
    assert_eq!(field.send("POST", SYNC, Some(&token), good).await.0, 200);
}

#[tokio::test]
async fn an_unknown_device_is_told_so_and_loses_nothing() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    anna.case(&field, VILLAGE);
    let (_, body) = anna.take_request(&field);
    let stranger = DeviceKey::from_seed([99; 32]);
    let binding = request_binding("POST", SYNC, &body);
    let token = token(&stranger, ANNA, ORG, &binding, NOW);
    let (status, problem) = field.problem(Some(&token), SYNC, body).await;
    assert_eq!((status, problem["code"].as_str()), (401, Some("unknown_device")));
    assert_eq!(anna.waiting(), 2);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_request_only() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let (token, body) = anna.take_request(&field);
    let tampered = [body.clone(), vec![0]].concat();
    for (name, path, body) in
        [("another body", SYNC, tampered), ("another path", "/v1/sync?x=1", body.clone())]
    {
        let (status, problem) = field.problem(Some(&token), path, body).await;
        assert_eq!((status, problem["code"].as_str()), (401, Some("bad_token")), "{name}");
    }
    for (name, token) in [("none", None), ("nonsense", Some("x.y.z"))] {
        let (status, _) = field.problem(token, SYNC, body.clone()).await;
        assert_eq!(status, 401, "{name}");
    }
    assert_eq!(field.send("POST", SYNC, Some(&token), body).await.0, 200);
}

#[tokio::test]
async fn another_persons_name_in_a_token_is_refused() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let (_, body) = anna.take_request(&field);
    let binding = request_binding("POST", SYNC, &body);
    for (person, org) in [(CHIEF, ORG), (ANNA, Id([9; 16]))] {
        let token = token(&DeviceKey::from_seed([1; 32]), person, org, &binding, NOW);
        let (status, problem) = field.problem(Some(&token), SYNC, body.clone()).await;
        assert_eq!((status, problem["code"].as_str()), (401, Some("bad_token")));
    }
}

/// A clock in 1970 or 2100 is corrected by the server's and the work arrives.
#[tokio::test]
async fn a_wrong_clock_is_corrected_not_punished() {
    for clock in [0, 4_102_444_800_000] {
        let field = Field::new().await;
        let mut anna = field.phone(ANNA).await;
        let case = anna.case(&field, VILLAGE);
        anna.sync(&field).await;
        anna.wrong_by_ms = clock - NOW;
        anna.visit(&field, case, "часы сбились");
        let answers = anna.sync(&field).await;
        assert!(answers[0].verdicts.iter().all(|on| on.verdict.admitted()));
        assert_eq!(anna.waiting(), 0, "with the clock at {clock}");
    }
}

async fn with_password(field: &Field) {
    let account = field.app.log.account(ANNA).await.unwrap().unwrap();
    let password_hash = password::hash("верный пароль").unwrap();
    field.app.log.put_account(Account { password_hash, ..account }).await.unwrap();
}

#[tokio::test]
async fn enrolment_says_the_same_for_a_wrong_password_and_an_unknown_login() {
    let field = Field::new().await;
    with_password(&field).await;
    let enrol = async |login: &str, password: &str, key: u8| {
        let key = DeviceKey::from_seed([key; 32]).public();
        let body = json!({"login": login, "password": password, "device_name": "Redmi", "public_key": key});
        field.problem(None, "/v1/enrol", body.to_string().into_bytes()).await
    };
    let wrong = enrol("anna", "неверный", 1).await;
    assert_eq!(wrong, enrol("nobody", "неверный", 1).await);
    assert_eq!((wrong.0, wrong.1["code"].as_str()), (401, Some("wrong_password")));
    let (status, first) = enrol(" Anna ", "верный пароль", 1).await;
    assert_eq!((status, first["person"].as_str()), (200, Some(ANNA.to_string().as_str())));
    assert_eq!(enrol("anna", "верный пароль", 1).await.1["device"], first["device"], "the same key again");
    // Boris' key stays Boris'.
    field.app.log.enrol(BORIS, DeviceKey::from_seed([5; 32]).public(), "his", NOW).await.unwrap();
    assert_eq!(enrol("anna", "верный пароль", 5).await.0, 409);
}

#[tokio::test]
async fn too_many_tries_are_slowed_down_by_login_and_address() {
    let field = Field::with(|config| config.sign_in_tries = 2).await;
    let body = |login: &str| {
        let key = DeviceKey::from_seed([1; 32]).public();
        json!({"login": login, "password": "?", "device_name": "", "public_key": key})
            .to_string()
            .into_bytes()
    };
    for status in [401, 401, 429] {
        assert_eq!(field.problem(None, "/v1/enrol", body("anna")).await.0, status);
    }
    assert_eq!(field.problem(None, "/v1/enrol", body("boris")).await.0, 401);
    field.wind(30_000);
    assert_eq!(field.problem(None, "/v1/enrol", body("anna")).await.0, 401);
}

#[tokio::test]
async fn unreadable_enrolments_are_problems() {
    let field = Field::new().await;
    for (body, status) in [
        (Vec::new(), 400),
        (vec![0xff; 64], 400),
        (b"{}".to_vec(), 400),
        (
            json!({"login": "a", "password": "x".repeat(300), "device_name": "", "public_key": "00".repeat(32)})
                .to_string()
                .into_bytes(),
            422,
        ),
        (vec![b' '; wire::MAX_BODY + 1], 413),
    ] {
        assert_eq!(field.problem(None, "/v1/enrol", body).await.0, status);
    }
}

#[tokio::test]
async fn one_address_cannot_take_all() {
    let field = Field::with(|config| config.requests_per_minute = 3).await;
    for status in [200, 200, 200, 429] {
        assert_eq!(field.send("GET", "/healthz", None, vec![]).await.0, status);
    }
}
