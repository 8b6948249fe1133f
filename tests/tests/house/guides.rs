//! The guides say what the screens say: what is bold in them can be found there.

use crate::source::{Source, house};

/// What a guide shows in bold, with the lines of a paragraph joined.
fn bold(page: &str) -> Vec<String> {
    let joined = page.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.split("**").skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether one message of the screens has the words, in this order: a guide writes "…" or a number where a message
/// has something to fill in.
fn is_said(messages: &[String], words: &str) -> bool {
    let words = words.to_lowercase();
    let parts: Vec<&str> = words
        .split(|c: char| c == '…' || c.is_ascii_digit())
        .map(|part| part.trim_matches(|c: char| c.is_whitespace() || ".:".contains(c)))
        .filter(|part| !part.is_empty())
        .collect();
    let has_all = |message: &String| {
        let mut rest = message.as_str();
        parts.iter().all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    };
    !parts.is_empty() && messages.iter().any(has_all)
}

/// Bold words of the guides that no screen of their language shows.
fn unsaid(house: &[Source]) -> Vec<String> {
    let mut unsaid = Vec::new();
    for page in house.iter().filter(|source| source.path.starts_with("docs/guide/")) {
        let language = page.path.trim_end_matches(".md").rsplit('.').next().unwrap_or_default();
        let screens = format!("web-client/src/i18n/{language}/");
        let messages: Vec<String> = house
            .iter()
            .filter(|source| source.path.starts_with(&screens) && source.path.ends_with(".ftl"))
            .flat_map(|source| source.text.lines().map(str::to_lowercase))
            .collect();
        let missing = bold(&page.text).into_iter().filter(|words| !is_said(&messages, words));
        unsaid.extend(missing.map(|words| format!("{}: {words}", page.path)));
    }
    unsaid
}

#[test]
fn guides_use_the_words_on_the_screens() {
    assert_eq!(unsaid(&house()), Vec::<String>::new());
}

#[test]
fn a_word_that_no_screen_shows_is_seen() {
    let house = [
        Source::new("web-client/src/i18n/en/app.ftl", "save = Save\ntick = Tick all { $count } records\n"),
        Source::new("docs/guide/worker.en.md", "Press **save**, **Tick all …\nrecords**, then **Send**."),
    ];
    assert_eq!(unsaid(&house), ["docs/guide/worker.en.md: Send"]);
}
