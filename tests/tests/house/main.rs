//! The rules of the house, as tests: who may name whom, and what lies where. Each rule brings a small breach
//! of itself, and a test shows that the rule sees it.
#![cfg(test)]

mod files;
mod guides;
mod imports;
mod links;
mod settings;
mod source;
