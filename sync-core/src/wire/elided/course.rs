//! What both sides remember from item to item of one request: what one of them left out is found here by the other.

use std::rc::Rc;

use crate::ids::{ChangeHash, DocId};
use crate::scope::Scope;

#[derive(Clone, Debug)]
pub(super) struct Course {
    /// Time of the change before; at first the device's clock.
    pub time_ms: i64,
    items: Vec<Passed>,
    shapes: Vec<Rc<[String]>>,
}

#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub doc: DocId,
    pub scope: Scope,
    pub hash: ChangeHash,
    /// Counter of its last operation; `None` for a change of which only the bytes are known.
    pub max_op: Option<u64>,
}

impl Course {
    pub fn new(clock_ms: i64) -> Self {
        Self { time_ms: clock_ms, items: Vec::new(), shapes: Vec::new() }
    }

    pub fn pass(&mut self, passed: Passed) {
        self.items.push(passed);
    }

    /// The item so many before the next one; 0 is the newest.
    pub fn back(&self, count: u32) -> Option<&Passed> {
        self.items.iter().rev().nth(count as usize)
    }

    /// How far back the newest item for which `test` holds is.
    pub fn find(&self, test: impl Fn(&Passed) -> bool) -> Option<u32> {
        self.items.iter().rev().position(test).and_then(|at| u32::try_from(at).ok())
    }

    pub fn shape(&self, count: u32) -> Option<Rc<[String]>> {
        self.shapes.iter().rev().nth(count as usize).cloned()
    }

    /// How far back the same names were used, and notes their use.
    pub fn find_shape(&self, keys: &[String]) -> Option<u32> {
        self.shapes.iter().rev().position(|known| **known == *keys).and_then(|at| u32::try_from(at).ok())
    }

    pub fn note_shape(&mut self, keys: Rc<[String]>) {
        self.shapes.push(keys);
    }

    /// The number a change would begin with when all it builds on is in this request or genesis.
    pub fn expected_start(&self, deps: &[super::Dep]) -> u64 {
        let ends = deps.iter().map(|dep| match dep {
            super::Dep::Genesis => Some(1),
            super::Dep::Back(count) => self.back(count.checked_sub(1)?)?.max_op,
            super::Dep::Known(_) | super::Dep::Named(_) => None,
        });
        ends.flatten().max().map_or(0, |end| end.saturating_add(1))
    }
}
