//! What a machine can do to a server, begun and ended at will. Each needs something of the machine it runs on;
//! where that is missing the test says so and ends: `SKIPPED`, never silence.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Says why a test did not happen.
pub fn skipped(why: &str) {
    println!("SKIPPED: {why}");
}

fn done(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// A disk of so many MB over a folder.
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// `None` when this machine does not let us mount.
    pub fn over(folder: &Path, megabytes: u32) -> Option<Self> {
        let size = format!("size={megabytes}m,mode=0700");
        let mounted = done(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder));
        mounted.then(|| Self { folder: folder.to_owned() })
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        for piece in [1 << 16, 1 << 12, 1] {
            while ballast.write_all(&vec![0; piece]).is_ok() {}
        }
    }

    pub fn make_room(&self) {
        std::fs::remove_file(self.ballast()).expect("it is there");
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        done(Command::new("umount").arg("-l").arg(&self.folder));
    }
}

/// A disk whose flushes fail, as a running process sees it, until this is dropped.
pub struct FailingFlush {
    tracer: Child,
}

impl FailingFlush {
    /// `None` when there is no strace here, or it may not.
    pub fn of(process: u32) -> Option<Self> {
        let tracer = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync"])
            .args(["-e", "inject=fdatasync,fsync:error=EIO", "-p", &process.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut failing = Self { tracer: tracer.ok()? };
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            if failing.tracer.try_wait().expect("its state").is_some() {
                return None;
            }
            if all_traced(process) {
                return Some(failing);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for FailingFlush {
    fn drop(&mut self) {
        // Asked to, it lets go of the process; killed, it might take it along.
        done(Command::new("kill").args(["-INT", &self.tracer.id().to_string()]));
        let _ = self.tracer.wait();
    }
}

/// Whether every thread of a process has a tracer.
fn all_traced(process: u32) -> bool {
    let mut threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads.all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        !status.contains("TracerPid:\t0\n")
    })
}

/// What makes a process see another time, as environment variables. `None` when libfaketime is not here.
pub fn another_time(days: i32) -> Option<Vec<(&'static str, String)>> {
    let library = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        .map(|machine| format!("/usr/lib/{machine}/faketime/libfaketimeMT.so.1"))
        .into_iter()
        .find(|path| Path::new(path).exists())?;
    Some(vec![
        ("LD_PRELOAD", library),
        ("FAKETIME", format!("{days:+}d")),
        // Waits are not what is wrong.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
    ])
}
