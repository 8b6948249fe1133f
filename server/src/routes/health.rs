//! See [`crate::app`].
