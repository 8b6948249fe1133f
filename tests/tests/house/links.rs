//! What a page points at is there.

use crate::source::{Source, house};

/// Where a page's links and pictures lead, as they are written; what stands in a block of code is no link.
fn targets(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (opens, closes) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            let rests = line.match_indices(opens).filter_map(|(at, _)| line.get(at + opens.len()..));
            found.extend(rests.filter_map(|rest| rest.split_once(closes)).map(|(target, _)| target));
        }
    }
    found
}

/// The path from the root that a link on `page` means: "docs/adr/README.md" and "../sync-protocol.md" are
/// "docs/sync-protocol.md". `None` when it leads out of the house.
fn resolved(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn dead_links(house: &[Source]) -> Vec<String> {
    let there = |path: &str| {
        let folder = format!("{path}/");
        house.iter().any(|source| source.path == path || source.path.starts_with(&folder))
    };
    let mut dead = Vec::new();
    for page in house.iter().filter(|source| source.path.ends_with(".md")) {
        for target in targets(&page.text) {
            let file = target.split('#').next().unwrap_or_default();
            // Another site, or a place on the same page.
            if file.is_empty() || file.contains(':') {
                continue;
            }
            if !resolved(&page.path, file).is_some_and(|path| there(&path)) {
                dead.push(format!("{} points at {target}", page.path));
            }
        }
    }
    dead
}

#[test]
fn every_page_points_at_what_is_there() {
    assert_eq!(dead_links(&house()), Vec::<String>::new());
}

#[test]
fn a_dead_link_is_seen() {
    let page = "see [the protocol](sync-protocol.md#verdicts), [records](../schemas/), [above](#top),\n\
        [them](https://example.org/a.md), <img src=\"images/phone.png\"> and [nothing](adr/README.md)\n\
        ```\nfield[0](gone.md)\n```\n[out](../../notes.md)\n";
    let house = [
        Source::new("docs/index.md", page),
        Source::new("docs/sync-protocol.md", ""),
        Source::new("schemas/wire.cddl", ""),
    ];
    let dead = ["images/phone.png", "adr/README.md", "../../notes.md"];
    let mut expected: Vec<String> =
        dead.iter().map(|target| format!("docs/index.md points at {target}")).collect();
    let mut found = dead_links(&house);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

/// Decision records that the index does not list.
fn unlisted_decisions(house: &[Source]) -> Vec<&str> {
    let index = house.iter().find(|source| source.path == "docs/adr/README.md");
    let listed = index.map(|index| targets(&index.text)).unwrap_or_default();
    let decisions = house.iter().filter_map(|source| source.path.strip_prefix("docs/adr/"));
    decisions.filter(|name| *name != "README.md" && !listed.contains(name)).collect()
}

#[test]
fn every_decision_is_in_the_index() {
    assert_eq!(unlisted_decisions(&house()), Vec::<&str>::new());
}

#[test]
fn an_unlisted_decision_is_seen() {
    let house = [
        Source::new("docs/adr/README.md", "[One](0001-one.md)"),
        Source::new("docs/adr/0001-one.md", ""),
        Source::new("docs/adr/0002-two.md", ""),
    ];
    assert_eq!(unlisted_decisions(&house), ["0002-two.md"]);
}
