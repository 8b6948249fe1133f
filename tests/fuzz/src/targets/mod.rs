//! One module for each thing that reads foreign bytes. A target panics when it finds something wrong, and with it
//! whatever it tries; `seeds` gives honest input to begin with.

pub mod answer;
pub mod change;
pub mod envelope;
pub mod request;
pub mod scenes;
pub mod snapshot;

/// A target by its name, and what to begin with.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All that need the core alone; the token is judged by the server.
pub const CORE: &[Target] = &[
    Target { name: "change", run: change::run, seeds: change::seeds },
    Target { name: "envelope", run: envelope::run, seeds: envelope::seeds },
    Target { name: "request", run: request::run, seeds: request::seeds },
    Target { name: "answer", run: answer::run, seeds: answer::seeds },
    Target { name: "snapshot", run: snapshot::run, seeds: snapshot::seeds },
];
