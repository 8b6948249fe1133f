//! Copies of the log: making one while the server runs, putting one back, and seeing whether a log is whole.
//!
//! A backup is the database of one moment, gzipped, encrypted with [age](https://age-encryption.org/v1) for whoever
//! holds the other half of a key. There is nothing else in it and nothing of ours around it: `age -d | gunzip`
//! gives the database.

mod error;
mod key;
mod make;
mod restore;
mod scratch;
mod seal;
pub mod verify;

pub use error::BackupError;
pub use key::{make_key, recipient};
pub use make::{Made, backup};
pub use restore::{Restored, Taking, restore};
pub use verify::{Report, verify};
