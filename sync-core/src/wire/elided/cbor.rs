//! The parts that are told apart by their CBOR type alone, which saves a byte or two each.

use minicbor::data::Type;
use minicbor::decode::{Decoder, Error as Wrong};
use minicbor::encode::{Encoder, Error, Write};
use minicbor::{Decode, Encode};

use super::{Dep, DocRef, Made, Ref, Shape, Value};
use crate::ids::{Actor, ChangeHash};
use crate::record::Scalar;
use crate::wire::text;

/// More field names than any record has.
const MOST_FIELDS: u64 = 4_096;

impl<C> Encode<C> for DocRef {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), Error<W::Error>> {
        match self {
            Self::Back(count) => e.u32(*count)?.ok(),
            Self::Log(prefix) => e.bytes(prefix)?.ok(),
            Self::Named(scope, doc) => e.encode_with((scope, doc), ctx)?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for DocRef {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, Wrong> {
        Ok(match d.datatype()? {
            Type::Bytes => Self::Log(fixed(d.bytes()?)?),
            Type::Array => {
                let (scope, doc) = d.decode_with(ctx)?;
                Self::Named(scope, doc)
            }
            _ => Self::Back(d.u32()?),
        })
    }
}

impl<C> Encode<C> for Dep {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        match self {
            Self::Genesis => e.u32(0)?.ok(),
            Self::Back(count) => e.u32(*count)?.ok(),
            Self::Known(prefix) => e.bytes(prefix)?.ok(),
            Self::Named(hash) => e.bytes(hash.as_bytes())?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for Dep {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Wrong> {
        if d.datatype()? != Type::Bytes {
            return Ok(match d.u32()? {
                0 => Self::Genesis,
                count => Self::Back(count),
            });
        }
        let bytes = d.bytes()?;
        ChangeHash::from_slice(bytes)
            .map_or_else(|| fixed(bytes).map(Self::Known), |hash| Ok(Self::Named(hash)))
    }
}

impl<C> Encode<C> for Made {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        match self {
            Self::V7(delta, rest) => e.array(2)?.i64(*delta)?.bytes(rest)?.ok(),
            Self::Key(key) => e.bytes(&text::encode(key))?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for Made {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Wrong> {
        if d.datatype()? == Type::Bytes {
            return Ok(Self::Key(coded(d)?));
        }
        pair(d)?;
        Ok(Self::V7(d.i64()?, fixed(d.bytes()?)?))
    }
}

impl<C> Encode<C> for Shape {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        match self {
            Self::Back(count) => e.u32(*count)?.ok(),
            Self::Named(keys) => {
                e.array(keys.len() as u64)?;
                for key in keys {
                    e.bytes(&text::encode(key))?;
                }
                Ok(())
            }
        }
    }
}

impl<'b, C> Decode<'b, C> for Shape {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Wrong> {
        if d.datatype()? != Type::Array {
            return Ok(Self::Back(d.u32()?));
        }
        let count = d.array()?.filter(|count| *count <= MOST_FIELDS).ok_or_else(wrong)?;
        (0..count).map(|_| coded(d)).collect::<Result<_, _>>().map(Self::Named)
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        match &self.0 {
            Scalar::Null => e.null()?.ok(),
            Scalar::Bool(value) => e.bool(*value)?.ok(),
            Scalar::Int(value) => e.i64(*value)?.ok(),
            Scalar::Float(value) => e.f64(*value)?.ok(),
            Scalar::Text(value) => e.bytes(&text::encode(value))?.ok(),
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
            Type::Bytes => Scalar::Text(coded(d)?),
            _ => Scalar::Int(d.i64()?),
        }))
    }
}

impl<C> Encode<C> for Ref {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        match self {
            Self::Own(counter) => e.u64(*counter)?.ok(),
            Self::Other(counter, actor) => e.array(2)?.u64(*counter)?.bytes(actor.as_bytes())?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for Ref {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Wrong> {
        if d.datatype()? != Type::Array {
            return Ok(Self::Own(d.u64()?));
        }
        pair(d)?;
        Ok(Self::Other(d.u64()?, Actor::from_slice(d.bytes()?).ok_or_else(wrong)?))
    }
}

fn pair(d: &mut Decoder<'_>) -> Result<(), Wrong> {
    if d.array()? == Some(2) { Ok(()) } else { Err(wrong()) }
}

fn coded(d: &mut Decoder<'_>) -> Result<String, Wrong> {
    text::decode(d.bytes()?).ok_or_else(wrong)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Wrong> {
    bytes.try_into().map_err(|_| wrong())
}

fn wrong() -> Wrong {
    Wrong::message("not a part of an elided envelope")
}
