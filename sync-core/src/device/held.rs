//! A document on the device: the admitted changes as the server gave them; own unanswered work is in the log.

use minicbor::{Decode, Encode};

use super::Device;
use super::log::Wrote;
use crate::admission::{self, Fit, History, Limits};
use crate::crdt::{Change, Document, DocumentError};
use crate::ids::{ChangeHash, DocId, Id};
use crate::scope::Scope;
use crate::wire::Admitted;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Held {
    #[n(0)]
    pub scope: Scope,
    #[n(1)]
    pub admitted: Vec<Admitted>,
    /// No longer this person's: goes when the last own change in it is answered for.
    #[n(2)]
    pub leaving: bool,
}

/// A document opened: with the own work that is not answered for, and what of that does not fit.
pub(super) struct Opened {
    pub document: Document,
    /// Own work that builds on changes which are not here (yet).
    pub adrift: Vec<Wrote>,
}

impl Held {
    pub fn new(scope: Scope) -> Self {
        Self { scope, admitted: Vec::new(), leaving: false }
    }

    pub fn decode(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    pub fn encode(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// The document of the admitted changes alone. Changes whose ground has not come yet are passed over.
    pub fn document(&self) -> Result<Document, DocumentError> {
        let bytes = || self.admitted.iter().map(|admitted| admitted.bytes.as_slice());
        match Document::from_changes(self.scope.kind, bytes()) {
            Err(DocumentError::Missing(_)) => self.document_of_what_fits(),
            whole => whole,
        }
    }

    fn document_of_what_fits(&self) -> Result<Document, DocumentError> {
        let mut document = Document::new(self.scope.kind)?;
        let mut waiting: Vec<Change> =
            self.admitted.iter().map(|admitted| Change::parse(&admitted.bytes)).collect::<Result<_, _>>()?;
        loop {
            let before = waiting.len();
            waiting.retain(|change| document.apply(change).is_err());
            if waiting.is_empty() || waiting.len() == before {
                return Ok(document);
            }
        }
    }

    /// Takes in changes the server sent, each looked at before automerge ever sees it. `false` when one is
    /// not what a server of ours would send: it is left out.
    pub fn take(&mut self, changes: Vec<Admitted>) -> Result<bool, DocumentError> {
        let mut history = History::new(self.scope.kind)?;
        for held in &self.admitted {
            if let Ok(framed) = admission::frame(&held.bytes, &Limits::STANDARD) {
                history.add(&framed);
            }
        }
        let mut sound = true;
        for admitted in changes {
            let Ok(framed) = admission::frame(&admitted.bytes, &Limits::STANDARD) else {
                sound = false;
                continue;
            };
            match admission::fit(&framed, &history, None) {
                Fit::Known => continue,
                Fit::Fits => drop(history.add(&framed)),
                // Passed over by whoever opens the document until its ground has come.
                Fit::Waiting(_) => {}
                Fit::Remake(_) | Fit::SetAside(_) => {
                    sound = false;
                    continue;
                }
            }
            self.add(admitted);
        }
        Ok(sound)
    }

    pub fn add(&mut self, admitted: Admitted) {
        if !self.admitted.contains(&admitted) {
            self.admitted.push(admitted);
        }
    }

    /// Who wrote each admitted change.
    pub fn authors(&self) -> impl Iterator<Item = (ChangeHash, Id)> + '_ {
        self.admitted.iter().filter_map(|admitted| {
            let change = Change::parse(&admitted.bytes).ok()?;
            Some((change.hash(), admitted.author))
        })
    }
}

impl Device {
    /// The document as this device sees it: what was admitted, then own work on top.
    pub(super) fn open_document(&self, doc: DocId, scope: Scope) -> Result<Opened, DocumentError> {
        if self.state.shunned.contains(&doc) {
            return Err(DocumentError::Broken);
        }
        let mut document = match self.docs.get(&doc) {
            Some(held) => held.document()?,
            None => Document::new(scope.kind)?,
        };
        let mut adrift = Vec::new();
        for pending in self.state.outbox.iter().filter(|pending| pending.wrote.item.doc == doc) {
            let change = Change::parse(&pending.wrote.bytes)?;
            match document.apply(&change) {
                Ok(()) => {}
                Err(DocumentError::Missing(_)) => adrift.push(pending.wrote.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok(Opened { document, adrift })
    }

    /// Documents in which this device has unanswered or set-aside work.
    pub(super) fn docs_with_work(&self) -> Vec<DocId> {
        let mut docs: Vec<DocId> = self.state.unsent().map(|wrote| wrote.item.doc).collect();
        docs.sort();
        docs.dedup();
        docs
    }

    /// Kind, family and place of a document this device holds or has written to.
    pub(super) fn scope_of(&self, doc: DocId) -> Option<Scope> {
        let held = self.docs.get(&doc).map(|held| held.scope);
        held.or_else(|| self.state.unsent().find(|wrote| wrote.item.doc == doc).map(|wrote| wrote.item.scope))
    }
}
