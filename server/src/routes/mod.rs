//! One file per group of endpoints; the list of routes is in [`crate::app`].

pub mod cases;
pub mod catalogue;
pub mod conflicts;
pub mod desk;
pub mod devices;
pub mod enrol;
pub mod health;
pub mod months;
pub mod news;
pub mod openapi;
pub mod people;
pub mod quarantine;
pub mod records;
pub mod restored;
pub mod reviews;
pub mod sync;

#[cfg(test)]
mod tests;
