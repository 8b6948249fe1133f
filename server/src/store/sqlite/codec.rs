//! Between the types of the log and the columns of SQLite.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use rusqlite::Row;
use sync_core::envelope::Item;
use sync_core::ids::{ChangeHash, DeviceId, DocId, Id, Month};
use sync_core::office::{OfficeRow, Topic};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::{Flag, Reason};
use sync_core::wire::Grant;

use super::names::named;
use super::pack;
use crate::store::{
    Assignment, ChangeRow, Entry, HeadOf, LogRow, OfficeEntry, RowHead, SetAsideRow, StoreError, Stored,
};

/// The `kind` column of the log. Never renumbered.
pub mod kinds {
    pub const CHANGE: i64 = 1;
    pub const OFFICE: i64 = 2;
    pub const GRANTED: i64 = 3;
    pub const REVOKED: i64 = 4;
    pub const ASSIGNED: i64 = 5;
    pub const SET_ASIDE: i64 = 6;
    pub const RELEASED: i64 = 7;
    pub const SETTLED: i64 = 8;
}

/// What is in the `body` column of the rows that are neither changes nor office data.
#[derive(Encode, Decode)]
pub struct GrantBody {
    #[n(0)]
    pub person: Id,
    #[n(1)]
    pub grant: Grant,
}

#[derive(Encode, Decode)]
pub struct AssignedBody {
    #[n(0)]
    pub person: Id,
    #[n(1)]
    pub case: Id,
    #[n(2)]
    pub from: Option<String>,
    #[n(3)]
    pub to: Option<String>,
    #[n(4)]
    pub substitute: bool,
}

#[derive(Encode, Decode)]
pub struct SetAsideBody {
    #[n(0)]
    pub item: Item,
    #[n(1)]
    pub reason: Reason,
    #[n(2)]
    pub bytes: ByteVec,
}

#[derive(Encode, Decode)]
pub struct ClosedBody {
    #[n(0)]
    pub of: u64,
    #[n(1)]
    pub note: String,
}

/// A document and what it was created as.
pub const DOCUMENT: &str = concat!(
    named!("documents.doc"),
    ", documents.kind, ",
    named!("documents.family"),
    ", ",
    named!("documents.place"),
    ", documents.month"
);

/// The columns of a whole row, in the order [`log_row`] and [`head`] read them.
pub const ROW: &str = concat!(
    "seq, kind, ",
    named!("doc"),
    ", doc_kind, ",
    named!("family"),
    ", ",
    named!("place"),
    ", month, ",
    named!("person"),
    ", everyone, topic, ",
    named!("subject"),
    ", hash, ",
    named!("author"),
    ", ",
    named!("device"),
    ", envelope, flag, received_ms, body, coalesce(size, length(body))"
);

/// Something in the database that this program did not write.
pub fn odd(what: &'static str) -> StoreError {
    StoreError::Broken(format!("odd {what} in the database"))
}

/// The same with the number of the row: whoever runs the server finds it by that.
fn naming(row: &Row<'_>, error: StoreError) -> StoreError {
    match (error, row.get::<_, u64>(0)) {
        (StoreError::Broken(why), Ok(seq)) => StoreError::Broken(format!("row {seq} of the log: {why}")),
        (error, _) => error,
    }
}

pub fn bytes(value: &impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value).unwrap_or_default()
}

fn read<T: for<'b> Decode<'b, ()>>(body: &[u8]) -> Stored<T> {
    minicbor::decode(body).map_err(|_| odd("body"))
}

/// A column that holds an id, or nothing.
macro_rules! id {
    ($row:expr, $column:expr, $type:ty) => {
        match $row.get_ref($column)?.as_blob_or_null().map_err(|_| odd("id"))? {
            None => None,
            Some(bytes) => Some(<$type>::from_slice(bytes).ok_or(odd("id"))?),
        }
    };
}
pub(super) use id;

pub fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Person => 1,
        Kind::Case => 2,
        Kind::Log => 3,
        Kind::Task => 4,
        Kind::Activity => 5,
    }
}

pub fn kind(number: i64) -> Stored<Kind> {
    Kind::ALL.into_iter().find(|kind| kind_number(*kind) == number).ok_or(odd("document kind"))
}

const TOPICS: [Topic; 6] =
    [Topic::Catalogue, Topic::Review, Topic::Inbox, Topic::Route, Topic::Offer, Topic::Card];

pub fn topic_number(topic: Topic) -> i64 {
    match topic {
        Topic::Catalogue => 0,
        Topic::Review => 1,
        Topic::Inbox => 2,
        Topic::Route => 3,
        Topic::Offer => 4,
        Topic::Card => 5,
    }
}

pub fn topic(number: i64) -> Stored<Topic> {
    TOPICS.into_iter().find(|topic| topic_number(*topic) == number).ok_or(odd("topic"))
}

/// Number and id of a grant.
pub fn grant_columns(grant: Grant) -> (i64, [u8; 16]) {
    match grant {
        Grant::Family(family) => (0, family.0),
        Grant::Document(doc) => (1, doc.0),
        Grant::Place(place) => (2, place.0),
        Grant::Organisation(org) => (3, org.0),
        Grant::Person(person) => (4, person.0),
    }
}

pub fn grant(number: i64, id: [u8; 16]) -> Stored<Grant> {
    Ok(match number {
        0 => Grant::Family(Id(id)),
        1 => Grant::Document(DocId(id)),
        2 => Grant::Place(Id(id)),
        3 => Grant::Organisation(Id(id)),
        4 => Grant::Person(Id(id)),
        _ => return Err(odd("grant")),
    })
}

pub fn flag(code: Option<String>) -> Stored<Option<Flag>> {
    code.map(|code| Flag::ALL.iter().find(|flag| flag.code() == code).copied().ok_or(odd("flag"))).transpose()
}

pub fn reason(code: &str) -> Stored<Reason> {
    Reason::ALL.iter().find(|reason| reason.code() == code).copied().ok_or(odd("reason"))
}

/// Kind, family, place and month, from four neighbouring columns.
pub fn scope(row: &Row<'_>, first: usize) -> Stored<Scope> {
    Ok(Scope {
        kind: kind(row.get(first)?)?,
        family: id!(row, first + 1, Id),
        place: id!(row, first + 2, Id),
        month: row.get::<_, Option<u32>>(first + 3)?.map(Month),
    })
}

/// Whom an office row is addressed to: the narrowest of what its columns name.
fn addressed_to(row: &Row<'_>, org: Id) -> Stored<Grant> {
    if row.get::<_, Option<i64>>(8)?.is_some() {
        return Ok(Grant::Organisation(org));
    }
    let person = id!(row, 7, Id).map(Grant::Person);
    let place = id!(row, 5, Id).map(Grant::Place);
    let family = id!(row, 4, Id).map(Grant::Family);
    let document = id!(row, 2, DocId).map(Grant::Document);
    person.or(place).or(family).or(document).ok_or(odd("address"))
}

/// A row selected as [`ROW`]; only changes and office data have heads.
pub fn head(row: &Row<'_>, org: Id) -> Stored<RowHead> {
    read_head(row, org).map_err(|error| naming(row, error))
}

fn read_head(row: &Row<'_>, org: Id) -> Stored<RowHead> {
    let what = match row.get(1)? {
        kinds::CHANGE => HeadOf::Change {
            doc: id!(row, 2, DocId).ok_or(odd("change"))?,
            scope: scope(row, 3)?,
            hash: change(row)?.0,
        },
        kinds::OFFICE => HeadOf::Office {
            topic: topic(row.get(9)?)?,
            subject: id!(row, 10, Id).ok_or(odd("subject"))?,
            to: addressed_to(row, org)?,
        },
        _ => return Err(odd("head")),
    };
    Ok(RowHead { seq: row.get(0)?, what, size: row.get(18)? })
}

/// Hash and bytes of the change in a row selected as [`ROW`].
pub fn change(row: &Row<'_>) -> Stored<(ChangeHash, Vec<u8>)> {
    let author = id!(row, 12, Id).ok_or(odd("author"))?;
    let blob = |column| row.get_ref(column)?.as_blob().map_err(|_| odd("change"));
    pack::unpack(author, blob(11)?, blob(17)?)
}

/// A row selected as [`ROW`].
pub fn log_row(row: &Row<'_>, org: Id) -> Stored<LogRow> {
    read_row(row, org).map_err(|error| naming(row, error))
}

fn read_row(row: &Row<'_>, org: Id) -> Stored<LogRow> {
    let body = row.get_ref(17)?.as_blob().map_err(|_| odd("body"))?;
    let by = || -> Stored<Id> { id!(row, 12, Id).ok_or(odd("author")) };
    let device = || -> Stored<DeviceId> { id!(row, 13, DeviceId).ok_or(odd("device")) };
    let entry = match row.get(1)? {
        kinds::CHANGE => {
            let (hash, bytes) = change(row)?;
            Entry::Change(ChangeRow {
                doc: id!(row, 2, DocId).ok_or(odd("change"))?,
                scope: scope(row, 3)?,
                hash,
                author: by()?,
                device: device()?,
                envelope: row.get(14)?,
                flag: flag(row.get(15)?)?,
                bytes,
            })
        }
        kinds::OFFICE => {
            let office: OfficeRow = read(body)?;
            Entry::Office(OfficeEntry { row: office, to: addressed_to(row, org)?, by: by()? })
        }
        kinds::GRANTED => {
            let GrantBody { person, grant } = read(body)?;
            Entry::Granted { person, grant, by: by()? }
        }
        kinds::REVOKED => {
            let GrantBody { person, grant } = read(body)?;
            Entry::Revoked { person, grant, by: by()? }
        }
        kinds::ASSIGNED => {
            let AssignedBody { person, case, from, to, substitute } = read(body)?;
            Entry::Assigned(Assignment { person, case, from, to, substitute, by: by()? })
        }
        kinds::SET_ASIDE => {
            let SetAsideBody { item, reason, bytes } = read(body)?;
            let (author, device, envelope) = (by()?, device()?, row.get(14)?);
            Entry::SetAside(SetAsideRow { author, device, envelope, item, reason, bytes: bytes.into() })
        }
        kinds::RELEASED => Entry::Released { of: read::<ClosedBody>(body)?.of, by: by()? },
        kinds::SETTLED => {
            let ClosedBody { of, note } = read(body)?;
            Entry::Settled { of, by: by()?, note }
        }
        _ => return Err(odd("row")),
    };
    Ok(LogRow { seq: row.get(0)?, received_ms: row.get(16)?, entry })
}
