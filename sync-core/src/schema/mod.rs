//! Record schemas: what the fields of each type of record may hold.
//!
//! The schemas themselves are data, in `schemas/records/`, in the small subset of JSON Schema that
//! `schemas/README.md` describes; they are compiled in, so the phone and the server can never differ.
//! The same files carry the hints that draw the form.
//!
//! **A check never refuses anything.** It names what a person should look at; the record is admitted
//! all the same.
//!
//! ```
//! use std::collections::BTreeMap;
//! use sync_core::schema::{self, ViolationCode};
//!
//! let fields = BTreeMap::from([("type".to_owned(), "person".into())]);
//! let found = schema::check("person", &fields);
//! assert!(found.iter().any(|v| v.field == "name" && v.code == ViolationCode::Missing));
//! ```

mod check;
mod format;
mod key;
mod read;
#[cfg(test)]
mod tests;
mod violation;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use read::Schema;
pub use violation::{Violation, ViolationCode};

use crate::record::Scalar;

/// A record with more findings than this shows the first of them; a person gets the idea.
pub const MAX_VIOLATIONS: usize = 100;

macro_rules! source {
    ($name:literal) => {
        include_str!(concat!("../../../schemas/records/", $name, ".schema.json"))
    };
}

/// The files of `schemas/records/`, in the order in which people meet the types.
const SOURCES: [&str; 6] = [
    source!("visit"),
    source!("delivery"),
    source!("task"),
    source!("case"),
    source!("person"),
    source!("activity"),
];

static SCHEMAS: LazyLock<Schemas> =
    LazyLock::new(|| Schemas(SOURCES.into_iter().filter_map(Schema::read).collect()));

/// The schemas of all types of record.
#[derive(Debug)]
pub struct Schemas(Vec<Schema>);

impl Schemas {
    /// The schema of one type; `None` for a type this version does not know.
    pub fn get(&self, type_: &str) -> Option<&Schema> {
        self.0.iter().find(|schema| schema.type_name() == type_)
    }

    /// Each schema once.
    pub fn iter(&self) -> impl Iterator<Item = &Schema> {
        self.0.iter()
    }

    /// One JSON object: type to schema, hints and all, as the files have it.
    pub fn to_json(&self) -> String {
        let entries: Vec<String> = self
            .iter()
            .map(|schema| format!("\"{}\":{}", schema.type_name(), schema.source().trim_end()))
            .collect();
        format!("{{{}}}", entries.join(","))
    }
}

/// The schemas compiled into this build.
pub fn record_schemas() -> &'static Schemas {
    &SCHEMAS
}

impl Schema {
    /// The schema of one type of record; `None` for a type this version does not know.
    pub fn for_type(type_: &str) -> Option<&'static Self> {
        record_schemas().get(type_)
    }

    /// The type of record, as in its field `type`.
    pub fn type_name(&self) -> &str {
        &self.file.title
    }

    /// The file, word for word: the form and the reports read their hints from it.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Whether the schema has a field of this name, plain or keyed.
    pub fn knows(&self, field: &str) -> bool {
        self.rule(field).is_some()
    }

    /// What a person should look at in a record of this type, by field, then code; at most [`MAX_VIOLATIONS`].
    pub fn check(&self, fields: &BTreeMap<String, Scalar>) -> Vec<Violation> {
        let mut found = check::check(self, fields);
        found.sort();
        found.dedup();
        found.truncate(MAX_VIOLATIONS);
        found
    }
}

/// What a person should look at in a record of this type: nothing found means an empty list.
///
/// Null counts as absent. An unknown type is one violation of the field `type`, and then nothing else
/// is looked at. Never panics; takes time linear in the size of the fields.
pub fn check(type_: &str, fields: &BTreeMap<String, Scalar>) -> Vec<Violation> {
    match Schema::for_type(type_) {
        Some(schema) => schema.check(fields),
        None => vec![Violation::new("type", ViolationCode::UnknownType)],
    }
}
