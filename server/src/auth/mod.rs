//! Who is asking: passwords once, device-signed tokens ever after, and duties.

pub mod body;
pub mod extractor;
pub mod password;
pub mod rate;
pub mod token;

pub use extractor::{Admin, Coordinator, FromAnyDevice, SignedIn};
