//! The few formats of text, by hand: a regular-expression engine would outweigh the schemas.

use serde::Deserialize;

/// How a text is written. See `schemas/README.md` for what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Format {
    Date,
    LocalTime,
    Id,
    Digest,
    Code,
    Phone,
    Zone,
}

impl Format {
    /// Whether `text` is written this way.
    pub(super) fn accepts(self, text: &str) -> bool {
        let bytes = text.as_bytes();
        match self {
            Self::Date => is_date(bytes),
            Self::LocalTime => is_local_time(bytes),
            Self::Id => bytes.len() == 32 && bytes.iter().all(is_hex),
            Self::Digest => bytes.len() == 64 && bytes.iter().all(is_hex),
            Self::Code => is_code(bytes),
            Self::Phone => is_phone(bytes),
            Self::Zone => is_zone(bytes),
        }
    }
}

/// A lower-case hex digit.
pub(super) fn is_hex(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// A code of the catalogue.
pub(super) fn is_code(bytes: &[u8]) -> bool {
    let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-');
    (1..=40).contains(&bytes.len()) && bytes.iter().all(allowed)
}

/// `2026-05-31`, a day that exists.
fn is_date(bytes: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return false };
    let (Some(year), Some(month), Some(day)) =
        (number(&[*y1, *y2, *y3, *y4]), number(&[*m1, *m2]), number(&[*d1, *d2]))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `00:00` to `23:59`.
fn is_local_time(bytes: &[u8]) -> bool {
    let [h1, h2, b':', m1, m2] = bytes else { return false };
    number(&[*h1, *h2]).is_some_and(|hour| hour < 24) && number(&[*m1, *m2]).is_some_and(|minute| minute < 60)
}

/// 3 to 15 digits among spaces, brackets, signs; short codes of a village exchange are telephone numbers too.
fn is_phone(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let allowed = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'+' | b'-' | b'(' | b')');
    bytes.len() <= 40 && (3..=15).contains(&digits) && bytes.iter().all(allowed)
}

/// The shape of an IANA name; whether the zone exists is for those who hold the zone tables.
fn is_zone(bytes: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-');
    bytes.len() <= 64 && bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.iter().all(allowed)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(format: Format, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(format.accepts(text), "{format:?} should accept {text:?}");
        }
        for text in bad {
            assert!(!format.accepts(text), "{format:?} should not accept {text:?}");
        }
    }

    #[test]
    fn dates_exist() {
        all(
            Format::Date,
            &["2026-05-31", "2024-02-29", "2000-02-29", "1941-06-22"],
            &[
                "2026-02-29",
                "1900-02-29",
                "2026-04-31",
                "2026-13-01",
                "2026-00-10",
                "2026-05-00",
                "26-05-31",
                "31.05.2026",
                "2026-05-31T",
                "",
            ],
        );
    }

    #[test]
    fn times_are_of_one_day() {
        all(
            Format::LocalTime,
            &["00:00", "09:05", "23:59"],
            &["24:00", "12:60", "9:05", "09.05", "09:05:00", ""],
        );
    }

    #[test]
    fn ids_and_digests_are_lower_case_hex() {
        let id = "0190a1b2c3d47e5f8091a2b3c4d5e6f7";
        all(
            Format::Id,
            &[id],
            &["0190A1B2C3D47E5F8091A2B3C4D5E6F7", "0190a1b2", "", "0190a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7"],
        );
        all(Format::Digest, &[&id.repeat(2)], &[id, ""]);
    }

    #[test]
    fn codes_phones_and_zones_have_their_shapes() {
        all(Format::Code, &["cooking", "015.1", "a-b_c"], &["", "Cooking", "уборка", "a/b", &"a".repeat(41)]);
        all(
            Format::Phone,
            &["+7 (924) 000-12-34", "380670001234", "2-34"],
            &["", "12", "нет", "+7 924 000 12 34 доб. 5", "1234567890123456"],
        );
        all(
            Format::Zone,
            &["Asia/Vladivostok", "Europe/Kyiv", "UTC", "Etc/GMT+10"],
            &["", "+03:00", "/Moscow", "Europe/Москва"],
        );
    }
}
