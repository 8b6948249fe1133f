//! The simulator: months in a district, from a seed, as fast as the machine can.
//!
//! The phones are the real core (`sync_core::device`), the server is the real router with its real store and read
//! model; time, disks, links and misfortunes are simulated. The same seed gives the same history and the same
//! result. After each action what must hold at any time is looked at, and at quiet points what must hold when
//! everybody has talked to everybody: [`invariants`] lists it by name.
//!
//! | room | what it holds |
//! |---|---|
//! | `action` | what can happen, as data; histories as text |
//! | `fates` | from a seed to a history |
//! | `world` | everything that is there while a history is told |
//! | `life`, `deeds`, `office`, `founding` | actions carried out: all, those of phones, those of the desk, the beginning |
//! | `hand` | a phone, its disk, what it has promised |
//! | `link`, `poison` | what happens to a request on its way |
//! | `server`, `store` | the server, which may die at any call to its store |
//! | `restore` | a server restored from a backup |
//! | `planted` | bugs that must be found |
//! | `mirror`, `told`, `scopes`, `writes`, `texts` | what the log holds, what the server said, who has what, what people meant |
//! | `invariants`, `quiet`, `tables` | what must hold |
//! | `run`, `shrink` | telling a history, and making it short |

pub mod action;
mod deeds;
pub mod fates;
mod founding;
mod hand;
pub mod invariants;
mod life;
mod link;
mod mirror;
mod office;
pub mod planted;
mod poison;
mod quiet;
mod restore;
pub mod run;
mod scopes;
mod server;
pub mod shrink;
mod store;
mod tables;
mod texts;
mod told;
mod world;
mod writes;
