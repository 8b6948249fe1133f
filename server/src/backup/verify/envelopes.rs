//! Who signed what.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;
use sync_core::envelope::Envelope;
use sync_core::ids::{Actor, DeviceId, Hash32, Id};

use super::{Report, Where};
use crate::backup::BackupError;
use crate::store::{ChangeLog, Device, KeptEnvelope};

/// Headers read at once.
const LOOK: usize = 256;

/// What the signed headers say of the changes in the log.
#[derive(Debug, Default)]
pub struct Signed {
    /// By the change's row: each device and number that signed for it, and the actor it must have.
    pub rows: BTreeMap<u64, Vec<(DeviceId, u64, Actor)>>,
    pub devices: BTreeMap<DeviceId, Device>,
    /// Who has an account.
    pub people: BTreeSet<Id>,
    /// Changes up to this number came before headers were kept.
    pub from: u64,
}

/// One device's envelopes by number: hash and predecessor of each.
type Chain = BTreeMap<u64, Vec<(Hash32, Option<Hash32>)>>;

pub async fn check(log: &dyn ChangeLog, report: &mut Report) -> Result<Signed, BackupError> {
    let devices = log.devices().await?.into_iter().map(|device| (device.id, device)).collect();
    let people = log.accounts().await?.into_iter().map(|account| account.person).collect();
    let mut signed = Signed { rows: BTreeMap::new(), devices, people, from: log.signed_from().await? };
    report.devices = signed.devices.len() as u64;
    let org = log.organisation().id;
    let mut chains: BTreeMap<DeviceId, Chain> = BTreeMap::new();
    let mut after = 0;
    loop {
        let kept = log.envelopes_after(after, LOOK).await?;
        let Some(last) = kept.last() else { break };
        after = last.id;
        for envelope in kept {
            report.envelopes += 1;
            let place = Where::Envelope(envelope.device, envelope.number);
            match one(org, &mut signed, &envelope) {
                Ok((hash, previous)) => {
                    let chain = chains.entry(envelope.device).or_default();
                    chain.entry(envelope.number).or_default().push((hash, previous));
                }
                Err(why) => report.flaw(place, why),
            }
        }
    }
    for (id, chain) in &chains {
        follow(*id, chain, report);
        newest(*id, chain, &signed, report);
    }
    Ok(signed)
}

/// Checks one header and notes what it signs for; its hash and predecessor.
fn one(org: Id, signed: &mut Signed, kept: &KeptEnvelope) -> Result<(Hash32, Option<Hash32>), &'static str> {
    let Some(device) = signed.devices.get(&kept.device) else { return Err("its device is not known") };
    let header = kept.header.as_ref().ok_or("a change it names is not in the log any more")?;
    let unpacked = vec![ByteVec::from(Vec::new()); header.items.len()];
    let envelope = Envelope { header: header.encode().into(), signature: kept.signature, changes: unpacked };
    let opened = envelope.open(org, &device.public_key);
    let header = opened.map_err(|_| "what is kept of it is not what its device signed")?;
    let key = device.public_key;
    for (seq, item) in kept.seqs.iter().zip(&header.items) {
        let Some(seq) = seq else { continue };
        let signs = signed.rows.entry(*seq).or_default();
        signs.push((kept.device, kept.number, item.actor(&key)));
    }
    Ok((envelope.hash(), header.previous))
}

/// Gaps and forks are what devices did: told, and nothing that is wrong here.
fn follow(device: DeviceId, chain: &Chain, report: &mut Report) {
    for ((number, before), (next, after)) in chain.iter().zip(chain.iter().skip(1)) {
        if *next != number + 1 {
            report.evidence.push(format!("device {device}: no envelope between {number} and {next}"));
        } else if !after.iter().any(|(_, previous)| before.iter().any(|(hash, _)| Some(*hash) == *previous)) {
            report.evidence.push(format!("device {device}: envelope {next} does not follow {number}"));
        }
    }
    for (number, _) in chain.iter().filter(|(_, twins)| twins.len() > 1) {
        report.evidence.push(format!("device {device}: two envelopes have the number {number}"));
    }
}

/// The envelope a device is known by is one of those kept, unless it is from before.
fn newest(id: DeviceId, chain: &Chain, signed: &Signed, report: &mut Report) {
    let Some((last, twins)) = chain.last_key_value() else { return };
    let newest = signed.devices.get(&id).and_then(|device| device.newest);
    let known = newest.map_or(0, |newest| newest.number);
    if known < *last {
        report.flaw(Where::Device(id), format!("is known by envelope {known} and {last} is kept"));
    } else if known == *last && !twins.iter().any(|(hash, _)| newest.is_some_and(|n| n.hash == *hash)) {
        report.flaw(Where::Device(id), format!("is known by another envelope {known} than the one kept"));
    }
}
