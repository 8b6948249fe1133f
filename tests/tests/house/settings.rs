//! What an operator can set is told to operators.

use std::collections::BTreeSet;

use crate::source::{Source, house};

const PAGE: &str = "docs/operations.md";

/// The environment variables of ours that a text names.
fn variables(text: &str) -> BTreeSet<&str> {
    let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
    let names = text.match_indices("FOOTPATH_").filter_map(|(at, _)| text.get(at..));
    names.map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default()).collect()
}

/// Variables that the server reads and the page does not name, or the other way round.
fn untold(house: &[Source]) -> Vec<String> {
    let told: BTreeSet<&str> =
        house.iter().filter(|source| source.path == PAGE).flat_map(|page| variables(&page.text)).collect();
    let reads =
        |source: &&Source| ["server/src/config.rs", "server/src/cli.rs"].contains(&source.path.as_str());
    let read: BTreeSet<&str> =
        house.iter().filter(reads).flat_map(|source| variables(&source.text)).collect();
    // "FOOTPATH_*" and the like name none.
    read.symmetric_difference(&told)
        .filter(|name| !name.ends_with('_'))
        .map(|&name| name.to_owned())
        .collect()
}

#[test]
fn every_setting_is_told() {
    assert_eq!(untold(&house()), Vec::<String>::new());
}

#[test]
fn an_untold_setting_is_seen() {
    let house = [
        Source::new("server/src/config.rs", "/// `FOOTPATH_DATA`: …\nread(\"FOOTPATH_ADDR\")"),
        Source::new(PAGE, "| `FOOTPATH_DATA` | and `FOOTPATH_PORT`, of `FOOTPATH_*` |"),
    ];
    assert_eq!(untold(&house), ["FOOTPATH_ADDR", "FOOTPATH_PORT"]);
}
