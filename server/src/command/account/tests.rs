use std::path::Path;

use super::*;
use crate::store::Organisation;
use crate::store::sqlite::{Founding, SqliteLog};

fn open(path: &Path) -> SqliteLog {
    let organisation = Organisation { id: Id([1; 16]), name: "Опора".into(), epoch: Id([2; 16]) };
    SqliteLog::open(path, || Founding { organisation, server_seed: [3; 32] }).unwrap()
}

fn new(login: &str, password: &str) -> NewAccount {
    NewAccount {
        login: login.into(),
        name: "Анна".into(),
        duties: vec![Duty::Worker],
        language: "ru".into(),
        places: vec![Id([7; 16])],
        password: password.into(),
    }
}

#[tokio::test]
async fn an_organisation_begins_with_a_catalogue_and_an_account_is_on_the_list_of_staff() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("log.db"));
    found(&log, 5).await.unwrap();
    let before = *log.changed().borrow();
    found(&log, 6).await.unwrap();
    assert!(before > 0 && *log.changed().borrow() == before);
    let person = add(&log, new(" Anna ", "берёзовая роща"), 7).await.unwrap();
    assert_eq!(log.account_by_login("anna").await.unwrap().unwrap().person, person);
    assert_eq!(log.grants_of(person).await.unwrap()[0].grant, Grant::Place(Id([7; 16])));
    assert_eq!(list(&log, "people").await.unwrap()[0]["name"], "Анна");
    assert!(matches!(add(&log, new("ANNA", "берёзовая роща"), 8).await, Err(AccountError::LoginTaken)));
    assert!(matches!(add(&log, new("b", "short"), 8).await, Err(AccountError::PasswordLength)));
}

/// The disk takes everything but the list of staff, which comes last.
#[tokio::test]
async fn an_account_is_changed_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let log = open(&path);
    let person = add(&log, new("anna", "берёзовая роща"), 1).await.unwrap();
    let (case, place) = (Grant::Family(Id([9; 16])), Grant::Place(Id([7; 16])));
    let given = vec![Entry::Granted { person, grant: case, by: person }];
    log.append(Batch { entries: given, ..Batch::default() }).await.unwrap();
    let before = (log.account(person).await.unwrap(), log.grants_of(person).await.unwrap());

    let disk = rusqlite::Connection::open(&path).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON log WHEN NEW.everyone = 1 BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    .unwrap();
    let volunteer = || change(&log, "anna", Some(vec![Duty::Volunteer]), None, 2);
    assert!(volunteer().await.is_err());
    assert!(add(&log, new("boris", "берёзовая роща"), 2).await.is_err());
    assert_eq!((log.account(person).await.unwrap(), log.grants_of(person).await.unwrap()), before);
    assert_eq!(log.account_by_login("boris").await.unwrap(), None);

    disk.execute_batch("DROP TRIGGER full").unwrap();
    volunteer().await.unwrap();
    add(&log, new("boris", "берёзовая роща"), 3).await.unwrap();
    let spans = log.grants_of(person).await.unwrap();
    let open: Vec<Grant> = spans.iter().filter(|span| span.to.is_none()).map(|span| span.grant).collect();
    assert_eq!((open, spans.len()), (vec![place], 3), "the case is gone and the place given anew");
    let duties = list(&log, "people").await.unwrap().iter().map(|member| member["duty"].clone()).collect();
    assert_eq!(Value::Array(duties), json!(["volunteer", "worker"]));
}
