//! Settling a conflict: a put whose predecessors are exactly the values the coordinator was shown.

use std::collections::BTreeSet;

use sync_core::admission::Limits;
use sync_core::crdt::Document;
use sync_core::ids::{ChangeHash, DocId};
use sync_core::record::{Fields, Scalar, Written};

use super::writer;
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::store::Account;

/// What a coordinator chose.
pub struct Choice {
    pub doc: DocId,
    pub record: String,
    pub field: String,
    pub value: Scalar,
    /// The changes whose values were shown.
    pub shown: BTreeSet<ChangeHash>,
}

/// What became of it.
pub enum Resolved {
    /// Number of the row that has the choice.
    Done(u64),
    /// Other values stand there than were shown: these.
    Changed(Vec<Written>),
}

/// Writes the choice, if what stands there now is what was shown.
///
/// The document is held from reading it until the commit, so nothing comes in between. A value written
/// elsewhere without having seen the choice arrives beside it, and the conflict is open again.
pub async fn choose(app: &App, coordinator: &Account, choice: Choice) -> Result<Resolved, Problem> {
    let _held = app.locks.hold([choice.doc, writer::chain(app)]).await;
    let (scope, mut document, existing) = writer::open(app, choice.doc).await?.ok_or(Code::NotFound)?;
    let present = present(&document, &choice)?;
    let now: BTreeSet<ChangeHash> = present.iter().map(|written| written.change).collect();
    if now != choice.shown {
        return Ok(Resolved::Changed(present));
    }
    let at_ms = app.now_ms();
    let fields = Fields::from([(choice.field, choice.value)]);
    if Limits::STANDARD.first_too_much(&fields).is_some() {
        return Err(Problem::new(Code::Invalid).with("field", "choose"));
    }
    let written = document
        .write(&writer::actor(app, choice.doc, coordinator.person), at_ms, &choice.record, &fields)
        .map_err(Problem::internal)?;
    match written {
        Some(change) => {
            let draft = writer::Draft { doc: choice.doc, scope, change, existing };
            Ok(Resolved::Done(writer::append(app, coordinator, draft, at_ms).await?))
        }
        // One value stood there and it is the one chosen: there is nothing to write.
        None => Ok(Resolved::Done(*app.log.changed().borrow())),
    }
}

fn present(document: &Document, choice: &Choice) -> Result<Vec<Written>, Problem> {
    let record = document.record(&choice.record).map_err(Problem::internal)?.ok_or(Code::NotFound)?;
    Ok(record.fields.get(&choice.field).cloned().unwrap_or_default())
}
