//! `/v1/devices`: which phones there are, how they are, and taking one out of service.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sync_core::ids::{DeviceId, Id};
use utoipa::ToSchema;

use super::desk::{Named, require_office};
use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::{Code, Problem};
use crate::store::{Device, Duty};

/// A device as the desk sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceItem {
    pub id: String,
    pub name: String,
    pub person: String,
    pub person_name: Option<String>,
    pub enrolled_ms: i64,
    pub revoked_ms: Option<i64>,
    /// Absent when it never synced.
    pub last_sync_ms: Option<i64>,
    /// Number of the newest envelope the server has from it.
    pub newest_envelope: Option<u64>,
    /// Number of the newest envelope known to exist: by its own word, or by what came.
    pub newest_known: Option<u64>,
    /// Ranges of numbers of envelopes that are known to exist and have not come, both ends included.
    pub missing: Vec<(u64, u64)>,
    /// Envelope numbers that came twice with different content.
    pub forks: Vec<u64>,
    /// Changes it had not had an answer for, as it said when it last synced.
    pub waiting: u32,
    /// Changes set aside and not settled, as it said.
    pub set_aside: u32,
    /// Its clock less the server's, when it last synced; absent when it never did.
    pub clock_offset_ms: Option<i64>,
}

/// All devices, most recently seen first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceList {
    pub items: Vec<DeviceItem>,
}

/// The devices of the people who work within the coordinator's places; all of them for an administrator.
#[utoipa::path(get, path = "/v1/devices", tag = "devices", operation_id = "listDevices",
    responses((status = 200, body = DeviceList), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn list(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Json<DeviceList>, Problem> {
    let mut items = within(&app, &signed_in).await?;
    items.sort_by(|(a, _), (b, _)| b.last_sync_ms.cmp(&a.last_sync_ms).then(a.id.cmp(&b.id)));
    let items = items.into_iter().map(|(device, name)| item(device, name)).collect();
    Ok(Json(DeviceList { items }))
}

/// Takes a device out of service: it may still hand in what it has, which is set aside, and is given nothing.
/// 404 when there is none within reach.
#[utoipa::path(post, path = "/v1/devices/{id}/revoke", tag = "devices", operation_id = "revokeDevice", params(("id" = String, Path)),
    responses((status = 200, body = DeviceItem), (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn revoke(
    State(app): State<Arc<App>>,
    Named(id): Named<String>,
    signed_in: SignedIn,
) -> Result<Json<DeviceItem>, Problem> {
    let id: DeviceId = id.parse().map_err(|_| Code::NotFound)?;
    let find =
        |devices: Vec<(Device, Option<String>)>| devices.into_iter().find(|(device, _)| device.id == id);
    find(within(&app, &signed_in).await?).ok_or(Code::NotFound)?;
    app.log.revoke_device(id, app.now_ms()).await?;
    app.news.end(id);
    let (device, name) = find(within(&app, &signed_in).await?).ok_or(Code::NotFound)?;
    Ok(Json(item(device, name)))
}

/// The devices the signed-in person looks after, each with its person's name. The server's own is nobody's.
pub async fn within(app: &App, signed_in: &SignedIn) -> Result<Vec<(Device, Option<String>)>, Problem> {
    require_office(signed_in)?;
    let accounts = app.log.accounts().await?;
    let reach = app.read_model.reach(&signed_in.account.places).await?;
    let all = reach.whole || signed_in.has(Duty::Admin);
    let names: BTreeMap<Id, String> = accounts
        .into_iter()
        .filter(|account| all || account.places.iter().any(|place| reach.covers(Some(&place.to_string()))))
        .map(|account| (account.person, account.name))
        .collect();
    let devices = app.log.devices().await?;
    Ok(devices
        .into_iter()
        .filter(|device| device.id != app.key.device() && (all || names.contains_key(&device.person)))
        .map(|device| {
            let name = names.get(&device.person).cloned();
            (device, name)
        })
        .collect())
}

fn item(device: Device, person_name: Option<String>) -> DeviceItem {
    let newest = device.newest.map(|newest| newest.number);
    let named = device.evidence.named.filter(|named| newest.is_none_or(|newest| newest < *named));
    let mut missing = device.evidence.missing;
    missing.extend(named.map(|named| (newest.unwrap_or(0) + 1, named)));
    DeviceItem {
        id: device.id.to_string(),
        name: device.name,
        person: device.person.to_string(),
        person_name,
        enrolled_ms: device.enrolled_ms,
        revoked_ms: device.revoked_ms,
        last_sync_ms: device.last_sync_ms,
        newest_envelope: newest,
        newest_known: named.or(newest),
        missing,
        forks: device.evidence.forks,
        waiting: device.state.waiting,
        set_aside: device.state.set_aside,
        clock_offset_ms: device.last_sync_ms.map(|at| device.state.clock_ms.saturating_sub(at)),
    }
}
