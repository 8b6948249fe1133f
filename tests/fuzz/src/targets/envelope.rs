//! An envelope: whatever opens is canonical and signed.
//!
//! With the first byte odd, the rest is a header, and the right key signs it: a buggy enrolled phone signs too.

use sync_core::envelope::{Envelope, Header, VERSION};
use sync_core::keys::Sig;

use super::scenes::{ORG, key, public, scenes};

pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let envelope = if first & 1 == 1 {
        Envelope {
            header: rest.to_vec().into(),
            signature: signature(rest),
            changes: vec![rest.to_vec().into()],
        }
    } else {
        match minicbor::decode::<Envelope>(rest) {
            Ok(envelope) => envelope,
            Err(_) => return,
        }
    };
    if let Ok(header) = envelope.open(ORG, &public()) {
        assert_eq!(header.encode(), **envelope.header, "the header is canonical");
        assert_eq!(header.items.len(), envelope.changes.len());
        assert_eq!((header.org, header.device), (ORG, key().device()));
        for item in &header.items {
            let _ = (item.actor(&public()), item.scope.fits(item.doc));
        }
    }
    let _ = envelope.hash();
}

/// What the device would sign of these bytes.
fn signature(header: &[u8]) -> Sig {
    let sealed = minicbor::decode::<Header>(header).map(|header| Envelope::seal(key(), &header, Vec::new()));
    sealed.map_or(Sig([0; 64]), |envelope| envelope.signature)
}

pub fn sealed() -> Vec<Envelope> {
    let mut envelopes: Vec<Envelope> = Vec::new();
    for (number, scene) in (1..).zip(scenes()) {
        let previous = envelopes.last().map(Envelope::hash);
        let items = vec![scene.item.clone()];
        let header = Header { version: VERSION, org: ORG, device: key().device(), number, previous, items };
        envelopes.push(Envelope::seal(key(), &header, vec![scene.next.bytes().to_vec()]));
    }
    envelopes
}

pub fn seeds() -> Vec<Vec<u8>> {
    sealed()
        .into_iter()
        .flat_map(|envelope| {
            let whole = minicbor::to_vec(&envelope).unwrap_or_default();
            [[&[0], whole.as_slice()].concat(), [&[1], envelope.header.as_slice()].concat()]
        })
        .collect()
}
