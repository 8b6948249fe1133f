//! `POST /v1/enrol`: a password once, the device's own key ever after.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use serde::{Deserialize, Serialize};
use sync_core::ids::{DeviceId, Id, PublicKey};
use utoipa::ToSchema;

use crate::app::{App, Peer};
use crate::auth::body;
use crate::auth::password::MAX_PASSWORD;
use crate::problem::{Code, Problem};
use crate::store::{Account, Device, Duty, StoreError};

/// The longest login and device name, in bytes.
const MAX_NAME: usize = 200;

/// Who asks for which key.
#[derive(Deserialize, ToSchema)]
pub struct EnrolRequest {
    pub login: String,
    pub password: String,
    /// What a coordinator reads in the list of devices.
    pub device_name: String,
    /// Ed25519, 64 hex digits.
    #[schema(value_type = String)]
    pub public_key: PublicKey,
}

/// What a device must know of itself and of the server.
#[derive(Serialize, ToSchema)]
pub struct EnrolAnswer {
    #[schema(value_type = String)]
    pub device: DeviceId,
    #[schema(value_type = String)]
    pub person: Id,
    pub name: String,
    pub login: String,
    #[schema(value_type = String)]
    pub org: Id,
    pub org_name: String,
    /// `worker`, `volunteer`, `coordinator`, `admin`.
    #[schema(value_type = Vec<String>)]
    pub duties: Vec<Duty>,
    pub language: String,
    #[schema(value_type = String)]
    pub server_public_key: PublicKey,
    pub server_time_ms: i64,
    #[schema(value_type = String)]
    pub epoch: Id,
}

/// Enrols a key for who knows the password. The same key for the same person again is the same device.
///
/// 401 `wrong_password` for a wrong password and for an unknown login, after the same time; 403 `device_revoked`
/// when this very key was revoked; 409 `taken` when it is another person's; 429 after too many tries.
#[utoipa::path(post, path = "/v1/enrol", tag = "devices", operation_id = "enrol", security(()),
    request_body = EnrolRequest,
    responses((status = 200, body = EnrolAnswer),
              (status = "default", body = super::openapi::ProblemBody, content_type = "application/problem+json")))]
pub async fn enrol(
    State(app): State<Arc<App>>,
    Extension(Peer(address)): Extension<Peer>,
    request: Request,
) -> Result<Json<EnrolAnswer>, Problem> {
    let request = read(&app, request).await?;
    let login = request.login.trim().to_lowercase();
    slow_down(&app, &login, address)?;
    let account = app.log.account_by_login(&login).await?;
    let phc = account.as_ref().map(|account| account.password_hash.clone());
    let right = app.passwords.check(request.password, phc).await;
    let account = account.filter(|_| right).ok_or(Code::WrongPassword)?;
    let name = request.device_name.trim();
    let device = match app.log.enrol(account.person, request.public_key, name, app.now_ms()).await {
        Ok(device) if device.revoked_ms.is_some() => return Err(Code::DeviceRevoked.into()),
        Ok(device) => device,
        Err(StoreError::Taken) => return Err(Code::Taken.into()),
        Err(error) => return Err(error.into()),
    };
    tracing::info!(device = %device.id, person = %account.person, "device enrolled");
    Ok(Json(answer(&app, account, &device)))
}

async fn read(app: &App, request: Request) -> Result<EnrolRequest, Problem> {
    let (parts, body) = request.into_parts();
    let body = body::whole(body, &parts.headers, &app.config, &app.bodies).await?;
    let request: EnrolRequest = serde_json::from_slice(&body).map_err(|_| Code::Malformed)?;
    let fits = request.login.len() <= MAX_NAME
        && request.device_name.len() <= MAX_NAME
        && request.password.len() <= MAX_PASSWORD;
    if fits { Ok(request) } else { Err(Code::Invalid.into()) }
}

/// Tries are counted by login and address, right ones too: who knows the password needs few.
fn slow_down(app: &App, login: &str, address: IpAddr) -> Result<(), Problem> {
    app.sign_ins
        .take((login.to_owned(), address), app.now_ms())
        .map_err(|wait| Problem::new(Code::TooMany).retry_after(wait))
}

fn answer(app: &App, account: Account, device: &Device) -> EnrolAnswer {
    let organisation = app.log.organisation();
    EnrolAnswer {
        device: device.id,
        person: account.person,
        name: account.name,
        login: account.login,
        org: organisation.id,
        org_name: organisation.name.clone(),
        duties: account.duties,
        language: account.language,
        server_public_key: app.key.public(),
        server_time_ms: app.now_ms(),
        epoch: organisation.epoch,
    }
}
