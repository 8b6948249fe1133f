//! What must be true at the end of every story with a ledger.

use std::collections::BTreeMap;

use footpath_tests::holdings;
use footpath_tests::ledger::Ledger;
use footpath_tests::phone::Phone;
use sync_core::device::RowState;
use sync_core::record::Scalar;

/// Every text that a phone called saved is in the ledger exactly once. Texts are unique within a story.
pub fn are_kept(phones: &[Phone], ledger: &Ledger) {
    let arrived = holdings::texts(ledger.lines.iter().map(|line| line.admitted.bytes.as_slice()));
    for phone in phones {
        for promise in &phone.promises {
            for text in promise.fields.values().filter_map(Scalar::as_text).filter(|text| is_unique(text)) {
                let times = arrived.get(text).copied().unwrap_or(0);
                let notices = &phone.host.notices;
                assert_eq!(
                    times, 1,
                    "{} called {text:?} saved, and it arrived {times} times: {notices:?}",
                    phone.name
                );
            }
        }
    }
    for (text, times) in arrived.iter().filter(|(text, _)| is_unique(text)) {
        assert_eq!(*times, 1, "{text:?} arrived {times} times");
    }
}

/// All phones show the same, and all of it as being on the server.
pub fn all_show_the_same(phones: &[Phone]) {
    let first = phones[0].rows();
    assert!(!first.is_empty());
    assert!(
        first.iter().all(|row| row.state == RowState::Server),
        "{:?}",
        first.iter().map(|r| r.state).collect::<Vec<_>>()
    );
    for phone in &phones[1..] {
        assert_eq!(phone.rows().len(), first.len(), "{} and {}", phone.name, phones[0].name);
        for (theirs, ours) in phone.rows().iter().zip(&first) {
            assert_eq!(theirs, ours, "{} and {}", phone.name, phones[0].name);
        }
    }
}

/// Marks a text as written once in this story.
pub fn unique(counter: &mut u64) -> String {
    *counter += 1;
    format!("№{counter}")
}

fn is_unique(text: &str) -> bool {
    text.starts_with('№')
}

/// How many clashes the phones show: a story without any proves little.
pub fn clashes(phone: &Phone) -> usize {
    let by_record: BTreeMap<_, _> =
        phone.rows().into_iter().map(|row| ((row.doc, row.id), row.conflicts)).collect();
    by_record.values().map(BTreeMap::len).sum()
}
