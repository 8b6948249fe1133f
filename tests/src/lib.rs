//! The world the tests happen in.
