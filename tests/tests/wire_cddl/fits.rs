//! Whether a CBOR item is what a rule says.

use std::collections::BTreeMap;

use minicbor::Decoder;
use minicbor::data::Type as Cbor;

use super::grammar::{Member, Type};

/// A CBOR item of the kinds that our messages are made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float,
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Value>),
}

/// The one item in `bytes`; `None` for anything else: an indefinite length, a map, a tag, bytes after the end.
pub fn value_of(bytes: &[u8]) -> Option<Value> {
    let mut decoder = Decoder::new(bytes);
    let value = item(&mut decoder)?;
    (decoder.position() == bytes.len()).then_some(value)
}

fn item(decoder: &mut Decoder<'_>) -> Option<Value> {
    Some(match decoder.datatype().ok()? {
        Cbor::Null => decoder.null().map(|()| Value::Null).ok()?,
        Cbor::F64 => decoder.f64().map(|_| Value::Float).ok()?,
        Cbor::Bool => Value::Bool(decoder.bool().ok()?),
        Cbor::Bytes => Value::Bytes(decoder.bytes().ok()?.to_vec()),
        Cbor::String => Value::Text(decoder.str().ok()?.to_owned()),
        Cbor::Array => {
            let length = decoder.array().ok()??;
            Value::Array((0..length).map(|_| item(decoder)).collect::<Option<_>>()?)
        }
        _ => Value::Int(decoder.int().ok()?.into()),
    })
}

/// The rules of the file, to hold items against.
pub struct Rules(pub BTreeMap<String, Type>);

impl Rules {
    pub fn fits(&self, rule: &str, value: &Value) -> bool {
        let known = self.0.get(rule);
        self.is(known.unwrap_or_else(|| panic!("no rule is called {rule}")), value)
    }

    fn is(&self, wanted: &Type, value: &Value) -> bool {
        match (wanted, value) {
            (Type::Choice(types), _) => types.iter().any(|one| self.is(one, value)),
            (Type::Array(members), Value::Array(items)) => self.are(members, items),
            (Type::Range(low, high), Value::Int(number)) => (low..=high).contains(&number),
            (Type::Sized(size), Value::Bytes(bytes)) => bytes.len() == *size,
            (Type::Packed(rule), Value::Bytes(bytes)) => {
                value_of(bytes).is_some_and(|inner| self.fits(rule, &inner))
            }
            (Type::Named(name), _) => match (name.as_str(), value) {
                ("uint", Value::Int(number)) => *number >= 0,
                ("int", Value::Int(_)) | ("bytes", Value::Bytes(_)) | ("tstr", Value::Text(_)) => true,
                ("bool", Value::Bool(_)) | ("null", Value::Null) => true,
                ("float", Value::Float) => true,
                ("uint" | "int" | "bytes" | "tstr" | "bool" | "null" | "float", _) => false,
                (rule, _) => self.fits(rule, value),
            },
            _ => false,
        }
    }

    /// Whether the items fill the members in their order; an optional member may be passed over.
    fn are(&self, members: &[Member], items: &[Value]) -> bool {
        let Some((member, later)) = members.split_first() else { return items.is_empty() };
        let fitting = items.iter().take(member.most).take_while(|one| self.is(&member.holds, one)).count();
        (member.least..=fitting).rev().any(|taken| self.are(later, &items[taken..]))
    }

    /// The rules that `rule` leads to, itself among them.
    pub fn reached_from(&self, rule: &str, found: &mut Vec<String>) {
        if let (Some(wanted), false) = (self.0.get(rule), found.iter().any(|known| known == rule)) {
            found.push(rule.to_owned());
            self.named_in(wanted, found);
        }
    }

    fn named_in(&self, wanted: &Type, found: &mut Vec<String>) {
        match wanted {
            Type::Choice(types) => types.iter().for_each(|one| self.named_in(one, found)),
            Type::Array(members) => members.iter().for_each(|one| self.named_in(&one.holds, found)),
            Type::Named(name) | Type::Packed(name) => self.reached_from(name, found),
            Type::Range(..) | Type::Sized(_) => {}
        }
    }
}
