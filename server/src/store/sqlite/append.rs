//! Appending a batch: its rows, and the tables that follow from them, in one transaction.

use rusqlite::params;
use sync_core::office::Topic;
use sync_core::wire::Grant;

use super::codec::{
    AssignedBody, ClosedBody, GrantBody, SetAsideBody, bytes, grant_columns, kind_number, kinds, topic_number,
};
use super::names::{number, number_of};
use super::pack::{Kept, pack};
use super::people;
use super::seek::{Sought, seek};
use super::writer::Writing;
use crate::store::{
    Assignment, Batch, ChangeRow, Entry, OfficeEntry, QuarantineState, SetAsideRow, StoreError, Stored,
};
use sync_core::ids::Id;

/// Writes the batch and gives its numbers.
pub fn append(writing: &mut Writing<'_>, batch: &Batch) -> Stored<Vec<u64>> {
    let mut seqs = Vec::with_capacity(batch.entries.len());
    for entry in &batch.entries {
        let seq = writing.seq + 1;
        entry_row(writing, seq, batch.received_ms, entry)?;
        writing.seq = seq;
        seqs.push(seq);
    }
    if let Some(account) = &batch.account {
        people::put_account(writing.connection, account)?;
    }
    if let Some(news) = &batch.device {
        people::note_device(writing.connection, news)?;
    }
    for (row, from) in &batch.restored {
        super::origins::note(writing.connection, row, *from)?;
    }
    for signed in &batch.envelopes {
        super::envelopes::keep(writing.connection, signed)?;
    }
    for (device, hash) in &batch.done {
        writing
            .connection
            .prepare_cached("DELETE FROM arrivals WHERE device = ?1 AND hash = ?2")?
            .execute([device.as_bytes(), hash.as_bytes()])?;
    }
    Ok(seqs)
}

fn entry_row(writing: &Writing<'_>, seq: u64, now_ms: i64, entry: &Entry) -> Stored<()> {
    match entry {
        Entry::Change(change) => change_row(writing, seq, now_ms, change),
        Entry::Office(office) => office_row(writing, seq, now_ms, office),
        Entry::Granted { person, grant, by } => {
            plain_row(
                writing,
                seq,
                now_ms,
                kinds::GRANTED,
                *by,
                &bytes(&GrantBody { person: *person, grant: *grant }),
            )?;
            granted(writing, seq, *person, *grant)
        }
        Entry::Revoked { person, grant, by } => {
            plain_row(
                writing,
                seq,
                now_ms,
                kinds::REVOKED,
                *by,
                &bytes(&GrantBody { person: *person, grant: *grant }),
            )?;
            revoked(writing, seq, *person, *grant)
        }
        Entry::Assigned(assignment) => assigned(writing, seq, now_ms, assignment),
        Entry::SetAside(row) => set_aside(writing, seq, now_ms, row),
        Entry::Released { of, by } => {
            let body = ClosedBody { of: *of, note: String::new() };
            plain_row(writing, seq, now_ms, kinds::RELEASED, *by, &bytes(&body))?;
            closed(writing, *of, QuarantineState::Released)
        }
        Entry::Settled { of, by, note } => {
            let body = ClosedBody { of: *of, note: note.clone() };
            plain_row(writing, seq, now_ms, kinds::SETTLED, *by, &bytes(&body))?;
            closed(writing, *of, QuarantineState::Settled)
        }
    }
}

fn change_row(writing: &Writing<'_>, seq: u64, now_ms: i64, change: &ChangeRow) -> Stored<()> {
    let Kept { mut hash, body } = pack(change.author, &change.hash, &change.bytes);
    match seek(writing.connection, change.doc, &change.hash)? {
        Sought::There(_) => {
            return Err(StoreError::AlreadyThere { doc: change.doc, hash: change.hash });
        }
        Sought::Alike => hash = change.hash.0.to_vec(),
        Sought::Nowhere => {}
    }
    let connection = writing.connection;
    let doc = number(connection, change.doc.0)?;
    let kind = kind_number(change.scope.kind);
    let family = number_of(connection, change.scope.family.map(|id| id.0))?;
    let place = number_of(connection, change.scope.place.map(|id| id.0))?;
    let month = change.scope.month.map(|month| month.0);
    let author = number(connection, change.author.0)?;
    let device = number(connection, change.device.0)?;
    connection
        .prepare_cached(
            "INSERT INTO log (seq, kind, doc, doc_kind, family, place, month, hash, author, device, envelope, flag, \
             received_ms, body, size) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            seq,
            doc,
            kind,
            family,
            place,
            month,
            hash,
            author,
            device,
            change.envelope,
            change.flag.map(|flag| flag.code()),
            now_ms,
            body,
            (body.len() != change.bytes.len()).then_some(change.bytes.len() as i64),
        ])?;
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO documents (doc, kind, family, place, month) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![doc, kind, family, place, month])?;
    Ok(())
}

fn office_row(writing: &Writing<'_>, seq: u64, now_ms: i64, office: &OfficeEntry) -> Stored<()> {
    let row = &office.row;
    // A review goes with its document also to those who were given the document alone. Offers and cards are
    // about a task too, but a card is for one person's eyes.
    let of_document = (row.topic == Topic::Review).then_some(row.subject.0);
    let (mut doc, mut family, mut place, mut person, mut everyone) = (of_document, None, None, None, None);
    match office.to {
        Grant::Family(id) => family = Some(id.0),
        Grant::Document(id) => doc = Some(id.0),
        Grant::Place(id) => place = Some(id.0),
        Grant::Organisation(_) => everyone = Some(1),
        Grant::Person(id) => person = Some(id.0),
    }
    let number_of = |id| number_of(writing.connection, id);
    writing
        .connection
        .prepare_cached(
            "INSERT INTO log (seq, kind, doc, family, place, person, everyone, topic, subject, author, received_ms, \
             body) VALUES (?1, 2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            seq,
            number_of(doc)?,
            number_of(family)?,
            number_of(place)?,
            number_of(person)?,
            everyone,
            topic_number(row.topic),
            number(writing.connection, row.subject.0)?,
            number(writing.connection, office.by.0)?,
            now_ms,
            bytes(row),
        ])?;
    writing
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO office (topic, subject, key, seq, value) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![topic_number(row.topic), row.subject.0, row.key, seq, row.value])?;
    Ok(())
}

fn plain_row(writing: &Writing<'_>, seq: u64, now_ms: i64, kind: i64, by: Id, body: &[u8]) -> Stored<()> {
    writing
        .connection
        .prepare_cached("INSERT INTO log (seq, kind, author, received_ms, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![seq, kind, number(writing.connection, by.0)?, now_ms, body])?;
    Ok(())
}

/// Opens a span, unless the person has the scope already.
fn granted(writing: &Writing<'_>, seq: u64, person: Id, grant: Grant) -> Stored<()> {
    let (kind, scope) = grant_columns(grant);
    writing
        .connection
        .prepare_cached(
            "INSERT INTO grants (person, scope_kind, scope, from_seq) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS \
             (SELECT 1 FROM grants WHERE person = ?1 AND scope_kind = ?2 AND scope = ?3 AND to_seq IS NULL)",
        )?
        .execute(params![person.0, kind, scope, seq])?;
    Ok(())
}

/// Closes the open span, and forgets a dated grant of the same family.
fn revoked(writing: &Writing<'_>, seq: u64, person: Id, grant: Grant) -> Stored<()> {
    let (kind, scope) = grant_columns(grant);
    writing
        .connection
        .prepare_cached(
            "UPDATE grants SET to_seq = ?4 WHERE person = ?1 AND scope_kind = ?2 AND scope = ?3 AND to_seq IS NULL",
        )?
        .execute(params![person.0, kind, scope, seq])?;
    if let Grant::Family(case) = grant {
        writing
            .connection
            .prepare_cached("DELETE FROM assignments WHERE person = ?1 AND case_id = ?2")?
            .execute([person.0, case.0])?;
    }
    Ok(())
}

fn assigned(writing: &Writing<'_>, seq: u64, now_ms: i64, assignment: &Assignment) -> Stored<()> {
    let Assignment { person, case, from, to, substitute, by } = assignment;
    let body = AssignedBody {
        person: *person,
        case: *case,
        from: from.clone(),
        to: to.clone(),
        substitute: *substitute,
    };
    plain_row(writing, seq, now_ms, kinds::ASSIGNED, *by, &bytes(&body))?;
    writing
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO assignments (person, case_id, from_date, to_date, substitute, by_person) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![person.0, case.0, from, to, substitute, by.0])?;
    Ok(())
}

fn set_aside(writing: &Writing<'_>, seq: u64, now_ms: i64, row: &SetAsideRow) -> Stored<()> {
    let body = SetAsideBody { item: row.item.clone(), reason: row.reason, bytes: row.bytes.clone().into() };
    writing
        .connection
        .prepare_cached(
            "INSERT INTO log (seq, kind, author, device, envelope, received_ms, body) \
             VALUES (?1, 6, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            seq,
            number(writing.connection, row.author.0)?,
            number(writing.connection, row.device.0)?,
            row.envelope,
            now_ms,
            bytes(&body)
        ])?;
    writing
        .connection
        .prepare_cached(
            "INSERT OR IGNORE INTO quarantine (seq, device, doc, hash, reason, size) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            seq,
            row.device.0,
            row.item.doc.0,
            row.item.hash.0,
            row.reason.code(),
            row.bytes.len() as i64,
        ])?;
    Ok(())
}

fn closed(writing: &Writing<'_>, of: u64, state: QuarantineState) -> Stored<()> {
    let state = super::queries::state_number(state);
    writing
        .connection
        .prepare_cached("UPDATE quarantine SET state = ?2 WHERE seq = ?1")?
        .execute(params![of, state])?;
    Ok(())
}
