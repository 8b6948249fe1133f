//! Reading the house, and finding words in it.

use std::fs;
use std::path::{Path, PathBuf};

/// A file: its path from the root of the repository, with slashes, and its text (empty when it is not text).
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The places where one of the words stands in code: "path:line names word".
    pub fn naming(&self, words: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for (at, line) in self.text.lines().enumerate() {
            let code = without_comment(line);
            for word in words.iter().filter(|word| names(code, word)) {
                found.push(format!("{}:{} names {word}", self.path, at + 1));
            }
        }
        found
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of the house but what is built or fetched.
pub fn house() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root(), "", &mut found);
    found
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        // A link is not followed: it leads out of the house, or round in it.
        let kind = entry.file_type().unwrap();
        if kind.is_file() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            found.push(Source { path, text });
        } else if kind.is_dir() && !is_made(&path) {
            walk(&entry.path(), &format!("{path}/"), found);
        }
    }
}

/// Folders that .gitignore keeps out.
fn is_made(path: &str) -> bool {
    let made = ["target", ".git", "web-client/dist", "web-client/dev-dist", "web-client/src/core/pkg"];
    made.contains(&path) || path.ends_with("node_modules")
}

/// The line up to its comment, in Rust, TypeScript, Svelte and shell alike; "://" is an address, not a comment.
fn without_comment(line: &str) -> &str {
    let start = line.trim_start();
    if ["//", "/*", "* ", "<!--", "# "].iter().any(|mark| start.starts_with(mark)) {
        return "";
    }
    line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':')).map_or(line, |(at, _)| &line[..at])
}

/// Whether the word stands in the line as itself, not as part of a longer one.
fn names(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
        let opens = !word.starts_with(is_part) || !before.is_some_and(is_part);
        let closes = !word.ends_with(is_part) || !after.is_some_and(is_part);
        opens && closes
    })
}

#[test]
fn a_word_is_found_as_itself_only() {
    assert!(names("use axum::Router;", "axum"));
    assert!(names("let x = fetch(url);", "fetch("));
    assert!(!names("let axumatic = 1;", "axum"));
    assert!(!names("prefetch(url)", "fetch("));
}

#[test]
fn comments_are_not_code() {
    assert_eq!(without_comment("/// automerge keeps history"), "");
    assert_eq!(without_comment("call(); // not axum"), "call(); ");
    assert_eq!(without_comment("get(\"http://x\")"), "get(\"http://x\")");
}
