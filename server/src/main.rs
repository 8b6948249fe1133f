//! The one binary: see `footpath help`. The only place that names a concrete store.

mod cli;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use footpath::store::sqlite::{FILE, Founding, SqliteFiles, SqliteLog};
use footpath::store::{ChangeLog, Organisation};
use sync_core::ids::Id;

fn main() -> ExitCode {
    footpath::memory::settle();
    cli::run(open, &SqliteFiles)
}

/// The log in a folder; a new organisation gets random ids and a key of its own.
fn open(data: &Path, name: &str) -> Result<Arc<dyn ChangeLog>, Box<dyn Error>> {
    let (mut seed, mut org, mut epoch) = ([0; 32], [0; 16], [0; 16]);
    for bytes in [seed.as_mut_slice(), &mut org, &mut epoch] {
        getrandom::fill(bytes).map_err(|error| error.to_string())?;
    }
    let organisation = Organisation { id: Id(org), name: name.to_owned(), epoch: Id(epoch) };
    Ok(Arc::new(SqliteLog::open(&data.join(FILE), || Founding { organisation, server_seed: seed })?))
}
