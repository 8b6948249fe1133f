//! The commit: every row that a push leaves, in one append; then, and only then, the verdicts.

use std::collections::BTreeSet;

use sync_core::ids::{ChangeHash, DocId, Hash32};
use sync_core::office::{InboxNote, OfficeRow, Outcome};
use sync_core::scope::Kind;
use sync_core::verdict::{Reason, Verdict};
use sync_core::wire::{DeviceState, Grant, Newest, VerdictOn};

use super::derive::{self, Grown};
use super::open::Pushed;
use super::{Answered, Outcomes, chain};
use crate::app::App;
use crate::auth::SignedIn;
use crate::problem::Problem;
use crate::store::{
    Batch, ChainEvidence, ChangeRow, DeviceNews, Entry, OfficeEntry, SetAsideRow, SignedHeader, StoreError,
    Stored,
};

/// A sync that pushed nothing: what the device says of itself is noted, nothing else.
pub async fn quiet(app: &App, from: &SignedIn, state: DeviceState) -> Result<Answered, Problem> {
    let news = DeviceNews {
        device: from.device.id,
        now_ms: app.now_ms(),
        state,
        newest: None,
        evidence: ChainEvidence::default(),
    };
    match app.log.note_device(news).await {
        // A disk that takes nothing is no reason to withhold what can be read.
        Ok(()) | Err(StoreError::Unwell(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Answered { newest: from.device.newest, ..Answered::default() })
}

/// Appends everything and gives the verdicts.
pub async fn commit(
    app: &App,
    from: &SignedIn,
    state: DeviceState,
    outcomes: Outcomes,
) -> Result<Answered, Problem> {
    let now_ms = app.now_ms();
    let mut said: Vec<(Pushed, Verdict)> = Vec::new();
    let mut entries = changes(app, from, &outcomes).await?;
    // Only what was never answered for is surely on the device: the rest of an envelope may have gone with its cache.
    // What is taken in late leaves it, unless it is given again.
    let stays = outcomes.sound.values().flat_map(|sound| &sound.new).filter(|(_, row)| row.flag.is_none());
    let fresh = stays.map(|(pushed, _)| pushed.key()).collect();
    let grew = outcomes.sound.values().any(|sound| !sound.new.is_empty());
    said.extend(outcomes.sound.into_values().flat_map(|sound| sound.new).map(|(pushed, row)| {
        let verdict = row.flag.map_or(Verdict::Accepted, Verdict::AcceptedFlagged);
        (pushed, verdict)
    }));
    let (rows, refusals) = set_aside(app, from, outcomes.refused, now_ms).await?;
    entries.extend(rows);
    said.extend(refusals);
    said.extend(outcomes.said);

    // The device as it is now: another push of its own may have come through since it signed in.
    let device = app.log.device(from.device.id).await?.unwrap_or_else(|| from.device.clone());
    let spent = chain::spent(app, &device, &outcomes.signed).await?;
    let (newest, evidence) = chain::follow(device.newest, device.evidence, &outcomes.links, &spent);
    let news = DeviceNews { device: device.id, now_ms, state, newest, evidence };
    let done = done(&said).into_iter().map(|arrival| (device.id, arrival)).collect();
    let envelopes = kept(outcomes.signed, &said);
    app.log
        .append(Batch {
            received_ms: now_ms,
            entries,
            device: Some(news),
            envelopes,
            done,
            ..Batch::default()
        })
        .await?;
    Ok(Answered { grew, ..answer(said, fresh, newest) })
}

/// The admitted changes of each document, then what follows from them, then what their author gains.
async fn changes(app: &App, from: &SignedIn, outcomes: &Outcomes) -> Stored<Vec<Entry>> {
    let by = from.person();
    let (mut rows, mut derived) = (Vec::new(), Vec::new());
    let beside: Vec<&ChangeRow> =
        outcomes.sound.values().flat_map(|sound| &sound.new).map(|(_, row)| row).collect();
    // People first: of a card that is renewed and taken away at once, the second must be the last word.
    let mut sounds: Vec<_> = outcomes.sound.iter().collect();
    sounds.sort_by_key(|(_, sound)| sound.scope.kind != Kind::Person);
    for (doc, sound) in sounds {
        let new: Vec<ChangeRow> = sound.new.iter().map(|(_, row)| row.clone()).collect();
        let grown =
            Grown { doc: *doc, scope: sound.scope, existing: &sound.existing, new: &new, beside: &beside };
        derived.extend(derive::entries(app.log.as_ref(), grown, by).await?);
        rows.extend(new.into_iter().map(Entry::Change));
    }
    let gained = outcomes.gains.iter().filter(|gain| made(outcomes, **gain));
    let gained = gained.map(|grant| Entry::Granted { person: by, grant: *grant, by });
    let gained: Vec<Entry> = gained.filter(|gain| !derived.contains(gain)).collect();
    rows.extend(gained);
    rows.append(&mut derived);
    Ok(rows)
}

/// Whether what would be gained came into being: a new case whose bytes were refused gives nobody anything.
fn made(outcomes: &Outcomes, gain: Grant) -> bool {
    outcomes.sound.iter().any(|(doc, sound)| match gain {
        Grant::Family(family) => sound.scope.family == Some(family),
        Grant::Document(document) => *doc == document,
        _ => false,
    })
}

/// Quarantine rows with the notes to their author. Over the device's quota nothing more is kept: the phone
/// still has it, and says so.
async fn set_aside(
    app: &App,
    from: &SignedIn,
    refused: Vec<(Pushed, Reason)>,
    at_ms: i64,
) -> Stored<(Vec<Entry>, Vec<(Pushed, Verdict)>)> {
    if refused.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let (mut count, mut bytes) = app.log.quarantine_load(from.device.id).await?;
    let (mut entries, mut said) = (Vec::new(), Vec::new());
    for (pushed, reason) in refused {
        count += 1;
        bytes += pushed.bytes.len() as u64;
        if count > app.config.quarantine_changes || bytes > app.config.quarantine_bytes {
            said.push((pushed, Verdict::SetAside(Reason::Quota)));
            continue;
        }
        tracing::warn!(doc = %pushed.item.doc, change = %pushed.item.hash, device = %from.device.id, %reason, "set aside");
        let row = SetAsideRow {
            author: from.person(),
            device: from.device.id,
            envelope: pushed.envelope,
            item: pushed.item.clone(),
            reason,
            bytes: pushed.bytes.clone(),
        };
        entries.extend(lies_aside(row, at_ms));
        said.push((pushed, Verdict::SetAside(reason)));
    }
    Ok((entries, said))
}

/// What lies before a coordinator, and the note of it to its author.
pub fn lies_aside(row: SetAsideRow, at_ms: i64) -> [Entry; 2] {
    let SetAsideRow { author, reason, .. } = row;
    let note = InboxNote { doc: row.item.doc, reason, outcome: Outcome::SetAside, note: None, at_ms };
    let told = OfficeRow::inbox(author, row.item.hash, &note);
    let told = OfficeEntry { row: told, to: Grant::Person(author), by: author };
    [Entry::SetAside(row), Entry::Office(told)]
}

/// The headers to keep: not those of which, for lack of room, nothing else is kept either.
fn kept(mut signed: Vec<SignedHeader>, said: &[(Pushed, Verdict)]) -> Vec<SignedHeader> {
    let quota = Verdict::SetAside(Reason::Quota);
    let heard: BTreeSet<u64> =
        said.iter().filter(|(_, verdict)| *verdict != quota).map(|(pushed, _)| pushed.envelope).collect();
    signed.retain(|signed| heard.contains(&signed.header.number));
    signed
}

/// Envelopes of which every change is in the log: the log has all there is to know of them.
fn done(said: &[(Pushed, Verdict)]) -> BTreeSet<Hash32> {
    let open: BTreeSet<Hash32> =
        said.iter().filter(|(_, verdict)| !verdict.admitted()).map(|(pushed, _)| pushed.arrival).collect();
    said.iter().map(|(pushed, _)| pushed.arrival).filter(|arrival| !open.contains(arrival)).collect()
}

fn answer(
    said: Vec<(Pushed, Verdict)>,
    carried: BTreeSet<(DocId, ChangeHash)>,
    newest: Option<Newest>,
) -> Answered {
    let verdicts = said
        .into_iter()
        .map(|(pushed, verdict)| VerdictOn { doc: pushed.item.doc, hash: pushed.item.hash, verdict })
        .collect();
    Answered { verdicts, carried, newest, grew: false }
}
