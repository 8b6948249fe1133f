//! What a phone holds, taken apart: to count what came and how often.

use std::collections::BTreeMap;

use minicbor::Decode;
use sync_core::crdt::{Action, Change};
use sync_core::ids::DocId;
use sync_core::record::Scalar;
use sync_core::scope::Scope;
use sync_core::wire::Admitted;

use crate::phone::Phone;

/// A cached document as it lies in the phone's storage (the beginning of it).
#[derive(Debug, Decode)]
pub struct Holding {
    #[n(0)]
    pub scope: Scope,
    #[n(1)]
    pub admitted: Vec<Admitted>,
}

/// Every document in the phone's cache.
pub fn of(phone: &Phone) -> BTreeMap<DocId, Holding> {
    let read = |bytes: &Vec<u8>| minicbor::decode(bytes).expect("a cached document can be read");
    phone.host.docs.iter().map(|(doc, bytes)| (*doc, read(bytes))).collect()
}

/// How often each text was ever written, by these changes.
pub fn texts<'a>(changes: impl IntoIterator<Item = &'a [u8]>) -> BTreeMap<String, usize> {
    let mut texts = BTreeMap::new();
    for bytes in changes {
        for op in Change::parse(bytes).expect("an admitted change").ops() {
            if let Action::Put(Scalar::Text(text)) = op.action {
                *texts.entry(text).or_default() += 1;
            }
        }
    }
    texts
}

/// How often each text was ever written, in everything the phone holds.
pub fn texts_of(phone: &Phone) -> BTreeMap<String, usize> {
    let holdings = of(phone);
    texts(
        holdings
            .values()
            .flat_map(|holding| holding.admitted.iter().map(|admitted| admitted.bytes.as_slice())),
    )
}
