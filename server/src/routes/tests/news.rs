//! Pokes: who hears what, and when a stream ends.

use http_body_util::BodyExt;

use super::*;
use crate::store::QuarantineState;

/// A stream as a page reads it.
struct Ear(Body);

impl Ear {
    async fn open(desk: &Desk, who: Who) -> Self {
        let (status, body) = listen(desk, who).await;
        assert_eq!(status, StatusCode::OK);
        let mut ear = Self(body);
        assert_eq!(ear.next().await.as_deref(), Some(": open\n\n"));
        ear
    }

    /// The next event, heartbeats left out; `None` at the end of the stream.
    async fn next(&mut self) -> Option<String> {
        let frame = self.0.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }

    /// The row the next poke names.
    async fn poke(&mut self) -> u64 {
        let event = self.next().await.expect("the stream goes on");
        let data = event.strip_prefix("data: ").unwrap_or_else(|| panic!("{event:?} is no poke"));
        serde_json::from_str::<Value>(data).unwrap()["seq"].as_u64().unwrap()
    }
}

async fn listen(desk: &Desk, who: Who) -> (StatusCode, Body) {
    let binding = request_binding("GET", "/v1/news", &[]);
    let token = token(&who.key(), who.person(), ORG, &binding, desk.app.now_ms());
    let request = Request::get("/v1/news").header("authorization", format!("Bearer {token}"));
    let response = desk.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    (response.status(), response.into_body())
}

async fn open_desk() -> Desk {
    let desk = Desk::open().await;
    tokio::spawn(crate::news::follow(desk.app.clone()));
    desk
}

/// A visit to the recipient elsewhere; its row.
async fn far_visit(desk: &Desk, id: u8) -> u64 {
    let month = Month(2026 * 12 + 5);
    let scope = Scope::of_log(FAR_CASE, Some(ELSEWHERE), month);
    let fields = [("type", "visit".into()), ("date", "2026-06-01".into())];
    desk.write(Who::SecondWorker, DocId::of_log(FAR_CASE, month), scope, &Id([id; 16]).to_string(), &fields)
        .await;
    *desk.app.log.changed().borrow()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_pokes_the_desk_of_its_place_and_no_other() {
    let desk = open_desk().await;
    let (mut vera, mut nina) = (Ear::open(&desk, Who::Vera).await, Ear::open(&desk, Who::Nina).await);
    desk.visit(Who::Worker, 7, &[]).await;
    let near = *desk.app.log.changed().borrow();
    assert_eq!(vera.poke().await, near);
    // What Nina hears first is the visit in her own district: the one before was not told to her.
    let far = far_visit(&desk, 8).await;
    assert_eq!(nina.poke().await, far);
    // And the page that reads now sees it.
    let list = desk.get(Who::Nina, "/v1/records?type=visit").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_hears_of_its_own_families_and_of_what_it_is_given() {
    let desk = open_desk().await;
    let worker = Who::Worker.person();
    let by = Who::Vera.person();
    let (mut mine, mut others) =
        (Ear::open(&desk, Who::Worker).await, Ear::open(&desk, Who::SecondWorker).await);
    let given = desk.append(vec![Entry::Granted { person: worker, grant: Grant::Family(CASE), by }]).await;
    assert_eq!(mine.poke().await, given);
    // What the phone did itself is no news to it; what a colleague did is.
    let mut vera = Ear::open(&desk, Who::Vera).await;
    desk.visit(Who::Worker, 6, &[]).await;
    vera.poke().await;
    desk.visit(Who::Volunteer, 7, &[]).await;
    assert_eq!(mine.poke().await, *desk.app.log.changed().borrow());
    let taken = desk.append(vec![Entry::Revoked { person: worker, grant: Grant::Family(CASE), by }]).await;
    assert_eq!(mine.poke().await, taken);
    // From here on it is nobody's: the next thing either hears of is for everybody.
    desk.visit(Who::Volunteer, 9, &[]).await;
    let row = OfficeRow { topic: Topic::Catalogue, subject: ORG, key: "services".into(), value: "[]".into() };
    let told = desk.append(vec![Entry::Office(OfficeEntry { row, to: Grant::Organisation(ORG), by })]).await;
    assert_eq!(others.poke().await, told);
    assert_eq!(mine.poke().await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_and_settled_pokes_the_desk_of_its_place() {
    let desk = open_desk().await;
    let (mut vera, mut nina) = (Ear::open(&desk, Who::Vera).await, Ear::open(&desk, Who::Nina).await);
    let item = sync_core::envelope::Item {
        doc: log_doc(),
        scope: log_scope(),
        incarnation: 1,
        hash: sync_core::ids::ChangeHash([5; 32]),
        replaces: None,
    };
    let row = crate::store::SetAsideRow {
        author: Who::Worker.person(),
        device: Who::Worker.key().device(),
        envelope: 3,
        item,
        reason: sync_core::verdict::Reason::OutOfScope,
        bytes: vec![1],
    };
    let of = desk.append(vec![Entry::SetAside(row)]).await;
    assert_eq!(vera.poke().await, of);
    assert_eq!(desk.app.log.quarantine(Some(QuarantineState::Open), 9).await.unwrap().len(), 1);
    let by = Who::Vera.person();
    let settled = desk.append(vec![Entry::Settled { of, by, note: String::new() }]).await;
    assert_eq!(vera.poke().await, settled);
    let far = far_visit(&desk, 8).await;
    assert_eq!(nina.poke().await, far);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_the_device_ends_its_stream() {
    let desk = open_desk().await;
    let mut ear = Ear::open(&desk, Who::Worker).await;
    let path = format!("/v1/devices/{}/revoke", Who::Worker.key().device());
    desk.post(Who::Vera, &path, Value::Null).await;
    assert_eq!(ear.next().await, None);
    assert_eq!(listen(&desk, Who::Worker).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_has_two_streams_and_the_newest_count() {
    let desk = open_desk().await;
    let (mut first, mut second) = (Ear::open(&desk, Who::Vera).await, Ear::open(&desk, Who::Vera).await);
    let mut third = Ear::open(&desk, Who::Vera).await;
    assert_eq!(first.next().await, None);
    desk.visit(Who::Worker, 7, &[]).await;
    second.poke().await;
    third.poke().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_with_the_server() {
    let desk = open_desk().await;
    let mut ear = Ear::open(&desk, Who::Vera).await;
    desk.app.news.close();
    assert_eq!(ear.next().await, None);
    let (status, _) = listen(&desk, Who::Vera).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

/// A page that has stopped reading: what waits for it is one poke under way and the newest number, however much comes.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_holds_nobody_up_and_is_told_the_newest_alone() {
    let desk = open_desk().await;
    let (mut deaf, mut vera) = (Ear::open(&desk, Who::Vera).await, Ear::open(&desk, Who::Vera).await);
    let mut newest = 0;
    for id in 0..12u8 {
        desk.visit(Who::Worker, 0x20 + id, &[]).await;
        newest = *desk.app.log.changed().borrow();
        while vera.poke().await < newest {}
    }
    let mut heard = Vec::new();
    while heard.last() != Some(&newest) {
        heard.push(deaf.poke().await);
    }
    assert!(heard.len() <= 3, "one was under way, one waited for its turn, then the newest: {heard:?}");
    assert!(heard.is_sorted());
}
