//! Nothing in a path, a query or a body is ever a failure of the server's, or is taken for a command.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_are_answered_with_a_problem() {
    let desk = Desk::open().await;
    desk.visit(Who::Worker, 7, &[]).await;
    let nasty = [
        "%27%3B%20DROP%20TABLE%20record%3B--",
        "%00",
        "%FF%FE",
        "..%2f..%2fetc",
        "-1",
        "99999999999999999999999",
        "%25",
        "%F0%9F%92%A9",
        "null",
        &"a".repeat(5000),
    ];
    for value in nasty {
        for path in [
            format!("/v1/records/{value}"),
            format!("/v1/records/{value}?doc={value}"),
            format!("/v1/cases/{value}"),
            format!("/v1/quarantine/{value}"),
            format!("/v1/quarantine/{value}/export?format={value}"),
        ] {
            let (status, body) = desk.call(Who::Vera, "GET", &path, None).await;
            assert!(status.is_client_error(), "{path}: {status} {body}");
        }
        for parameter in ["place", "worker", "case", "state", "from", "to", "after", "limit", "conflicts"] {
            let path = format!("/v1/records?{parameter}={value}");
            let (status, body) = desk.call(Who::Vera, "GET", &path, None).await;
            assert!(status.is_client_error(), "{path}: {status} {body}");
            assert!(body["code"].is_string(), "{path}: a problem has a code: {body}");
        }
        for path in [
            format!("/v1/records?type={value}"),
            format!("/v1/records?q={value}"),
            format!("/v1/people?q={value}&after={value}"),
            format!("/v1/cases?q={value}&after={value}"),
            format!("/v1/quarantine?after={value}"),
            format!("/v1/devices/{value}/revoke"),
        ] {
            let (status, body) = desk.call(Who::Vera, "GET", &path, None).await;
            assert!(!status.is_server_error(), "{path}: {status} {body}");
        }
    }
    assert_eq!(desk.get(Who::Vera, "/v1/records?type=visit").await["items"].as_array().unwrap().len(), 1);
}

/// One more than SQLite can count to, and all that fits into eight bytes.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_nobody_can_have_are_no_failure_of_the_servers() {
    let desk = Desk::open().await;
    for number in [i64::MAX as u64 + 1, u64::MAX] {
        for path in [
            format!("/v1/quarantine/{number}"),
            format!("/v1/quarantine/{number}/export"),
            format!("/v1/quarantine?after={number}"),
            format!("/v1/records?limit={number}&after={number}"),
            format!("/v1/people?after={number}"),
        ] {
            let (status, body) = desk.call(Who::Vera, "GET", &path, None).await;
            assert!(!status.is_server_error(), "{path}: {status} {body}");
        }
        for path in ["release", "settle"].map(|what| format!("/v1/quarantine/{number}/{what}")) {
            let (status, body) = desk.call(Who::Vera, "POST", &path, Some(json!({"note": "x"}))).await;
            assert!(status.is_client_error(), "{path}: {status} {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_given_twice_is_refused() {
    let desk = Desk::open().await;
    let (status, _) = desk.call(Who::Vera, "GET", "/v1/records?state=approved&state=received", None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_bodies_are_refused() {
    let desk = Desk::open().await;
    let record = desk.visit(Who::Worker, 7, &[]).await;
    let deep = "[".repeat(100_000);
    for body in ["", "{", "\u{0}", "[[[[", &deep, "{\"items\": 5}"] {
        for path in [
            "/v1/reviews".to_owned(),
            format!("/v1/records/{record}/conflicts"),
            format!("/v1/cases/{CASE}/assignments"),
        ] {
            let (status, _) = desk.call_raw(Some(Who::Vera), "POST", &path, body.as_bytes().to_vec()).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {:.20}", body);
        }
    }
}
