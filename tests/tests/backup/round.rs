//! There and back.

use footpath_tests::binary::Footpath;
use rusqlite::Connection;

use crate::world::{World, restore, text, verify};

/// Every row of the log, whatever is in it.
fn rows(footpath: &Footpath) -> Vec<(i64, i64, Vec<u8>)> {
    let log = Connection::open(footpath.data.path().join("log.db")).unwrap();
    let mut rows = log.prepare("SELECT seq, kind, body FROM log ORDER BY seq").unwrap();
    let read = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    read.map(Result::unwrap).collect()
}

#[test]
fn a_backup_of_a_running_server_is_everything_again_under_another_epoch() {
    let mut world = World::new();
    let key = world.key();
    assert!(key.starts_with("age1"), "{key}");
    let (whole, said) = verify(world.footpath());
    assert!(whole, "while the server runs: {said}");
    let backup = world.back_up(&key, "monday");
    assert!(!std::fs::read(&backup).unwrap().windows(6).any(|six| six == b"SQLite"));

    let copy = Footpath::new();
    let restored = restore(&copy, &world.on_shelf("key"), &backup);
    let said = String::from_utf8_lossy(&restored.stdout).into_owned();
    assert!(restored.status.success(), "{said}{}", String::from_utf8_lossy(&restored.stderr));
    assert!(said.contains("What next"), "{said}");
    assert_eq!(rows(&copy), rows(world.footpath()));
    let (whole, said) = verify(&copy);
    assert!(whole, "{said}");

    let epoch = |footpath: &Footpath| -> Vec<u8> {
        let log = Connection::open(footpath.data.path().join("log.db")).unwrap();
        log.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0)).unwrap()
    };
    assert_ne!(epoch(&copy), epoch(world.footpath()));
    let left = std::fs::read_dir(copy.data.path()).unwrap().count();
    assert_eq!(left, 1, "nothing in between is left");
}

#[test]
fn nothing_is_overwritten_and_nothing_half_is_put_in_place() {
    let world = World::new();
    let key = world.key();
    let backup = world.back_up(&key, "monday");
    let again = world.district.footpath.try_run(&["backup", "--recipient", &key, "--out", text(&backup)]);
    assert!(!again.status.success(), "a backup is not written over another");
    let occupied = restore(&world.district.footpath, &world.on_shelf("key"), &backup);
    assert!(!occupied.status.success(), "there is a log already");

    let bytes = std::fs::read(&backup).unwrap();
    let other = Footpath::new();
    let refused = |name: &str, bytes: &[u8]| {
        let path = world.on_shelf(name);
        std::fs::write(&path, bytes).unwrap();
        let output = restore(&other, &world.on_shelf("key"), &path);
        assert!(!output.status.success(), "{name}");
        assert_eq!(std::fs::read_dir(other.data.path()).unwrap().count(), 0, "{name} leaves nothing");
    };
    refused("cut", &bytes[..bytes.len() / 2]);
    refused("cut by a byte", &bytes[..bytes.len() - 1]);
    let mut flipped = bytes.clone();
    let middle = bytes.len() / 2;
    flipped[middle] ^= 1;
    refused("flipped", &flipped);
    refused("empty", b"");

    let stranger = world.on_shelf("stranger");
    other.run(&["backup-key", "--out", text(&stranger)]);
    assert!(!restore(&other, &stranger, &backup).status.success(), "another key opens nothing");
    assert!(restore(&other, &world.on_shelf("key"), &backup).status.success());
}

#[test]
fn a_backup_of_a_log_that_is_not_whole_is_put_in_place_on_demand_only() {
    let mut world = World::new();
    let key = world.key();
    world.footpath().stop();
    let log = Connection::open(world.footpath().data.path().join("log.db")).unwrap();
    log.execute("UPDATE log SET author = device WHERE seq = (SELECT min(seq) FROM log WHERE kind = 1)", [])
        .unwrap();
    drop(log);
    let backup = world.back_up(&key, "monday");
    let other = Footpath::new();
    let refused = restore(&other, &world.on_shelf("key"), &backup);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not whole"));
    assert_eq!(std::fs::read_dir(other.data.path()).unwrap().count(), 0);
    let (key, from) = (world.on_shelf("key"), backup);
    other.run(&["restore", "--damaged", "--identity", text(&key), "--from", text(&from)]);
    assert!(!verify(&other).0);
}
