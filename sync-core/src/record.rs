//! Records as people know them: flat fields, every field with all the values it has now.

use std::collections::BTreeMap;
use std::fmt;

use minicbor::{Decode, Encode, Encoder};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::ids::{ChangeHash, Hash32, sha256};

/// One field value. There is nothing deeper: what is keyed inside a record is a flat key (`line/<id>/qty`).
///
/// Floats are finite; a number that JSON cannot carry never gets in.
#[derive(Clone, Debug, PartialEq, Serialize, Encode, Decode)]
#[serde(untagged)]
pub enum Scalar {
    /// Cleared by a person.
    #[n(0)]
    Null,
    #[n(1)]
    Bool(#[n(0)] bool),
    #[n(2)]
    Int(#[n(0)] i64),
    #[n(3)]
    Float(#[n(0)] f64),
    #[n(4)]
    Text(#[n(0)] String),
}

impl Scalar {
    /// The text, when it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, when it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes);
        // Writing to a Vec cannot fail.
        let _ = match self {
            Self::Null => encoder.null().map(|_| ()),
            Self::Bool(value) => encoder.bool(*value).map(|_| ()),
            Self::Int(value) => encoder.i64(*value).map(|_| ()),
            Self::Float(value) => encoder.f64(*value).map(|_| ()),
            Self::Text(value) => encoder.str(value).map(|_| ()),
        };
        bytes
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Scalar {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// By hand, like other reading of JSON here: serde's own way to tell variants apart keeps a copy of the value
/// first, and that machinery is a weight on the phone.
impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number or text")
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(value))
    }
}

/// Field name to value; the order of names is the order of bytes.
pub type Fields = BTreeMap<String, Scalar>;

/// A value together with the change that wrote it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Written {
    pub value: Scalar,
    pub change: ChangeHash,
}

/// One record of a document: each field with all its concurrent values, the one automerge shows first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The record's key in its document: an entry id, or the document's own id in hex.
    pub id: String,
    /// Never an empty list.
    pub fields: BTreeMap<String, Vec<Written>>,
}

impl Record {
    /// The shown value of each field.
    pub fn shown(&self) -> Fields {
        self.fields
            .iter()
            .filter_map(|(key, values)| Some((key.clone(), values.first()?.value.clone())))
            .collect()
    }

    /// The shown value of one field.
    pub fn get(&self, key: &str) -> Option<&Scalar> {
        self.fields.get(key)?.first().map(|written| &written.value)
    }

    /// Fields whose concurrent values differ; two phones that wrote the same thing do not disagree.
    pub fn conflicts(&self) -> impl Iterator<Item = (&str, &[Written])> {
        self.fields.iter().filter_map(|(key, values)| {
            let first = values.first()?;
            let differ = values.iter().any(|other| other.value != first.value);
            differ.then_some((key.as_str(), values.as_slice()))
        })
    }

    /// Whether somebody has voided the record: the mark stands and has not been taken back.
    pub fn voided(&self) -> bool {
        matches!(self.get("void/at"), Some(value) if *value != Scalar::Null)
    }

    /// What a review signs: SHA-256 over canonical CBOR of all fields with all their concurrent values.
    ///
    /// An array of `[key, [value, …]]` in byte order of keys, values in byte order of their encoding. The
    /// void mark is among the fields. The same on every replica that holds the same changes.
    pub fn digest(&self) -> Hash32 {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes);
        let _ = encoder.array(self.fields.len() as u64);
        for (key, values) in &self.fields {
            let mut encoded: Vec<Vec<u8>> = values.iter().map(|written| written.value.canonical()).collect();
            encoded.sort();
            let _ = encoder.array(2).and_then(|e| e.str(key)).and_then(|e| e.array(encoded.len() as u64));
            for value in encoded {
                encoder.writer_mut().extend_from_slice(&value);
            }
        }
        Hash32(sha256(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[(&str, &[Scalar])]) -> Record {
        let written = |value: &Scalar| Written { value: value.clone(), change: ChangeHash([0; 32]) };
        Record {
            id: "r".into(),
            fields: fields.iter().map(|(k, v)| ((*k).to_owned(), v.iter().map(written).collect())).collect(),
        }
    }

    #[test]
    fn digest_ignores_the_order_of_concurrent_values_but_not_the_values() {
        let ab = record(&[("mood", &[Scalar::Int(1), Scalar::Int(2)])]);
        let ba = record(&[("mood", &[Scalar::Int(2), Scalar::Int(1)])]);
        assert_eq!(ab.digest(), ba.digest());
        assert_ne!(ab.digest(), record(&[("mood", &[Scalar::Int(1)])]).digest());
        assert_ne!(record(&[("a", &["1".into()])]).digest(), record(&[("a", &[Scalar::Int(1)])]).digest());
    }

    #[test]
    fn scalars_read_as_they_are_written() {
        let text = r#"[null,true,-3,9223372036854775807,0.5,"a \"b\""]"#;
        let scalars: Vec<Scalar> = serde_json::from_str(text).unwrap();
        assert_eq!(scalars[3], Scalar::Int(i64::MAX));
        assert_eq!(scalars[5], "a \"b\"".into());
        assert_eq!(serde_json::to_string(&scalars).unwrap(), text);
        assert_eq!(
            serde_json::from_str::<Scalar>("18446744073709551615").unwrap(),
            Scalar::Float(18_446_744_073_709_551_615.0)
        );
        assert!(serde_json::from_str::<Scalar>("[1]").is_err());
        assert!(serde_json::from_str::<Scalar>("{}").is_err());
    }

    #[test]
    fn equal_concurrent_values_are_no_conflict() {
        let same = record(&[("mood", &[Scalar::Int(3), Scalar::Int(3)])]);
        assert_eq!(same.conflicts().count(), 0);
        let differ = record(&[("mood", &[Scalar::Int(3), Scalar::Null])]);
        assert_eq!(differ.conflicts().count(), 1);
    }

    #[test]
    fn a_void_can_be_taken_back() {
        assert!(record(&[("void/at", &[Scalar::Int(5)])]).voided());
        assert!(!record(&[("void/at", &[Scalar::Null])]).voided());
    }
}
