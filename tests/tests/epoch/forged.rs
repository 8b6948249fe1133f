//! Nobody's word counts but the server's own.

use footpath_tests::district::District;
use sync_core::ids::Id;

use crate::world::{Shelf, changes, whole};

/// Puts one person in the place of another in everything the phone has cached.
fn forge(docs: &mut std::collections::BTreeMap<sync_core::ids::DocId, Vec<u8>>, who: Id, by: Id) -> usize {
    let mut forged = 0;
    for bytes in docs.values_mut() {
        for at in 0..bytes.len().saturating_sub(15) {
            if bytes[at..at + 16] == who.0 {
                bytes[at..at + 16].copy_from_slice(&by.0);
                forged += 1;
            }
        }
    }
    forged
}

#[test]
fn what_a_phone_has_altered_is_not_believed() {
    let mut district = District::new(&["anna", "boris"]);
    let (mut anna, mut boris) = (district.walker("anna"), district.walker("boris"));
    let case = anna.register("Зинаида");
    anna.sync_all();
    district.assign(case, &boris);
    boris.sync_all();
    let shelf = Shelf::new(&district.footpath);
    shelf.back_up(&district.footpath, "monday");
    anna.phone.visit(case, "визит Анны").unwrap();
    anna.sync_all();
    boris.sync_all();
    let before = changes(&district.footpath);
    shelf.restore(&mut district.footpath, "monday");

    // Boris claims that he was there.
    let (hers, his) = (anna.phone.person(), boris.phone.person());
    assert!(forge(&mut boris.phone.host.docs, hers, his) > 0);
    boris.phone.restart();
    for _ in 0..3 {
        boris.sync();
    }
    let after = changes(&district.footpath);
    assert!(after.iter().all(|(hash, there)| before.get(hash) == Some(there)), "nothing under another name");
    assert!(after.len() < before.len(), "and so it is not back");
    assert!(district.footpath.read_said().contains("not what this server gave"));

    for _ in 0..3 {
        anna.sync();
    }
    anna.sync_all();
    assert_eq!(changes(&district.footpath), before, "from who can say so");
    whole(&district.footpath);
}
