//! Events as JSON: one flat object, of which each event uses a part.
//!
//! Read in one go and sorted out afterwards: serde's own way to tell variants apart by a member keeps a
//! copy of everything first, and that machinery is a weight on the phone.

use serde::{Deserialize, Deserializer, de};

use super::event::{Draft, Event, WriteEvent};
use crate::ids::{DocId, Id, Month, unhex};
use crate::record::Fields;

#[derive(Deserialize)]
pub(super) struct Told {
    event: String,
    now_ms: Option<i64>,
    random: Option<Random>,
    answer: Option<serde_json::Value>,
    status: Option<u16>,
    key: Option<String>,
    body: Option<String>,
    zone: Option<String>,
    #[serde(rename = "type")]
    record_type: Option<String>,
    record: Option<String>,
    doc: Option<DocId>,
    /// The months of logs to fetch, with `case`.
    #[serde(default)]
    months: Vec<Month>,
    case: Option<Id>,
    place: Option<Id>,
    #[serde(default)]
    fields: Fields,
    void: Option<String>,
    #[serde(default)]
    unvoid: bool,
}

impl TryFrom<Told> for Event {
    type Error = &'static str;

    fn try_from(told: Told) -> Result<Self, &'static str> {
        let now_ms = told.now_ms.ok_or("now_ms is missing");
        let random = told.random.map(|random| random.0).ok_or("random is missing");
        Ok(match told.event.as_str() {
            "new_key" => Self::NewKey { random: random? },
            "enrolled" => Self::Enrolled { answer: told.answer.ok_or("answer is missing")?, now_ms: now_ms? },
            "write" => Self::Write(Box::new(WriteEvent {
                now_ms: now_ms?,
                zone: told.zone,
                random: random?,
                record_type: told.record_type.ok_or("type is missing")?,
                record: told.record,
                doc: told.doc,
                case: told.case,
                place: told.place,
                fields: told.fields,
                void: told.void,
                unvoid: told.unvoid,
            })),
            "draft" => Self::Draft(Draft { key: told.key.ok_or("key is missing")?, body: told.body }),
            "sync" => Self::Sync { now_ms: now_ms? },
            "answer" => Self::Answer { status: told.status.ok_or("status is missing")?, now_ms: now_ms? },
            "continue" => Self::Continue { now_ms: now_ms? },
            "failed" => Self::Failed,
            "earlier" => {
                let case = told.case.ok_or("case is missing")?;
                let docs = told.months.into_iter().map(|month| DocId::of_log(case, month)).collect();
                Self::Earlier { docs }
            }
            _ => return Err("an unknown event"),
        })
    }
}

/// 32 bytes in lower-case hex.
struct Random([u8; 32]);

impl<'de> Deserialize<'de> for Random {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = unhex(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| de::Error::custom("32 bytes in lower-case hex expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Result<Event, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn a_written_form_reads_with_only_what_it_needs() {
        let random = "ab".repeat(32);
        let text = format!(
            r#"{{"event":"write","now_ms":5,"zone":null,"random":"{random}","type":"visit","fields":{{"mood":3}}}}"#
        );
        let Ok(Event::Write(write)) = event(&text) else { panic!("{text}") };
        assert_eq!((write.now_ms, write.random, write.unvoid), (5, [0xab; 32], false));
        assert_eq!(write.fields["mood"], 3.into());
        assert_eq!((write.zone, write.doc, write.void), (None, None, None));
    }

    #[test]
    fn a_draft_is_kept_or_done_with() {
        let body = |text| match event(text) {
            Ok(Event::Draft(draft)) => draft.body,
            other => panic!("{other:?}"),
        };
        assert_eq!(body(r#"{"event":"draft","key":"visit","body":"{}"}"#), Some("{}".to_owned()));
        assert_eq!(body(r#"{"event":"draft","key":"visit","body":null}"#), None);
    }

    #[test]
    fn what_is_missing_or_odd_is_named() {
        for (text, why) in [
            (r#"{"event":"sync"}"#, "now_ms is missing"),
            (r#"{"event":"tea"}"#, "an unknown event"),
            (r#"{"now_ms":1}"#, "missing field `event`"),
            (r#"{"event":"new_key","random":"AB"}"#, "32 bytes in lower-case hex expected"),
            (r#"{"event":"answer","status":200.5,"now_ms":1}"#, "floating point"),
        ] {
            let error = event(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(matches!(event(r#"{"event":"failed"}"#), Ok(Event::Failed)));
    }
}
