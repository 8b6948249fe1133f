//! Signed headers, kept for as long as the changes they signed.

use sync_core::envelope::Header;
use sync_core::ids::DeviceId;
use sync_core::keys::Sig;

/// What a device signed, without the changes themselves: the header names each by its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedHeader {
    pub header: Header,
    pub signature: Sig,
}

/// A signed header as it is found in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptEnvelope {
    /// In the order in which they were kept.
    pub id: u64,
    pub device: DeviceId,
    pub number: u64,
    pub signature: Sig,
    /// The row of each item's change, for those that are in the log.
    pub seqs: Vec<Option<u64>>,
    /// `None` when a row that it needs is gone or unreadable.
    pub header: Option<Header>,
}
