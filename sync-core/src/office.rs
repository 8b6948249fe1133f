//! Office data: what the server alone writes, as whole values; the last one written is the value.
//!
//! See `docs/adr/0002-office-rows.md` for why this is not a CRDT.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ids::{ChangeHash, DocId, Hash32, Id};
use crate::verdict::Reason;

/// One value of office data.
#[derive(Clone, Debug, PartialEq, Encode, Decode, Serialize, Deserialize)]
pub struct OfficeRow {
    #[n(0)]
    pub topic: Topic,
    /// What it is about: a document for reviews, a person for the inbox, the organisation for the catalogue.
    #[n(1)]
    pub subject: Id,
    #[n(2)]
    pub key: String,
    /// JSON; `null` takes the value away.
    #[n(3)]
    pub value: String,
}

/// The kinds of office data.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Places, services, staff: subject = organisation, key = name of the list.
    #[n(0)]
    Catalogue,
    /// [`Review`]: subject = document, key = record id.
    #[n(1)]
    Review,
    /// [`InboxNote`]: subject = person, key = change hash.
    #[n(2)]
    Inbox,
    /// Whom to visit: subject = person, key = civil date.
    #[n(3)]
    Route,
    /// A task open to volunteers of a place, without names: subject = task document, key = `offer`.
    #[n(4)]
    Offer,
    /// Name, address and phone for the volunteer who took a task: subject = task document, key = person id.
    #[n(5)]
    Card,
}

impl Topic {
    /// Every topic, for tables and tests.
    pub const ALL: [Self; 6] =
        [Self::Catalogue, Self::Review, Self::Inbox, Self::Route, Self::Offer, Self::Card];

    /// The topic of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// The name used in keys and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Review => "review",
            Self::Inbox => "inbox",
            Self::Route => "route",
            Self::Offer => "offer",
            Self::Card => "card",
        }
    }
}

impl OfficeRow {
    /// The key under which a phone keeps the value.
    pub fn cache_key(&self) -> String {
        format!("office/{}/{}/{}", self.topic.name(), self.subject, self.key)
    }

    /// The review row of a record.
    pub fn review(doc: DocId, record: &str, review: &Review) -> Self {
        Self { topic: Topic::Review, subject: Id(doc.0), key: record.to_owned(), value: json(review) }
    }

    /// A note to a person about one of their changes.
    pub fn inbox(person: Id, change: ChangeHash, note: &InboxNote) -> Self {
        Self { topic: Topic::Inbox, subject: person, key: change.to_string(), value: json(note) }
    }
}

/// What a coordinator said of a record, and of exactly which state of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    pub decision: Decision,
    /// The digest the coordinator saw; another one now means the record was edited since.
    pub digest: Hash32,
    pub comment: Option<String>,
    pub by: Id,
    pub at_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approved,
    Returned,
}

/// What a person is told about a change of theirs that was set aside, so that a new phone knows it too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboxNote {
    pub doc: DocId,
    pub reason: Reason,
    pub outcome: Outcome,
    /// What the coordinator wrote when settling.
    pub note: Option<String>,
    pub at_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Waiting for a person to look.
    SetAside,
    /// Admitted after all.
    Released,
    /// Dealt with in another way; it will not be admitted.
    Settled,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
