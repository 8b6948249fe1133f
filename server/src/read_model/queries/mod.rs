//! What the desk asks. Every query is bounded, and shows nothing outside of the asker's reach.

pub mod cases;
pub mod catalogue;
pub mod counts;
pub mod people;
pub mod places;
pub mod quarantine;
pub mod reach;
pub mod record;
pub mod records;
pub mod shapes;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sync_core::ids::{hex, unhex};

pub use reach::Reach;

use super::ReadModelError;
use crate::deflated::inflate;

/// The fields of a record take so many bytes of JSON at most: hundreds of the largest changes.
const MOST_FIELDS: usize = 64 << 20;

/// The longest page.
pub const MAX_PAGE: usize = 200;

/// Where a page ends, as text for an URL: opaque to whoever carries it.
pub fn mark<T: Serialize>(key: &T) -> String {
    hex(serde_json::to_string(key).unwrap_or_default().as_bytes())
}

/// Reads what [`mark`] wrote; `None` for anything else.
pub fn unmark<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&unhex(text)?).ok()
}

/// JSON that this program wrote into a table.
fn stored<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, ReadModelError> {
    serde_json::from_str(text).map_err(|_| ReadModelError::Odd(what))
}

/// The same, deflated.
fn unpacked<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, ReadModelError> {
    let json = inflate(bytes, MOST_FIELDS).ok_or(ReadModelError::Odd(what))?;
    serde_json::from_slice(&json).map_err(|_| ReadModelError::Odd(what))
}

fn stored_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_read_back_and_nonsense_does_not() {
        let key = ("2026-05-31".to_owned(), 7u64, "aa".to_owned());
        assert_eq!(unmark(&mark(&key)), Some(key));
        for nonsense in ["", "zz", "5b5d", "'; DROP TABLE record; --", "ffff"] {
            assert_eq!(unmark::<(String, u64, String)>(nonsense), None);
        }
    }
}
