//! A server restored from a backup: what a phone still shows must come back to it.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ids::{ChangeHash, DocId, Id};
use sync_core::record::Scalar;

use super::hand::Hand;
use super::invariants::{Violation, must};
use super::texts;
use super::told::Told;
use super::world::World;
use crate::chance::Chance;

/// Texts that the server lost in a restore.
#[derive(Debug, Default)]
pub struct Owed(BTreeMap<u32, Lost>);

#[derive(Debug)]
struct Lost {
    /// The change that said it.
    by: (DocId, ChangeHash),
    /// The phones, by number, that showed it then.
    shown: BTreeSet<usize>,
}

impl Owed {
    /// This phone lost what it had: it owes nothing any more.
    pub fn excuse(&mut self, phone: usize) {
        self.0.retain(|_, lost| {
            lost.shown.remove(&phone);
            !lost.shown.is_empty()
        });
    }
}

impl World {
    /// The copy is good for the phones there are now.
    pub fn keep_server(&mut self) {
        self.server.keep();
        self.kept_hands = self.hands.len();
    }

    /// Another server from the backup, which lacks what came since.
    pub fn restore_server(&mut self, salt: u32) -> Result<(), Violation> {
        // A phone that was enrolled since is unknown to the copy, and must be enrolled again like a new one.
        if !self.server.has_kept() || self.hands.len() != self.kept_hands {
            return Ok(());
        }
        let before = self.mirror.texts.clone();
        // What came back since the last time, or lay before the coordinator, is no debt any more; it may get lost again.
        let paid =
            |text: &u32, by: &(DocId, ChangeHash)| before.contains_key(text) || self.mirror.is_aside(*by);
        self.owed.0.retain(|text, lost| !paid(text, &lost.by));
        self.server.restore(Id(Chance::new(salt.into()).bytes()));
        // What was set aside in the lost history may be let in, beside what was written over it.
        self.adrift.extend(&self.mirror.aside_texts);
        // Of what came spoilt the server does not know the words; sent again, it may be whole.
        for hand in self.hands.iter().filter(|hand| hand.poisoned) {
            self.adrift.extend(hand.open_texts());
        }
        self.mirror.begin_again();
        self.follow()?;
        self.scopes.restored(&self.mirror);
        self.restored = true;
        self.told = Told::default();
        self.late.clear();
        let lost: BTreeMap<u32, (DocId, ChangeHash)> =
            before.into_iter().filter(|(text, _)| !self.mirror.texts.contains_key(text)).collect();
        for at in 0..self.hands.len() {
            self.hands[at].odd_chain = true;
            // What it was told in answer to a request in version 1 came without proof.
            if self.hands[at].gone || self.hands[at].revoked || self.hands[at].poisoned {
                continue;
            }
            let rows = self.hands[at].phone.rows();
            let shown = rows.iter().flat_map(|row| row.fields.values());
            for text in shown.filter_map(Scalar::as_text).filter_map(texts::number_of) {
                if let Some(by) = lost.get(&text) {
                    let new = || Lost { by: *by, shown: BTreeSet::new() };
                    self.owed.0.entry(text).or_insert_with(new).shown.insert(at);
                }
            }
        }
        Ok(())
    }

    /// `HELD_IS_BROUGHT_BACK`: everybody has talked to the restored server, and nothing is owed. What came to it
    /// spoilt, or was let in by the coordinator in a history that is lost, lies before the coordinator.
    pub fn brought_back(&mut self) -> Result<(), Violation> {
        for (text, Lost { by, shown }) in std::mem::take(&mut self.owed).0 {
            let back = self.mirror.texts.contains_key(&text);
            must(back || self.mirror.is_aside(by), "HELD_IS_BROUGHT_BACK", || {
                let names: Vec<&str> = shown.iter().map(|at| self.hands[*at].phone.name.as_str()).collect();
                format!("№{text} was shown by {names:?} when the server was restored, and is not back")
            })?;
        }
        Ok(())
    }

    /// The office says again who has which family and which phones are out of service; the lost ones too, for nothing
    /// is to be awaited from them.
    pub fn put_in_order(&mut self) -> Result<(), Violation> {
        for (person, family, given) in self.scopes.say_again() {
            self.say(person, family, given)?;
        }
        for at in 0..self.hands.len() {
            let of_it = |hand: &&Hand| hand.device == self.hands[at].device;
            let lost = self.hands.iter().filter(of_it).all(|hand| hand.gone);
            if self.hands[at].revoked || lost {
                self.revoke(at)?;
            }
        }
        Ok(())
    }
}
