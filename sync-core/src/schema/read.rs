//! The schema files as the check needs them. The `x-` hints for forms and reports are left to those who draw.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::format::Format;
use super::key::KeyPattern;
use crate::record::Scalar;

/// The JSON type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    String,
    Integer,
    Number,
    Boolean,
}

/// What one field may hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(rename = "enum")]
    pub(super) list: Option<Vec<String>>,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    pub(super) multiple_of: Option<f64>,
    pub(super) max_length: Option<usize>,
    pub(super) format: Option<Format>,
}

/// What the check must know of a group.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Group {
    #[serde(default)]
    pub(super) required: bool,
}

/// A rule about more than one field. With a group, it is about each key and names its columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "CrossText")]
pub(super) enum CrossRule {
    CashAddsUp { received: String, spent: String, returned: String },
    InOrder { first: String, then: String, group: Option<String> },
    RequiredIf { field: String, when: String, is: Option<Vec<Scalar>>, group: Option<String> },
}

/// A cross rule as it stands in the file: all that any of them can name.
#[derive(Deserialize)]
struct CrossText {
    rule: String,
    received: Option<String>,
    spent: Option<String>,
    returned: Option<String>,
    first: Option<String>,
    then: Option<String>,
    field: Option<String>,
    when: Option<String>,
    is: Option<Vec<Scalar>>,
    group: Option<String>,
}

impl TryFrom<CrossText> for CrossRule {
    type Error = &'static str;

    fn try_from(text: CrossText) -> Result<Self, Self::Error> {
        let CrossText { rule, received, spent, returned, first, then, field, when, is, group } = text;
        let found = match rule.as_str() {
            "cash_adds_up" => received
                .zip(spent)
                .zip(returned)
                .map(|((received, spent), returned)| Self::CashAddsUp { received, spent, returned }),
            "in_order" => first.zip(then).map(|(first, then)| Self::InOrder { first, then, group }),
            "required_if" => field.zip(when).map(|(field, when)| Self::RequiredIf { field, when, is, group }),
            _ => None,
        };
        found.ok_or("an unknown rule, or one without all it needs")
    }
}

/// The schema of one type of record.
#[derive(Debug)]
pub struct Schema {
    pub(super) source: &'static str,
    pub(super) file: File,
    pub(super) patterns: Vec<(KeyPattern, Rule)>,
}

/// A file of `schemas/records/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    pub(super) title: String,
    pub(super) required: Vec<String>,
    pub(super) max_properties: usize,
    pub(super) properties: BTreeMap<String, Rule>,
    pattern_properties: BTreeMap<String, Rule>,
    #[serde(rename = "x-groups")]
    pub(super) groups: BTreeMap<String, Group>,
    #[serde(rename = "x-check")]
    pub(super) cross: Vec<CrossRule>,
}

impl Schema {
    /// Reads a file; `None` when it is not of the subset, which a test rules out for the files compiled in.
    pub(super) fn read(source: &'static str) -> Option<Self> {
        let mut file: File = serde_json::from_str(source).ok()?;
        let patterns = std::mem::take(&mut file.pattern_properties)
            .into_iter()
            .map(|(pattern, rule)| Some((KeyPattern::read(&pattern)?, rule)))
            .collect::<Option<Vec<_>>>()?;
        Some(Self { source, file, patterns })
    }

    /// The rule for the field of this name; `None` when the schema does not know it.
    pub(super) fn rule(&self, name: &str) -> Option<&Rule> {
        let keyed = || self.patterns.iter().find(|(pattern, _)| pattern.accepts(name)).map(|(_, rule)| rule);
        self.file.properties.get(name).or_else(keyed)
    }
}
