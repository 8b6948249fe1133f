//! What the server is known to have: what it has given, and what it has taken.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Device;
use super::held::Held;
use super::shelf::Shelf;
use crate::crdt::Document;
use crate::ids::{ChangeHash, DocId};
use crate::scope::Scope;
use crate::wire::elided::{Found, Known, Wanted};
use crate::wire::{self, SyncRequest};

/// The admitted part of the documents on the device.
pub(super) struct Admitted<'a> {
    docs: &'a BTreeMap<DocId, Held>,
    shelf: &'a Shelf,
    /// Each document is opened once at most.
    opened: RefCell<BTreeMap<DocId, Option<Document>>>,
}

impl<'a> Admitted<'a> {
    pub fn in_documents(docs: &'a BTreeMap<DocId, Held>, shelf: &'a Shelf) -> Self {
        Self { docs, shelf, opened: RefCell::default() }
    }
}

impl Known for Admitted<'_> {
    fn document(&self, doc: DocId, scope: &Scope) -> bool {
        self.docs.get(&doc).is_some_and(|held| held.scope == *scope && held.any())
    }

    fn change(&self, doc: DocId, hash: &ChangeHash) -> bool {
        let mut opened = self.opened.borrow_mut();
        let open = || self.docs.get(&doc).and_then(|held| held.document(self.shelf).ok());
        opened.entry(doc).or_insert_with(open).as_ref().is_some_and(|document| document.has(hash))
    }
}

impl Device {
    /// A request of this device as the server will read it, for whoever stands by: a simulated server, a test.
    pub fn read_request(&self, body: &[u8]) -> Option<SyncRequest> {
        if body.first() == Some(&wire::VERSION) {
            return wire::unpack(body, wire::MAX_UNPACKED).ok();
        }
        let short = wire::unpack_request(body).ok()?;
        let (key, org) = (self.state.key.as_ref()?.public(), self.state.identity.as_ref()?.org);
        let mut found = Found::default();
        loop {
            match short.restore(&key, org, &found) {
                Ok((request, full)) => return full.is_empty().then_some(request),
                Err(wanted) => self.find(&wanted, &mut found),
            }
        }
    }

    fn find(&self, wanted: &Wanted, found: &mut Found) {
        for beginning in &wanted.documents {
            let mut held = self.docs.iter().filter(|(doc, _)| doc.as_bytes().starts_with(beginning));
            found.documents.insert(*beginning, held.next().map(|(doc, held)| (*doc, held.scope)));
        }
        for (doc, beginning) in &wanted.changes {
            let document = self.docs.get(doc).and_then(|held| held.document(&self.shelf).ok());
            let changes = document.map(|document| document.changes()).unwrap_or_default();
            let hash = changes.iter().map(|c| c.hash()).find(|hash| hash.as_bytes().starts_with(beginning));
            found.changes.insert((*doc, *beginning), hash);
        }
    }
}
