//! Admission from outside: every rule against bytes made by hand, honest histories, and mutants by the thousand.

mod forge;
mod honest;
mod mutants;
mod named;
mod operations;
mod phones;
mod pushes;
