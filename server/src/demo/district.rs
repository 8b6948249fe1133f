//! The people and places of the demo district. All of them are invented.

use serde_json::{Value, json};
use sync_core::ids::{Id, derive};

use crate::store::Duty;

/// The starter catalogue, as every new organisation gets it.
const STARTER: &str = include_str!("../../../schemas/catalogue/starter.json");

/// A settlement; the first two workers share the first.
pub struct Village {
    pub name: &'static str,
    pub streets: [&'static str; 2],
}

pub const DISTRICT: &str = "Лесной район";

pub const VILLAGES: [Village; 6] = [
    Village { name: "Сосновка", streets: ["ул. Речная", "ул. Школьная"] },
    Village { name: "Верхний Ключ", streets: ["ул. Нагорная", "ул. Таёжная"] },
    Village {
        name: "Берёзовое", streets: ["ул. Центральная", "пер. Садовый"]
    },
    Village { name: "Каменка", streets: ["ул. Мира", "ул. Лесная"] },
    Village { name: "Заречье", streets: ["ул. Набережная", "ул. Полевая"] },
    Village { name: "Тихий Лог", streets: ["ул. Дальняя", "ул. Луговая"] },
];

/// Somebody who can sign in. The password is the login: this is a demo.
pub struct Staff {
    pub login: &'static str,
    pub name: &'static str,
    pub duty: Duty,
    pub language: &'static str,
    /// Indexes of villages; empty is the whole district.
    pub villages: &'static [usize],
}

pub const STAFF: [Staff; 12] = [
    Staff {
        login: "vera", name: "Вера Лаврова", duty: Duty::Coordinator, language: "ru", villages: &[]
    },
    Staff { login: "admin", name: "Игорь Зимин", duty: Duty::Admin, language: "ru", villages: &[] },
    Staff {
        login: "anna", name: "Анна Кравец", duty: Duty::Worker, language: "ru", villages: &[0, 1]
    },
    Staff {
        login: "oksana", name: "Оксана Гриценко", duty: Duty::Worker, language: "uk", villages: &[0, 2]
    },
    Staff {
        login: "sergey", name: "Сергей Поляков", duty: Duty::Worker, language: "ru", villages: &[3, 4]
    },
    Staff {
        login: "maria", name: "Мария Ушакова", duty: Duty::Worker, language: "ru", villages: &[4, 5]
    },
    Staff {
        login: "pavel", name: "Павел Дымов", duty: Duty::Volunteer, language: "ru", villages: &[0, 1]
    },
    Staff {
        login: "nadia", name: "Надія Бойко", duty: Duty::Volunteer, language: "uk", villages: &[2]
    },
    Staff {
        login: "timur", name: "Тимур Алиев", duty: Duty::Volunteer, language: "ru", villages: &[3]
    },
    Staff {
        login: "lena", name: "Елена Щукина", duty: Duty::Volunteer, language: "ru", villages: &[4]
    },
    Staff {
        login: "kostya",
        name: "Константин Рогов",
        duty: Duty::Volunteer,
        language: "ru",
        villages: &[5],
    },
    Staff {
        login: "yulia", name: "Юлия Мельник", duty: Duty::Volunteer, language: "ru", villages: &[0, 5]
    },
];

/// Somebody in care.
pub struct Recipient {
    pub name: &'static str,
    pub born: i64,
    pub village: usize,
    /// Login of the worker who goes there.
    pub worker: &'static str,
    pub palliative: bool,
}

macro_rules! recipients {
    ($($worker:literal $village:literal: $($name:literal $born:literal $(($care:ident))?),+;)+) => {
        /// Everybody in care, ten for each worker.
        pub const RECIPIENTS: &[Recipient] = &[
            $($(Recipient {
                name: $name, born: $born, village: $village, worker: $worker,
                palliative: recipients!(@ $($care)?),
            },)+)+
        ];
    };
    (@ palliative) => { true };
    (@) => { false };
}

recipients! {
    "anna" 0: "Зинаида Петровна Жукова" 1941, "Николай Ильич Седов" 1938, "Тамара Васильевна Рябова" 1944 (palliative),
        "Галина Степановна Орлова" 1947, "Иван Кузьмич Тихонов" 1936;
    "anna" 1: "Лидия Афанасьевна Носова" 1940, "Пётр Егорович Власов" 1943, "Раиса Фёдоровна Климова" 1939,
        "Валентина Ивановна Сизова" 1946, "Клавдия Романовна Ершова" 1935;
    "oksana" 0: "Марія Степанівна Ткач" 1942, "Анатолій Іванович Кушнір" 1945, "Софія Петрівна Марчук" 1937,
        "Ольга Прохоровна Белова" 1948;
    "oksana" 2: "Ганна Михайлівна Лисенко" 1940, "Василь Андрійович Поліщук" 1939 (palliative),
        "Нина Архиповна Суркова" 1943, "Мария Захаровна Котова" 1936, "Степан Ильич Гордеев" 1944,
        "Евдокия Павловна Лукина" 1934;
    "sergey" 3: "Алексей Миронович Панов" 1941, "Анна Трофимовна Зуева" 1938, "Екатерина Львовна Быкова" 1946,
        "Фёдор Савельевич Комаров" 1937, "Прасковья Ивановна Гусева" 1933, "Людмила Яковлевна Фомина" 1949;
    "sergey" 4: "Борис Наумович Широков" 1942, "Антонина Юрьевна Демидова" 1945, "Михаил Устинович Крылов" 1939,
        "Вера Игнатьевна Нечаева" 1940 (palliative);
    "maria" 4: "Надежда Кирилловна Осипова" 1943, "Роман Данилович Макаров" 1946, "Елизавета Марковна Шилова" 1937,
        "Григорий Пантелеевич Фролов" 1941;
    "maria" 5: "Полина Никитична Воронова" 1935, "Александр Саввич Доронин" 1944, "Серафима Ефимовна Карпова" 1938,
        "Виктор Лаврентьевич Беляев" 1947, "Дарья Макаровна Исаева" 1936, "Агафья Тимофеевна Родина" 1932;
}

/// The same id for the same thing in every demo, so that links in notes and tests keep working.
pub fn id(label: &str, name: &str) -> Id {
    Id(derive("footpath/demo/1", &[label.as_bytes(), b"/", name.as_bytes()]))
}

pub fn village_id(index: usize) -> Id {
    id("village", VILLAGES.get(index).map_or("", |village| village.name))
}

pub fn person_of(login: &str) -> Id {
    id("staff", login)
}

/// The catalogue lists of the district, by key: the starter catalogue, its places and its staff.
pub fn catalogue() -> Vec<(String, Value)> {
    let starter: serde_json::Map<String, Value> = serde_json::from_str(STARTER).unwrap_or_default();
    let mut lists: Vec<(String, Value)> = starter.into_iter().filter(|(_, list)| list.is_array()).collect();
    let district = id("district", DISTRICT);
    let mut places = vec![json!({"id": district, "name": DISTRICT, "parent": null, "kind": "district"})];
    places.extend(VILLAGES.iter().enumerate().map(|(index, village)| {
        json!({"id": village_id(index), "name": village.name, "parent": district, "kind": "settlement"})
    }));
    lists.push(("places".to_owned(), places.into()));
    let people: Vec<Value> = STAFF
        .iter()
        .map(|staff| json!({"id": person_of(staff.login), "name": staff.name, "duty": staff.duty.name()}))
        .collect();
    lists.push(("people".to_owned(), people.into()));
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_district_has_the_promised_size() {
        assert_eq!(RECIPIENTS.len(), 40);
        let with = |duty| STAFF.iter().filter(|staff| staff.duty == duty).count();
        assert_eq!((with(Duty::Worker), with(Duty::Volunteer)), (4, 6));
        for recipient in RECIPIENTS {
            let worker = STAFF.iter().find(|staff| staff.login == recipient.worker).unwrap();
            assert!(worker.villages.contains(&recipient.village), "{}", recipient.name);
        }
    }

    #[test]
    fn the_catalogue_has_the_lists_that_forms_pick_from() {
        let keys: Vec<String> = catalogue().into_iter().map(|(key, _)| key).collect();
        for key in ["services", "chores", "measures", "places", "people"] {
            assert!(keys.iter().any(|known| known == key), "{key}");
        }
    }
}
