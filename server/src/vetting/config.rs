//! How many children, and how much each may use.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of the pool. The limits are for one job: the changes pushed to one document in one request.
#[derive(Clone, Debug)]
pub struct Config {
    /// The binary to start; its stdin and stdout are the pipe.
    pub program: PathBuf,
    /// What makes it a vetting process.
    pub args: Vec<OsString>,
    /// Jobs done at the same time.
    pub children: usize,
    /// Longest a job may take; when it is done change by change, longest each change may take.
    pub deadline: Duration,
    /// Processor seconds for the same. What a loaded machine does not stretch.
    pub cpu_seconds: u64,
    /// Address space of a child in MiB, its 256 MiB of stack included.
    pub memory_mib: u64,
    /// Children that may die over one job before all of it is set aside.
    pub deaths: u32,
}

impl Config {
    /// `footpath vet`, by the very binary that is running.
    ///
    /// On Linux by way of `/proc`: the file may have been replaced by an upgrade meanwhile, and then its
    /// path leads nowhere, or to a binary that speaks another way.
    pub fn this_binary(children: usize) -> std::io::Result<Self> {
        let program =
            if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
        Ok(Self::new(program, vec!["vet".into()], children))
    }

    /// Another binary, with the standard limits.
    pub fn new(program: PathBuf, args: Vec<OsString>, children: usize) -> Self {
        Self {
            program,
            args,
            children: children.max(1),
            deadline: Duration::from_secs(20),
            cpu_seconds: 5,
            memory_mib: 1_536,
            deaths: 8,
        }
    }
}
