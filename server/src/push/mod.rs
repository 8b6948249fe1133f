//! The one write path for what devices push.

pub mod locks;
pub mod vet;

pub use locks::Locks;
pub use vet::{Vet, VettingDown};
