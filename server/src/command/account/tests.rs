use super::*;
use crate::store::Organisation;
use crate::store::sqlite::{Founding, SqliteLog};

#[tokio::test]
async fn an_organisation_begins_with_a_catalogue_and_an_account_is_on_the_list_of_staff() {
    let folder = tempfile::tempdir().unwrap();
    let organisation = Organisation { id: Id([1; 16]), name: "Опора".into(), epoch: Id([2; 16]) };
    let log =
        SqliteLog::open(&folder.path().join("log.db"), || Founding { organisation, server_seed: [3; 32] })
            .unwrap();
    found(&log, 5).await.unwrap();
    let before = *log.changed().borrow();
    found(&log, 6).await.unwrap();
    assert!(before > 0 && *log.changed().borrow() == before);
    let new = |login: &str, password: &str| NewAccount {
        login: login.into(),
        name: "Анна".into(),
        duties: vec![Duty::Worker],
        language: "ru".into(),
        places: vec![Id([7; 16])],
        password: password.into(),
    };
    let person = add(&log, new(" Anna ", "берёзовая роща"), 7).await.unwrap();
    assert_eq!(log.account_by_login("anna").await.unwrap().unwrap().person, person);
    assert_eq!(log.grants_of(person).await.unwrap()[0].grant, Grant::Place(Id([7; 16])));
    assert_eq!(list(&log, "people").await.unwrap()[0]["name"], "Анна");
    assert!(matches!(add(&log, new("ANNA", "берёзовая роща"), 8).await, Err(AccountError::LoginTaken)));
    assert!(matches!(add(&log, new("b", "short"), 8).await, Err(AccountError::PasswordLength)));
}
