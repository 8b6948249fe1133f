//! Histories, cut short, in which something once did not hold: their names say what they are about.

use std::path::Path;

use footpath_tests::sim::action::History;
use footpath_tests::sim::run::tell;

#[test]
fn what_was_mended_stays_so() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/histories");
    let mut told = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let history = History::from_text(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let found = tell(&history).violation;
        assert!(found.is_none(), "{}: {found:?}", path.display());
        told += 1;
    }
    assert!(told > 5, "there are histories to tell");
}
