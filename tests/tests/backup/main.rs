//! Copies of everything: made while the server runs, put back elsewhere, and what `verify` finds in a log that
//! somebody has altered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod damage;
mod round;
mod world;
