//! One file per group of endpoints; the list of routes is in [`crate::app`].

pub mod enrol;
pub mod health;
pub mod sync;
