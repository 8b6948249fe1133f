//! What the people of the demo write down: forms filled in with invented work.

use serde_json::{Map, Value, json};
use sync_core::ids::{Id, derive};

use super::chance::Chance;
use super::district::{Recipient, VILLAGES, person_of, village_id};

const NOTES_RU: [&str; 12] = [
    "Самочувствие хорошее, вместе разобрали письма из пенсионного фонда.",
    "Давление немного повышено, напомнила про таблетки утром и вечером.",
    "Протопили печь, принесла воды на два дня.",
    "Скучает по детям, созвонились с дочерью по видео.",
    "Сходили до почты и обратно, устала, но довольна.",
    "Просит привезти очки, старые разбились.",
    "Окно на кухне не закрывается, нужен мастер.",
    "Пили чай, рассказывала про школу, где работала сорок лет.",
    "Помогла с уборкой, перебрали крупы в шкафу.",
    "Ночью плохо спит, записали к терапевту на четверг.",
    "Всё спокойно, соседка заходит каждый день.",
    "Дров осталось на неделю, передала в волонтёрский отряд.",
];

const NOTES_UK: [&str; 6] = [
    "Почувається добре, разом прочитали листа від онуки.",
    "Тиск підвищений, нагадала про ліки після обіду.",
    "Принесла продукти з крамниці, розклали на полиці.",
    "Сумує, довго розмовляли про город і сад.",
    "Попросила полагодити замок на хвіртці.",
    "Зробили вправи для рук, наступного разу повторимо.",
];

const SERVICES: [&str; 6] = ["cleaning", "cooking", "water", "shopping", "talk", "stove"];
const FORMS: [&str; 3] = ["together", "tea", "escort"];
const CHORES: [&str; 5] = ["firewood", "yard", "cleaning", "facade", "snow"];
const NEEDS: [&str; 3] = ["food", "firewood", "medicine"];

const GOODS: [(&str, &str, f64, &str); 8] = [
    ("food", "Хлеб", 2.0, "piece"),
    ("food", "Молоко", 3.0, "l"),
    ("food", "Гречка", 1.0, "kg"),
    ("food", "Картофель", 5.0, "kg"),
    ("medicine", "Таблетки от давления", 1.0, "pack"),
    ("hygiene", "Мыло", 2.0, "piece"),
    ("food", "Масло подсолнечное", 1.0, "bottle"),
    ("medicine", "Капли для глаз", 1.0, "pack"),
];

/// A case to open: the person is written next, then named in it.
pub fn case(recipient: &Recipient, chance: &mut Chance) -> Value {
    let mut fields = json!({
        "care_status": "active",
        "palliative": recipient.palliative,
        "lives_alone": chance.percent(70),
        "way_in": chance.pick(&["Калитка с другой стороны, собака привязана.", "Стучать в окно, звонка нет.",
            "Ключ у соседки.", "Вход со двора."]),
    });
    for need in NEEDS {
        if chance.percent(45) {
            set(&mut fields, &format!("need/{need}"), json!(true));
        }
    }
    json!({"type": "case", "place": village_id(recipient.village), "fields": fields})
}

/// The person of a case.
pub fn person(recipient: &Recipient, case: Id, date: &str, chance: &mut Chance) -> Value {
    let street = VILLAGES.get(recipient.village).and_then(|village| chance.pick(&village.streets)).copied();
    let role = keyed("role", recipient.name);
    let mut fields = json!({
        "name": recipient.name,
        "birth_year": recipient.born,
        "settlement": village_id(recipient.village),
        "address": format!("{}, д. {}", street.unwrap_or("ул. Лесная"), 1 + chance.below(40)),
        "phone": format!("+7 900 {:03}-{:02}-{:02}", chance.below(1000), chance.below(100), chance.below(100)),
    });
    set(&mut fields, &format!("role/{role}/kind"), json!("recipient"));
    set(&mut fields, &format!("role/{role}/from"), json!(date));
    json!({"type": "person", "case": case, "place": village_id(recipient.village), "fields": fields})
}

/// An ordinary visit that began at this local hour.
pub fn visit(
    login: &str,
    recipient: &Recipient,
    case: Id,
    date: &str,
    hour: u64,
    chance: &mut Chance,
) -> Value {
    let minutes = 10 * chance.below(6);
    let mut fields = json!({
        "date": date,
        "start": format!("{hour:02}:{minutes:02}"),
        "place_kind": "home",
        "mood": 2 + chance.below(4),
        "notes": if login == "oksana" { chance.pick(&NOTES_UK) } else { chance.pick(&NOTES_RU) },
        "signed_by": "recipient",
    });
    // Now and then the end is forgotten: the record is taken all the same, and marked.
    if !chance.percent(6) {
        set(&mut fields, "end", json!(format!("{:02}:{minutes:02}", hour + 1)));
    }
    if chance.percent(30) {
        set(&mut fields, "form", json!(chance.pick(&FORMS)));
    }
    if chance.percent(4) {
        set(&mut fields, "urgent", json!(true));
        set(&mut fields, "urgent_text", json!("Нужен врач на этой неделе."));
    }
    set(&mut fields, &format!("performer/{}/role", person_of(login)), json!("social_worker"));
    for _ in 0..=chance.below(3) {
        let service = chance.pick(&SERVICES).copied().unwrap_or("talk");
        set(&mut fields, &format!("service/{service}"), json!(true));
    }
    if recipient.palliative {
        set(&mut fields, "measure/pressure/done", json!(true));
        set(&mut fields, "measure/pressure/minutes", json!(10));
    }
    json!({"type": "visit", "case": case, "place": village_id(recipient.village), "fields": fields})
}

/// Groceries and medicine, with the money that adds up, nearly always.
pub fn delivery(login: &str, recipient: &Recipient, case: Id, date: &str, chance: &mut Chance) -> Value {
    let received = 100_000 + 10_000 * i64::try_from(chance.below(10)).unwrap_or(0);
    let spent = received - 100 * i64::try_from(chance.below(300)).unwrap_or(0);
    let lost = if chance.percent(5) { 5_000 } else { 0 };
    let mut fields = json!({
        "date": date, "status": "delivered", "deliverer": person_of(login),
        "received_minor": received, "spent_minor": spent, "returned_minor": received - spent - lost,
        "receipt": "given", "signed_by": "recipient",
    });
    for line in 0..2 + chance.below(3) {
        let Some((kind, name, qty, unit)) = chance.pick(&GOODS).copied() else { continue };
        let key = keyed("line", &format!("{date}/{case}/{line}"));
        for (column, value) in
            [("kind", json!(kind)), ("name", json!(name)), ("qty", json!(qty)), ("unit", json!(unit))]
        {
            set(&mut fields, &format!("line/{key}/{column}"), value);
        }
    }
    json!({"type": "delivery", "case": case, "place": village_id(recipient.village), "fields": fields})
}

/// A Saturday's work of volunteers at somebody's house.
pub fn chore(recipient: &Recipient, case: Id, date: &str, volunteers: &[&str], chance: &mut Chance) -> Value {
    let kind = chance.pick(&CHORES).copied().unwrap_or("yard");
    let mut fields = json!({
        "kind": kind, "place": village_id(recipient.village), "due": date, "date": date, "status": "done",
        "partner": "Отряд «Доброе утро»",
    });
    if volunteers.is_empty() {
        set(&mut fields, "headcount", json!(3 + chance.below(5)));
        set(&mut fields, "headcount_hours", json!(6.0));
    }
    for login in volunteers {
        let volunteer = person_of(login);
        set(&mut fields, &format!("volunteer/{volunteer}/hours"), json!(2.0 + chance.below(3) as f64));
        set(&mut fields, &format!("assignee/{volunteer}"), json!(true));
    }
    json!({"type": "task", "case": case, "place": village_id(recipient.village), "fields": fields})
}

/// Work that waits for a volunteer.
pub fn offer(recipient: &Recipient, case: Id, kind: &str, due: &str) -> Value {
    json!({"type": "task", "case": case, "place": village_id(recipient.village), "fields": {
        "kind": kind, "place": village_id(recipient.village), "due": due, "status": "offered",
    }})
}

/// A key inside a record that is the same in every demo.
fn keyed(group: &str, name: &str) -> Id {
    Id(derive("footpath/demo/key/1", &[group.as_bytes(), b"/", name.as_bytes()]))
}

fn set(fields: &mut Value, key: &str, value: Value) {
    if let Some(fields) = fields.as_object_mut() {
        let fields: &mut Map<String, Value> = fields;
        fields.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sync_core::record::Scalar;
    use sync_core::schema::{ViolationCode, check};

    use super::super::district::{RECIPIENTS, catalogue};
    use super::*;

    /// A code that is in no list would be shown as such on every page.
    #[test]
    fn the_codes_are_in_the_catalogue() {
        let lists: BTreeMap<String, Value> = catalogue().into_iter().collect();
        let codes = |list: &str| -> Vec<String> {
            let entries = lists[list].as_array().unwrap().iter();
            entries.map(|entry| entry["code"].as_str().unwrap().to_owned()).collect()
        };
        let goods: Vec<&str> = GOODS.iter().map(|(kind, ..)| *kind).collect();
        let units: Vec<&str> = GOODS.iter().map(|(.., unit)| *unit).collect();
        for (list, used) in [
            ("services", SERVICES.as_slice()),
            ("forms", FORMS.as_slice()),
            ("chores", CHORES.as_slice()),
            ("needs", NEEDS.as_slice()),
            ("lines", goods.as_slice()),
            ("units", units.as_slice()),
        ] {
            for code in used {
                assert!(codes(list).iter().any(|known| known == code), "{code} in {list}");
            }
        }
    }

    /// Invented or not, what the demo writes is what the schemas know.
    #[test]
    fn the_forms_hold_only_known_fields_of_the_right_kind() {
        let mut chance = Chance::new(1);
        let (recipient, case_id) = (&RECIPIENTS[2], Id([1; 16]));
        for _ in 0..50 {
            for form in [
                case(recipient, &mut chance),
                person(recipient, case_id, "2026-05-04", &mut chance),
                visit("anna", recipient, case_id, "2026-05-04", 9, &mut chance),
                delivery("anna", recipient, case_id, "2026-05-04", &mut chance),
                chore(recipient, case_id, "2026-05-04", &["pavel"], &mut chance),
                offer(recipient, case_id, "snow", "2026-05-04"),
            ] {
                let record_type = form["type"].as_str().unwrap();
                let mut fields: BTreeMap<String, Scalar> =
                    serde_json::from_value(form["fields"].clone()).unwrap();
                fields.insert("type".into(), record_type.into());
                for found in check(record_type, &fields) {
                    let odd = matches!(found.code, ViolationCode::Missing | ViolationCode::CashDoesNotAddUp);
                    assert!(odd, "{record_type}: {found:?}");
                }
            }
        }
    }
}
