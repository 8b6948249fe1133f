//! What follows from tasks: who is on them, offers, cards.

use serde_json::json;
use sync_core::ids::Id;
use sync_core::verdict::Verdict;

use super::field::*;

#[tokio::test]
async fn a_volunteer_sees_an_offer_takes_the_task_and_gets_a_card_but_never_the_case() {
    let field = Field::new().await;
    let (mut anna, mut vika) = (field.phone(ANNA).await, field.phone(VIKA).await);
    let case = anna.case(&field, VILLAGE);
    let (task, record) = anna.write(
        &field,
        json!({"type": "task", "case": case, "place": VILLAGE, "fields":
               {"kind": "firewood", "status": "offered", "due": "2026-06-01", "what": "Марии, на Садовой"}}),
    );
    anna.sync(&field).await;
    vika.sync(&field).await;
    let offers = vika.values("offer");
    assert_eq!(offers[0]["kind"], "firewood");
    assert!(!offers[0].to_string().contains("Мари"));
    assert!(vika.rows("task").is_empty() && vika.values("card").is_empty());

    let assignee = format!("assignee/{VIKA}");
    anna.write(
        &field,
        json!({"type": "task", "record": record, "doc": task, "fields": {"status": "accepted", &assignee: true}}),
    );
    anna.sync(&field).await;
    vika.sync(&field).await;
    assert!(vika.values("offer").is_empty(), "it is taken");
    assert_eq!(vika.rows("task").len(), 1);
    assert_eq!(vika.values("card")[0]["address"], "ул. Садовая, 5");
    assert!(vika.rows("case").is_empty() && vika.rows("person").is_empty() && vika.rows("visit").is_empty());

    // The card follows the person's own document; and goes when the task is done.
    let person = anna.rows("person").remove(0);
    anna.write(
        &field,
        json!({"type": "person", "record": person.id, "doc": person.doc, "fields": {"phone": "+7 901"}}),
    );
    anna.sync(&field).await;
    vika.sync(&field).await;
    assert_eq!(vika.values("card")[0]["phone"], "+7 901");
    vika.write(
        &field,
        json!({"type": "task", "record": record, "doc": task, "fields": {"status": "done", "date": "2026-05-29"}}),
    );
    assert_eq!(vika.verdicts(&field).await, [Verdict::Accepted]);
    vika.sync(&field).await;
    assert!(vika.values("card").is_empty());
    assert_eq!(vika.rows("task").len(), 1, "hours can still be added");
    anna.sync(&field).await;
    assert_eq!(anna.rows("task")[0].fields["status"], "done".into());
}

#[tokio::test]
async fn who_leaves_a_task_loses_it_unless_they_made_it() {
    let field = Field::new().await;
    let (mut anna, mut boris) = (field.phone(ANNA).await, field.phone(BORIS).await);
    let on = |person: Id, is: bool| (format!("assignee/{person}"), is);
    let ((own, yes), (his, no)) = (on(ANNA, true), on(BORIS, false));
    let (task, record) = anna.write(
        &field,
        json!({"type": "task", "place": VILLAGE, "fields": {"status": "accepted", &own: yes, &his: true}}),
    );
    anna.sync(&field).await;
    boris.sync(&field).await;
    assert_eq!(boris.rows("task").len(), 1);
    anna.write(
        &field,
        json!({"type": "task", "record": record, "doc": task, "fields": {&own: false, &his: no}}),
    );
    anna.sync(&field).await;
    boris.sync(&field).await;
    assert!(boris.rows("task").is_empty());
    let mut again = field.phone(ANNA).await;
    again.sync(&field).await;
    assert_eq!(again.rows("task").len(), 1);
}

#[tokio::test]
async fn coordinators_and_administrators_keep_no_replica() {
    let field = Field::new().await;
    let mut anna = field.phone(ANNA).await;
    let case = anna.case(&field, VILLAGE);
    anna.visit(&field, case, "не для всех");
    anna.sync(&field).await;
    for person in [CHIEF, ADMIN] {
        let mut desk = field.phone(person).await;
        let answers = desk.sync(&field).await;
        assert!(desk.host.docs.is_empty());
        assert_eq!(desk.values("catalogue").len(), 1);
        assert_eq!(answers.len(), 1);
        // And they write nothing by sync.
        desk.case(&field, VILLAGE);
        assert!(desk.verdicts(&field).await.iter().all(|verdict| !verdict.admitted()));
    }
}

/// A new recipient with a task for a volunteer, all out of one day without a network.
#[tokio::test]
async fn a_card_knows_a_person_who_is_as_new_as_the_task() {
    let field = Field::new().await;
    let (mut anna, mut vika) = (field.phone(ANNA).await, field.phone(VIKA).await);
    let case = anna.case(&field, VILLAGE);
    let assignee = format!("assignee/{VIKA}");
    let (task, record) = anna.write(
        &field,
        json!({"type": "task", "case": case, "place": VILLAGE, "fields": {"status": "accepted", &assignee: true}}),
    );
    anna.sync(&field).await;
    vika.sync(&field).await;
    assert_eq!(vika.values("card")[0]["address"], "ул. Садовая, 5");

    // Renewed and over in one push: over.
    let person = anna.rows("person").remove(0);
    anna.write(
        &field,
        json!({"type": "person", "record": person.id, "doc": person.doc, "fields": {"phone": "+7 901"}}),
    );
    anna.write(&field, json!({"type": "task", "record": record, "doc": task, "fields": {"status": "done"}}));
    anna.sync(&field).await;
    vika.sync(&field).await;
    assert!(vika.values("card").is_empty());
}
