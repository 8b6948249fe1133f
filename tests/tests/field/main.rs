//! Phones, the real server and a desk, over HTTP: the whole way of a record.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bad_input;
mod cases;
mod conflicts;
mod life;
mod retention;
mod scopes;
mod set_aside;
mod visits;
mod wires;
