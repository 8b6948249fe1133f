//! Vetting in processes of its own: what automerge does to foreign bytes happens where it can do no harm.
//!
//! Admission's pure steps leave automerge little to choke on, but "little" was measured and not proven. So
//! they run in child processes (`footpath vet`) with a big stack, a bounded address space, bounded time and
//! no secrets. When a child dies or hangs, the job is done again one change at a time, the child saying
//! before each which one it is trying; a change that brings down two children is set aside, the rest goes
//! on. Nothing is lost either way: the raw bytes were durable before.
//!
//! [`Vetting`] is the pool, [`child`] the other end of the pipe, [`pipe`] what goes through it.

pub mod child;
pub mod config;
pub mod pipe;
mod pool;
mod process;

pub use config::Config;
pub use pool::Vetting;
