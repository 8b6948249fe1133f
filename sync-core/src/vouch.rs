//! The server's word for what it has given: one signature for a page, and for each row of it a proof that it
//! stood there.
//!
//! The rows of a page are the leaves of a Merkle tree; the server signs its root with the epoch, the person and
//! how far the page goes. A device keeps with each row its [`Receipt`]: the way from the row to the root. With
//! it, content can be given back to a server that was restored from an older backup, which trusts nobody's word
//! but its own.

use minicbor::{Decode, Encode};

use crate::ids::{Hash32, Id, PublicKey, sha256};
use crate::keys::{DeviceKey, Sig};
use crate::wire::Row;

/// What a page says of itself besides its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Page {
    #[n(0)]
    pub epoch: Id,
    /// Whom it was given to.
    #[n(1)]
    pub person: Id,
    /// The cursor's number with which it was given: no row of it is newer.
    #[n(2)]
    pub seq: u64,
}

/// The proof that a row was given by the server.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    #[n(0)]
    pub page: Page,
    /// The neighbours on the way from the row's leaf to the root.
    #[n(1)]
    pub way: Vec<Step>,
    #[n(2)]
    pub signature: Sig,
}

/// One step towards the root: the hash to put beside what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Step {
    #[n(0)]
    Left(#[n(0)] Hash32),
    #[n(1)]
    Right(#[n(0)] Hash32),
}

/// Signs a page. A page without rows needs no word.
pub fn sign(key: &DeviceKey, page: &Page, rows: &[Row]) -> Option<Sig> {
    let leaves: Vec<Hash32> = rows.iter().map(leaf).collect();
    tree(&leaves).last().and_then(|top| top.first()).map(|root| key.sign(&message(page, root)))
}

/// The receipts of a page's rows, in their order; `None` when the signature is not the server's.
pub fn receipts(key: &PublicKey, page: &Page, rows: &[Row], signature: &Sig) -> Option<Vec<Receipt>> {
    let leaves: Vec<Hash32> = rows.iter().map(leaf).collect();
    let levels = tree(&leaves);
    let root = levels.last()?.first()?;
    if !key.verifies(&message(page, root), signature) {
        return None;
    }
    Some(
        (0..leaves.len())
            .map(|at| Receipt { page: *page, way: way(&levels, at), signature: *signature })
            .collect(),
    )
}

impl Receipt {
    /// Whether the holder of `key` gave this row.
    pub fn vouches_for(&self, key: &PublicKey, row: &Row) -> bool {
        let root = self.way.iter().fold(leaf(row), |below, step| match step {
            Step::Left(left) => join(left, &below),
            Step::Right(right) => join(&below, right),
        });
        key.verifies(&message(&self.page, &root), &self.signature)
    }
}

/// The levels of the tree, leaves first. A hash without a neighbour goes up as it is.
fn tree(leaves: &[Hash32]) -> Vec<Vec<Hash32>> {
    let mut levels = vec![leaves.to_vec()];
    while let Some(below) = levels.last().filter(|level| level.len() > 1) {
        let above = below
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => join(left, right),
                [alone, ..] => *alone,
                [] => Hash32([0; 32]),
            })
            .collect();
        levels.push(above);
    }
    levels
}

fn way(levels: &[Vec<Hash32>], leaf: usize) -> Vec<Step> {
    let mut at = leaf;
    let mut way = Vec::new();
    for level in levels {
        let beside = level.get(at ^ 1).copied();
        way.extend(
            beside.map(|hash| if at.is_multiple_of(2) { Step::Right(hash) } else { Step::Left(hash) }),
        );
        at /= 2;
    }
    way
}

fn leaf(row: &Row) -> Hash32 {
    let row = minicbor::to_vec(row).unwrap_or_default();
    Hash32(sha256(&[&[0], row.as_slice()].concat()))
}

fn join(left: &Hash32, right: &Hash32) -> Hash32 {
    Hash32(sha256(&[&[1], left.as_bytes(), right.as_bytes()].concat()))
}

fn message(page: &Page, root: &Hash32) -> Vec<u8> {
    let page = minicbor::to_vec(page).unwrap_or_default();
    [b"footpath/page/1\0", page.as_slice(), root.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::{OfficeRow, Topic};

    fn rows(count: u8) -> Vec<Row> {
        let row =
            |n| OfficeRow { topic: Topic::Route, subject: Id([n; 16]), key: "k".into(), value: "1".into() };
        (0..count).map(|n| Row::Office(row(n))).collect()
    }

    const PAGE: Page = Page { epoch: Id([1; 16]), person: Id([2; 16]), seq: 9 };

    #[test]
    fn each_row_of_a_page_of_any_length_has_its_receipt() {
        let key = DeviceKey::from_seed([5; 32]);
        for count in 1..=17 {
            let rows = rows(count);
            let signature = sign(&key, &PAGE, &rows).unwrap();
            let receipts = receipts(&key.public(), &PAGE, &rows, &signature).unwrap();
            for (at, (row, receipt)) in rows.iter().zip(&receipts).enumerate() {
                assert!(receipt.vouches_for(&key.public(), row), "{at} of {count}");
                let other = &rows[(at + 1) % rows.len()];
                assert!(count == 1 || !receipt.vouches_for(&key.public(), other), "{at} of {count}");
            }
        }
    }

    #[test]
    fn a_page_altered_in_anything_has_no_receipts() {
        let key = DeviceKey::from_seed([5; 32]);
        let rows = rows(5);
        let signature = sign(&key, &PAGE, &rows).unwrap();
        let refused = |page: &Page, rows: &[Row], key: &DeviceKey| {
            assert_eq!(receipts(&key.public(), page, rows, &signature), None);
        };
        refused(&Page { seq: 10, ..PAGE }, &rows, &key);
        refused(&Page { person: Id([3; 16]), ..PAGE }, &rows, &key);
        refused(&PAGE, &rows[..4], &key);
        refused(&PAGE, &rows, &DeviceKey::from_seed([6; 32]));
    }

    #[test]
    fn an_empty_page_needs_no_word() {
        assert_eq!(sign(&DeviceKey::from_seed([5; 32]), &PAGE, &[]), None);
    }
}
