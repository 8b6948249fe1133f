//! The operations of a change: fields set and records made, and nothing else.

use std::collections::BTreeSet;

use super::columns::{Columns, all_no, delta_rows, rows};
use super::limits::Limits;
use super::reader::Reader;
use crate::ids::Actor;
use crate::record::Scalar;
use crate::verdict::Reason;

/// An operation's name: its counter and who made it. Orders as automerge orders.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OpId {
    pub counter: u64,
    pub actor: Actor,
}

/// One operation of a framed change; its own counter is the change's `start_op` plus its place.
#[derive(Clone, PartialEq, Debug)]
pub struct FramedOp<'a> {
    /// The map it works on, named by the operation that made it. Never the root.
    pub object: OpId,
    /// The field, or the id of the record made.
    pub key: &'a str,
    /// The value set; `None` makes a map.
    pub value: Option<Scalar>,
    /// The operations it overwrites, all by other changes.
    pub preds: Vec<OpId>,
}

const MAKE_MAP: u64 = 0;
const PUT: u64 = 1;

/// Reads the operations. `actors` starts with the author of the change.
pub(super) fn read_ops<'a>(
    columns: &Columns<'a>,
    actors: &[Actor],
    start_op: u64,
    limits: &Limits,
) -> Result<Vec<FramedOp<'a>>, Reason> {
    let table = read_rows(columns, limits)?;
    let counts: Vec<u64> = table.iter().map(|row| row.preds).collect();
    let mut preds = Preds::read(columns, &counts, limits)?;
    let mut names = Names { actors, used: BTreeSet::from([0]) };
    let mut values = Reader::new(columns.value);
    let mut seen = BTreeSet::new();
    let mut ops = Vec::with_capacity(table.len());
    for Row { object, key, action, meta, preds: count } in table {
        let object = names.op(object)?;
        check_key(key, limits)?;
        // Setting a field twice in one change leaves an operation nobody can ever see.
        if !seen.insert((object, key)) {
            return Err(Reason::ForbiddenOperation);
        }
        let value = match (action, read_value(meta, &mut values, limits)?) {
            (MAKE_MAP, Scalar::Null) => None,
            (PUT, value) => Some(value),
            _ => return Err(Reason::ForbiddenOperation),
        };
        ops.push(FramedOp { object, key, value, preds: preds.next(count, start_op, &mut names)? });
    }
    if !values.is_empty() {
        return Err(Reason::Malformed);
    }
    if names.used.len() == actors.len() { Ok(ops) } else { Err(Reason::NotCanonical) }
}

/// One operation as it stands in the columns: actors by place, the value and what it overwrites elsewhere.
struct Row<'a> {
    object: (u64, u64),
    key: &'a str,
    action: u64,
    meta: u64,
    preds: u64,
}

/// The columns that have one row for each operation, side by side.
fn read_rows<'a>(columns: &Columns<'a>, limits: &Limits) -> Result<Vec<Row<'a>>, Reason> {
    use Reason::{ForbiddenOperation, Malformed};
    let actions: Vec<u64> = rows(columns.action, limits.ops, Malformed)?;
    let len = actions.len();
    if len == 0 || !all_no(columns.insert, len) {
        return Err(ForbiddenOperation);
    }
    // An empty row here is an operation on the root, which belongs to genesis, or a key in a list.
    let object_actors: Vec<u64> = rows(columns.object_actor, len, ForbiddenOperation)?;
    let object_counters: Vec<u64> = rows(columns.object_counter, len, ForbiddenOperation)?;
    let keys: Vec<&str> = rows(columns.key, len, ForbiddenOperation)?;
    if [object_actors.len(), object_counters.len(), keys.len()].iter().any(|rows| *rows != len) {
        return Err(ForbiddenOperation);
    }
    let metas: Vec<u64> = rows(columns.value_meta, len, Malformed)?;
    let preds: Vec<u64> = rows(columns.pred_count, len, Malformed)?;
    if metas.len() != len || preds.len() != len {
        return Err(Malformed);
    }
    let objects = object_actors.into_iter().zip(object_counters);
    let table = objects.zip(keys).zip(actions).zip(metas).zip(preds);
    Ok(table
        .map(|((((object, key), action), meta), preds)| Row { object, key, action, meta, preds })
        .collect())
}

/// The actors of the change by place, and which of them were named.
struct Names<'a> {
    actors: &'a [Actor],
    used: BTreeSet<u64>,
}

impl Names<'_> {
    fn op(&mut self, (place, counter): (u64, u64)) -> Result<OpId, Reason> {
        let actor = usize::try_from(place).ok().and_then(|place| self.actors.get(place));
        let actor = *actor.ok_or(Reason::Malformed)?;
        self.used.insert(place);
        Ok(OpId { counter, actor })
    }
}

/// The overwritten operations of all operations, one after the other.
struct Preds {
    rows: std::iter::Zip<std::vec::IntoIter<u64>, std::vec::IntoIter<u64>>,
}

impl Preds {
    fn read(columns: &Columns<'_>, counts: &[u64], limits: &Limits) -> Result<Self, Reason> {
        let total = counts.iter().try_fold(0u64, |sum, count| sum.checked_add(*count));
        let total =
            total.and_then(|total| usize::try_from(total).ok()).filter(|total| *total <= limits.preds);
        let total = total.ok_or(Reason::TooLarge)?;
        let actors: Vec<u64> = rows(columns.pred_actor, total, Reason::Malformed)?;
        let counters = delta_rows(columns.pred_counter, total)?;
        if actors.len() != total || counters.len() != total {
            return Err(Reason::Malformed);
        }
        Ok(Self { rows: actors.into_iter().zip(counters) })
    }

    fn next(&mut self, count: u64, start_op: u64, names: &mut Names<'_>) -> Result<Vec<OpId>, Reason> {
        let mut preds = Vec::new();
        for _ in 0..count {
            let pred = names.op(self.rows.next().ok_or(Reason::Malformed)?)?;
            // What this change overwrites was there before it.
            if pred.counter >= start_op {
                return Err(Reason::ForbiddenOperation);
            }
            if preds.last().is_some_and(|before| *before >= pred) {
                return Err(Reason::NotCanonical);
            }
            preds.push(pred);
        }
        Ok(preds)
    }
}

/// Whether a field or record may have this name.
pub(super) fn check_key(key: &str, limits: &Limits) -> Result<(), Reason> {
    if key.len() > limits.key {
        return Err(Reason::TooLarge);
    }
    if key.is_empty() || key.chars().any(char::is_control) {
        return Err(Reason::ForbiddenOperation);
    }
    Ok(())
}

/// One value: its kind and length stand in `meta`, its bytes come next in `values`.
fn read_value(meta: u64, values: &mut Reader<'_>, limits: &Limits) -> Result<Scalar, Reason> {
    let len = usize::try_from(meta >> 4).map_err(|_| Reason::TooLarge)?;
    if len > limits.text {
        return Err(Reason::TooLarge);
    }
    let bytes = values.take(len)?;
    match meta & 0x0f {
        0..=2 if len > 0 => Err(Reason::NotCanonical),
        0 => Ok(Scalar::Null),
        1 => Ok(Scalar::Bool(false)),
        2 => Ok(Scalar::Bool(true)),
        4 => {
            let mut reader = Reader::new(bytes);
            let number = reader.sleb()?;
            if reader.is_empty() { Ok(Scalar::Int(number)) } else { Err(Reason::Malformed) }
        }
        5 => {
            let bits = <[u8; 8]>::try_from(bytes).map_err(|_| Reason::Malformed)?;
            let number = f64::from_le_bytes(bits);
            if number.is_finite() { Ok(Scalar::Float(number)) } else { Err(Reason::ForbiddenOperation) }
        }
        6 => {
            let text = std::str::from_utf8(bytes).map_err(|_| Reason::Malformed)?;
            Ok(Scalar::Text(text.to_owned()))
        }
        _ => Err(Reason::ForbiddenOperation),
    }
}
