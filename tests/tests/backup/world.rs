//! A district in which everything that a log can hold has happened.

use std::path::{Path, PathBuf};
use std::process::Output;

use footpath_tests::binary::Footpath;
use footpath_tests::district::{District, Walker};
use serde_json::json;
use sync_core::ids::Id;
use tempfile::TempDir;

pub struct World {
    pub district: District,
    pub anna: Walker,
    pub boris: Walker,
    pub case: Id,
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
        Self { district, anna, boris, case, shelf: tempfile::tempdir().unwrap() }
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
