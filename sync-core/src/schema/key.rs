//! Patterns of keyed fields: `^line/[0-9a-f]{32}/qty$` and the like, the only regular expressions there are.

use super::format::{is_code, is_hex};

/// One part of a pattern, between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// These letters.
    Plain(String),
    /// 32 hex digits.
    Id,
    /// A code of the catalogue.
    Code,
    /// One to three digits.
    Number,
}

impl Part {
    fn read(text: &str) -> Option<Self> {
        match text {
            "[0-9a-f]{32}" => Some(Self::Id),
            "[a-z0-9_.-]{1,40}" => Some(Self::Code),
            "[0-9]{1,3}" => Some(Self::Number),
            plain => is_plain(plain).then(|| Self::Plain(plain.to_owned())),
        }
    }

    fn accepts(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        match self {
            Self::Plain(plain) => plain == text,
            Self::Id => bytes.len() == 32 && bytes.iter().all(is_hex),
            Self::Code => is_code(bytes),
            Self::Number => (1..=3).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit),
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The names of one column of a keyed group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyPattern(Vec<Part>);

impl KeyPattern {
    /// Reads the pattern; `None` when it is not of the subset.
    pub(super) fn read(pattern: &str) -> Option<Self> {
        let inner = pattern.strip_prefix('^')?.strip_suffix('$')?;
        inner.split('/').map(Part::read).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether `name` is such a name.
    pub(super) fn accepts(&self, name: &str) -> bool {
        let mut parts = name.split('/');
        self.0.iter().all(|part| parts.next().is_some_and(|text| part.accepts(text)))
            && parts.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_subset_is_read() {
        assert!(KeyPattern::read("^line/[0-9a-f]{32}/qty$").is_some());
        for odd in ["line/[0-9a-f]{32}", "^line/.*$", "^line/[0-9a-f]{31}$", "^$", "^line//qty$", "^Line$"] {
            assert_eq!(KeyPattern::read(odd), None, "{odd}");
        }
    }

    #[test]
    fn names_match_whole_and_part_by_part() {
        let id = "0190a1b2c3d47e5f8091a2b3c4d5e6f7";
        let line = KeyPattern::read("^line/[0-9a-f]{32}/qty$").unwrap();
        assert!(line.accepts(&format!("line/{id}/qty")));
        for odd in ["line", "line/1/qty", "line/x", "", "/"] {
            assert!(!line.accepts(odd), "{odd}");
        }
        assert!(!line.accepts(&format!("line/{id}")));
        assert!(!line.accepts(&format!("line/{id}/qty/more")));

        let service = KeyPattern::read("^service/[a-z0-9_.-]{1,40}$").unwrap();
        assert!(service.accepts("service/015.1"));
        assert!(!service.accepts("service/"));

        let step = KeyPattern::read("^step/[0-9]{1,3}/text$").unwrap();
        assert!(step.accepts("step/12/text"));
        assert!(!step.accepts("step/1234/text"));
    }
}
