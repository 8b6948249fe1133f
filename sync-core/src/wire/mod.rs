//! What travels in `POST /v1/sync`: one request, one answer, CBOR, deflated, versioned.
//!
//! The shapes are written down in `schemas/wire.cddl`.

mod body;
mod deflate;
mod dictionary;
pub mod elided;
mod message;
mod short;
pub mod story;
mod text;

pub use body::{MAX_BODY, MAX_UNPACKED, VERSION, WireError, pack, unpack};
pub use message::{
    Admitted, Backfill, Cursor, DeviceState, Grant, Newest, Offer, Offered, Place, Row, Snapshot, SyncAnswer,
    SyncRequest, VerdictOn,
};
pub use short::{
    Asked, ShortRequest, VERSION_2, VERSION_2_PLAIN, answer_body, pack_request, plain_answer, unpack_answer,
    unpack_request,
};
