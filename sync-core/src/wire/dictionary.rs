//! What every message says: the text both sides have in front of it. It belongs to version 2 and never changes;
//! another dictionary is another version.

use super::text;

const WORDS: &str = include_str!("dictionary.txt");

/// The dictionary's bytes: its lines, as version 2 codes text, with the mark of CBOR before each that is a whole
/// value.
pub fn dictionary() -> Vec<u8> {
    let mut bytes = Vec::with_capacity(WORDS.len());
    for line in WORDS.lines() {
        let coded = text::encode(line);
        match u8::try_from(coded.len()) {
            // Words of running text stand as they are.
            _ if line.contains(' ') => {}
            Ok(length @ 0..=23) => bytes.push(0x40 | length),
            Ok(length) => bytes.extend([0x58, length]),
            Err(_) => {}
        }
        bytes.extend(coded);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{hex, sha256};

    /// A letter changed here, and no phone in the field could read its server.
    #[test]
    fn the_dictionary_is_frozen() {
        assert_eq!(
            hex(&sha256(&dictionary())),
            "b48e02e934e0faafba8b7aac43643d16c2f044d45be9a7baeb8eb00af9f31079"
        );
    }
}
