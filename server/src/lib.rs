//! The Footpath server: IO around the core.
//!
//! One write path ([`push`] for devices, [`command`] for people at the desk) ends in the change log
//! ([`store::ChangeLog`]); everything else is read from it: [`pull`] for devices, [`read_model`] for the desk.

pub mod access;
pub mod app;
pub mod auth;
pub mod backup;
pub mod command;
pub mod config;
mod deflated;
pub mod demo;
pub mod epoch;
pub mod memory;
pub mod news;
pub mod pace;
mod private;
pub mod problem;
pub mod pull;
pub mod push;
pub mod read_model;
pub mod routes;
pub mod serve;
pub mod snapshot;
mod squeeze;
pub mod store;
pub mod vetting;
pub mod web;
