//! Every keyed thing of every record schema, made on two offline phones: both are found on both.

use footpath_tests::chance::Chance;
use footpath_tests::clock::Time;
use footpath_tests::ledger::Ledger;
use footpath_tests::phone::Phone;
use footpath_tests::stories::cases;
use footpath_tests::wire::run_until_quiet;
use serde_json::Value;
use sync_core::device::WriteEvent;
use sync_core::ids::{DocId, hex};
use sync_core::record::Scalar;
use sync_core::schema::record_schemas;

fn pair() -> (Vec<Phone>, Ledger, Chance) {
    let mut chance = Chance::new(3);
    let time = Time::wound();
    let mut ledger = Ledger::new(&time);
    let mut phones: Vec<Phone> = ["Anna", "Boris"].map(|name| Phone::new(name, &time, &mut chance)).into();
    phones.iter_mut().for_each(|phone| ledger.enrol(phone));
    (phones, ledger, chance)
}

/// A field of this pattern under a key of its own, with a value of its type.
fn keyed_field(pattern: &str, rule: &Value, chance: &mut Chance) -> (String, Scalar) {
    let number = chance.below(800) + 100;
    let name = pattern
        .trim_start_matches('^')
        .trim_end_matches('$')
        .replace("[0-9a-f]{32}", &hex(&chance.bytes::<16>()))
        .replace("[a-z0-9_.-]{1,40}", &format!("code-{number}"))
        .replace("[0-9]{1,3}", &number.to_string());
    let value = match rule["type"].as_str().unwrap() {
        "boolean" => true.into(),
        "integer" => Scalar::Int(number as i64),
        "number" => Scalar::Float(number as f64 / 2.0),
        _ => format!("text {number}").into(),
    };
    (name, value)
}

fn new_record(phone: &mut Phone, record_type: &str) -> (DocId, String) {
    let event = phone.event(record_type, &[]);
    let case = Some(cases(1)[0]);
    let made = phone.write(WriteEvent { case, ..event });
    made.unwrap_or_else(|| panic!("a new {record_type} is refused: {:?}", phone.host.refused))
}

#[test]
fn every_keyed_thing_made_on_two_offline_phones_is_found_on_both() {
    let mut groups = 0;
    for schema in record_schemas().iter() {
        let (mut phones, mut ledger, mut chance) = pair();
        let at = new_record(&mut phones[0], schema.type_name());
        run_until_quiet(&mut phones, &mut ledger);

        let source: Value = serde_json::from_str(schema.source()).unwrap();
        let mut made = Vec::new();
        for (pattern, rule) in source["patternProperties"].as_object().unwrap() {
            for phone in &mut phones {
                let (name, value) = keyed_field(pattern, rule, &mut chance);
                assert!(schema.knows(&name), "{name} is no field of a {}", schema.type_name());
                phone.correct(&at, &[(name.as_str(), value.clone())]).unwrap();
                made.push((name, value));
            }
            groups += 1;
        }
        run_until_quiet(&mut phones, &mut ledger);
        for phone in &phones {
            let row = phone.row(&at).unwrap();
            assert!(row.conflicts.is_empty());
            for (name, value) in &made {
                assert_eq!(
                    row.fields.get(name),
                    Some(value),
                    "{name} of the {} on {}",
                    row.record_type,
                    phone.name
                );
            }
        }
    }
    assert!(groups > 15, "only {groups} keyed groups were found in the schemas");
}

#[test]
fn two_phones_that_start_the_same_log_offline_share_it() {
    let (mut phones, mut ledger, _) = pair();
    let case = cases(1)[0];
    let made: Vec<_> =
        phones.iter_mut().map(|phone| phone.visit(case, &format!("by {}", phone.name)).unwrap()).collect();
    assert_eq!(made[0].0, made[1].0, "one log for the case and month");
    run_until_quiet(&mut phones, &mut ledger);
    for phone in &phones {
        for (at, writer) in made.iter().zip(["Anna", "Boris"]) {
            assert_eq!(phone.row(at).unwrap().fields["notes"], format!("by {writer}").into());
        }
    }
}

#[test]
fn a_clash_on_one_field_shows_both_values_and_other_fields_merge() {
    let (mut phones, mut ledger, _) = pair();
    let at = new_record(&mut phones[0], "case");
    run_until_quiet(&mut phones, &mut ledger);
    phones[0].correct(&at, &[("needs", "дрова".into()), ("care_status", "active".into())]).unwrap();
    phones[1].correct(&at, &[("needs", "уголь".into()), ("diet", "no salt".into())]).unwrap();
    run_until_quiet(&mut phones, &mut ledger);

    let rows: Vec<_> = phones.iter().map(|phone| phone.row(&at).unwrap()).collect();
    assert_eq!(rows[0], rows[1]);
    assert_eq!(rows[0].fields["care_status"], "active".into());
    assert_eq!(rows[0].fields["diet"], "no salt".into());
    let clash = &rows[0].conflicts["needs"];
    let mut values: Vec<(&str, _)> = clash.iter().map(|c| (c.value.as_text().unwrap(), c.author)).collect();
    values.sort();
    assert_eq!(values, [("дрова", Some(phones[0].person())), ("уголь", Some(phones[1].person()))]);
    assert_eq!(rows[0].conflicts.len(), 1);

    // Whoever has seen both and writes again ends it.
    phones[0].correct(&at, &[("needs", "дрова и уголь".into())]).unwrap();
    run_until_quiet(&mut phones, &mut ledger);
    for phone in &phones {
        let row = phone.row(&at).unwrap();
        assert!(row.conflicts.is_empty());
        assert_eq!(row.fields["needs"], "дрова и уголь".into());
    }
}
