//! A row of the log that cannot be read any more: who needs it waits with everything until a backup is in place.

use std::collections::BTreeSet;

use footpath_tests::binary::Footpath;
use footpath_tests::district::District;
use rusqlite::Connection;
use sync_core::ids::DocId;

use crate::world::{Shelf, whole};

/// Spoils two bytes of the first change of a document behind the back of the server; gives the number of its row.
fn spoil(footpath: &mut Footpath, doc: DocId) -> u64 {
    assert!(footpath.stop());
    let log = Connection::open(footpath.data.path().join("log.db")).unwrap();
    let first = "SELECT min(seq) FROM log_shown WHERE kind = 1 AND doc = ?1";
    let row: u64 = log.query_row(first, [doc.0], |row| row.get(0)).unwrap();
    let sql = "UPDATE log SET body = CAST(substr(body, 1, 40) || x'5a5a' || substr(body, 43) AS BLOB) WHERE seq = ?1";
    assert_eq!(log.execute(sql, [row]).unwrap(), 1);
    footpath.start();
    row
}

#[test]
fn who_needs_a_damaged_row_waits_until_a_backup_is_in_place_and_others_go_on() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let (hers, his) = (anna.register("Зинаида"), boris.register("Пётр"));
    let first = anna.phone.visit(hers, "до копии").unwrap();
    let mut visits = vec![first.clone()];
    anna.sync_all();
    boris.sync_all();
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    visits.extend(anna.phone.visit(hers, "после копии"));
    anna.sync_all();

    let row = spoil(&mut district.footpath, first.0);
    visits.extend(anna.phone.visit(hers, "поверх повреждённого"));
    visits.extend(boris.phone.visit(his, "в стороне"));
    anna.sync();
    boris.sync_all();
    assert!(anna.phone.waiting() > 0, "nothing is answered for that may not be judged");
    let named = format!("row {row} of the log");
    assert!(district.footpath.read_said().contains(&named), "{}", district.footpath.read_said());
    let verified = district.footpath.try_run(&["verify"]);
    assert!(!verified.status.success());
    assert!(String::from_utf8_lossy(&verified.stdout).contains(&format!("row {row}")));

    shelf.restore(&mut district.footpath, "monday");
    for _ in 0..2 {
        anna.sync_all();
        boris.sync_all();
    }
    let listed = district.desk.all("/v1/records?type=visit&limit=200");
    let there: BTreeSet<&str> = listed.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(there, visits.iter().map(|(_, record)| record.as_str()).collect());
    whole(&district.footpath);
}
