//! Every text that anybody writes is written once: `№17.` and some words. So where it went can be seen in the
//! bytes, without asking the code that is being tried.

use crate::chance::Chance;
use crate::stories;

const MARK: &[u8] = "№".as_bytes();

/// A text of this number, with up to so many characters of words after it.
pub fn text(number: u32, chance: &mut Chance, words: usize) -> String {
    let mut text = format!("№{number}.");
    if words > 0 {
        text.push(' ');
        text.push_str(&stories::notes(chance, words));
    }
    text
}

/// The number of a text.
pub fn number_of(text: &str) -> Option<u32> {
    numbers_in(text.as_bytes()).pop()
}

/// The numbers of all texts in these bytes.
pub fn numbers_in(bytes: &[u8]) -> Vec<u32> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        rest = &rest[at + MARK.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if (1..=9).contains(&digits) && rest.get(digits) == Some(&b'.') {
            let number =
                std::str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse::<u32>().ok());
            found.extend(number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_whole_and_only_where_they_are() {
        let mut chance = Chance::new(1);
        assert_eq!(number_of(&text(17, &mut chance, 0)), Some(17));
        assert_eq!(numbers_in("a№1.b№23.№.№4x".as_bytes()), [1, 23]);
        assert_eq!(numbers_in("№17".as_bytes()), Vec::<u32>::new());
    }
}
