//! A district in which everything that a log can hold has happened.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use footpath_tests::binary::Footpath;
use footpath_tests::district::District;
use rusqlite::Connection;
use serde_json::json;
use sync_core::ids::Id;
use tempfile::TempDir;

pub struct World {
    pub district: District,
    /// Where keys and backups lie.
    pub shelf: TempDir,
}

impl World {
    /// Visits, a correction, a review, something set aside, a conflict chosen by the server's own hand.
    pub fn new() -> Self {
        let mut district = District::new(&["anna", "boris"]);
        let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
        let case = anna.register("Зинаида");
        let visit = anna.phone.visit(case, "первый визит").unwrap();
        // So many that the server puts the document together, in one piece.
        for n in 0..10 {
            anna.phone.visit(case, &format!("визит {n}")).unwrap();
        }
        anna.sync_all();
        boris.phone.visit(Id([7; 16]), "у чужих").unwrap();
        boris.sync();
        district.assign(case, &boris);
        boris.sync();
        let at = anna.case_record(case);
        anna.phone.correct(&at, &[("needs", "дрова".into())]).unwrap();
        boris.phone.correct(&at, &[("needs", "уголь".into())]).unwrap();
        anna.sync_all();
        boris.sync();
        let clash = district.desk.get(&format!("/v1/records/{}", at.1))["conflicts"].clone();
        let values = clash[0]["values"].as_array().unwrap();
        let shown: Vec<_> = values.iter().map(|value| value["change"].clone()).collect();
        let choice = json!({"field": "needs", "choose": "дрова", "shown": shown});
        district.desk.post(&format!("/v1/records/{}/conflicts", at.1), choice);
        district.desk.approve(&visit.1);
        anna.sync_all();
        boris.sync();
        await_snapshot(&district.footpath);
        Self { district, shelf: tempfile::tempdir().unwrap() }
    }

    pub fn footpath(&mut self) -> &mut Footpath {
        &mut self.district.footpath
    }

    pub fn on_shelf(&self, name: &str) -> PathBuf {
        self.shelf.path().join(name)
    }

    /// A key on the shelf; its public half.
    pub fn key(&self) -> String {
        let output = self.district.footpath.run(&["backup-key", "--out", text(&self.on_shelf("key"))]);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A backup on the shelf.
    pub fn back_up(&self, key: &str, name: &str) -> PathBuf {
        let out = self.on_shelf(name);
        self.district.footpath.run(&["backup", "--recipient", key, "--out", text(&out)]);
        out
    }
}

/// Snapshots are made when the server is idle.
fn await_snapshot(footpath: &Footpath) {
    let log = Connection::open(footpath.data.path().join("log.db")).unwrap();
    for _ in 0..6_000 {
        let made: i64 = log.query_row("SELECT count(*) FROM snapshots", [], |row| row.get(0)).unwrap();
        if made > 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no snapshot is made");
}

/// Puts a backup into the folder of a server that has none.
pub fn restore(footpath: &Footpath, key: &Path, from: &Path) -> Output {
    footpath.try_run(&["restore", "--identity", text(key), "--from", text(from)])
}

/// What `verify` printed, and whether it found everything whole.
pub fn verify(footpath: &Footpath) -> (bool, String) {
    let output = footpath.try_run(&["verify"]);
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
