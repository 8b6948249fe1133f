//! One document: a top map from genesis, records of scalars in it, and the changes that made them.

use std::collections::BTreeMap;
use std::fmt;

use automerge::{ActorId, Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc, Value};

use super::change::{Change, scalar_of};
use super::genesis::genesis;
use super::making::{Place, Put, make_change};
use crate::ids::{Actor, ChangeHash};
use crate::record::{Fields, Record, Scalar, Written};
use crate::scope::Kind;

/// Why a document could not be read or written. After an error on write the document is thrown away and read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentError {
    /// Bytes that are not a change, or a document without its top map.
    Broken,
    /// A change whose dependencies are not here.
    Missing(Vec<ChangeHash>),
    /// automerge refused; its words, which carry no field values.
    Refused(String),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken => f.write_str("the document or change cannot be read"),
            Self::Missing(hashes) => write!(f, "{} changes it builds on are missing", hashes.len()),
            Self::Refused(why) => write!(f, "automerge refused: {why}"),
        }
    }
}

impl std::error::Error for DocumentError {}

impl From<AutomergeError> for DocumentError {
    fn from(error: AutomergeError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// A document in memory. Cheap to make again from its changes, so it is never repaired, only reloaded.
#[derive(Clone, Debug)]
pub struct Document {
    kind: Kind,
    pub(super) inner: Automerge,
}

impl Document {
    /// A new document: genesis and nothing else.
    pub fn new(kind: Kind) -> Result<Self, DocumentError> {
        Ok(Self { kind, inner: genesis(kind)? })
    }

    /// The document these admitted changes make, in whatever order they come.
    pub fn from_changes<'a>(
        kind: Kind,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, DocumentError> {
        Self::of(kind, changes.into_iter().map(Change::parse).collect::<Result<_, _>>()?)
    }

    /// The same of changes that are parsed.
    pub fn of(kind: Kind, changes: Vec<Change>) -> Result<Self, DocumentError> {
        Self::new(kind)?.grown(changes)
    }

    /// This document with more changes, which may come in any order.
    pub fn grown(mut self, changes: Vec<Change>) -> Result<Self, DocumentError> {
        self.inner.apply_changes(changes.into_iter().map(|change| change.0).collect::<Vec<_>>())?;
        let missing = self.inner.get_missing_deps(&[]);
        if missing.is_empty() {
            Ok(self)
        } else {
            Err(DocumentError::Missing(missing.iter().map(|hash| ChangeHash(hash.0)).collect()))
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Applies one change whose dependencies are here. A change that is here already is a no-op.
    pub fn apply(&mut self, change: &Change) -> Result<(), DocumentError> {
        let missing: Vec<ChangeHash> = change.deps().filter(|hash| !self.has(hash)).collect();
        if !missing.is_empty() {
            return Err(DocumentError::Missing(missing));
        }
        self.inner.apply_changes(vec![change.0.clone()])?;
        Ok(())
    }

    /// Whether the change is part of this document.
    pub fn has(&self, hash: &ChangeHash) -> bool {
        self.inner.get_change_meta_by_hash(&automerge::ChangeHash(hash.0)).is_some()
    }

    /// One change by its hash.
    pub fn change(&self, hash: &ChangeHash) -> Option<Change> {
        self.inner.get_change_by_hash(&automerge::ChangeHash(hash.0)).map(Change)
    }

    /// All changes but genesis, each after what it builds on.
    pub fn changes(&self) -> Vec<Change> {
        let genesis = genesis(self.kind).map(|document| document.get_heads()).unwrap_or_default();
        self.inner.get_changes(&genesis).into_iter().map(Change).collect()
    }

    /// The newest changes: equal heads mean equal documents.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<ChangeHash> =
            self.inner.get_heads().iter().map(|hash| ChangeHash(hash.0)).collect();
        heads.sort();
        heads
    }

    /// The newest `seq` of an actor here; 0 when it never wrote.
    pub fn last_seq(&self, actor: &Actor) -> u64 {
        let actor = ActorId::from(actor.as_bytes());
        self.inner
            .get_changes_meta(&[])
            .iter()
            .filter(|meta| *meta.actor == actor)
            .map(|meta| meta.seq)
            .max()
            .unwrap_or(0)
    }

    /// The greatest operation counter among these changes; `None` when one is not here.
    pub fn max_op_of(&self, hashes: impl IntoIterator<Item = ChangeHash>) -> Option<u64> {
        hashes.into_iter().try_fold(0, |greatest, hash| {
            let meta = self.inner.get_change_meta_by_hash(&automerge::ChangeHash(hash.0))?;
            Some(greatest.max(meta.max_op))
        })
    }

    /// Writes `fields` into `record` as one change by `actor`, making the record's map when the document
    /// keeps many and this one is new. `None` when every field already has just that value.
    ///
    /// `time_ms` is the author's clock. On an error the document must be thrown away.
    pub fn write(
        &mut self,
        actor: &Actor,
        time_ms: i64,
        record: &str,
        fields: &Fields,
    ) -> Result<Option<Change>, DocumentError> {
        let top = self.top()?;
        let existing = if self.kind.keyed() { self.object_at(&top, record)? } else { Some(top.clone()) };
        let mut puts = Vec::new();
        for (key, value) in fields {
            let over = match &existing {
                Some(object) if self.holds_just(object, key, value)? => continue,
                Some(object) => self.inner.get_all(object, key)?.into_iter().map(|(_, id)| id).collect(),
                None => Vec::new(),
            };
            puts.push(Put { key, value, over });
        }
        if puts.is_empty() && existing.is_some() {
            return Ok(None);
        }
        let place = existing.map_or(Place::New { top, key: record }, Place::Map);
        let change = Change(make_change(&self.inner, actor, time_ms, place, puts)?);
        self.apply(&change)?;
        Ok(Some(change))
    }

    /// The keys of the records in this document; `own` names the record of a document that is one record.
    pub fn record_ids(&self, own: &str) -> Result<Vec<String>, DocumentError> {
        let top = self.top()?;
        if self.kind.keyed() { Ok(self.inner.keys(&top).collect()) } else { Ok(vec![own.to_owned()]) }
    }

    /// One record with every concurrent value of every field; `None` when there is no such record.
    pub fn record(&self, record: &str) -> Result<Option<Record>, DocumentError> {
        let top = self.top()?;
        let object = if self.kind.keyed() { self.object_at(&top, record)? } else { Some(top) };
        let Some(object) = object else { return Ok(None) };
        let mut fields = BTreeMap::new();
        for key in self.inner.keys(&object).collect::<Vec<_>>() {
            let values = self.values(&object, &key)?;
            if !values.is_empty() {
                fields.insert(key, values);
            }
        }
        Ok(Some(Record { id: record.to_owned(), fields }))
    }

    /// Whether a record was made here: corrections alone make none.
    pub fn has_record(&self, record: &str) -> Result<bool, DocumentError> {
        Ok(self.record(record)?.is_some_and(|record| record.get("type").is_some()))
    }

    /// The whole document in automerge's compact form: a cache, not the truth, and not canonical.
    pub fn save(&self) -> Vec<u8> {
        self.inner.save()
    }

    /// Reads back what [`Document::save`] gave. Only for bytes this program itself saved or vouched for.
    pub fn load_vouched(kind: Kind, bytes: &[u8]) -> Result<Self, DocumentError> {
        Ok(Self { kind, inner: Automerge::load(bytes)? })
    }

    /// Walks everything the way a reader would: what does not survive this is not admitted.
    pub fn hydrate(&self) {
        let _ = self.inner.hydrate(None);
    }

    fn top(&self) -> Result<ObjId, DocumentError> {
        self.object_at(&ROOT, self.kind.top())?.ok_or(DocumentError::Broken)
    }

    fn object_at(&self, object: &ObjId, key: &str) -> Result<Option<ObjId>, DocumentError> {
        Ok(match self.inner.get(object, key)? {
            Some((Value::Object(ObjType::Map), id)) => Some(id),
            _ => None,
        })
    }

    fn holds_just(&self, object: &ObjId, key: &str, value: &Scalar) -> Result<bool, DocumentError> {
        let values = self.values(object, key)?;
        Ok(matches!(values.as_slice(), [only] if only.value == *value))
    }

    /// All values of a field, the shown one first.
    fn values(&self, object: &ObjId, key: &str) -> Result<Vec<Written>, DocumentError> {
        let all = self.inner.get_all(object, key)?;
        Ok(all.iter().rev().filter_map(|(value, id)| self.written(value, id)).collect())
    }

    /// A value and the change that wrote it; `None` for what no field may hold.
    fn written(&self, value: &Value<'_>, id: &ObjId) -> Option<Written> {
        let Value::Scalar(scalar) = value else { return None };
        let change = ChangeHash(self.inner.hash_for_opid(id)?.0);
        Some(Written { value: scalar_of(scalar)?, change })
    }
}
