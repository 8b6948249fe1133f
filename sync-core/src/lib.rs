//! The pure core of Footpath, the same code on the phone and on the server.
//!
//! No clock, no randomness, no files, no network, no threads: time and randomness are arguments,
//! effects are return values.

pub mod admission;
pub mod crdt;
pub mod ids;
pub mod record;
pub mod scope;
pub mod verdict;
