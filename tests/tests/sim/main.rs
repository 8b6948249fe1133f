//! The simulator's bounded part: some weeks in some worlds, the bugs it must find, and that it says the same twice.
//!
//! `FOOTPATH_WORLDS` worlds of `FOOTPATH_DAYS` days each, from `FOOTPATH_SEED` on. The long run is the binary
//! `sim`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bugs;
mod histories;
mod worlds;
