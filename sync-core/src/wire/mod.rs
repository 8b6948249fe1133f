//! What travels in `POST /v1/sync`: one request, one answer, CBOR, deflated, versioned.
//!
//! The shapes are written down in `schemas/wire.cddl`.

mod body;
mod message;

pub use body::{MAX_BODY, MAX_UNPACKED, VERSION, WireError, pack, unpack};
pub use message::{
    Admitted, Backfill, Cursor, DeviceState, Grant, Newest, Offer, Offered, Place, Row, Snapshot, SyncAnswer,
    SyncRequest, VerdictOn,
};
