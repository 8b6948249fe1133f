//! What people at the desk make the server write, as a signed writer.

pub mod account;
pub mod grant;
pub mod quarantine;
pub mod resolve;
pub mod review;
mod writer;
