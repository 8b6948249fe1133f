//! The server is restored from an older backup, and phones come back that know more than it does.
//!
//! **What must hold:** nothing that any phone still holds is lost, whoever comes first; everything is there once;
//! chains and reviews go on; nobody has to do anything but sync, except where the only one who knew was the server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod back;
mod copies;
mod damaged;
mod edges;
mod forged;
mod hands;
mod world;
