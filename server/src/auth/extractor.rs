//! Signing in is required by taking a parameter.
//!
//! `SignedIn` must be a handler's last parameter: the token is bound to the request's bytes, so it takes the
//! body. Read JSON from it with [`SignedIn::json`].

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use sync_core::ids::Id;

use super::token;
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::store::{Account, Device, Duty};

/// A person on an enrolled, unrevoked device, and the body they sent.
pub struct SignedIn {
    pub account: Account,
    pub device: Device,
    pub body: Bytes,
}

impl SignedIn {
    pub fn person(&self) -> Id {
        self.account.person
    }

    pub fn has(&self, duty: Duty) -> bool {
        self.account.has(duty)
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|_| Problem::new(Code::Malformed))
    }
}

impl FromRequest<Arc<App>> for SignedIn {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let signed_in = from_any_device(request, app).await?;
        match signed_in.device.revoked_ms {
            Some(_) => Err(Code::DeviceRevoked.into()),
            None => Ok(signed_in),
        }
    }
}

/// Like [`SignedIn`], but the device may have been revoked: only sync takes this.
pub struct FromAnyDevice(pub SignedIn);

impl FromRequest<Arc<App>> for FromAnyDevice {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        Ok(Self(from_any_device(request, app).await?))
    }
}

macro_rules! with_duty {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(pub SignedIn);

        impl Deref for $name {
            type Target = SignedIn;

            fn deref(&self) -> &SignedIn {
                &self.0
            }
        }

        impl FromRequest<Arc<App>> for $name {
            type Rejection = Problem;

            async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
                let signed_in = SignedIn::from_request(request, app).await?;
                if signed_in.has(Duty::$name) { Ok(Self(signed_in)) } else { Err(Code::Forbidden.into()) }
            }
        }
    };
}

with_duty! {
    /// A signed-in coordinator.
    Coordinator
}
with_duty! {
    /// A signed-in administrator of accounts.
    Admin
}

async fn from_any_device(request: Request, app: &Arc<App>) -> Result<SignedIn, Problem> {
    let (parts, body) = request.into_parts();
    let body = super::body::whole(body, &parts.headers, &app.config, &app.bodies).await?;
    token::verify(app, &parts, body).await
}
