//! The body of a sync request, in both versions, up to envelopes that open or do not.
//!
//! The first byte says how the rest is to be read: 0 as the whole body; 1 as the plain message of version 2, for
//! nobody inflates to something by chance; 2 as that of version 1.

use sync_core::envelope::Envelope;
use sync_core::ids::{ChangeHash, DocId};
use sync_core::scope::Scope;
use sync_core::wire::elided::{Found, Known, Wanted};
use sync_core::wire::{self, Cursor, DeviceState, SyncRequest, VERSION_2_PLAIN};

use super::envelope::sealed;
use super::scenes::{NOW_MS, ORG, public, scenes};

/// First documents are looked up, then changes in them, then perhaps changes in documents found by those.
const ROUNDS: usize = 4;

pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    match first % 3 {
        0 if rest.first() == Some(&wire::VERSION) => {
            if let Ok(request) = wire::unpack::<SyncRequest>(rest, wire::MAX_UNPACKED) {
                look_at(&request);
            }
        }
        0 => short(rest),
        1 => short(&[&[VERSION_2_PLAIN], rest].concat()),
        _ => {
            if let Ok(request) = minicbor::decode::<SyncRequest>(rest) {
                look_at(&request);
            }
        }
    }
}

fn short(body: &[u8]) {
    let Ok(short) = wire::unpack_request(body) else { return };
    let mut found = Found::default();
    for _ in 0..ROUNDS {
        match short.restore(&public(), ORG, &found) {
            Ok((request, _)) => return look_at(&request),
            Err(wanted) => look_up(wanted, &mut found),
        }
    }
    panic!("what was looked up is wanted again");
}

/// As the server would: the documents of the scenes are in its log.
fn look_up(wanted: Wanted, found: &mut Found) {
    for prefix in wanted.documents {
        let known = scenes().iter().find(|scene| scene.item.doc.0.starts_with(&prefix));
        found.documents.insert(prefix, known.map(|scene| (scene.item.doc, scene.item.scope)));
    }
    for (doc, prefix) in wanted.changes {
        let of_doc = scenes().iter().filter(|scene| scene.item.doc == doc);
        let hash = of_doc.flat_map(|scene| &scene.existing).map(|change| change.hash());
        let known = hash.into_iter().find(|hash| hash.0.starts_with(&prefix));
        found.changes.insert((doc, prefix), known);
    }
}

fn look_at(request: &SyncRequest) {
    for envelope in &request.envelopes {
        let _ = (envelope.open(ORG, &public()), envelope.hash());
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let requests = [request(Vec::new()), request(sealed().into_iter().take(1).collect()), request(sealed())];
    let mut seeds = Vec::new();
    for request in &requests {
        seeds.push([&[0], wire::pack(request).as_slice()].concat());
        seeds.push([&[2], minicbor::to_vec(request).unwrap_or_default().as_slice()].concat());
        for known in [&Log(true), &Log(false)] {
            let packed = wire::pack_request(request, &public(), ORG, known, &[]);
            seeds.push([&[0], packed.as_slice()].concat());
            let plain =
                wire::unpack_request(&packed).map(|short| minicbor::to_vec(&short).unwrap_or_default());
            seeds.push([&[1], plain.unwrap_or_default().as_slice()].concat());
        }
    }
    seeds
}

fn request(envelopes: Vec<Envelope>) -> SyncRequest {
    let state = DeviceState { clock_ms: NOW_MS, waiting: envelopes.len() as u32, set_aside: 0 };
    let cursor = Some(Cursor { epoch: ORG, seq: 7, backfills: Vec::new() });
    SyncRequest { cursor, envelopes, state, ..SyncRequest::default() }
}

/// Whether the server is known to have what the scenes have.
struct Log(bool);

impl Known for Log {
    fn document(&self, doc: DocId, _: &Scope) -> bool {
        self.0 && scenes().iter().any(|scene| scene.item.doc == doc && !scene.existing.is_empty())
    }

    fn change(&self, doc: DocId, hash: &ChangeHash) -> bool {
        let of_doc = scenes().iter().filter(|scene| scene.item.doc == doc);
        self.0 && of_doc.flat_map(|scene| &scene.existing).any(|change| change.hash() == *hash)
    }
}
