//! What phones called saved, and whether it is there in the end.

use std::collections::{BTreeMap, BTreeSet};

use footpath_tests::desk::Desk;
use footpath_tests::district::{District, Walker};
use sync_core::record::Scalar;

/// Texts that the phones called saved and that do not stand at the desk exactly once.
pub fn broken(district: &mut District, walkers: &[Walker]) -> Vec<String> {
    // Signed in anew: the server's clock may have been set meanwhile.
    district.desk = Desk::open(&district.footpath, "vera");
    let mut arrived: BTreeMap<String, u32> = BTreeMap::new();
    for row in district.desk.all("/v1/records?type=visit&limit=200") {
        let notes = row["fields"]["notes"].as_str().unwrap_or_default();
        *arrived.entry(notes.to_owned()).or_default() += 1;
    }
    let promised: BTreeSet<String> = walkers
        .iter()
        .flat_map(|walker| &walker.phone.promises)
        .filter_map(|promise| promise.fields.get("notes").and_then(Scalar::as_text))
        .map(str::to_owned)
        .collect();
    promised.into_iter().filter(|text| arrived.get(text.as_str()) != Some(&1)).collect()
}

/// Kills the server as it is, starts it again, and looks whether everything is there.
pub fn kept_after_a_kill(district: &mut District, walkers: &mut [Walker]) {
    for walker in walkers.iter_mut() {
        walker.sync_all();
    }
    district.footpath.kill();
    district.footpath.start();
    assert_eq!(
        broken(district, walkers),
        Vec::<String>::new(),
        "acknowledged, and not there after a restart"
    );
}

/// Two phones of one person, with their cases.
pub fn two_walkers(district: &mut District) -> (Vec<Walker>, Vec<sync_core::ids::Id>) {
    let mut walkers = vec![district.walker("anna"), district.walker("anna")];
    let cases = (0..8).map(|n| walkers[0].register(&format!("Recipient {n}"))).collect();
    for walker in &mut walkers {
        walker.sync_all();
    }
    (walkers, cases)
}

#[test]
fn a_broken_promise_is_seen() {
    let mut district = District::new(&["anna"]);
    let (mut walkers, cases) = two_walkers(&mut district);
    walkers[0].phone.visit(cases[0], "on the server").expect("saved");
    walkers[0].sync_all();
    walkers[1].phone.visit(cases[0], "on the phone only").expect("saved");
    assert_eq!(broken(&mut district, &walkers), ["on the phone only"]);
}
