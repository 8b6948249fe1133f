//! One record: every field with all its values, who wrote what and when, and every decision.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::records::{RecordItem, ReviewItem, SELECT, item, name_of};
use super::{Reach, stored_value, unpacked};
use crate::read_model::{ReadModelError, key};

/// One record with its whole story.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RecordDetail {
    pub record: RecordItem,
    pub fields: Vec<FieldItem>,
    /// Oldest change first.
    pub history: Vec<ChangeItem>,
    /// The decision that was made last.
    pub review: Option<ReviewItem>,
    /// Every decision, oldest first.
    pub reviews: Vec<ReviewItem>,
    /// Fields written since the newest decision's digest; absent when nothing was decided.
    pub changed_since_review: Option<Vec<String>>,
    /// The fields whose values disagree, with those values.
    pub conflicts: Vec<FieldItem>,
    #[schema(value_type = Vec<super::shapes::ViolationItem>)]
    pub violations: Vec<Value>,
    pub flags: Vec<String>,
}

/// A field with the value it shows first and those that disagree with it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldItem {
    pub key: String,
    pub values: Vec<ValueItem>,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ValueItem {
    #[schema(value_type = super::shapes::FieldValue)]
    pub value: Value,
    pub author: String,
    pub author_name: Option<String>,
    pub device: String,
    pub device_name: Option<String>,
    pub at_ms: i64,
    pub received_ms: i64,
    /// Hash of the change that put it: what settling a conflict sends as `shown`.
    pub change: String,
}

/// One change of the record.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChangeItem {
    pub seq: u64,
    /// Its hash.
    pub change: String,
    pub author: String,
    pub author_name: Option<String>,
    pub device: String,
    pub device_name: Option<String>,
    pub at_ms: i64,
    pub received_ms: i64,
    pub flag: Option<String>,
    /// The values it put.
    #[schema(value_type = BTreeMap<String, super::shapes::FieldValue>)]
    pub fields: Map<String, Value>,
    /// The record's digest after it.
    pub digest: String,
    /// The hash, the values and the digest are still to be read from its log row.
    #[serde(skip)]
    pub in_log: bool,
}

/// One record and what was written of it, as the tables have it.
#[derive(Clone, Debug)]
pub struct Story {
    pub record: RecordItem,
    pub history: Vec<ChangeItem>,
    reviews: Vec<ReviewItem>,
    /// Field, value as JSON, and the change that put it, by field; the shown one first.
    conflicts: Vec<(String, String, String)>,
}

/// The record of this id within reach: of the named document, or of the one that had it first.
pub fn find(
    connection: &Connection,
    reach: &Reach,
    id: &str,
    doc: Option<&str>,
) -> Result<Option<RecordItem>, ReadModelError> {
    let sql = format!(
        "{SELECT} WHERE substr(r.key, 9) = substr(?1, 9) AND r.key = ?1 AND (?2 IS NULL OR r.doc_key = ?2)
         ORDER BY r.first_seq"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query(params![key(id), doc.map(key)])?;
    while let Some(row) = rows.next()? {
        let found = item(row)?;
        if reach.covers(found.place.as_deref()) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The record with its story; `None` when it is not within reach.
pub fn story(
    connection: &Connection,
    reach: &Reach,
    id: &str,
    doc: Option<&str>,
) -> Result<Option<Story>, ReadModelError> {
    let Some(record) = find(connection, reach, id, doc)? else { return Ok(None) };
    Ok(Some(Story {
        history: history(connection, &record)?,
        reviews: reviews(connection, &record)?,
        conflicts: conflicts(connection, &record)?,
        record,
    }))
}

impl Story {
    /// As it is shown, when nothing is left to be read from the log.
    pub fn told(self) -> Result<RecordDetail, ReadModelError> {
        let Self { record, history, reviews, conflicts } = self;
        let conflicts = disagreeing(conflicts, &history)?;
        let changed_since_review = reviews.last().map(|review| changed_since(&history, &review.digest));
        Ok(RecordDetail {
            fields: fields(&record, &history, &conflicts),
            review: record.review.clone(),
            violations: record.violations.clone(),
            flags: record.flags.clone(),
            changed_since_review,
            conflicts,
            history,
            reviews,
            record,
        })
    }
}

/// The fields written after the record last had this digest; every field when it never had it.
pub fn changed_since(history: &[ChangeItem], digest: &str) -> Vec<String> {
    let seen = history.iter().rposition(|change| change.digest == digest).map_or(0, |at| at + 1);
    let fields: BTreeSet<&String> =
        history.iter().skip(seen).flat_map(|change| change.fields.keys()).collect();
    fields.into_iter().cloned().collect()
}

/// The changes of a record, oldest first.
pub fn history(connection: &Connection, record: &RecordItem) -> Result<Vec<ChangeItem>, ReadModelError> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT h.seq, h.hash, h.author, ",
        name_of!("h.author"),
        ", h.device, h.at_ms, h.received_ms, h.flag, h.fields, h.digest
         FROM history_shown h
         WHERE h.doc_key = ?1 AND substr(h.key, 9) = substr(?2, 9) AND h.key = ?2 ORDER BY h.seq"
    ))?;
    let mut rows = select.query(params![key(&record.doc), key(&record.id)])?;
    let mut history = Vec::new();
    while let Some(row) = rows.next()? {
        let fields: Option<Vec<u8>> = row.get(8)?;
        history.push(ChangeItem {
            seq: row.get(0)?,
            change: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            author: row.get(2)?,
            author_name: row.get(3)?,
            device: row.get(4)?,
            device_name: None,
            at_ms: row.get(5)?,
            received_ms: row.get(6)?,
            flag: row.get(7)?,
            in_log: fields.is_none(),
            fields: fields.map(|fields| unpacked(&fields, "change")).transpose()?.unwrap_or_default(),
            digest: row.get(9)?,
        });
    }
    Ok(history)
}

fn reviews(connection: &Connection, record: &RecordItem) -> Result<Vec<ReviewItem>, ReadModelError> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT v.seq, v.decision, v.comment, v.by, ",
        name_of!("v.by"),
        ", v.at_ms, v.digest FROM review v WHERE v.doc = ?1 AND v.record = ?2 ORDER BY v.seq"
    ))?;
    let reviews = select
        .query_map(params![record.doc, record.id], |row| {
            Ok(ReviewItem {
                seq: row.get(0)?,
                decision: row.get(1)?,
                comment: row.get(2)?,
                by: row.get(3)?,
                by_name: row.get(4)?,
                at_ms: row.get(5)?,
                digest: row.get(6)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(reviews)
}

fn conflicts(
    connection: &Connection,
    record: &RecordItem,
) -> Result<Vec<(String, String, String)>, ReadModelError> {
    let mut select = connection.prepare_cached(
        "SELECT field, value, hash FROM conflict WHERE doc = ?1 AND record = ?2 ORDER BY field, rank",
    )?;
    let rows = select
        .query_map(params![record.doc, record.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn disagreeing(
    conflicts: Vec<(String, String, String)>,
    history: &[ChangeItem],
) -> Result<Vec<FieldItem>, ReadModelError> {
    let mut fields: Vec<FieldItem> = Vec::new();
    for (key, value, hash) in conflicts {
        let writer =
            history.iter().find(|change| change.change == hash).ok_or(ReadModelError::Odd("conflict"))?;
        let value = value_of(writer, stored_value(&value));
        match fields.last_mut().filter(|field| field.key == key) {
            Some(field) => field.values.push(value),
            None => fields.push(FieldItem { key, values: vec![value] }),
        }
    }
    Ok(fields)
}

/// Each field with its values. The value that stands alone is the one put last: the log has every change
/// after those it overwrites.
fn fields(record: &RecordItem, history: &[ChangeItem], conflicts: &[FieldItem]) -> Vec<FieldItem> {
    let mut newest: BTreeMap<&String, &ChangeItem> = BTreeMap::new();
    for change in history {
        newest.extend(change.fields.keys().map(|key| (key, change)));
    }
    record
        .fields
        .iter()
        .filter_map(|(key, value)| {
            if let Some(conflict) = conflicts.iter().find(|conflict| conflict.key == *key) {
                return Some(conflict.clone());
            }
            let writer = newest.get(key)?;
            Some(FieldItem { key: key.clone(), values: vec![value_of(writer, value.clone())] })
        })
        .collect()
}

fn value_of(writer: &ChangeItem, value: Value) -> ValueItem {
    ValueItem {
        value,
        author: writer.author.clone(),
        author_name: writer.author_name.clone(),
        device: writer.device.clone(),
        device_name: None,
        at_ms: writer.at_ms,
        received_ms: writer.received_ms,
        change: writer.change.clone(),
    }
}

impl RecordDetail {
    /// Puts in the names of devices, which the log does not know.
    pub fn name_devices(&mut self, names: &BTreeMap<String, String>) {
        for change in &mut self.history {
            change.device_name = names.get(&change.device).cloned();
        }
        for field in self.fields.iter_mut().chain(&mut self.conflicts) {
            for value in &mut field.values {
                value.device_name = names.get(&value.device).cloned();
            }
        }
    }
}
