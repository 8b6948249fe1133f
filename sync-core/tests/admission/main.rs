//! Admission from outside: every rule against bytes made by hand, honest histories, and mutants by the thousand.

// The test is a host: it reads its settings and prints what it found.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros)]
// A panic here is the report of a failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod forge;
mod honest;
mod memory;
mod mutants;
mod named;
mod operations;
mod phones;
mod pushes;
mod steps;
