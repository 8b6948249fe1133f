//! A phone in somebody's hand: the tests' phone, its disk and copies of it, and what it has promised.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::device::log::{self, LogRecord, Wrote};
use sync_core::ids::{ChangeHash, DeviceId, DocId};
use sync_core::record::Scalar;

use super::invariants::{Violation, must};
use super::mirror::Mirror;
use super::texts;
use crate::chance::Chance;
use crate::clock::Time;
use crate::phone::Phone;

#[derive(Debug)]
pub struct Hand {
    pub phone: Phone,
    /// Whose it is, by number.
    pub person: usize,
    pub device: DeviceId,
    /// At the bottom of a well.
    pub gone: bool,
    pub revoked: bool,
    /// Its chain of envelopes is not what one phone makes: rolled back, twinned, tampered with.
    pub odd_chain: bool,
    /// A request of its was tampered with on the way out, and put into version 1 of the wire.
    pub poisoned: bool,
    /// Texts it called saved that are not on the server yet, with the changes they went into.
    open: BTreeMap<u32, BTreeSet<(DocId, ChangeHash)>>,
    /// Documents that it will not open again, since it died over them.
    pub shunned: BTreeSet<DocId>,
    /// Documents of which the server was told, in a request that was tampered with, that they are of another family
    /// than the phone has them under. Each goes by its own word, and they part when one of the two families is taken.
    pub misfiled: BTreeSet<DocId>,
    kept: Option<Disk>,
}

/// Everything on a phone's disk.
#[derive(Clone, Debug)]
pub struct Disk {
    log: Vec<u8>,
    docs: BTreeMap<DocId, Vec<u8>>,
    office: BTreeMap<String, String>,
    cursor: Option<Vec<u8>>,
}

impl Hand {
    pub fn new(phone: Phone, person: usize) -> Self {
        Self {
            device: phone.device(),
            phone,
            person,
            gone: false,
            revoked: false,
            odd_chain: false,
            poisoned: false,
            open: BTreeMap::new(),
            shunned: BTreeSet::new(),
            misfiled: BTreeSet::new(),
            kept: None,
        }
    }

    /// What is random in what comes next grows from this.
    pub fn salt(&mut self, salt: u32) {
        self.phone.chance = Chance::new(u64::from(salt));
    }

    /// The phone called these texts saved.
    pub fn promised(&mut self, texts: impl IntoIterator<Item = u32>) {
        for text in texts {
            self.open.entry(text).or_default();
        }
    }

    fn disk(&self) -> Disk {
        let host = &self.phone.host;
        Disk {
            log: host.log.clone(),
            docs: host.docs.clone(),
            office: host.office.clone(),
            cursor: host.cursor.clone(),
        }
    }

    fn put(&mut self, disk: Disk) {
        let host = &mut self.phone.host;
        (host.log, host.docs) = (disk.log, disk.docs);
        (host.office, host.cursor) = (disk.office, disk.cursor);
        self.phone.restart();
        self.odd_chain = true;
        self.forget_what_is_gone();
    }

    pub fn keep_disk(&mut self) {
        self.kept = Some(self.disk());
    }

    /// Puts the copy back, if there is one; what came after it went with the disk.
    pub fn restore_disk(&mut self) -> bool {
        let Some(disk) = self.kept.clone() else { return false };
        self.put(disk);
        true
    }

    /// Another phone with the same disk.
    pub fn twin(&mut self, time: &Time, salt: u32) -> Self {
        let mut phone = Phone::new(&format!("{}'", self.phone.name), time, &mut Chance::new(salt.into()));
        phone.host.public_key = self.phone.host.public_key;
        let mut twin = Self {
            phone,
            person: self.person,
            device: self.device,
            gone: false,
            revoked: self.revoked,
            odd_chain: true,
            poisoned: self.poisoned,
            open: self.open.clone(),
            shunned: self.shunned.clone(),
            misfiled: self.misfiled.clone(),
            kept: None,
        };
        twin.put(self.disk());
        self.odd_chain = true;
        twin
    }

    /// Texts it called saved that are not on the server yet.
    pub fn open_texts(&self) -> impl Iterator<Item = u32> + '_ {
        self.open.keys().copied()
    }

    /// What only this phone knows: unanswered and set aside.
    pub fn unsent(&self) -> Vec<Wrote> {
        let records = log::read(&self.phone.host.device.export_unsent()).records;
        let wrote = records.into_iter().filter_map(|record| match record {
            LogRecord::Wrote(wrote) => Some(wrote),
            _ => None,
        });
        wrote.collect()
    }

    fn forget_what_is_gone(&mut self) {
        let here: BTreeSet<u32> = self.unsent().iter().flat_map(texts_of).collect();
        self.open.retain(|text, _| here.contains(text));
    }

    /// `SAVED_IS_SOMEWHERE`: what this phone called saved is here, on the server or in quarantine.
    pub fn keeps_its_word(&mut self, mirror: &Mirror) -> Result<(), Violation> {
        self.open.retain(|text, _| !mirror.texts.contains_key(text));
        if self.open.is_empty() {
            return Ok(());
        }
        let mut here = BTreeSet::new();
        for wrote in self.unsent() {
            for text in texts_of(&wrote) {
                here.insert(text);
                if let Some(changes) = self.open.get_mut(&text) {
                    changes.insert((wrote.item.doc, wrote.item.hash));
                }
            }
        }
        let device = self.device;
        let settled = |change: &(DocId, ChangeHash)| {
            mirror.aside.get(&(device, change.0, change.1)).is_some_and(|aside| aside.settled)
        };
        self.open.retain(|_, changes| !changes.iter().any(settled));
        for text in self.open.keys() {
            let somewhere = here.contains(text) || mirror.aside_texts.contains(text);
            must(somewhere, "SAVED_IS_SOMEWHERE", || {
                format!("{} called №{text} saved, and it is nowhere", self.phone.name)
            })?;
        }
        Ok(())
    }

    /// Takes note of what the phone told its person.
    pub fn listen(&mut self) {
        for notice in std::mem::take(&mut self.phone.host.notices) {
            if notice.code == "document_shunned" {
                self.shunned.extend(notice.doc);
            }
        }
    }
}

/// The numbers of the texts that somebody meant to write.
fn texts_of(wrote: &Wrote) -> impl Iterator<Item = u32> + '_ {
    wrote.intent.fields.values().filter_map(Scalar::as_text).filter_map(texts::number_of)
}
