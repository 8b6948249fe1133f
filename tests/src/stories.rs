//! What people write, and whom they visit.

use sync_core::ids::Id;

use crate::chance::Chance;

const WORDS: &[&str] = &[
    "была",
    "дома",
    "давление",
    "сто",
    "сорок",
    "на",
    "девяносто",
    "приняла",
    "лекарства",
    "по",
    "назначению",
    "измерила",
    "температуру",
    "нормальная",
    "просит",
    "дрова",
    "крупу",
    "сахар",
    "жалуется",
    "колено",
    "сон",
    "плохой",
    "аппетит",
    "хороший",
    "звонила",
    "дочери",
    "печь",
    "топится",
    "воды",
    "принесли",
    "два",
    "ведра",
    "снег",
    "убран",
    "соседка",
    "заходит",
    "утром",
    "врач",
    "будет",
    "четверг",
    "очки",
    "нужны",
    "новые",
    "письмо",
    "прочитали",
    "вслух",
    "внук",
    "приезжал",
    "телефон",
    "заряжен",
    "свет",
    "есть",
    "крыша",
    "течёт",
    "над",
    "сенями",
    "настроение",
    "спокойное",
    "гуляли",
    "вместе",
    "двор",
    "калитку",
    "починили",
    "квитанцию",
    "оплатили",
];

/// Notes of about so many characters, never twice the same.
pub fn notes(chance: &mut Chance, characters: usize) -> String {
    let mut notes = String::new();
    while notes.chars().count() < characters {
        if !notes.is_empty() {
            notes.push_str(if chance.one_in(6) { ", " } else { " " });
        }
        let word: &&str = chance.pick(WORDS);
        notes.push_str(word);
    }
    notes.chars().take(characters).collect()
}

/// Recipients of nobody's acquaintance.
pub fn cases(count: u8) -> Vec<Id> {
    (1..=count).map(|n| Id::v7(1_750_000_000_000 + i64::from(n), [n; 10])).collect()
}
