//! The pure core of Footpath, the same code on the phone and on the server.
//!
//! No clock, no randomness, no files, no network, no threads: time and randomness are arguments,
//! effects are return values.

pub mod admission;
pub mod civil;
pub mod crdt;
pub mod device;
pub mod envelope;
pub mod ids;
pub mod intent;
pub mod keys;
pub mod office;
pub mod record;
pub mod schema;
pub mod scope;
pub mod verdict;
pub mod vouch;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod wire;
