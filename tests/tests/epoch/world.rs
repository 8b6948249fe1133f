//! A district with a backup on the shelf.

use std::collections::BTreeMap;
use std::path::PathBuf;

use footpath_tests::binary::Footpath;
use footpath_tests::district::District;
use rusqlite::Connection;
use tempfile::TempDir;

/// The key, the backup, and the day it is needed.
pub struct Shelf {
    folder: TempDir,
    public: String,
}

impl Shelf {
    pub fn new(footpath: &Footpath) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        let made = footpath.run(&["backup-key", "--out", key.to_str().unwrap()]);
        Self { folder, public: String::from_utf8(made.stdout).unwrap().trim().to_owned() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn back_up(&self, footpath: &Footpath, name: &str) {
        let out = self.file(name);
        footpath.run(&["backup", "--recipient", &self.public, "--out", out.to_str().unwrap()]);
    }

    /// The disk is gone; what the backup has is what there is.
    pub fn restore(&self, footpath: &mut Footpath, name: &str) {
        footpath.kill();
        for entry in std::fs::read_dir(footpath.data.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending.to_string_lossy().starts_with("db")) {
                std::fs::remove_file(path).unwrap();
            }
        }
        let (key, from) = (self.file("key"), self.file(name));
        footpath.run(&["restore", "--identity", key.to_str().unwrap(), "--from", from.to_str().unwrap()]);
        footpath.start();
    }
}

fn log(footpath: &Footpath) -> Connection {
    Connection::open(footpath.data.path().join("log.db")).unwrap()
}

/// Every change of the log by its hash: author, and how often it is there.
pub fn changes(footpath: &Footpath) -> BTreeMap<Vec<u8>, (Vec<u8>, usize)> {
    let log = log(footpath);
    // Six bytes of a hash are enough to tell changes apart.
    let mut rows = log.prepare("SELECT substr(hash, 1, 6), author FROM log_shown WHERE kind = 1").unwrap();
    let mut changes: BTreeMap<Vec<u8>, (Vec<u8>, usize)> = BTreeMap::new();
    for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap() {
        let (hash, author): (Vec<u8>, Vec<u8>) = row.unwrap();
        changes.entry(hash).or_insert((author, 0)).1 += 1;
    }
    changes
}

/// The newest value of each office row.
pub fn office(footpath: &Footpath) -> BTreeMap<(i64, Vec<u8>, String), String> {
    let log = log(footpath);
    let mut rows = log.prepare("SELECT topic, subject, key, value FROM office").unwrap();
    let read = rows.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))).unwrap();
    read.map(Result::unwrap).collect()
}

/// What the log says of quarantine: rows that were set aside.
pub fn set_aside(footpath: &Footpath) -> i64 {
    log(footpath).query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0)).unwrap()
}

/// Everything that can be computed twice is the same.
pub fn whole(footpath: &Footpath) {
    let said = footpath.try_run(&["verify"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

/// Numbers of envelopes that are thought to be missing or forked, of any device.
pub fn evidence(district: &mut District) -> Vec<String> {
    let log = log(&district.footpath);
    let mut rows = log.prepare("SELECT evidence FROM devices").unwrap();
    let read: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    read.into_iter().filter(|said| !said.contains(r#""missing":[],"forks":[]"#)).collect()
}

/// Snapshots are made when the server is idle.
pub fn await_snapshot(footpath: &Footpath) {
    let log = log(footpath);
    for _ in 0..6_000 {
        let made: i64 = log.query_row("SELECT count(*) FROM snapshots", [], |row| row.get(0)).unwrap();
        if made > 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("no snapshot is made");
}
