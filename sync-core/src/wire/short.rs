//! Version 2: the same messages, without what the other side knows already.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::body::{MAX_UNPACKED, WireError, decode_whole};
use super::deflate::{deflate, inflate};
use super::dictionary::dictionary;
use super::elided::{Found, Known, Packed, Wanted, elide, restore};
use super::{
    Backfill, Cursor, DeviceState, Grant, Newest, Offer, Offered, Row, SyncAnswer, SyncRequest, VerdictOn,
};
use crate::envelope::Header;
use crate::ids::{ChangeHash, DocId, Id, Month, PublicKey};
use crate::keys::Sig;
use crate::verdict::Verdict;

/// Version 2, deflated with the dictionary.
pub const VERSION_2: u8 = 2;

/// Version 2 and not packed here: HTTP's content encoding does it, which a browser undoes faster than we could.
pub const VERSION_2_PLAIN: u8 = 0x82;

/// The most changes in a request: each may cost the server two looks into its log. Devices send a thousand.
const MOST_ITEMS: usize = 16 * 1024;

/// A request before its envelopes are put together.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct ShortRequest {
    #[n(0)]
    cursor: Option<Cursor>,
    #[n(1)]
    envelopes: Vec<Packed>,
    #[n(2)]
    state: DeviceState,
    /// Left out when it is the last envelope of this request.
    #[n(3)]
    head: Option<Newest>,
    #[n(4)]
    floor: Option<Month>,
    #[n(5)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    older: Vec<DocId>,
    #[n(6)]
    page_bytes: Option<u32>,
    #[n(7)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    offers: Vec<Offer>,
    #[n(8)]
    holds: Option<Vec<Id>>,
}

/// What an answer need not repeat, since it was in the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    epoch: Option<Id>,
    head: Option<Newest>,
    /// The changes of each envelope, by its number.
    carried: BTreeMap<u64, Vec<(DocId, ChangeHash)>>,
}

impl Asked {
    /// What this request said.
    pub fn by(request: &SyncRequest) -> Self {
        let headers = request.envelopes.iter().filter_map(|envelope| {
            let header: Header = minicbor::decode(&envelope.header).ok()?;
            Some((header.number, header.items.iter().map(|item| (item.doc, item.hash)).collect()))
        });
        Self {
            epoch: request.cursor.as_ref().map(|cursor| cursor.epoch),
            head: request.head,
            carried: headers.collect(),
        }
    }
}

/// The request as a body.
pub fn pack_request(
    request: &SyncRequest,
    key: &PublicKey,
    org: Id,
    known: &impl Known,
    whole: &[u64],
) -> Vec<u8> {
    let clock_ms = request.state.clock_ms;
    let short = ShortRequest {
        cursor: request.cursor.clone(),
        envelopes: elide(key, org, clock_ms, &request.envelopes, known, whole),
        state: request.state.clone(),
        head: request.head.filter(|head| last(request) != Some(*head)),
        floor: request.floor,
        older: request.older.clone(),
        page_bytes: request.page_bytes,
        offers: request.offers.clone(),
        holds: request.holds.clone(),
    };
    let plain = minicbor::to_vec(&short).unwrap_or_default();
    [vec![VERSION_2], deflate(&dictionary(), &plain)].concat()
}

/// The last envelope of a request, as the head of a chain.
fn last(request: &SyncRequest) -> Option<Newest> {
    let envelope = request.envelopes.last()?;
    let header: Header = minicbor::decode(&envelope.header).ok()?;
    Some(Newest { number: header.number, hash: envelope.hash() })
}

/// The request in a body of version 2.
pub fn unpack_request(body: &[u8]) -> Result<ShortRequest, WireError> {
    let request: ShortRequest = decode_whole(&plain(body)?)?;
    let items: usize = request.envelopes.iter().map(Packed::items).sum();
    if items > MOST_ITEMS { Err(WireError::TooLarge) } else { Ok(request) }
}

impl ShortRequest {
    /// The request whole, and the numbers of envelopes that must come again with whole bytes; or what must be
    /// looked up first.
    pub fn restore(
        &self,
        key: &PublicKey,
        org: Id,
        found: &Found,
    ) -> Result<(SyncRequest, Vec<u64>), Wanted> {
        let restored = restore(key, org, self.state.clock_ms, &self.envelopes, found)?;
        let full = restored.iter().filter_map(|envelope| envelope.as_ref().err().copied()).collect();
        let mut request = SyncRequest {
            cursor: self.cursor.clone(),
            envelopes: restored.into_iter().filter_map(Result::ok).collect(),
            state: self.state.clone(),
            head: self.head,
            floor: self.floor,
            older: self.older.clone(),
            page_bytes: self.page_bytes,
            offers: self.offers.clone(),
            holds: self.holds.clone(),
        };
        request.head = request.head.or_else(|| last(&request));
        Ok((request, full))
    }
}

#[derive(Debug, PartialEq, Encode, Decode)]
struct ShortAnswer {
    /// Left out when it is the one of the request's cursor.
    #[n(0)]
    epoch: Option<Id>,
    #[n(1)]
    server_time_ms: i64,
    #[n(2)]
    told: Vec<Told>,
    /// On changes that are in no envelope of the request.
    #[n(3)]
    verdicts: Vec<VerdictOn>,
    #[n(4)]
    revoked: Vec<Grant>,
    #[n(5)]
    rows: Vec<Row>,
    #[n(6)]
    seq: u64,
    #[n(7)]
    backfills: Vec<Backfill>,
    #[n(8)]
    due: u32,
    #[n(9)]
    more: bool,
    #[n(10)]
    newest: ShortNewest,
    #[n(11)]
    device_revoked: bool,
    #[n(12)]
    vouch: Option<Sig>,
    #[n(13)]
    ended: Option<u64>,
    #[n(14)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    full: Vec<u64>,
    #[n(15)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    offered: Vec<Offered>,
    #[n(16)]
    #[cbor(default, skip_if = "std::ops::Not::not")]
    all_heard: bool,
}

/// The verdicts on one envelope: how many of its changes, in their order, have which.
#[derive(Debug, PartialEq, Encode, Decode)]
struct Told {
    #[n(0)]
    number: u64,
    #[n(1)]
    runs: Vec<(u32, Verdict)>,
}

#[derive(Debug, PartialEq, Encode, Decode)]
enum ShortNewest {
    /// As the request said.
    #[n(0)]
    Agreed,
    #[n(1)]
    Other(#[n(0)] Option<Newest>),
}

/// The answer in version 2, not yet deflated and without its version byte.
pub fn plain_answer(answer: &SyncAnswer, asked: &Asked) -> Vec<u8> {
    let (told, verdicts) = tell(&answer.verdicts, asked);
    let short = ShortAnswer {
        epoch: (asked.epoch != Some(answer.epoch) || answer.cursor.epoch != answer.epoch)
            .then_some(answer.epoch),
        server_time_ms: answer.server_time_ms,
        told,
        verdicts,
        revoked: answer.revoked.clone(),
        rows: answer.rows.clone(),
        seq: answer.cursor.seq,
        backfills: answer.cursor.backfills.clone(),
        due: answer.due,
        more: answer.more,
        newest: if answer.newest == asked.head {
            ShortNewest::Agreed
        } else {
            ShortNewest::Other(answer.newest)
        },
        device_revoked: answer.device_revoked,
        vouch: answer.vouch,
        ended: answer.ended,
        full: answer.full.clone(),
        offered: answer.offered.clone(),
        all_heard: answer.all_heard,
    };
    minicbor::to_vec(&short).unwrap_or_default()
}

/// A plain answer as a body: deflated here, or left to HTTP.
pub fn answer_body(plain: &[u8], deflated: bool) -> Vec<u8> {
    match deflated {
        true => [&[VERSION_2], deflate(&dictionary(), plain).as_slice()].concat(),
        false => [&[VERSION_2_PLAIN], plain].concat(),
    }
}

/// The answer in a body of version 2, given what the request was.
pub fn unpack_answer(body: &[u8], asked: &Asked) -> Result<SyncAnswer, WireError> {
    let short: ShortAnswer = decode_whole(&plain(body)?)?;
    let epoch = short.epoch.or(asked.epoch).ok_or(WireError::Unreadable)?;
    let mut verdicts = short.verdicts;
    for told in &short.told {
        let items = asked.carried.get(&told.number).ok_or(WireError::Unreadable)?;
        let each = told.runs.iter().flat_map(|(count, verdict)| (0..*count).map(|_| *verdict));
        verdicts.extend(items.iter().zip(each).map(|((doc, hash), verdict)| VerdictOn {
            doc: *doc,
            hash: *hash,
            verdict,
        }));
    }
    Ok(SyncAnswer {
        epoch,
        server_time_ms: short.server_time_ms,
        verdicts,
        revoked: short.revoked,
        rows: short.rows,
        cursor: Cursor { epoch, seq: short.seq, backfills: short.backfills },
        due: short.due,
        more: short.more,
        newest: match short.newest {
            ShortNewest::Agreed => asked.head,
            ShortNewest::Other(newest) => newest,
        },
        device_revoked: short.device_revoked,
        vouch: short.vouch,
        ended: short.ended,
        full: short.full,
        offered: short.offered,
        all_heard: short.all_heard,
    })
}

/// Verdicts by envelope where a whole envelope was answered for, one by one where not.
fn tell(verdicts: &[VerdictOn], asked: &Asked) -> (Vec<Told>, Vec<VerdictOn>) {
    let mut left: BTreeMap<(DocId, ChangeHash), Verdict> =
        verdicts.iter().map(|on| ((on.doc, on.hash), on.verdict)).collect();
    let mut told = Vec::new();
    for (number, items) in &asked.carried {
        if items.is_empty() || !items.iter().all(|item| left.contains_key(item)) {
            continue;
        }
        let mut runs: Vec<(u32, Verdict)> = Vec::new();
        for verdict in items.iter().filter_map(|item| left.get(item)) {
            match runs.last_mut() {
                Some((count, same)) if same == verdict => *count += 1,
                _ => runs.push((1, *verdict)),
            }
        }
        told.push(Told { number: *number, runs });
    }
    for item in told.iter().filter_map(|told| asked.carried.get(&told.number)).flatten() {
        left.remove(item);
    }
    let others = left.into_iter().map(|((doc, hash), verdict)| VerdictOn { doc, hash, verdict }).collect();
    (told, others)
}

fn plain(body: &[u8]) -> Result<Vec<u8>, WireError> {
    match body.split_first().ok_or(WireError::Empty)? {
        (&VERSION_2, packed) => inflate(&dictionary(), packed, MAX_UNPACKED),
        (&VERSION_2_PLAIN, plain) if plain.len() <= MAX_UNPACKED => Ok(plain.to_vec()),
        (&VERSION_2_PLAIN, _) => Err(WireError::TooLarge),
        (version, _) => Err(WireError::UnknownVersion(*version)),
    }
}

#[cfg(test)]
mod tests;
