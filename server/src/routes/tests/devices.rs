//! Phones: how they are, and taking one out of service.

use sync_core::ids::Hash32;
use sync_core::wire::{DeviceState, Newest};

use super::*;
use crate::store::{ChainEvidence, DeviceNews};

fn of(list: &Value, who: Who) -> Option<&Value> {
    let id = who.key().device().to_string();
    list["items"].as_array().unwrap().iter().find(|device| device["id"] == id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_shows_when_it_synced_and_what_it_still_holds() {
    let desk = Desk::open().await;
    desk.pass(5000);
    let news = DeviceNews {
        device: Who::Worker.key().device(),
        now_ms: NOW + 5000,
        state: DeviceState { clock_ms: NOW + 65_000, waiting: 3, set_aside: 1 },
        newest: Some(Newest { number: 12, hash: Hash32([1; 32]) }),
        evidence: ChainEvidence { missing: vec![(4, 6)], forks: vec![9], named: Some(14) },
    };
    desk.app.log.note_device(news).await.unwrap();
    let list = desk.get(Who::Vera, "/v1/devices").await;
    let device = of(&list, Who::Worker).unwrap();
    assert_eq!((&device["person_name"], &device["name"]), (&json!("Worker"), &json!("Worker's phone")));
    assert_eq!((&device["waiting"], &device["set_aside"]), (&json!(3), &json!(1)));
    assert_eq!((&device["newest_envelope"], &device["missing"]), (&json!(12), &json!([[4, 6], [13, 14]])));
    assert_eq!((&device["last_sync_ms"], &device["clock_offset_ms"]), (&json!(NOW + 5000), &json!(60_000)));
    assert_eq!(list["items"][0]["id"], device["id"], "who synced last stands first");
    assert_eq!(of(&list, Who::Volunteer).unwrap()["last_sync_ms"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_seen_where_their_people_work() {
    let desk = Desk::open().await;
    let mine = desk.get(Who::Vera, "/v1/devices").await;
    assert!(of(&mine, Who::Worker).is_some() && of(&mine, Who::Nina).is_none());
    let all = desk.get(Who::Admin, "/v1/devices").await;
    assert!(of(&all, Who::Worker).is_some() && of(&all, Who::Nina).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_gets_nothing_any_more() {
    let desk = Desk::open().await;
    let path = format!("/v1/devices/{}/revoke", Who::Worker.key().device());
    let device = desk.post(Who::Vera, &path, Value::Null).await;
    assert_eq!(device["revoked_ms"], NOW);
    let (status, problem) = desk.call(Who::Worker, "GET", "/v1/records", None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (403, &json!("device_revoked")));
    desk.pass(10);
    assert_eq!(desk.post(Who::Vera, &path, Value::Null).await["revoked_ms"], NOW);
}
