//! Work into signed envelopes: own work as it is written, and once more what a restored server may have lost.

use super::Device;
use super::event::Effect;
use super::log::LogRecord;
use super::proofs::{Former, Short};
use crate::envelope::{Envelope, Header, Item, TARGET_BYTES, VERSION};
use crate::ids::ChangeHash;

impl Device {
    /// Puts what is not in an envelope yet into envelopes. Their numbers are spent from here on.
    pub(super) fn seal(&mut self) -> Vec<Effect> {
        let unsealed = self.state.outbox.iter().filter(|pending| pending.envelope.is_none());
        let items =
            unsealed.map(|pending| (pending.wrote.item.clone(), pending.wrote.bytes.to_vec())).collect();
        self.in_envelopes(items, LogRecord::Sealed)
    }

    /// When another epoch has begun, what was set aside is laid before the server once more; own work that it
    /// may have lost is put into new envelopes. Nothing to do in ordinary life.
    pub(super) fn seal_again(&mut self) -> Vec<Effect> {
        let Some(now) = self.cursor.as_ref().map(|cursor| cursor.epoch) else { return Vec::new() };
        let mut effects = Vec::new();
        let began = self.state.epoch.filter(|epoch| *epoch != now);
        if began.is_none() && self.state.former.is_empty() {
            return effects;
        }
        if let Some(former) = began {
            // Before the log says that the epoch is known: after a start in between it is not done again.
            let set_aside = self.state.quarantine.iter().map(|(wrote, _)| wrote);
            let set_aside = set_aside.filter(|wrote| wrote.item.incarnation > 0);
            let set_aside = set_aside.map(|wrote| (wrote.item.clone(), wrote.bytes.to_vec())).collect();
            effects.extend(self.offer_anew(set_aside));
            let former = Former { epoch: former, ended: self.flight.giving.ended.take().unwrap_or(0) };
            effects.push(self.note(LogRecord::Epoch(Some(former), now)));
        }
        effects.extend(self.offer_anew(self.taken_and_lost()));
        effects
    }

    /// Envelopes of what was answered for before: a server that has lost it cannot put them together.
    pub(super) fn offered_again(&self) -> impl Iterator<Item = u64> + '_ {
        let own = |hash: &ChangeHash| self.state.outbox.iter().any(|p| p.wrote.item.hash == *hash);
        let again = self.state.sealed.iter().filter(move |(_, sealed)| !sealed.open.iter().all(own));
        again.map(|(number, _)| *number)
    }

    fn taken_and_lost(&self) -> Vec<(Item, Vec<u8>)> {
        let mut lost = Vec::new();
        for (doc, held) in &self.docs {
            if !held.proofs.taken.iter().any(|taken| self.lost(taken.mark)) {
                continue;
            }
            let changes = held.all_changes(&self.shelf);
            for taken in held.proofs.taken.iter().filter(|taken| self.lost(taken.mark)) {
                let Some(admitted) = changes.get(&Short::of(&taken.hash)) else { continue };
                let item = Item {
                    doc: *doc,
                    scope: held.scope,
                    incarnation: taken.incarnation,
                    hash: taken.hash,
                    replaces: taken.replaces,
                };
                lost.push((item, admitted.bytes.to_vec()));
            }
        }
        lost
    }

    /// Puts what is in no envelope under way into new ones.
    fn offer_anew(&mut self, mut items: Vec<(Item, Vec<u8>)>) -> Vec<Effect> {
        items.retain(|(item, _)| !self.state.sealed.values().any(|sealed| sealed.open.contains(&item.hash)));
        self.in_envelopes(items, LogRecord::Offered)
    }

    /// As many to an envelope as make a good size, and one at least; each goes into the log as this record.
    fn in_envelopes(
        &mut self,
        items: Vec<(Item, Vec<u8>)>,
        record: fn(Envelope) -> LogRecord,
    ) -> Vec<Effect> {
        let (Some(key), Some(org)) = (self.state.key.clone(), self.state.identity.as_ref().map(|i| i.org))
        else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let (mut named, mut changes, mut bytes) = (Vec::new(), Vec::new(), 0);
            while let Some((item, change)) =
                items.next_if(|(_, change)| bytes == 0 || bytes + change.len() <= TARGET_BYTES)
            {
                bytes += change.len();
                named.push(item);
                changes.push(change);
            }
            // It follows the newest envelope of this device's chain.
            let header = Header {
                version: VERSION,
                org,
                device: key.device(),
                number: self.state.chain.number + 1,
                previous: self.state.chain.hash,
                items: named,
            };
            effects.push(self.note(record(Envelope::seal(&key, &header, changes))));
        }
        effects
    }
}
