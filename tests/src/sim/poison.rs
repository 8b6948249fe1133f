//! A phone gone wrong: what it sends is signed by its own key and is not what an honest program would send.

use minicbor::bytes::ByteVec;
use sync_core::device::log::{self, LogRecord};
use sync_core::device::memory::Request;
use sync_core::envelope::{Envelope, Header};
use sync_core::ids::{DocId, Id};
use sync_core::keys::DeviceKey;
use sync_core::wire;

use super::hand::Hand;

/// The ways: as many as [`Hand::poisoned`] knows.
pub const WAYS: u8 = 9;

const OTHER_FAMILY: u8 = 6;

impl Hand {
    /// The same request with its last envelope poisoned, and a token that fits it. As it was when it carries none.
    pub fn poisoned(&mut self, request: &Request, way: u8) -> Request {
        let (Some(mut inside), Some(key)) = (self.phone.host.device.read_request(&request.body), self.key())
        else {
            return request.clone();
        };
        let Some(envelope) = inside.envelopes.last_mut() else { return request.clone() };
        (self.odd_chain, self.poisoned) = (true, true);
        spoil(envelope, &key, way % WAYS, self.phone.chance.draw() as usize);
        if way % WAYS == OTHER_FAMILY {
            self.misfiled.extend(documents(envelope));
        }
        let body = wire::pack(&inside);
        let now_ms = self.phone.clock.now_ms();
        let token = self.phone.host.device.token("POST", "/v1/sync", &body, now_ms);
        token.map_or_else(|| request.clone(), |token| Request { token, body })
    }

    fn key(&self) -> Option<DeviceKey> {
        log::read(&self.phone.host.log).records.into_iter().find_map(|record| match record {
            LogRecord::Key(seed) => Some(DeviceKey::from_seed(seed)),
            _ => None,
        })
    }
}

fn spoil(envelope: &mut Envelope, key: &DeviceKey, way: u8, draw: usize) {
    match way {
        // The bytes of a change: one bit, the end, all of them, none, another's.
        0 => flip(envelope.changes.last_mut(), draw),
        1 => drop(envelope.changes.last_mut().and_then(|change| change.pop())),
        2 => {
            if let Some(change) = envelope.changes.last_mut() {
                *change = ByteVec::from(draw.to_le_bytes().repeat(20));
            }
        }
        3 => {
            if let Some(change) = envelope.changes.last_mut() {
                change.clear();
            }
        }
        4 => envelope.changes.rotate_left(1),
        // What the envelope says of it, signed anew.
        5 => resign(envelope, key, |header| header.items.iter_mut().for_each(|item| item.incarnation += 7)),
        OTHER_FAMILY => resign(envelope, key, |header| {
            header.items.iter_mut().for_each(|item| item.scope.family = Some(Id([draw as u8; 16])));
        }),
        // The envelope itself.
        7 => flip(Some(&mut envelope.header), draw),
        _ => {
            envelope.changes.pop();
        }
    }
}

fn flip(bytes: Option<&mut ByteVec>, draw: usize) {
    if let Some(bytes) = bytes
        && !bytes.is_empty()
    {
        let at = draw % bytes.len();
        bytes[at] ^= 1 << (draw / 4096 % 8);
    }
}

fn documents(envelope: &Envelope) -> Vec<DocId> {
    let header = minicbor::decode::<Header>(&envelope.header);
    header.map_or_else(|_| Vec::new(), |header| header.items.iter().map(|item| item.doc).collect())
}

fn resign(envelope: &mut Envelope, key: &DeviceKey, change: impl FnOnce(&mut Header)) {
    let Ok(mut header) = minicbor::decode::<Header>(&envelope.header) else { return };
    change(&mut header);
    let changes = envelope.changes.iter().map(|change| change.to_vec()).collect();
    *envelope = Envelope::seal(key, &header, changes);
}
