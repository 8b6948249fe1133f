//! Text as version 2 carries it: a byte for a Cyrillic letter, sixteen for an id spelt in hex.
//!
//! UTF-8 takes two bytes for a Cyrillic letter, and deflating gives back only a part of that.
//!
//! | byte | stands for |
//! |---|---|
//! | 0x00 | one character follows in UTF-8 |
//! | 0x01 | 16 bytes follow: 32 lower-case hex digits |
//! | 0x02–0x7f | itself |
//! | 0x80–0xff | U+0400–U+047F |

use crate::ids::{hex, unhex};

const PLAIN: u8 = 0x00;
const HEX: u8 = 0x01;
const CYRILLIC: u32 = 0x0400;
const HEX_DIGITS: usize = 32;

/// The text in as few bytes as this form has for it.
pub fn encode(text: &str) -> Vec<u8> {
    let mut coded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(id) = rest.get(..HEX_DIGITS).and_then(unhex) {
            coded.push(HEX);
            coded.extend(id);
            rest = rest.get(HEX_DIGITS..).unwrap_or_default();
            continue;
        }
        let code = u32::from(letter);
        match (u8::try_from(code), u8::try_from(code.wrapping_sub(CYRILLIC))) {
            (Ok(ascii @ 0x02..=0x7f), _) => coded.push(ascii),
            (_, Ok(letter @ 0x00..=0x7f)) => coded.push(letter | 0x80),
            _ => {
                coded.push(PLAIN);
                coded.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    coded
}

/// The text that was coded so; `None` for bytes nobody codes.
pub fn decode(coded: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(coded.len() * 2);
    let mut rest = coded;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            PLAIN => {
                let length = utf8_length(*after.first()?)?;
                let (letter, after) = after.split_at_checked(length)?;
                text.push_str(std::str::from_utf8(letter).ok()?);
                after
            }
            HEX => {
                let (id, after) = after.split_at_checked(HEX_DIGITS / 2)?;
                text.push_str(&hex(id));
                after
            }
            0x02..=0x7f => {
                text.push(char::from(first));
                after
            }
            0x80.. => {
                text.push(char::from_u32(CYRILLIC + u32::from(first & 0x7f))?);
                after
            }
        };
    }
    Some(text)
}

fn utf8_length(first: u8) -> Option<usize> {
    match first {
        0x00..=0x7f => Some(1),
        0xc2..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf4 => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in [
            "",
            "дрова, вода — «печь» №5",
            "ґанок, їжа, Євген",
            "performer/0199a0b0c0d0e0f00102030405060708/role",
            "0199a0b0c0d0e0f0010203040506070",
            "\u{0}\u{1}\u{2}😀é",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "0123456789ABCDEF0123456789ABCDEF",
        ] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_letter_is_a_byte_and_an_id_seventeen() {
        assert_eq!(encode("печь").len(), 4);
        assert_eq!(encode("0199a0b0c0d0e0f00102030405060708").len(), 17);
    }

    #[test]
    fn what_nobody_codes_is_refused() {
        for wrong in [&[PLAIN][..], &[PLAIN, 0xff], &[PLAIN, 0xd0], &[HEX, 1, 2]] {
            assert_eq!(decode(wrong), None);
        }
    }
}
