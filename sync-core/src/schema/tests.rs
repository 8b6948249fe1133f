//! The contract against its own examples, and against everything else that may come in.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests read the schema room from disk; the core never does"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::*;

const TYPES: [&str; 6] = ["visit", "delivery", "task", "case", "person", "activity"];

#[derive(Deserialize)]
struct Example {
    #[serde(rename = "type")]
    type_: String,
    fields: BTreeMap<String, Scalar>,
    #[serde(default)]
    violations: Vec<Named>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    field: String,
    code: ViolationCode,
}

fn room() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

fn examples(folder: &str) -> Vec<(String, Example)> {
    let files: Vec<_> = fs::read_dir(room().join("examples").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let example = serde_json::from_str(&fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.display().to_string(), example)
        })
        .collect();
    assert!(files.len() >= 10, "{folder} has its examples");
    files
}

fn found(example: &Example) -> Vec<Named> {
    check(&example.type_, &example.fields)
        .into_iter()
        .map(|v| Named { field: v.field, code: v.code })
        .collect()
}

fn schema_value(schema: &Schema) -> Value {
    serde_json::from_str(schema.source()).unwrap()
}

#[test]
fn every_type_has_its_schema() {
    let names: Vec<_> = record_schemas().iter().map(Schema::type_name).collect();
    assert_eq!(names, TYPES);
    let all: BTreeMap<String, Value> = serde_json::from_str(&record_schemas().to_json()).unwrap();
    assert_eq!(all.keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(TYPES));
}

#[test]
fn valid_examples_have_no_violations() {
    for (path, example) in examples("valid") {
        assert_eq!(found(&example), [], "{path}");
    }
}

#[test]
fn invalid_examples_have_exactly_the_named_violations() {
    for (path, mut example) in examples("invalid") {
        example.violations.sort();
        assert!(!example.violations.is_empty(), "{path} names what must be found");
        assert_eq!(found(&example), example.violations, "{path}");
    }
}

#[test]
fn every_code_but_the_sizes_has_an_example() {
    let shown: BTreeSet<_> =
        examples("invalid").into_iter().flat_map(|(_, example)| example.violations).map(|v| v.code).collect();
    let named = |code| serde_json::to_value(code).unwrap();
    let all = [
        ViolationCode::Missing,
        ViolationCode::WrongType,
        ViolationCode::NotInList,
        ViolationCode::TooSmall,
        ViolationCode::TooLarge,
        ViolationCode::TooLong,
        ViolationCode::BadStep,
        ViolationCode::BadFormat,
        ViolationCode::UnknownField,
        ViolationCode::CashDoesNotAddUp,
        ViolationCode::EndsBeforeStart,
        ViolationCode::UnknownType,
    ];
    for code in all {
        assert!(shown.contains(&code), "no example of {}", named(code));
    }
}

#[test]
fn params_carry_the_numbers_for_the_text() {
    let fields = BTreeMap::from([
        ("mood".to_owned(), Scalar::Int(0)),
        ("witness".to_owned(), Scalar::Text("ы".repeat(121))),
    ]);
    let limit = |field: &str| {
        let found = check("visit", &fields);
        found.iter().find(|v| v.field == field).and_then(|v| v.params.get("limit").copied())
    };
    assert_eq!(limit("mood"), Some(1));
    assert_eq!(limit("witness"), Some(120));

    let cash = |received, spent| {
        let fields = BTreeMap::from([
            ("received_minor".to_owned(), Scalar::Int(received)),
            ("spent_minor".to_owned(), Scalar::Int(spent)),
        ]);
        let found = check("delivery", &fields);
        found.iter().find(|v| v.code == ViolationCode::CashDoesNotAddUp).map(|v| v.params["difference"])
    };
    assert_eq!(cash(100, 100), None);
    assert_eq!(cash(100, 130), Some(-30));
    assert_eq!(cash(i64::MIN, i64::MAX), Some(i64::MIN));
}

#[test]
fn whole_decimals_count_as_integers() {
    let mood = |value: Scalar| {
        let fields = BTreeMap::from([("mood".to_owned(), value)]);
        check("visit", &fields).into_iter().find(|v| v.field == "mood").map(|v| v.code)
    };
    assert_eq!(mood(Scalar::Float(3.0)), None);
    assert_eq!(mood(Scalar::Float(3.5)), Some(ViolationCode::WrongType));
    assert_eq!(mood(Scalar::Float(f64::NAN)), Some(ViolationCode::WrongType));
    assert_eq!(mood(Scalar::Float(1e300)), Some(ViolationCode::WrongType));
    assert_eq!(mood(Scalar::Int(i64::MAX)), Some(ViolationCode::TooLarge));
}

#[test]
fn findings_are_bounded_and_in_order() {
    let fields: BTreeMap<String, Scalar> = (0..6000).map(|n| (format!("odd/{n}"), Scalar::Null)).collect();
    let found = check("visit", &fields);
    assert_eq!(found.len(), MAX_VIOLATIONS);
    assert!(found.is_sorted());
    assert_eq!(found[0].code, ViolationCode::TooManyFields);
    assert_eq!(found[0].params["limit"], 5000);
}

#[test]
fn schemas_use_only_the_subset() {
    const TOP: [&str; 13] = [
        "$schema",
        "$id",
        "title",
        "description",
        "type",
        "required",
        "additionalProperties",
        "maxProperties",
        "properties",
        "patternProperties",
        "x-steps",
        "x-groups",
        "x-check",
    ];
    const FIELD: [&str; 7] = ["type", "enum", "minimum", "maximum", "multipleOf", "maxLength", "format"];
    const HINTS: [&str; 10] = [
        "x-widget",
        "x-step",
        "x-order",
        "x-group",
        "x-default",
        "x-source",
        "x-unit",
        "x-label-key",
        "x-help-key",
        "x-report",
    ];
    const WIDGETS: [&str; 17] = [
        "text",
        "long-text",
        "date",
        "time-now",
        "minutes",
        "stepper",
        "count",
        "mood-scale",
        "yes-no",
        "choice-chips",
        "money",
        "phone",
        "place-picker",
        "people-picker",
        "service-picker",
        "line-list",
        "cash-ledger",
    ];
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for schema in record_schemas().iter() {
        let file = schema_value(schema);
        let name = schema.type_name();
        assert!(keys(&file).iter().all(|key| TOP.contains(&key.as_str())), "{name}: {:?}", keys(&file));
        assert_eq!(file["additionalProperties"], Value::Bool(false));
        assert_eq!(file["properties"]["type"]["enum"], serde_json::json!([name]));
        let steps = file["x-steps"].as_array().unwrap();
        assert_eq!(steps[0], "main", "{name}");

        let groups = file["x-groups"].as_object().unwrap();
        let fields = file["properties"].as_object().unwrap().iter();
        let columns = file["patternProperties"].as_object().unwrap().iter();
        let mut orders = BTreeSet::new();
        for (field, rule) in fields.chain(columns) {
            let place = format!("{name} {field}");
            for key in keys(rule) {
                assert!(FIELD.contains(&key.as_str()) || HINTS.contains(&key.as_str()), "{place}: {key}");
            }
            assert!(rule["type"].is_string(), "{place}: one type");
            if let Some(widget) = rule.get("x-widget") {
                assert!(WIDGETS.contains(&widget.as_str().unwrap()), "{place}: {widget}");
                assert!(rule["x-label-key"].is_string(), "{place}: a label");
                assert!(rule.get("x-group").is_some() || steps.contains(&rule["x-step"]), "{place}: a step");
            }
            if let Some(order) = rule.get("x-order") {
                assert!(orders.insert(order.as_i64().unwrap()), "{place}: an order of its own");
            }
            if let Some(group) = rule.get("x-group") {
                assert!(groups.contains_key(group.as_str().unwrap()), "{place}: group {group}");
            }
        }
        for (group, hints) in groups {
            let place = format!("{name} {group}");
            let keyed = hints.get("key").is_some() && hints.get("columns").is_some();
            assert_ne!(
                keyed,
                hints.get("fields").is_some(),
                "{place}: keyed, or plain fields drawn together"
            );
            if let Some(order) = hints.get("x-order") {
                assert!(orders.insert(order.as_i64().unwrap()), "{place}: an order of its own");
                assert!(steps.contains(&hints["x-step"]), "{place}: a step");
                assert!(WIDGETS.contains(&hints["x-widget"].as_str().unwrap()), "{place}");
            }
        }
        for required in file["required"].as_array().unwrap() {
            assert!(schema.knows(required.as_str().unwrap()), "{name}: required {required}");
        }
    }
}

/// Names in the rules across fields are free text for serde; a slip of the pen would silence the rule.
#[test]
fn cross_rules_name_fields_that_are_there() {
    for schema in record_schemas().iter() {
        let file = schema_value(schema);
        for rule in file["x-check"].as_array().unwrap() {
            for part in ["field", "when", "first", "then", "received", "spent", "returned"] {
                let Some(field) = rule.get(part).and_then(Value::as_str) else { continue };
                let known = match rule.get("group").and_then(Value::as_str) {
                    Some(group) => {
                        file["x-groups"][group]["columns"].as_array().unwrap().contains(&Value::from(field))
                    }
                    None => schema.knows(field) || file["x-groups"].get(field).is_some(),
                };
                assert!(known, "{}: {rule}", schema.type_name());
            }
        }
    }
}

#[test]
fn common_fields_are_the_same_everywhere() {
    let common = |schema: &Schema| {
        let file = schema_value(schema);
        let of = |part: &str, begins: &[&str]| -> Vec<(String, Value)> {
            let fields = file[part].as_object().unwrap().iter();
            fields
                .filter(|(name, _)| begins.iter().any(|begin| name.starts_with(begin)))
                .map(|(name, rule)| (name.clone(), rule.clone()))
                .collect()
        };
        let plain = of("properties", &["author", "zone", "recorded_ms", "offset_ms", "void/"]);
        assert_eq!(plain.len(), 7);
        (plain, of("patternProperties", &["^comment/"]), file["x-groups"]["comment"].clone())
    };
    let mut all = record_schemas().iter().map(common);
    let first = all.next().unwrap();
    assert!(all.all(|other| other == first));
}

#[test]
fn the_starter_catalogue_is_whole() {
    #[derive(Deserialize)]
    struct Entry {
        code: String,
        name: BTreeMap<String, String>,
        minutes: Option<u32>,
        group: Option<String>,
        group_uk: Option<String>,
    }
    let text = fs::read_to_string(room().join("catalogue/starter.json")).unwrap();
    let lists: BTreeMap<String, Vec<Entry>> = serde_json::from_str(&text).unwrap();
    for (list, entries) in &lists {
        let codes: BTreeSet<_> = entries.iter().map(|entry| &entry.code).collect();
        assert_eq!(codes.len(), entries.len(), "{list}: every code once");
        for entry in entries {
            assert!(format::Format::Code.accepts(&entry.code), "{list}: {}", entry.code);
            assert_eq!(entry.name.keys().collect::<Vec<_>>(), ["en", "ru", "uk"], "{list}: {}", entry.code);
            assert!(entry.name.values().all(|name| !name.trim().is_empty()));
        }
    }
    let has = |list: &str, code: &str| lists[list].iter().any(|entry| entry.code == code);
    for service in &lists["services"] {
        assert!(service.minutes.is_some(), "{}", service.code);
        assert!(has("service_groups", service.group.as_deref().unwrap()), "{}", service.code);
        assert!(has("service_groups_uk", service.group_uk.as_deref().unwrap()), "{}", service.code);
    }
    assert!(lists["measures"].iter().all(|measure| measure.minutes.is_some()));

    let beside = ["people", "places", "recipients"];
    for schema in record_schemas().iter() {
        let file = schema_value(schema);
        let parts = ["properties", "patternProperties", "x-groups"];
        for source in parts.iter().flat_map(|part| file[part].as_object().unwrap().values()) {
            let Some(source) = source.get("x-source").and_then(Value::as_str) else { continue };
            assert!(beside.contains(&source) || lists.contains_key(source), "{source}");
        }
    }
}

fn any_scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Null),
        any::<bool>().prop_map(Scalar::Bool),
        any::<i64>().prop_map(Scalar::Int),
        any::<f64>().prop_map(Scalar::Float),
        any::<String>().prop_map(Scalar::Text),
        "[0-9:.-]{0,12}".prop_map(Scalar::Text),
    ]
}

/// Names the schemas know, names that nearly are, and anything.
fn any_name() -> impl Strategy<Value = String> {
    let plain =
        record_schemas().iter().flat_map(|schema| schema.file.properties.keys().cloned()).collect::<Vec<_>>();
    prop_oneof![
        proptest::sample::select(plain),
        "(line|measure|service|consent|role|step|performer)/[0-9a-f]{0,33}(/(qty|done|when|given|until|from|to|why|role))?",
        "[a-z/]{0,10}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn check_never_panics_and_repeats_itself(
        type_ in prop_oneof![proptest::sample::select(TYPES.to_vec()).prop_map(str::to_owned), any::<String>()],
        fields in proptest::collection::btree_map(any_name(), any_scalar(), 0..40),
    ) {
        let first = check(&type_, &fields);
        prop_assert!(first.len() <= MAX_VIOLATIONS);
        prop_assert_eq!(first, check(&type_, &fields));
    }

    #[test]
    fn null_is_the_same_as_absent(
        type_ in proptest::sample::select(TYPES.to_vec()),
        fields in proptest::collection::btree_map(any_name(), any_scalar(), 0..40),
    ) {
        let schema = Schema::for_type(type_).unwrap();
        let mut cleared = fields;
        cleared.retain(|name, _| schema.knows(name));
        let mut absent = cleared.clone();
        absent.retain(|_, value| *value != Scalar::Null);
        prop_assert_eq!(schema.check(&cleared), schema.check(&absent));
    }
}
