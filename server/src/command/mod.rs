//! What people at the desk make the server write, as a signed writer.

pub mod grant;
