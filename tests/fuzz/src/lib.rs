//! What reads foreign bytes, given foreign bytes, by libFuzzer. The targets themselves know nothing of it: the tests
//! run them too, see `tests/tests/fuzz/`.

pub mod targets;
#[cfg(feature = "server")]
pub mod token;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes libFuzzer's panic hook away, which would end the process at panics that admission catches and answers.
pub fn begin() {
    std::panic::set_hook(Box::new(|panic| LAST.with(|last| *last.borrow_mut() = panic.to_string())));
}

/// Runs a target; a panic that comes out of it is a find.
pub fn run(target: fn(&[u8]), data: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| target(data))).is_err() {
        LAST.with(|last| eprintln!("{}", last.borrow()));
        std::process::abort();
    }
}
