//! The check every change passes before it may touch a document.
//!
//! automerge 0.12 is not safe on hostile or merely wrong bytes: it panics, allocates without bound,
//! overflows the stack, or builds a document that saves and never loads again. So a foreign change, one
//! that the server's key has not vouched for, passes four steps:
//!
//! 1. [`frame`]: our own reader takes the chunk apart, every count capped, one spelling only;
//! 2. [`decode`]: automerge reads it too and must read the same;
//! 3. [`fit`]: it continues the document as one of our devices would;
//! 4. [`shadow`]: the document survives it, on a copy.
//!
//! [`vet`] runs all four for the changes pushed to one document; the server does that in a process of its
//! own. The phone runs `frame` and `fit`, which never call automerge, on what it pulls.
//!
//! An odd *record* is none of this module's business: a missing or absurd field is for a person to judge.

mod columns;
mod decode;
mod fit;
mod frame;
mod history;
mod job;
mod limits;
mod ops;
mod reader;
mod shadow;
mod vet;

pub use decode::decode;
pub use fit::{Fit, fit, written};
pub use frame::{Framed, frame};
pub use history::History;
pub use job::{Bytes, Candidate, Facts, Finding, Job, Pace, Touched, Vetted};
pub use limits::{Limits, MAX_OP, MAX_TIME_MS};
pub use ops::{FramedOp, OpId};
pub use shadow::shadow;
pub use vet::vet;
