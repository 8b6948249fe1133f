//! What lies where, and what every file of a kind has in common.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, house};

/// The rooms, and what stands beside them. There is no eighth room: a new thing finds its place in one of these.
const TOP: &[&str] = &[
    "server",
    "sync-core",
    "web-client",
    "schemas",
    "tests",
    "docs",
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "Makefile",
    "rustfmt.toml",
    "clippy.toml",
    ".ci",
    ".gitignore",
    ".gitattributes",
    ".editorconfig",
];

fn strangers_at_the_top(house: &[Source]) -> BTreeSet<String> {
    let first = |source: &Source| source.path.split('/').next().unwrap_or_default().to_owned();
    // In a linked work tree `.git` is a file.
    house.iter().map(first).filter(|name| name != ".git" && !TOP.contains(&name.as_str())).collect()
}

#[test]
fn there_is_no_eighth_room() {
    assert_eq!(strangers_at_the_top(&house()), BTreeSet::new());
}

#[test]
fn an_eighth_room_is_seen() {
    let house = [Source::new("server/src/main.rs", ""), Source::new("scripts/build.sh", "")];
    assert_eq!(strangers_at_the_top(&house), BTreeSet::from(["scripts".to_owned()]));
}

/// The contract imports nothing: schemas, examples and prose, no code.
fn code_in_the_contract(house: &[Source]) -> Vec<&str> {
    let is_contract = |path: &str| [".json", ".cddl", ".md"].iter().any(|kind| path.ends_with(kind));
    house
        .iter()
        .map(|s| s.path.as_str())
        .filter(|path| path.starts_with("schemas/") && !is_contract(path))
        .collect()
}

#[test]
fn the_contract_holds_no_code() {
    assert_eq!(code_in_the_contract(&house()), Vec::<&str>::new());
}

#[test]
fn code_in_the_contract_is_seen() {
    assert_eq!(code_in_the_contract(&[Source::new("schemas/check.ts", "")]), ["schemas/check.ts"]);
}

/// The lints that keep a server from falling over one bad record, and the packages that follow them.
fn lint_gaps(house: &[Source]) -> Vec<String> {
    const LINTS: &[&str] = &["unwrap_used", "expect_used", "panic", "indexing_slicing", "unsafe_code"];
    let mut gaps = Vec::new();
    for manifest in house.iter().filter(|source| source.path.ends_with("Cargo.toml")) {
        if manifest.path == "Cargo.toml" {
            let missing =
                LINTS.iter().filter(|lint| !manifest.text.lines().any(|line| line.starts_with(**lint)));
            gaps.extend(missing.map(|lint| format!("Cargo.toml does not set {lint}")));
        } else if !manifest.text.contains("[lints]\nworkspace = true") {
            gaps.push(format!("{} does not follow the workspace's lints", manifest.path));
        }
    }
    let sources =
        house.iter().filter(|s| s.path.starts_with("sync-core/src/") || s.path.starts_with("server/src/"));
    for source in sources {
        let waived = |line: &&str| line.trim_start().starts_with("#![allow(clippy::");
        gaps.extend(source.text.lines().filter(waived).map(|line| format!("{} waives {line}", source.path)));
    }
    gaps
}

#[test]
fn the_lints_hold_everywhere() {
    assert_eq!(lint_gaps(&house()), Vec::<String>::new());
}

#[test]
fn a_gap_in_the_lints_is_seen() {
    let workspace = "unwrap_used = \"warn\"\nexpect_used = 1\npanic = 1\nindexing_slicing = 1\n";
    let house = [
        Source::new("Cargo.toml", workspace),
        Source::new("server/Cargo.toml", "[package]\nname = \"footpath\"\n"),
        Source::new("server/src/lib.rs", "#![allow(clippy::unwrap_used)]\n"),
    ];
    assert_eq!(lint_gaps(&house).len(), 3);
}

/// Lock files say what, not from where: whose mirror made them is nobody's business and fails elsewhere.
fn pinned_addresses(house: &[Source]) -> Vec<String> {
    const CRATES_IO: &str = r#"source = "registry+https://github.com/rust-lang/crates.io-index""#;
    let is_address = |path: &str, line: &str| match path.rsplit('/').next() {
        Some("package-lock.json") => line.trim_start().starts_with("\"resolved\""),
        Some("Cargo.lock") => line.starts_with("source = ") && line != CRATES_IO,
        _ => false,
    };
    house
        .iter()
        .flat_map(|s| {
            s.text.lines().filter(|line| is_address(&s.path, line)).map(|line| format!("{}: {line}", s.path))
        })
        .collect()
}

#[test]
fn lock_files_hold_no_addresses() {
    assert_eq!(pinned_addresses(&house()), Vec::<String>::new());
}

#[test]
fn an_address_in_a_lock_file_is_seen() {
    let house = [
        Source::new(
            "web-client/package-lock.json",
            "      \"resolved\": \"https://mirror.example/idb.tgz\",\n",
        ),
        Source::new("Cargo.lock", "source = \"registry+https://mirror.example/index\"\n"),
    ];
    assert_eq!(pinned_addresses(&house).len(), 2);
}

/// Paths of somebody's own machine, which work there alone and tell whose it was.
fn private_paths(house: &[Source]) -> Vec<String> {
    const PRIVATE: &[&str] = &["/home/", "/root/", "/Users/", "/work/"];
    let from_the_root =
        |line: &str, at: usize| line[..at].chars().next_back().is_none_or(|c| " \"'`=(:".contains(c));
    let is_private = |line: &&str| {
        PRIVATE.iter().any(|path| line.match_indices(path).any(|(at, _)| from_the_root(line, at)))
    };
    house
        .iter()
        .filter(|source| source.path != "tests/tests/house/files.rs")
        .flat_map(|s| s.text.lines().filter(is_private).map(|line| format!("{}: {}", s.path, line.trim())))
        .collect()
}

#[test]
fn no_path_of_a_machine_of_ours() {
    assert_eq!(private_paths(&house()), Vec::<String>::new());
}

#[test]
fn a_private_path_is_seen() {
    let house = [Source::new("docs/operations.md", "run `/home/olga/footpath`, see docs/home/index.md")];
    assert_eq!(private_paths(&house).len(), 1);
    assert!(private_paths(&[Source::new("docs/operations.md", "see docs/home/index.md")]).is_empty());
}

const LANGUAGES: [&str; 3] = ["ru", "uk", "en"];

/// The message ids of a Fluent file: what starts a line and has an equals sign.
fn fluent_keys(text: &str) -> BTreeSet<&str> {
    let is_key = |key: &&str| key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
    text.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key).filter(is_key).collect()
}

/// What one of the three languages says and another does not.
fn missing_translations(house: &[Source]) -> Vec<String> {
    // Twins differ in the language alone: `ui/ru.ftl` and `ui/en.ftl`, or `ru/day.ftl` and `en/day.ftl`.
    let mut twins: BTreeMap<String, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for source in house.iter().filter(|source| source.path.ends_with(".ftl")) {
        let parts: Vec<&str> = source.path.trim_end_matches(".ftl").split('/').collect();
        let Some(language) = parts.iter().find(|part| LANGUAGES.contains(part)) else { continue };
        let name =
            parts.iter().map(|part| if part == language { "*" } else { part }).collect::<Vec<_>>().join("/");
        twins.entry(name).or_default().insert(language, fluent_keys(&source.text));
    }
    let mut missing = Vec::new();
    for (name, said) in &twins {
        let all: BTreeSet<&str> = said.values().flatten().copied().collect();
        for language in LANGUAGES {
            let lacks = |key: &&&str| !said.get(language).is_some_and(|keys| keys.contains(**key));
            missing.extend(all.iter().filter(lacks).map(|key| format!("{name}.ftl in {language}: {key}")));
        }
    }
    missing
}

#[test]
fn every_word_is_said_in_three_languages() {
    let house = house();
    assert!(house.iter().any(|source| source.path.ends_with(".ftl")), "there are no Fluent files");
    assert_eq!(missing_translations(&house), Vec::<String>::new());
}

#[test]
fn a_missing_translation_is_seen() {
    let house = [
        Source::new(
            "web-client/src/i18n/ru/day.ftl",
            "hello = Здравствуйте\nvisits = { $n ->\n   *[other] визита\n}\n",
        ),
        Source::new("web-client/src/i18n/uk/day.ftl", "hello = Вітаємо\n# visits = later\n"),
        Source::new("web-client/src/i18n/en/day.ftl", "hello = Hello\nvisits = visits\n"),
    ];
    assert_eq!(missing_translations(&house), ["web-client/src/i18n/*/day.ftl in uk: visits"]);
}
