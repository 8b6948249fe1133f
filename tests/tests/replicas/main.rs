//! Replicas that never agree on an order and yet agree: documents, then whole phones, then phones that die.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod deaths;
mod documents;
mod keyed;
mod phones;
mod promises;
mod remaking;
