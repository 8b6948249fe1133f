//! The way of a change through the real router, with simulated devices on the other side.

mod bad_input;
mod cases;
mod chains;
mod derived;
mod fate;
mod field;
mod first;
mod given;
