//! The server as a writer of documents: own key, own actors, own chain of envelopes.
//!
//! Every command makes one envelope, so the server's device and the envelope's number name the command;
//! the row's author is the coordinator who gave it. What the server writes passes the same checks as what
//! a phone sends.

use sync_core::admission::{Bytes, Candidate, Finding, Job};
use sync_core::crdt::{Change, Document};
use sync_core::envelope::{self, Envelope, Header, Item};
use sync_core::ids::{Actor, DocId, Id, sha256};
use sync_core::scope::Scope;
use sync_core::wire::{DeviceState, Newest};

use crate::app::App;
use crate::problem::Problem;
use crate::push::{self, Grown};
use crate::store::{Account, Batch, ChainEvidence, ChangeRow, Device, DeviceNews, Entry, SignedHeader};

/// A change the server has made and not yet written.
pub struct Draft {
    pub doc: DocId,
    pub scope: Scope,
    pub change: Change,
    /// The document's changes it was made on.
    pub existing: Vec<ChangeRow>,
}

/// What to hold, besides the document, while writing: the server's envelopes follow one another.
pub fn chain(app: &App) -> DocId {
    DocId(app.key.device().0)
}

/// The server's actor in a document, on this person's commands: each actor stands for one author, so that a document
/// can be given in one piece.
pub fn actor(app: &App, doc: DocId, author: Id) -> Actor {
    Actor::of(&app.key.public(), doc, incarnation(app, author))
}

/// A document with its scope and the changes it was made from; `None` when the log has none of it.
pub async fn open(app: &App, doc: DocId) -> Result<Option<(Scope, Document, Vec<ChangeRow>)>, Problem> {
    let existing = app.log.changes_of(&[doc]).await?.remove(&doc).unwrap_or_default();
    let Some(scope) = existing.first().map(|row| row.scope) else { return Ok(None) };
    let bytes = existing.iter().map(|row| row.bytes.as_slice());
    let document = Document::from_changes(scope.kind, bytes).map_err(Problem::internal)?;
    Ok(Some((scope, document, existing)))
}

/// Checks and appends the change, and gives its number. The caller holds the document and the chain.
pub async fn append(app: &App, author: &Account, draft: Draft, at_ms: i64) -> Result<u64, Problem> {
    let device = device(app, at_ms).await?;
    let hash = draft.change.hash();
    let incarnation = incarnation(app, author.person);
    let item = Item { doc: draft.doc, scope: draft.scope, incarnation, hash, replaces: None };
    vet(app, &draft, &item).await?;
    let header = Header {
        version: envelope::VERSION,
        org: app.log.organisation().id,
        device: device.id,
        number: device.newest.map_or(1, |newest| newest.number + 1),
        previous: device.newest.map(|newest| newest.hash),
        items: vec![item],
    };
    let envelope = Envelope::seal(&app.key, &header, Vec::new());
    let row = ChangeRow {
        doc: draft.doc,
        scope: draft.scope,
        hash,
        author: author.person,
        device: device.id,
        envelope: header.number,
        flag: None,
        bytes: draft.change.bytes().to_vec(),
    };
    let news = DeviceNews {
        device: device.id,
        now_ms: at_ms,
        state: DeviceState { clock_ms: at_ms, waiting: 0, set_aside: 0 },
        newest: Some(Newest { number: header.number, hash: envelope.hash() }),
        evidence: ChainEvidence::default(),
    };
    let entries = admitted(app, &draft.existing, row, author.person).await?;
    let envelopes = vec![SignedHeader { header, signature: envelope.signature }];
    let batch = Batch { received_ms: at_ms, entries, device: Some(news), envelopes, ..Batch::default() };
    let seqs = app.log.append(batch).await?;
    seqs.first().copied().ok_or_else(|| Problem::internal("an append gave no number"))
}

/// The rows of an admitted change: itself, and what follows from it, as when a device pushes it.
pub async fn admitted(
    app: &App,
    existing: &[ChangeRow],
    row: ChangeRow,
    by: Id,
) -> Result<Vec<Entry>, Problem> {
    let new = std::slice::from_ref(&row);
    let grown = Grown { doc: row.doc, scope: row.scope, existing, new, beside: &[] };
    let mut entries = push::derived(app.log.as_ref(), grown, by).await?;
    entries.insert(0, Entry::Change(row));
    Ok(entries)
}

/// The server's own entry among the devices, made on its first write; it belongs to the organisation itself.
async fn device(app: &App, now_ms: i64) -> Result<Device, Problem> {
    if let Some(device) = app.log.device(app.key.device()).await? {
        return Ok(device);
    }
    Ok(app.log.enrol(app.log.organisation().id, app.key.public(), "server", now_ms).await?)
}

/// A restored log has another epoch and may lack changes of the server's that phones still hold: another
/// incarnation never takes a number of those again.
fn incarnation(app: &App, author: Id) -> u32 {
    let [a, b, c, d, ..] = sha256(&[app.log.organisation().epoch.0, author.0].concat());
    u32::from_be_bytes([a, b, c, d])
}

async fn vet(app: &App, draft: &Draft, item: &Item) -> Result<(), Problem> {
    let candidate = Candidate {
        hash: item.hash,
        actor: item.actor(&app.key.public()),
        bytes: Bytes(draft.change.bytes().to_vec()),
    };
    let job = Job {
        doc: draft.doc,
        kind: draft.scope.kind,
        existing: draft.existing.iter().map(|row| Bytes(row.bytes.clone())).collect(),
        refused: Vec::new(),
        candidates: vec![candidate],
    };
    let found = app.vetting.vet(job).await.map_err(Problem::internal)?;
    match found.first().map(|vetted| &vetted.finding) {
        Some(Finding::Sound(_)) => Ok(()),
        _ => Err(Problem::internal("a change of the server's own did not pass the checks")),
    }
}
