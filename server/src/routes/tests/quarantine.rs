//! What was set aside: looked at, exported, released, settled.

use sync_core::envelope::Item;
use sync_core::ids::ChangeHash;
use sync_core::verdict::Reason;

use super::*;
use crate::store::SetAsideRow;

/// Sets aside bytes that are no change at all; gives the number of the row.
pub async fn set_aside_garbage(desk: &Desk) -> u64 {
    set_aside(desk, ChangeHash([4; 32]), vec![0xff; 40], Reason::Malformed).await
}

async fn set_aside(desk: &Desk, hash: ChangeHash, bytes: Vec<u8>, reason: Reason) -> u64 {
    let item = Item { doc: log_doc(), scope: log_scope(), incarnation: 1, hash, replaces: None };
    let (author, device) = (Who::Worker.person(), Who::Worker.key().device());
    desk.append(vec![Entry::SetAside(SetAsideRow { author, device, envelope: 5, item, reason, bytes })]).await
}

/// A good visit that was set aside because the worker did not have the case.
async fn set_aside_visit(desk: &Desk) -> (u64, Change) {
    let mut copy = desk.document(log_doc(), Kind::Log).await;
    let record = Id([7; 16]).to_string();
    let fields = [("type", "visit".into()), ("notes", "дрова".into())];
    let change = change_on(&mut copy, NOW, Who::Worker, log_doc(), &record, &fields);
    (set_aside(desk, change.hash(), change.bytes().to_vec(), Reason::OutOfScope).await, change)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_what_why_and_whose() {
    let desk = Desk::open().await;
    let (id, change) = set_aside_visit(&desk).await;
    let page = desk.get(Who::Vera, "/v1/quarantine").await;
    let item = &page["items"][0];
    assert_eq!(item["id"], id);
    assert_eq!(item["reason"], "out_of_scope");
    assert_eq!((&item["author_name"], &item["device_name"]), (&json!("Worker"), &json!("Worker's phone")));
    assert_eq!((&item["kind"], &item["case_name"]), (&json!("log"), &json!("Мария Ёлкина")));
    assert_eq!(item["size"], change.bytes().len());
    let detail = desk.get(Who::Vera, &format!("/v1/quarantine/{id}")).await;
    assert_eq!(detail["preview"], json!({"type": "visit", "notes": "дрова"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_change_have_no_preview_and_cannot_be_released() {
    let desk = Desk::open().await;
    let id = set_aside_garbage(&desk).await;
    assert_eq!(desk.get(Who::Vera, &format!("/v1/quarantine/{id}")).await["preview"], Value::Null);
    let (status, problem) = desk.call(Who::Vera, "POST", &format!("/v1/quarantine/{id}/release"), None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("cannot_release")));
    assert_eq!(problem["why"], "malformed");
    assert_eq!(desk.get(Who::Vera, "/v1/quarantine").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_gives_the_bytes_as_they_came() {
    let desk = Desk::open().await;
    let (id, change) = set_aside_visit(&desk).await;
    let path = format!("/v1/quarantine/{id}/export");
    let (status, bytes) = desk.call_raw(Some(Who::Vera), "GET", &path, Vec::new()).await;
    assert_eq!((status, bytes.as_ref()), (StatusCode::OK, change.bytes()));
    let export = desk.get(Who::Vera, &format!("{path}?format=json")).await;
    assert_eq!(export["bytes"], sync_core::ids::hex(change.bytes()));
    assert_eq!(export["item"]["reason"], "out_of_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_change_is_in_the_log_and_its_author_is_told() {
    let desk = Desk::open().await;
    let (id, change) = set_aside_visit(&desk).await;
    let item = desk.post(Who::Vera, &format!("/v1/quarantine/{id}/release"), Value::Null).await;
    assert_eq!((&item["state"], &item["by_name"]), (&json!("released"), &json!("Vera")));
    let record = desk.get(Who::Vera, &format!("/v1/records/{}", Id([7; 16]))).await;
    assert_eq!(record["record"]["flags"], json!(["released"]));
    assert_eq!(record["record"]["author_name"], "Worker");
    let inbox = desk.app.log.office(Topic::Inbox, Who::Worker.person()).await.unwrap();
    assert_eq!(inbox[0].key, change.hash().to_string());
    assert!(inbox[0].value.contains("\"released\""));
    let (status, problem) = desk.call(Who::Vera, "POST", &format!("/v1/quarantine/{id}/release"), None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("changed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_change_stays_out_and_its_author_reads_why() {
    let desk = Desk::open().await;
    let id = set_aside_garbage(&desk).await;
    let path = format!("/v1/quarantine/{id}/settle");
    let (status, _) = desk.call(Who::Vera, "POST", &path, Some(json!({"note": " "}))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let item = desk.post(Who::Vera, &path, json!({"note": "Записали заново по телефону"})).await;
    assert_eq!((&item["state"], &item["note"]), (&json!("settled"), &json!("Записали заново по телефону")));
    let inbox = desk.app.log.office(Topic::Inbox, Who::Worker.person()).await.unwrap();
    assert!(inbox[0].value.contains("по телефону"));
    let (status, _) = desk.call(Who::Vera, "POST", &path, Some(json!({"note": "ещё"}))).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(desk.get(Who::Vera, "/v1/quarantine").await["items"], json!([]));
    assert_eq!(desk.get(Who::Vera, "/v1/quarantine?state=settled").await["items"][0]["id"], id);
}

/// What a worker of the village pushed into a document elsewhere is seen by both coordinators concerned.
#[tokio::test(flavor = "multi_thread")]
async fn work_is_seen_where_it_says_it_belongs_and_where_its_author_works() {
    let desk = Desk::open().await;
    let scope = Scope { family: Some(FAR_CASE), place: Some(VILLAGE), ..case_scope() };
    let item =
        Item { doc: DocId(FAR_CASE.0), scope, incarnation: 1, hash: ChangeHash([6; 32]), replaces: None };
    let (author, device) = (Who::Worker.person(), Who::Worker.key().device());
    let row = SetAsideRow { author, device, envelope: 5, item, reason: Reason::OutOfScope, bytes: vec![1] };
    desk.append(vec![Entry::SetAside(row)]).await;
    // Whose case it says it is about is the phone's word: the name on file is for who answers for that case.
    for (who, name) in [(Who::Vera, Value::Null), (Who::Nina, json!("Пётр Дальний"))] {
        let page = desk.get(who, "/v1/quarantine").await;
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{who:?}");
        assert_eq!(page["items"][0]["case_name"], name, "{who:?}");
    }
}

/// Two phones may place a log differently; it is no other document for that, here as when it is pushed.
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_in_a_log_placed_otherwise_is_released_all_the_same() {
    let desk = Desk::open().await;
    let made = [("type", "visit".into()), ("notes", "раньше".into())];
    desk.write(Who::SecondWorker, log_doc(), log_scope(), &Id([6; 16]).to_string(), &made).await;
    let mut copy = desk.document(log_doc(), Kind::Log).await;
    let record = Id([7; 16]).to_string();
    let change = change_on(&mut copy, NOW, Who::Worker, log_doc(), &record, &[("type", "visit".into())]);
    let scope = Scope { place: None, ..log_scope() };
    let item = Item { doc: log_doc(), scope, incarnation: 1, hash: change.hash(), replaces: None };
    let (author, device) = (Who::Worker.person(), Who::Worker.key().device());
    let (reason, bytes) = (Reason::OutOfScope, change.bytes().to_vec());
    let row = SetAsideRow { author, device, envelope: 5, item, reason, bytes };
    let id = desk.append(vec![Entry::SetAside(row)]).await;
    let item = desk.post(Who::Vera, &format!("/v1/quarantine/{id}/release"), Value::Null).await;
    assert_eq!(item["state"], "released");
}
