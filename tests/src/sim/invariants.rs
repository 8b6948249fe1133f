//! What must hold, by name.
//!
//! | name | what it says | looked at |
//! |---|---|---|
//! | `NOTHING_ACKNOWLEDGED_LOST` | a change that a phone was told is on the server is in the log, for ever | each step |
//! | `LOG_WITHOUT_GAPS` | rows are numbered one after another, and none goes away | each step |
//! | `NO_DOUBLE` | no change, no text and nothing set aside is in the log twice | each step |
//! | `ONE_VERDICT` | a change that comes again hears the same, unless a person acted | each step |
//! | `SAVED_IS_SOMEWHERE` | what a phone called saved is in its log, on the server or in quarantine | each step |
//! | `SCOPE_KEPT` | a phone is given only what its person has, and drops what they have no longer | each step, quiet |
//! | `NO_VISIT_REFUSED` | what a person was ever given is not out of their scope | each step |
//! | `VOUCHED` | a phone has the server's own word for everything it is given | each step |
//! | `TALK_ENDS` | a phone comes to the end of what it has to say | each step |
//! | `QUIET_COMES` | in good weather, everybody comes to rest | quiet |
//! | `OUTBOX_EMPTIES` | and then nothing waits | quiet |
//! | `CONVERGED` | all who have a document show it as the log makes it | quiet |
//! | `NO_SILENT_OVERWRITE` | a value that nobody who saw it has replaced is shown, beside others if there are any | quiet |
//! | `REVIEWED_ALIKE` | a record's state on a phone follows from the last decision about it | quiet |
//! | `CHAIN_TOLD` | the server names exactly the envelopes that have not come | quiet |
//! | `HELD_IS_BROUGHT_BACK` | what phones show when the server is restored from a backup is on it again | quiet |
//! | `READ_MODEL_EQUAL` | the desk's tables made afresh are the ones that followed the log | deep |

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    pub name: &'static str,
    pub what: String,
}

/// The end of a run: this does not hold.
pub fn broken<T>(name: &'static str, what: impl Into<String>) -> Result<T, Violation> {
    Err(Violation { name, what: what.into() })
}

/// Nothing to say when it holds.
pub fn must(holds: bool, name: &'static str, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { broken(name, what()) }
}
