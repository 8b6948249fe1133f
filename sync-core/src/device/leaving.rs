//! What the person no longer has: it leaves the device.
//!
//! **A document leaves when the last own change in it is answered for, and not before, whatever the server
//! says.** What was written about it goes out as always.

use serde_json::Value;

use super::Device;
use super::event::{Effect, Notice};
use super::page::Page;
use super::proofs;
use crate::ids::{DocId, Id};
use crate::office::Topic;
use crate::scope::{Kind, Scope};
use crate::wire::{Cursor, Grant};

impl Device {
    pub(super) fn take_revocation(&mut self, grant: Grant, page: &mut Page) {
        let gone: Vec<DocId> = self
            .docs
            .iter()
            .filter(|(doc, held)| !held.leaving && takes(grant, **doc, &held.scope))
            .map(|(doc, _)| *doc)
            .collect();
        for (_, held) in self.docs.iter_mut().filter(|(doc, _)| gone.contains(doc)) {
            held.leaving = true;
        }
        if let Grant::Place(place) = grant {
            page.drops.extend(self.drop_offers(place));
        }
        if gone.is_empty() {
            return;
        }
        page.left.extend(&gone);
        page.touched.extend(gone);
    }

    /// What the person is told of it: one word about all of them, with how much is still to go out.
    pub(super) fn tell_of_leaving(&self, page: &mut Page) {
        let families = page.left.iter().any(|doc| {
            self.docs.get(doc).is_some_and(|held| matches!(held.scope.kind, Kind::Case | Kind::Log))
        });
        if page.left.is_empty() {
            return;
        }
        let of_these = |doc: &DocId| page.left.contains(doc);
        let waiting = self.state.outbox.iter().filter(|pending| of_these(&pending.wrote.item.doc)).count();
        let code = if families { "revoked_family" } else { "revoked_other" };
        page.notices.push(Notice { count: Some(waiting), ..Notice::new(code) });
    }

    /// Offers are shown where they are made; whoever no longer has the place is not asked.
    fn drop_offers(&mut self, place: Id) -> Vec<String> {
        let offers = format!("office/{}/", Topic::Offer.name());
        let place = place.to_string();
        let there = |value: &str| {
            let offer: Value = serde_json::from_str(value).unwrap_or_default();
            offer.get("place").and_then(Value::as_str) == Some(&place)
        };
        let gone: Vec<String> = self
            .office
            .iter()
            .filter(|(key, value)| key.starts_with(&offers) && there(value))
            .map(|(key, _)| key.clone())
            .collect();
        self.office.retain(|key, _| !gone.contains(key));
        gone
    }

    /// What goes from this device: after the log knows what was answered for. A start in between, on which that is
    /// asked for again, would else find the work and not its document, and make one of the work alone.
    pub(super) fn see_off(&mut self, all_has_come: bool) -> Option<Effect> {
        let busy = self.docs_with_work();
        let leaving = self.docs.iter().filter(|(doc, held)| held.leaving && !busy.contains(doc));
        let mut gone: Vec<DocId> =
            leaving.filter(|(_, held)| !self.owes(held)).map(|(doc, _)| *doc).collect();
        for doc in &gone {
            self.docs.remove(doc);
        }
        if all_has_come {
            gone.extend(self.let_go());
        }
        let mut drops: Vec<String> = gone.iter().map(DocId::to_string).collect();
        drops.extend(gone.into_iter().flat_map(|doc| self.drop_reviews(doc)));
        (!drops.is_empty()).then_some(Effect::Cache { puts: Vec::new(), drops, cursor: None })
    }

    /// What was said of a document goes with it.
    fn drop_reviews(&mut self, doc: DocId) -> Vec<String> {
        let of_it = format!("office/{}/{doc}/", Topic::Review.name());
        let proofs = proofs::proof_key(&of_it);
        let of_it = |key: &str| key.starts_with(&of_it) || key.starts_with(&proofs);
        let gone: Vec<String> = self.office.keys().filter(|key| of_it(key)).cloned().collect();
        self.office.retain(|key, _| !of_it(key));
        gone
    }

    /// The cursor of a device that holds documents and does not know how far it has read: one of no history at
    /// all. The server then tells it of everything it may have had, and gives it everything anew.
    pub(super) fn astray(&self) -> Option<Cursor> {
        let holds = self.docs.values().any(super::held::Held::any);
        holds.then_some(Cursor { epoch: Id([0; 16]), seq: 0, backfills: Vec::new() })
    }
}

fn takes(grant: Grant, doc: DocId, scope: &Scope) -> bool {
    match grant {
        Grant::Family(family) => scope.family == Some(family),
        Grant::Document(document) => doc == document,
        Grant::Place(place) => scope.place == Some(place) && scope.kind == Kind::Person,
        Grant::Organisation(_) | Grant::Person(_) => false,
    }
}
