//! What a person does about a set-aside change: look at it, let it in, or settle it in another way.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sync_core::admission::{Bytes, Candidate, Finding, Job, Limits, frame};
use sync_core::office::{InboxNote, OfficeRow, Outcome};
use sync_core::record::Scalar;
use sync_core::scope::Scope;
use sync_core::verdict::{Flag, Reason};
use sync_core::wire::Grant;

use super::writer;
use crate::app::App;
use crate::problem::Problem;
use crate::push;
use crate::store::{
    Account, Batch, ChangeRow, Entry, OfficeEntry, QuarantineState, Quarantined, SetAsideRow, StoreError,
};

/// What became of a release.
pub enum Released {
    /// Number of the newest row written.
    Done(u64),
    /// Somebody has dealt with it already.
    NotOpen,
    /// It would spoil the document; the code of the reason.
    Refused(&'static str),
}

/// The values a change would put, read by our own reader alone: automerge never sees these bytes here.
/// `None` when they are not a sound change.
pub async fn preview(set_aside: Quarantined) -> Option<Map<String, Value>> {
    let read = tokio::task::spawn_blocking(move || fields_of(&set_aside.row.bytes));
    read.await.ok().flatten()
}

fn fields_of(bytes: &[u8]) -> Option<Map<String, Value>> {
    let framed = frame(bytes, &Limits::default()).ok()?;
    let fields: BTreeMap<&str, &Scalar> =
        framed.ops.iter().filter_map(|op| Some((op.key, op.value.as_ref()?))).collect();
    match serde_json::to_value(fields).ok()? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// Lets the change into the log, flagged, when its bytes pass the same checks as any other's.
pub async fn release(app: &App, coordinator: &Account, set_aside: Quarantined) -> Result<Released, Problem> {
    let row = &set_aside.row;
    if row.reason == Reason::BadSignature {
        // Nobody vouches for who wrote it.
        return Ok(Released::Refused(row.reason.code()));
    }
    let _held = app.locks.hold([row.item.doc]).await;
    if still_open(app, set_aside.seq).await?.is_none() {
        return Ok(Released::NotOpen);
    }
    let existing = app.log.changes_of(&[row.item.doc]).await?.remove(&row.item.doc).unwrap_or_default();
    let scope = existing.first().map_or(row.item.scope, |first| first.scope);
    if !push::same_identity(&scope, &row.item.scope) || !scope.fits(row.item.doc) {
        return Ok(Released::Refused(Reason::IdentityMismatch.code()));
    }
    let admitted = match vet(app, row, scope, &existing).await? {
        Finding::Sound(_) => true,
        Finding::Known => false,
        Finding::Waiting(_) => return Ok(Released::Refused("waiting")),
        Finding::Remake(reason) => return Ok(Released::Refused(reason.code())),
        Finding::SetAside(reason) => return Ok(Released::Refused(reason.code())),
    };
    let received_ms = app.now_ms();
    let by = coordinator.person;
    let mut entries = Vec::new();
    if admitted {
        entries = writer::admitted(app, &existing, change(row, scope), by).await?;
    }
    entries.push(Entry::Released { of: set_aside.seq, by });
    entries.push(note(row, Outcome::Released, None, coordinator, received_ms));
    match app.log.append(Batch { received_ms, entries, ..Batch::default() }).await {
        Ok(seqs) => Ok(Released::Done(seqs.last().copied().unwrap_or_default())),
        Err(StoreError::AlreadyThere { .. }) => Ok(Released::NotOpen),
        Err(why) => Err(why.into()),
    }
}

/// Closes the matter in another way; `None` when somebody has dealt with it already.
pub async fn settle(
    app: &App,
    coordinator: &Account,
    set_aside: Quarantined,
    text: String,
) -> Result<Option<u64>, Problem> {
    let row = &set_aside.row;
    let _held = app.locks.hold([row.item.doc]).await;
    if still_open(app, set_aside.seq).await?.is_none() {
        return Ok(None);
    }
    let received_ms = app.now_ms();
    let by = coordinator.person;
    let entries = vec![
        Entry::Settled { of: set_aside.seq, by, note: text.clone() },
        note(row, Outcome::Settled, Some(text), coordinator, received_ms),
    ];
    let seqs = app.log.append(Batch { received_ms, entries, ..Batch::default() }).await?;
    Ok(seqs.last().copied())
}

async fn still_open(app: &App, seq: u64) -> Result<Option<Quarantined>, Problem> {
    let found = app.log.quarantined(seq).await?;
    Ok(found.filter(|set_aside| set_aside.state == QuarantineState::Open))
}

fn change(row: &SetAsideRow, scope: Scope) -> ChangeRow {
    ChangeRow {
        doc: row.item.doc,
        scope,
        hash: row.item.hash,
        author: row.author,
        device: row.device,
        envelope: row.envelope,
        flag: Some(Flag::Released),
        bytes: row.bytes.clone(),
    }
}

/// What its author is told.
fn note(row: &SetAsideRow, outcome: Outcome, text: Option<String>, by: &Account, at_ms: i64) -> Entry {
    let note = InboxNote { doc: row.item.doc, reason: row.reason, outcome, note: text, at_ms };
    let office = OfficeRow::inbox(row.author, row.item.hash, &note);
    Entry::Office(OfficeEntry { row: office, to: Grant::Person(row.author), by: by.person })
}

async fn vet(app: &App, row: &SetAsideRow, scope: Scope, existing: &[ChangeRow]) -> Result<Finding, Problem> {
    let Some(device) = app.log.device(row.device).await? else {
        return Ok(Finding::SetAside(Reason::WrongActor));
    };
    let candidate = Candidate {
        hash: row.item.hash,
        actor: row.item.actor(&device.public_key),
        bytes: Bytes(row.bytes.clone()),
    };
    let job = Job {
        doc: row.item.doc,
        kind: scope.kind,
        existing: existing.iter().map(|row| Bytes(row.bytes.clone())).collect(),
        refused: Vec::new(),
        candidates: vec![candidate],
    };
    let mut found = app.vetting.vet(job).await.map_err(Problem::internal)?;
    Ok(found.pop().map_or(Finding::SetAside(Reason::VettingFailed), |vetted| vetted.finding))
}
