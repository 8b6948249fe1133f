//! The Footpath server: IO around the core.
