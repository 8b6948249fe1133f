//! The check itself: fields against a schema. Linear in the size of the record, and it never panics.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::read::{CrossRule, Kind, Rule, Schema};
use super::violation::{Violation, ViolationCode};
use crate::record::Scalar;

type Fields = BTreeMap<String, Scalar>;

/// Whole numbers beyond this are not exact as decimals, so a decimal that large is no integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Everything found in `fields`, in no particular order.
pub(super) fn check(schema: &Schema, fields: &Fields) -> Vec<Violation> {
    let mut found: Vec<Violation> =
        fields.iter().filter_map(|(name, value)| in_field(schema, name, value)).collect();
    if fields.len() > schema.file.max_properties {
        found.push(
            Violation::new("", ViolationCode::TooManyFields).with("limit", whole(schema.file.max_properties)),
        );
    }
    let groups = schema.file.groups.iter().filter(|(_, group)| group.required).map(|(name, _)| name);
    let required = schema.file.required.iter().chain(groups);
    found.extend(required.filter(|name| !is_filled(schema, fields, name)).map(|name| missing(name)));
    for rule in &schema.file.cross {
        across(schema, fields, rule, &mut found);
    }
    found
}

fn in_field(schema: &Schema, name: &str, value: &Scalar) -> Option<Violation> {
    let Some(rule) = schema.rule(name) else {
        return Some(Violation::new(name, ViolationCode::UnknownField));
    };
    match (value, rule.kind) {
        (Scalar::Null, _) | (Scalar::Bool(_), Kind::Boolean) => None,
        (Scalar::Text(text), Kind::String) => in_text(name, rule, text),
        (Scalar::Int(number), Kind::Integer | Kind::Number) => in_number(name, rule, *number as f64),
        (Scalar::Float(number), Kind::Number) if number.is_finite() => in_number(name, rule, *number),
        (Scalar::Float(number), Kind::Integer) if number.fract() == 0.0 && number.abs() <= EXACT => {
            in_number(name, rule, *number)
        }
        _ => Some(Violation::new(name, ViolationCode::WrongType)),
    }
}

fn in_text(name: &str, rule: &Rule, text: &str) -> Option<Violation> {
    if rule.list.as_ref().is_some_and(|list| !list.iter().any(|item| item == text)) {
        return Some(Violation::new(name, ViolationCode::NotInList));
    }
    if let Some(limit) = rule.max_length.filter(|limit| text.chars().nth(*limit).is_some()) {
        return Some(Violation::new(name, ViolationCode::TooLong).with("limit", whole(limit)));
    }
    let odd = rule.format.is_some_and(|format| !format.accepts(text));
    odd.then(|| Violation::new(name, ViolationCode::BadFormat))
}

/// Limits are far below 2^53, so comparing decimals is exact where it matters.
fn in_number(name: &str, rule: &Rule, number: f64) -> Option<Violation> {
    if let Some(limit) = rule.minimum.filter(|limit| number < *limit as f64) {
        return Some(Violation::new(name, ViolationCode::TooSmall).with("limit", limit));
    }
    if let Some(limit) = rule.maximum.filter(|limit| number > *limit as f64) {
        return Some(Violation::new(name, ViolationCode::TooLarge).with("limit", limit));
    }
    let odd = rule.multiple_of.is_some_and(|step| (number / step).fract() != 0.0);
    odd.then(|| Violation::new(name, ViolationCode::BadStep))
}

fn across(schema: &Schema, fields: &Fields, rule: &CrossRule, found: &mut Vec<Violation>) {
    match rule {
        CrossRule::CashAddsUp { received, spent, returned } => {
            found.extend(cash(fields, received, spent, returned))
        }
        CrossRule::InOrder { first, then, group: None } => found.extend(order(schema, fields, first, then)),
        CrossRule::InOrder { first, then, group: Some(group) } => {
            for prefix in rows(fields, group, then) {
                found.extend(order(schema, fields, &format!("{prefix}{first}"), &format!("{prefix}{then}")));
            }
        }
        CrossRule::RequiredIf { field, when, is, group: None } => {
            if applies(fields.get(when), is.as_deref()) && !is_filled(schema, fields, field) {
                found.push(missing(field));
            }
        }
        CrossRule::RequiredIf { field, when, is, group: Some(group) } => {
            for prefix in rows(fields, group, when) {
                let name = format!("{prefix}{field}");
                if applies(fields.get(&format!("{prefix}{when}")), is.as_deref())
                    && !has_value(fields.get(&name))
                {
                    found.push(missing(&name));
                }
            }
        }
    }
}

/// Received = spent + returned. What is not a whole number has its own violation and counts as absent here.
fn cash(fields: &Fields, received: &str, spent: &str, returned: &str) -> Option<Violation> {
    let amount = |name: &str| fields.get(name).and_then(Scalar::as_int);
    let amounts = [amount(received), amount(spent), amount(returned)];
    if amounts == [None; 3] {
        return None;
    }
    let [received_sum, spent_sum, returned_sum] = amounts.map(|sum| i128::from(sum.unwrap_or(0)));
    let difference = received_sum - spent_sum - returned_sum;
    let shown = i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX });
    (difference != 0)
        .then(|| Violation::new(received, ViolationCode::CashDoesNotAddUp).with("difference", shown))
}

/// Dates and times of our formats stand in order exactly when their texts do.
fn order(schema: &Schema, fields: &Fields, first: &str, then: &str) -> Option<Violation> {
    let text = |name: &str| {
        let value = fields.get(name)?;
        in_field(schema, name, value).is_none().then(|| value.as_text()).flatten()
    };
    (text(then)? < text(first)?).then(|| Violation::new(then, ViolationCode::EndsBeforeStart))
}

fn applies(value: Option<&Scalar>, is: Option<&[Scalar]>) -> bool {
    match (value, is) {
        (None, _) => false,
        (Some(_), None) => has_value(value),
        (Some(value), Some(is)) => is.contains(value),
    }
}

/// Whether a plain field has a value, or a group a key that the schema knows and that is not switched off.
fn is_filled(schema: &Schema, fields: &Fields, name: &str) -> bool {
    if schema.file.properties.contains_key(name) {
        return has_value(fields.get(name));
    }
    keyed(fields, name).any(|(key, value)| {
        has_value(Some(value)) && *value != Scalar::Bool(false) && schema.rule(key).is_some()
    })
}

fn has_value(value: Option<&Scalar>) -> bool {
    match value {
        None | Some(Scalar::Null) => false,
        Some(Scalar::Text(text)) => !text.trim().is_empty(),
        Some(_) => true,
    }
}

/// The fields whose name begins with `group/`.
fn keyed<'a>(fields: &'a Fields, group: &str) -> impl Iterator<Item = (&'a String, &'a Scalar)> {
    let prefix = format!("{group}/");
    fields
        .range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded))
        .take_while(move |(name, _)| name.starts_with(&prefix))
}

/// `group/<key>/` for each key that has this column.
fn rows(fields: &Fields, group: &str, column: &str) -> Vec<String> {
    let ending = format!("/{column}");
    keyed(fields, group)
        .filter_map(|(name, _)| name.strip_suffix(&ending))
        .map(|row| format!("{row}/"))
        .collect()
}

fn missing(name: &str) -> Violation {
    Violation::new(name, ViolationCode::Missing)
}

fn whole(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
