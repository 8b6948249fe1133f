//! The device's own log: what must survive anything, appended and flushed before anyone is told.
//!
//! One record is `length u32 LE | check u32 | format u8 | cipher u8 | payload`, the length being that of
//! the payload and the check the first four bytes of SHA-256 over the last three parts. A torn or
//! damaged stretch is skipped to the next record that checks.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::proofs::Former;
use crate::envelope::{Envelope, Item};
use crate::ids::{ChangeHash, DocId, Hash32, Id, sha256};
use crate::intent::Intent;
use crate::verdict::{Reason, Verdict};

const FORMAT: u8 = 1;
/// No encryption yet; the byte keeps room for it.
const PLAIN: u8 = 0;
const HEAD: usize = 10;

/// One thing the device must not forget.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum LogRecord {
    /// The secret key, before enrolment.
    #[n(0)]
    Key(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]),
    /// Who this device is: the server's answer to enrolment, as JSON.
    #[n(1)]
    Enrolled(#[n(0)] String),
    /// Server time minus device time, and the server time heard last, in milliseconds.
    #[n(2)]
    Clock(#[n(0)] i64, #[n(1)] i64),
    /// Something a person meant and the change made from it.
    #[n(3)]
    Wrote(#[n(0)] Wrote),
    /// An envelope that may be on its way: its number is spent.
    #[n(4)]
    Sealed(#[n(0)] Envelope),
    /// The server's words; the answer they came in has been stored.
    #[n(5)]
    Answered(#[n(0)] Vec<Answered>),
    /// New changes that take the place of old ones: one record, so that neither is there without the other.
    #[n(6)]
    Remade(#[n(0)] Vec<ChangeHash>, #[n(1)] Vec<Wrote>),
    /// What stands in a form that has not been saved; `None` when it is done with.
    #[n(7)]
    Draft(#[n(0)] String, #[n(1)] Option<String>),
    /// About to apply what the server sent, of one document or of a page: found without an end, it was fatal.
    #[n(8)]
    Trying(#[n(0)] Option<DocId>),
    /// What was tried went well.
    #[n(9)]
    Tried,
    /// Never open this document again: applying what came for it killed the core.
    #[n(10)]
    Shunned(#[n(0)] DocId),
    /// The storage went back in time: no incarnation below this, the chain goes on from here.
    #[n(11)]
    RolledBack(#[n(0)] u32, #[n(1)] Chain),
    /// The sum of what came before, after compaction; pending work follows as records of its own.
    #[n(12)]
    Summary(#[n(0)] Summary),
    /// A change in quarantine, after compaction.
    #[n(13)]
    Quarantined(#[n(0)] Wrote, #[n(1)] Reason),
    /// When the server last answered in full.
    #[n(14)]
    Synced(#[n(0)] i64),
    /// The core ended while this document was tried: once may be the battery, again and again is the document.
    #[n(15)]
    Suspect(#[n(0)] DocId),
    /// The history the server has now, and where the one before it ended.
    #[n(16)]
    Epoch(#[n(0)] Option<Former>, #[n(1)] Id),
    /// An envelope of changes that were answered for before, for a server that may have lost them.
    #[n(17)]
    Offered(#[n(0)] Envelope),
    /// The server was told, in this epoch, which families this device holds.
    #[n(18)]
    ToldHoldings(#[n(0)] Id),
}

/// An intent, the envelope item and the bytes of its change.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Wrote {
    #[n(0)]
    pub intent: Intent,
    #[n(1)]
    pub item: Item,
    #[n(2)]
    pub bytes: ByteVec,
}

/// A verdict as remembered.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
pub struct Answered {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub hash: ChangeHash,
    #[n(2)]
    pub verdict: Verdict,
}

/// Where the device's chain of envelopes stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
pub struct Chain {
    /// Number of the newest envelope, 0 when there is none.
    #[n(0)]
    pub number: u64,
    #[n(1)]
    pub hash: Option<Hash32>,
}

/// Which life of a document this device writes, and its last change there.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
pub struct Own {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub incarnation: u32,
    #[n(2)]
    pub last: ChangeHash,
}

#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub struct Summary {
    #[n(0)]
    pub next_incarnation: u32,
    #[n(1)]
    pub chain: Chain,
    #[n(2)]
    pub own: Vec<Own>,
    #[n(3)]
    pub shunned: Vec<DocId>,
    #[n(4)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    #[n(5)]
    pub epoch: Option<Id>,
    #[n(6)]
    pub told_holdings: Option<Id>,
}

/// A log as read from storage.
#[derive(Debug, Default)]
pub struct ReadLog {
    pub records: Vec<LogRecord>,
    /// Whether bytes were passed over: the log must be written anew before anything is appended.
    pub damaged: bool,
}

/// The bytes to append for `record`.
pub fn frame(record: &LogRecord) -> Vec<u8> {
    let payload = minicbor::to_vec(record).unwrap_or_default();
    let mut checked = vec![FORMAT, PLAIN];
    checked.extend_from_slice(&payload);
    let mut bytes = Vec::with_capacity(HEAD + payload.len());
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&check(&checked));
    bytes.extend_from_slice(&checked);
    bytes
}

/// Reads everything that can be read.
pub fn read(mut bytes: &[u8]) -> ReadLog {
    let mut log = ReadLog::default();
    while !bytes.is_empty() {
        match next(bytes) {
            Some((record, rest)) => {
                log.records.push(record);
                bytes = rest;
            }
            None => {
                log.damaged = true;
                bytes = bytes.get(1..).unwrap_or_default();
            }
        }
    }
    log
}

fn next(bytes: &[u8]) -> Option<(LogRecord, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let length = (u32::from_le_bytes(*length) as usize).checked_add(2)?;
    let (checked, rest) = rest.split_at_checked(length)?;
    let (head, payload) = checked.split_at_checked(2)?;
    if head != [FORMAT, PLAIN] || check(checked) != *sum {
        return None;
    }
    Some((minicbor::decode(payload).ok()?, rest))
}

fn check(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = sha256(bytes);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(n: u32) -> LogRecord {
        LogRecord::Draft(format!("form {n}"), Some("body".repeat(n as usize)))
    }

    #[test]
    fn a_torn_tail_loses_only_itself() {
        let mut bytes = [frame(&draft(1)), frame(&draft(2))].concat();
        let torn = frame(&draft(3));
        bytes.extend_from_slice(&torn[..torn.len() - 1]);
        let log = read(&bytes);
        assert_eq!(log.records, [draft(1), draft(2)]);
        assert!(log.damaged);
    }

    #[test]
    fn a_damaged_middle_does_not_hide_what_follows() {
        let mut bytes = [frame(&draft(1)), frame(&draft(2)), frame(&draft(3))].concat();
        let middle = frame(&draft(1)).len() + 12;
        bytes[middle] ^= 0xff;
        let log = read(&bytes);
        assert_eq!(log.records, [draft(1), draft(3)]);
        assert!(log.damaged);
    }

    #[test]
    fn an_untouched_log_is_not_called_damaged() {
        let bytes = [frame(&draft(1)), frame(&LogRecord::Tried)].concat();
        assert!(!read(&bytes).damaged);
    }
}
