//! Listening: connections, deadlines, shutdown.
