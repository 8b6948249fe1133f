//! A device against its own log: whatever it said is saved is there after a restart.

use serde_json::json;

use super::*;
use crate::device::{Device, Effect, Event, RecordRow, RowState, Stored};

/// A phone whose only storage is the log: the cache has just been wiped.
struct Phone {
    device: Device,
    log: Vec<u8>,
}

impl Phone {
    fn enrolled() -> Self {
        let mut phone = Self { device: Device::default(), log: Vec::new() };
        phone.step(json!({"event": "new_key", "random": "11".repeat(32)}));
        phone.step(json!({"event": "enrolled", "now_ms": 1_000, "answer": {
            "device": "22".repeat(16), "person": "33".repeat(16), "org": "44".repeat(16),
            "name": "Anna", "server_time_ms": 1_780_000_000_000i64,
        }}));
        phone
    }

    fn step(&mut self, event: serde_json::Value) -> Vec<Effect> {
        let event: Event = serde_json::from_value(event).unwrap();
        let effects = self.device.step(event, &[]);
        for effect in &effects {
            match effect {
                Effect::Append(bytes) => self.log.extend_from_slice(bytes),
                Effect::Compact(bytes) => self.log.clone_from(bytes),
                _ => {}
            }
        }
        effects
    }

    fn visit(&mut self, n: u8, notes: &str) -> Vec<Effect> {
        self.step(json!({
            "event": "write", "now_ms": 2_000 + i64::from(n), "zone": "Asia/Vladivostok",
            "random": format!("{n:02x}").repeat(32), "type": "visit", "case": "55".repeat(16),
            "fields": {"notes": notes, "mood": 4},
        }))
    }

    fn correct(&mut self, row: &RecordRow, n: u8, notes: &str) -> Vec<Effect> {
        self.step(json!({
            "event": "write", "now_ms": 5_000, "random": format!("{n:02x}").repeat(32), "type": "visit",
            "record": row.id, "doc": row.doc.to_string(), "fields": {"notes": notes},
        }))
    }

    fn restarted(&self) -> Self {
        let (device, _) = Device::open(Stored { log: &self.log, ..Stored::default() });
        Self { device, log: self.log.clone() }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> =
            self.device.rows().iter().map(|row| row.fields["notes"].as_text().unwrap().to_owned()).collect();
        notes.sort();
        notes.dedup();
        notes
    }
}

#[test]
fn saved_work_is_there_after_a_restart_without_a_cache() {
    let mut phone = Phone::enrolled();
    assert!(phone.visit(1, "first").iter().any(|effect| matches!(effect, Effect::Saved { .. })));
    phone.visit(2, "second");
    let again = phone.restarted();
    assert_eq!(again.notes(), ["first", "second"]);
    assert_eq!(again.device.waiting(), 2);
    assert!(again.device.rows().iter().all(|row| row.state == RowState::Phone));
}

#[test]
fn the_log_comes_before_the_word_saved() {
    let effects = Phone::enrolled().visit(1, "first");
    let place = |wanted: fn(&Effect) -> bool| effects.iter().position(wanted).unwrap();
    assert!(place(|e| matches!(e, Effect::Append(_))) < place(|e| matches!(e, Effect::Saved { .. })));
    assert!(place(|e| matches!(e, Effect::Append(_))) < place(|e| matches!(e, Effect::Cache { .. })));
}

#[test]
fn a_log_cut_anywhere_opens_with_what_was_whole() {
    let mut phone = Phone::enrolled();
    phone.visit(1, "first");
    let after_first = phone.log.len();
    phone.visit(2, "second");
    for cut in 0..phone.log.len() {
        let (device, effects) = Device::open(Stored { log: &phone.log[..cut], ..Stored::default() });
        assert!(device.waiting() >= usize::from(cut >= after_first), "cut at {cut}");
        let damaged = effects.iter().any(|effect| matches!(effect, Effect::Compact(_)));
        assert!(damaged || log::read(&phone.log[..cut]).records.len() <= 5, "cut at {cut}");
    }
}

#[test]
fn compaction_changes_nothing() {
    let mut phone = Phone::enrolled();
    phone.visit(1, "first");
    phone.step(json!({"event": "sync", "now_ms": 9_000}));
    phone.step(json!({"event": "failed"}));
    phone.visit(2, "second");
    phone.step(json!({"event": "draft", "key": "visit", "body": "{}"}));
    let before = State::from_log(log::read(&phone.log).records);
    let after = State::from_log(log::read(&before.compacted()).records);
    assert_eq!(after.outbox, before.outbox);
    assert_eq!(after.chain, before.chain);
    assert_eq!(after.own, before.own);
    assert_eq!(after.next_incarnation, before.next_incarnation);
    assert_eq!(after.drafts, before.drafts);
    assert_eq!(after.identity, before.identity);
    assert_eq!(after.sealed.keys().collect::<Vec<_>>(), before.sealed.keys().collect::<Vec<_>>());
    assert_eq!(after.compacted(), before.compacted());
}

#[test]
fn what_is_sent_is_sealed_in_the_log_first_and_sent_again_the_same() {
    let mut phone = Phone::enrolled();
    phone.visit(1, "first");
    let first = phone.step(json!({"event": "sync", "now_ms": 9_000}));
    assert!(matches!(first.as_slice(), [Effect::Append(_), Effect::Send { .. }, Effect::Status(_)]));
    assert_eq!(phone.device.rows()[0].state, RowState::Sending);
    phone.step(json!({"event": "failed"}));
    let again = phone.step(json!({"event": "sync", "now_ms": 9_000}));
    assert_eq!(again[0], first[1], "a retry is the same request");
}

#[test]
fn a_correction_writes_only_what_changed_and_keeps_the_incarnation() {
    let mut phone = Phone::enrolled();
    phone.visit(1, "first");
    let row = phone.device.rows()[0].clone();
    phone.correct(&row, 7, "corrected");
    let state = State::from_log(log::read(&phone.log).records);
    let incarnations: Vec<u32> = state.outbox.iter().map(|pending| pending.wrote.item.incarnation).collect();
    assert_eq!(incarnations, [1, 1]);
    assert_eq!(state.outbox[1].wrote.intent.fields.keys().collect::<Vec<_>>(), ["notes"]);
    assert_eq!(phone.notes(), ["corrected"]);
}

#[test]
fn saving_the_same_again_writes_nothing() {
    let mut phone = Phone::enrolled();
    phone.visit(1, "first");
    let row = phone.device.rows()[0].clone();
    let effects = phone.correct(&row, 7, "first");
    assert!(matches!(effects.as_slice(), [Effect::Saved { .. }, Effect::Status(_)]));
}

#[test]
fn without_a_sign_in_a_write_is_refused_out_loud() {
    let mut phone = Phone { device: Device::default(), log: Vec::new() };
    assert_eq!(phone.visit(1, "x"), [Effect::Refused { code: "not_signed_in" }]);
}

#[test]
fn a_clock_that_jumps_back_does_not_move_the_month() {
    let mut phone = Phone::enrolled();
    // Enrolled at device time 1,000 = server time in May 2026; now the battery was out.
    let effects = phone.visit(1, "after the battery");
    assert!(!effects.is_empty());
    assert_eq!(phone.device.rows()[0].month.unwrap().to_string(), "2026-05");
}

#[test]
fn a_document_that_is_fatal_again_and_again_is_shunned_and_a_flat_battery_is_not_fatal() {
    let mut phone = Phone::enrolled();
    let doc = DocId([9; 16]);
    for death in 1..=3 {
        phone.log.extend(log::frame(&LogRecord::Trying(Some(doc))));
        let (device, effects) = Device::open(Stored { log: &phone.log, ..Stored::default() });
        let told = effects.iter().any(|e| matches!(e, Effect::Notice(n) if n.code == "document_shunned"));
        assert_eq!((told, device.state.shunned.contains(&doc)), (death == 3, death == 3), "death {death}");
        for effect in effects {
            if let Effect::Append(bytes) = effect {
                phone.log.extend(bytes);
            }
        }
    }
}

#[test]
fn what_was_tried_well_in_between_starts_the_count_anew() {
    let doc = DocId([9; 16]);
    let trying = || LogRecord::Suspect(doc);
    let state = State::from_log(vec![trying(), trying(), LogRecord::Tried, trying()]);
    assert_eq!(state.suspects[&doc], 1);
    assert_eq!(State::from_log(log::read(&state.compacted()).records).suspects, state.suspects);
}
