//! Where the figures are from, and what a process and its children hold in memory.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

pub fn facts() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str, key: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    json!({
        "cores": cores,
        "cpu": read("/proc/cpuinfo", "model name"),
        "memory": read("/proc/meminfo", "MemTotal"),
        "profile": if cfg!(debug_assertions) { "debug" } else { "release" },
    })
}

/// Watches how much memory a process and its children hold together, until asked.
pub struct Watch {
    over: Arc<AtomicBool>,
    peak_kib: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Watch {
    pub fn begin(process: u32) -> Self {
        let (over, peak_kib) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (seen, peak) = (over.clone(), peak_kib.clone());
        let thread = std::thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                let together = family(process).into_iter().map(resident_kib).sum();
                peak.fetch_max(together, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Self { over, peak_kib, thread }
    }

    /// The most it ever was, in MB.
    pub fn end(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        self.peak_kib.load(Ordering::Relaxed) as f64 * 1024.0 / 1e6
    }
}

/// What a process and its children hold in memory now, in MB.
pub fn resident_mb(process: u32) -> f64 {
    family(process).into_iter().map(resident_kib).sum::<u64>() as f64 * 1024.0 / 1e6
}

fn family(process: u32) -> Vec<u32> {
    let ids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut all: Vec<u32> = ids
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id| parent(*id) == Some(process))
        .collect();
    all.push(process);
    all
}

fn parent(process: u32) -> Option<u32> {
    field(process, "PPid:")?.parse().ok()
}

fn resident_kib(process: u32) -> u64 {
    field(process, "VmRSS:").and_then(|value| value.split(' ').next()?.parse().ok()).unwrap_or(0)
}

fn field(process: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().to_owned())
}
