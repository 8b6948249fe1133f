//! Keys and values in a story: an id spelt in hex as its bytes, all else as it is. Text stays UTF-8, which the
//! compressor that follows knows by heart.

use minicbor::data::Type;
use minicbor::decode::{Decoder, Error as Wrong};
use minicbor::encode::{Encoder, Error, Write};
use minicbor::{Decode, Encode};

use crate::ids::{Id, hex, unhex};
use crate::record::Scalar;

/// The name of a field or a record.
pub(super) struct Key(pub String);

pub(super) struct Value(pub Scalar);

impl Value {
    pub fn length(&self) -> usize {
        self.0.as_text().map_or(0, str::len)
    }
}

impl<C> Encode<C> for Key {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        text(e, &self.0)
    }
}

impl<'b, C> Decode<'b, C> for Key {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Wrong> {
        read(d).map(Self)
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        match &self.0 {
            Scalar::Null => e.null()?.ok(),
            Scalar::Bool(value) => e.bool(*value)?.ok(),
            Scalar::Int(value) => e.i64(*value)?.ok(),
            Scalar::Float(value) => e.f64(*value)?.ok(),
            Scalar::Text(value) => text(e, value),
        }
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Wrong> {
        Ok(Self(match d.datatype()? {
            Type::Null => {
                d.null()?;
                Scalar::Null
            }
            Type::Bool => Scalar::Bool(d.bool()?),
            Type::F64 => Scalar::Float(d.f64()?),
            Type::Bytes | Type::String => Scalar::Text(read(d)?),
            _ => Scalar::Int(d.i64()?),
        }))
    }
}

fn text<W: Write>(e: &mut Encoder<W>, text: &str) -> Result<(), Error<W::Error>> {
    match unhex(text).and_then(|bytes| Id::from_slice(&bytes)) {
        Some(id) => e.bytes(id.as_bytes())?.ok(),
        None => e.str(text)?.ok(),
    }
}

fn read(d: &mut Decoder<'_>) -> Result<String, Wrong> {
    if d.datatype()? == Type::Bytes { Ok(hex(d.bytes()?)) } else { d.str().map(str::to_owned) }
}
