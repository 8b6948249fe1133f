//! The world the tests happen in: phones with a name, a clock wound by hand and a battery; wires that can be
//! cut; and two servers behind them, the real binary and a ledger in memory.
//!
//! Everything random comes from a seed ([`chance`]), so a story that went wrong can be told again.
//!
//! | room | what it holds |
//! |---|---|
//! | `admission_cost` | what admission costs a change, for the bench |
//! | `chance` | randomness from a seed |
//! | `clock` | time, wound by hand or real, and clocks that are wrong |
//! | `phone` | a device on a host that can die between any two storage steps |
//! | `wire` | the way to the server, and what can happen on it |
//! | `ledger` | the smallest server that keeps the protocol, in memory |
//! | `binary` | the real server as a process on a free port, its kills and restarts |
//! | `ear` | who listens for news |
//! | `http` | a client that counts every byte |
//! | `link` | a slow link that is cut, between a phone and the server |
//! | `desk` | a coordinator over REST |
//! | `district` | a coordinator, workers and whom they visit, on the real server |
//! | `sabotage` | bytes that bring down a weakened vetting process |
//! | `sim` | the simulator: months in a district, from a seed |
//! | `holdings` | what a phone holds, taken apart |
//! | `past` | years of work put into the log without walking it |
//! | `stories` | words for notes, cases for phones |
//!
//! How far the tests go is set from outside: `FOOTPATH_HISTORIES`, `FOOTPATH_STORIES` (replicas), `FOOTPATH_LIVES`
//! (the real server), `FOOTPATH_KILLS` (fault), `FOOTPATH_WORLDS` and `FOOTPATH_DAYS` (sim); `FOOTPATH_SEED` is
//! where they begin. `FOOTPATH_BIN` names a server that is built already.

// A failed expectation is the report; nothing here runs anywhere but in tests and measurements.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod admission_cost;
pub mod binary;
pub mod chance;
pub mod clock;
pub mod desk;
pub mod district;
pub mod ear;
pub mod holdings;
pub mod http;
pub mod ledger;
pub mod link;
pub mod past;
pub mod phone;
pub mod sabotage;
pub mod sim;
pub mod stories;
pub mod wire;
