//! `/v1/restored`: after the server was restored from an older backup, who has whom is a matter for people.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sync_core::ids::Id;
use utoipa::ToSchema;

use super::desk::{Named, invalid, shown};
use super::devices;
use crate::app::App;
use crate::auth::{Coordinator, SignedIn};
use crate::command::grant;
use crate::epoch;
use crate::epoch::words::{self, Decision, Said, Word};
use crate::problem::{Code, Problem};
use crate::store::Assignment;

/// What the restored server remembers, and what phones say of what it does not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Restored {
    /// When the server was last restored; absent when it never was.
    pub restored_ms: Option<i64>,
    /// The last thing it remembers of the time before: what was given or taken after that, it has forgotten.
    pub remembers_ms: Option<i64>,
    /// What is to be decided first, then what was.
    pub items: Vec<HoldingItem>,
    /// Phones that have not been here since, so that more may come.
    pub awaited: Vec<AwaitedPhone>,
}

/// A person and a case, and what a phone says of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldingItem {
    pub case: String,
    /// Empty when the person's card has not come.
    pub case_name: String,
    pub person: String,
    pub person_name: Option<String>,
    pub said: Said,
    pub device_name: Option<String>,
    pub said_ms: i64,
    pub state: Decision,
    pub by: Option<String>,
    pub by_name: Option<String>,
    pub decided_ms: Option<i64>,
    /// The day from which on the person is given the case, while it is to come: until then this is to be decided.
    pub planned: Option<String>,
    /// Who has the case now.
    pub holders: Vec<Holder>,
}

/// Somebody who has a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct Holder {
    pub person: String,
    pub name: Option<String>,
}

/// A phone that has not been here since the restore.
#[derive(Debug, Serialize, ToSchema)]
pub struct AwaitedPhone {
    pub id: String,
    pub name: String,
    pub person: String,
    pub person_name: Option<String>,
    pub last_sync_ms: Option<i64>,
}

/// What is to be done about one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct HoldingDecision {
    /// `given`: the case is this person's, from now on; `dismissed`: it is not.
    pub decision: Decision,
}

/// What the server has forgotten and phones remember, about cases within the coordinator's places.
#[utoipa::path(get, path = "/v1/restored", tag = "restored", operation_id = "showRestored",
    responses((status = 200, body = Restored), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn show(State(app): State<Arc<App>>, coordinator: Coordinator) -> Result<Json<Restored>, Problem> {
    Ok(Json(told(&app, &coordinator).await?))
}

/// Gives the case again, or leaves it as it is. Answers with everything as it then is. 404 for what no phone has
/// said anything of, 422 for a decision that decides nothing.
#[utoipa::path(post, path = "/v1/restored/{case}/{person}", tag = "restored", operation_id = "decideHolding",
    params(("case" = String, Path), ("person" = String, Path)), request_body = HoldingDecision,
    responses((status = 200, body = Restored), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn decide(
    State(app): State<Arc<App>>,
    Named((case, person)): Named<(String, String)>,
    coordinator: Coordinator,
) -> Result<Json<Restored>, Problem> {
    let HoldingDecision { decision } = coordinator.json()?;
    let id = |text: &str| text.parse::<Id>().map_err(|_| Problem::new(Code::NotFound));
    let (case, person, by) = (id(&case)?, id(&person)?, coordinator.person());
    app.read_model.case_item(&coordinator.account.places, case).await?.ok_or(Code::NotFound)?;
    let word = words::on(&app, case, person).await?;
    word.filter(|word| word.said.is_some()).ok_or(Code::NotFound)?;
    let seq = match decision {
        Decision::Given => {
            let days = Assignment { person, case, from: None, to: None, substitute: false, by };
            grant::assign(&app, days).await?
        }
        Decision::Dismissed => grant::dismiss(&app, case, person, by).await?,
        Decision::Open => return Err(invalid("decision")),
    };
    shown(&app, seq).await;
    Ok(Json(told(&app, &coordinator).await?))
}

async fn told(app: &App, coordinator: &SignedIn) -> Result<Restored, Problem> {
    let Some(former) = app.log.former_epochs().last() else {
        let (items, awaited) = (Vec::new(), Vec::new());
        return Ok(Restored { restored_ms: None, remembers_ms: None, items, awaited });
    };
    let remembered = app.log.rows(&[former.ended]).await?;
    let accounts = app.log.accounts().await?;
    let names: BTreeMap<Id, String> =
        accounts.into_iter().map(|account| (account.person, account.name)).collect();
    let devices = super::desk::device_names(app).await?;
    let mut items = Vec::new();
    for word in words::all(app).await? {
        items.extend(item(app, coordinator, word, &names, &devices).await?);
    }
    items.sort_by_key(|item| (item.state != Decision::Open, -item.said_ms));
    let phones = devices::within(app, coordinator).await?.into_iter();
    let awaited = phones.filter(|(device, _)| device.last_sync_ms.is_some() && epoch::awaited(device));
    let awaited = awaited.map(|(device, person_name)| AwaitedPhone {
        id: device.id.to_string(),
        name: device.name,
        person: device.person.to_string(),
        person_name,
        last_sync_ms: device.last_sync_ms,
    });
    Ok(Restored {
        restored_ms: Some(former.restored_ms),
        remembers_ms: remembered.first().map(|row| row.received_ms),
        items,
        awaited: awaited.collect(),
    })
}

async fn item(
    app: &App,
    coordinator: &SignedIn,
    word: Word,
    names: &BTreeMap<Id, String>,
    devices: &BTreeMap<String, String>,
) -> Result<Option<HoldingItem>, Problem> {
    let Some(said) = word.said else { return Ok(None) };
    let Some(case) = app.read_model.case_item(&coordinator.account.places, word.case).await? else {
        return Ok(None);
    };
    let holders = case.assignments.into_iter().filter(|given| given.holds);
    let today = grant::today(app);
    let (state, planned) = (word.state_on(&today), word.from_after(&today).map(str::to_owned));
    Ok(Some(HoldingItem {
        case: word.case.to_string(),
        case_name: case.name,
        person: word.person.to_string(),
        person_name: names.get(&word.person).cloned(),
        said,
        device_name: word.device.and_then(|device| devices.get(&device.to_string()).cloned()),
        said_ms: word.said_ms,
        state,
        by: word.by.map(|by| by.to_string()),
        by_name: word.by.and_then(|by| names.get(&by).cloned()),
        decided_ms: word.decided_ms,
        planned,
        holders: holders.map(|given| Holder { person: given.person, name: given.name }).collect(),
    }))
}
