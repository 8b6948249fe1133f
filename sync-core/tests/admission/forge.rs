//! Writes changes that no Footpath device would: any header, any columns, a right checksum if wanted.

use sha2::{Digest, Sha256};
use sync_core::crdt::GENESIS_ACTOR;

pub const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Numbers of the columns, as automerge gives them.
pub mod column {
    pub const OBJECT_ACTOR: u64 = 0x01;
    pub const OBJECT_COUNTER: u64 = 0x02;
    pub const KEY_ACTOR: u64 = 0x11;
    pub const KEY_COUNTER: u64 = 0x13;
    pub const KEY: u64 = 0x15;
    pub const INSERT: u64 = 0x34;
    pub const ACTION: u64 = 0x42;
    pub const VALUE_META: u64 = 0x56;
    pub const VALUE: u64 = 0x57;
    pub const PRED_COUNT: u64 = 0x70;
    pub const PRED_ACTOR: u64 = 0x71;
    pub const PRED_COUNTER: u64 = 0x73;
    pub const EXPAND: u64 = 0x94;
    pub const MARK: u64 = 0xa5;
}

/// A change chunk taken apart.
#[derive(Clone, Debug)]
pub struct Parts {
    pub chunk: u8,
    pub deps: Vec<[u8; 32]>,
    pub actor: Vec<u8>,
    pub seq: u64,
    pub start_op: u64,
    pub time: i64,
    pub message: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    pub columns: Vec<(u64, Vec<u8>)>,
    pub extra: Vec<u8>,
}

/// One operation; actors by place, 0 is the author.
#[derive(Clone, Debug)]
pub struct ForgedOp {
    /// `None` is the root.
    pub object: Option<(u64, u64)>,
    pub key: ForgedKey,
    pub insert: bool,
    pub action: u64,
    /// Kind in the low four bits; the length is added.
    pub kind: u64,
    pub value: Vec<u8>,
    pub preds: Vec<(u64, u64)>,
}

#[derive(Clone, Debug)]
pub enum ForgedKey {
    Name(String),
    Element(u64, u64),
}

impl Parts {
    /// Takes an honest change apart.
    pub fn of(bytes: &[u8]) -> Self {
        let mut rest = &bytes[9..];
        let len = take_uleb(&mut rest) as usize;
        assert_eq!(len, rest.len());
        let deps = (0..take_uleb(&mut rest)).map(|_| take(&mut rest, 32).try_into().unwrap()).collect();
        let actor = take_prefixed(&mut rest);
        let (seq, start_op, time) = (take_uleb(&mut rest), take_uleb(&mut rest), take_sleb(&mut rest));
        let message = take_prefixed(&mut rest);
        let others = (0..take_uleb(&mut rest)).map(|_| take_prefixed(&mut rest)).collect();
        let table: Vec<_> = (0..take_uleb(&mut rest))
            .map(|_| (take_uleb(&mut rest), take_uleb(&mut rest) as usize))
            .collect();
        let columns =
            table.into_iter().map(|(number, len)| (number, take(&mut rest, len).to_vec())).collect();
        let chunk = bytes[8];
        Self { chunk, deps, actor, seq, start_op, time, message, others, columns, extra: rest.to_vec() }
    }

    /// A change that builds on `deps` and works on the top map: actor 1 is that of genesis.
    pub fn on(deps: &[[u8; 32]], actor: [u8; 16], seq: u64, start_op: u64, ops: &[ForgedOp]) -> Self {
        let mut parts = Self {
            chunk: 1,
            deps: deps.to_vec(),
            actor: actor.to_vec(),
            seq,
            start_op,
            time: 1_780_000_000_000,
            message: Vec::new(),
            others: vec![GENESIS_ACTOR.0.to_vec()],
            columns: Vec::new(),
            extra: Vec::new(),
        };
        parts.set_ops(ops);
        parts
    }

    pub fn set_ops(&mut self, ops: &[ForgedOp]) {
        let element = |op: &ForgedOp| match op.key {
            ForgedKey::Element(actor, counter) => Some((actor, counter)),
            ForgedKey::Name(_) => None,
        };
        let name = |op: &ForgedOp| match &op.key {
            ForgedKey::Name(name) => Some(name.clone().into_bytes()),
            ForgedKey::Element(..) => None,
        };
        let preds = || ops.iter().flat_map(|op| op.preds.iter().copied());
        let inserts: Vec<bool> = ops.iter().map(|op| op.insert).collect();
        let columns = [
            (column::OBJECT_ACTOR, rle(ops.iter().map(|op| op.object.map(|object| uleb(object.0))))),
            (column::OBJECT_COUNTER, rle(ops.iter().map(|op| op.object.map(|object| uleb(object.1))))),
            (column::KEY_ACTOR, rle(ops.iter().map(|op| element(op).map(|element| uleb(element.0))))),
            (column::KEY_COUNTER, delta(ops.iter().map(|op| element(op).map(|element| element.1)))),
            (column::KEY, rle(ops.iter().map(|op| name(op).map(|name| prefixed(&name))))),
            (column::INSERT, booleans(&inserts)),
            (column::ACTION, rle(ops.iter().map(|op| Some(uleb(op.action))))),
            (
                column::VALUE_META,
                rle(ops.iter().map(|op| Some(uleb((op.value.len() as u64) << 4 | op.kind)))),
            ),
            (column::VALUE, ops.iter().flat_map(|op| op.value.clone()).collect()),
            (column::PRED_COUNT, rle(ops.iter().map(|op| Some(uleb(op.preds.len() as u64))))),
            (column::PRED_ACTOR, rle(preds().map(|pred| Some(uleb(pred.0))))),
            (column::PRED_COUNTER, delta(preds().map(|pred| Some(pred.1)))),
        ];
        self.columns = columns.into_iter().filter(|(_, data)| !data.is_empty()).collect();
    }

    pub fn column(&mut self, number: u64) -> &mut Vec<u8> {
        let place = self.columns.iter().position(|(other, _)| *other >= number).unwrap_or(self.columns.len());
        if self.columns.get(place).is_none_or(|(other, _)| *other != number) {
            self.columns.insert(place, (number, Vec::new()));
        }
        &mut self.columns[place].1
    }

    /// The chunk with a right length and checksum.
    pub fn bytes(&self) -> Vec<u8> {
        chunk(self.chunk, &self.body())
    }

    pub fn body(&self) -> Vec<u8> {
        let mut body = uleb(self.deps.len() as u64);
        body.extend(self.deps.iter().flatten());
        body.extend(prefixed(&self.actor));
        body.extend(uleb(self.seq));
        body.extend(uleb(self.start_op));
        body.extend(sleb(self.time));
        body.extend(prefixed(&self.message));
        body.extend(uleb(self.others.len() as u64));
        body.extend(self.others.iter().flat_map(|actor| prefixed(actor)));
        body.extend(uleb(self.columns.len() as u64));
        for (number, data) in &self.columns {
            body.extend(uleb(*number));
            body.extend(uleb(data.len() as u64));
        }
        body.extend(self.columns.iter().flat_map(|(_, data)| data));
        body.extend(&self.extra);
        body
    }
}

/// A put of a text into an object.
pub fn put(object: Option<(u64, u64)>, key: &str, text: &str) -> ForgedOp {
    ForgedOp {
        object,
        key: ForgedKey::Name(key.to_owned()),
        insert: false,
        action: 1,
        kind: 6,
        value: text.as_bytes().to_vec(),
        preds: Vec::new(),
    }
}

/// The making of a map.
pub fn make(object: Option<(u64, u64)>, key: &str) -> ForgedOp {
    ForgedOp { action: 0, kind: 0, value: Vec::new(), ..put(object, key, "") }
}

/// A chunk of any type with a right length and checksum.
pub fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([0; 4]);
    bytes.push(kind);
    bytes.extend(uleb(body.len() as u64));
    bytes.extend(body);
    fix_checksum(&mut bytes);
    bytes
}

/// Puts the checksum right after bytes were altered.
pub fn fix_checksum(bytes: &mut [u8]) {
    if bytes.len() > 9 {
        let hash: [u8; 32] = Sha256::digest(&bytes[8..]).into();
        bytes[4..8].copy_from_slice(&hash[..4]);
    }
}

pub fn uleb(mut number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
    out
}

/// An unsigned number spelled with one byte more than it needs.
pub fn overlong(number: u64) -> Vec<u8> {
    let mut bytes = uleb(number);
    *bytes.last_mut().unwrap() |= 0x80;
    bytes.push(0);
    bytes
}

pub fn sleb(mut number: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [uleb(bytes.len() as u64), bytes.to_vec()].concat()
}

/// Run-length encoding as automerge writes it; a column of nothing but nulls is empty.
pub fn rle(rows: impl Iterator<Item = Option<Vec<u8>>>) -> Vec<u8> {
    let rows: Vec<_> = rows.collect();
    if rows.iter().all(Option::is_none) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut place = 0;
    while place < rows.len() {
        let run = rows[place..].iter().take_while(|row| **row == rows[place]).count();
        match &rows[place] {
            None => out.extend([vec![0], uleb(run as u64)].concat()),
            Some(row) if run > 1 => out.extend([sleb(run as i64), row.clone()].concat()),
            Some(_) => {
                let mut end = place + 1;
                while end < rows.len() && rows[end].is_some() && rows.get(end + 1) != Some(&rows[end]) {
                    end += 1;
                }
                out.extend(sleb(-((end - place) as i64)));
                out.extend(rows[place..end].iter().flatten().flatten());
                place = end;
                continue;
            }
        }
        place += run;
    }
    out
}

fn delta(rows: impl Iterator<Item = Option<u64>>) -> Vec<u8> {
    let mut before = 0i64;
    rle(rows.map(|row| {
        row.map(|number| {
            let difference = (number as i64).wrapping_sub(before);
            before = number as i64;
            sleb(difference)
        })
    }))
}

fn booleans(rows: &[bool]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut last, mut count) = (false, 0);
    for row in rows {
        if *row != last {
            out.extend(uleb(count));
            (last, count) = (*row, 0);
        }
        count += 1;
    }
    out.extend(uleb(count));
    out
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> &'a [u8] {
    let (taken, after) = rest.split_at(len);
    *rest = after;
    taken
}

fn take_prefixed(rest: &mut &[u8]) -> Vec<u8> {
    let len = take_uleb(rest) as usize;
    take(rest, len).to_vec()
}

fn take_uleb(rest: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = take(rest, 1)[0];
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return number;
        }
    }
}

fn take_sleb(rest: &mut &[u8]) -> i64 {
    let (mut number, mut shift) = (0i64, 0);
    loop {
        let byte = take(rest, 1)[0];
        number |= i64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return if shift < 64 && byte & 0x40 != 0 { number | -1 << shift } else { number };
        }
    }
}
