//! How the allocator keeps memory, settled before anything is allocated.
//!
//! glibc gives every thread a heap of its own and keeps what was freed there: a password check takes 19 MiB for
//! some milliseconds, and after fifty of them on a few blocking threads the process holds a hundred MiB of nothing.
//! Its settings are read from the environment at the start and nowhere else without unsafe code, so the program
//! sets them and begins again in its own place. Other allocators do not know these names.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What glibc is told. The first is the sign that it has been told, by us or by an operator who knows better.
const SETTINGS: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "262144"), ("MALLOC_TRIM_THRESHOLD_", "262144")];

/// The settings for a process with one busy thread.
pub fn for_a_child() -> impl Iterator<Item = (&'static str, &'static str)> {
    std::iter::once(("MALLOC_ARENA_MAX", "1")).chain(SETTINGS.into_iter().skip(1))
}

/// Begins the program again with the settings, once. Comes back when they are there, or where that cannot be done:
/// then it runs as it is, and holds more.
pub fn settle() {
    let told = |(name, _): &(&str, &str)| std::env::var_os(name).is_some();
    if !cfg!(all(target_os = "linux", target_env = "gnu")) || SETTINGS.first().is_some_and(told) {
        return;
    }
    let mut arguments = std::env::args_os();
    let name = arguments.next();
    let error = Command::new("/proc/self/exe")
        .arg0(name.as_deref().unwrap_or(OsStr::new("footpath")))
        .args(arguments)
        .envs(SETTINGS)
        .exec();
    eprintln!("footpath: the allocator stays as it is: {error}");
}
