//! The rows, one after the other.

use std::collections::BTreeSet;

use sync_core::admission::{self, Limits};
use sync_core::ids::{DocId, Id};
use sync_core::verdict::Flag;

use super::envelopes::Signed;
use super::{Report, Where};
use crate::backup::BackupError;
use crate::store::{ChangeLog, ChangeRow, Entry, LogRow};

/// Rows read at once.
const LOOK: usize = 500;

/// What the rows hold.
#[derive(Debug, Default)]
pub struct Found {
    /// Documents of which every change is the bytes its hash names.
    pub sound: BTreeSet<DocId>,
}

pub async fn check(log: &dyn ChangeLog, signed: &Signed, report: &mut Report) -> Result<Found, BackupError> {
    let org = log.organisation().id;
    let newest = *log.changed().borrow();
    let mut broken: BTreeSet<DocId> = BTreeSet::new();
    let mut found = Found::default();
    let mut after = 0;
    while after < newest {
        let rows = next(log, after, newest, report).await?;
        let Some(last) = rows.last else { break };
        for row in rows.rows {
            if row.seq > after + 1 {
                gap(after + 1, row.seq - 1, report);
            }
            after = row.seq;
            report.rows += 1;
            match &row.entry {
                Entry::Change(change) => {
                    report.changes += 1;
                    if one(org, row.seq, change, signed, report) {
                        found.sound.insert(change.doc);
                    } else {
                        broken.insert(change.doc);
                    }
                }
                Entry::SetAside(_) => report.set_aside += 1,
                _ => {}
            }
        }
        after = after.max(last);
    }
    if after < newest {
        gap(after + 1, newest, report);
    }
    found.sound.retain(|doc| !broken.contains(doc));
    Ok(found)
}

struct Rows {
    rows: Vec<LogRow>,
    last: Option<u64>,
}

/// The next rows; of rows that cannot be read each is named, and the others are read.
async fn next(
    log: &dyn ChangeLog,
    after: u64,
    newest: u64,
    report: &mut Report,
) -> Result<Rows, BackupError> {
    if let Ok(rows) = log.read_after(after, LOOK).await {
        let last = rows.last().map(|row| row.seq);
        return Ok(Rows { rows, last });
    }
    let until = newest.min(after + LOOK as u64);
    let mut rows = Vec::new();
    for seq in after + 1..=until {
        match log.rows(&[seq]).await {
            Ok(found) => rows.extend(found),
            Err(why) => report.flaw(Where::Row(seq), why.to_string()),
        }
    }
    Ok(Rows { rows, last: Some(until) })
}

fn gap(first: u64, last: u64, report: &mut Report) {
    let place = if first == last { Where::Row(first) } else { Where::Rows(first, last) };
    report.flaw(place, "missing");
}

/// Checks one change; whether its bytes are what they should be.
fn one(org: Id, seq: u64, change: &ChangeRow, signed: &Signed, report: &mut Report) -> bool {
    let place = Where::Row(seq);
    let framed = match admission::frame(&change.bytes, &Limits::STANDARD) {
        Ok(framed) if framed.hash == change.hash => framed,
        Ok(_) => {
            report.flaw(place, "its bytes are another change than its hash names");
            return false;
        }
        Err(reason) => {
            report.flaw(place, format!("its bytes are no sound change: {reason}"));
            return false;
        }
    };
    if let Err(reason) = admission::decode(&framed) {
        report.flaw(place, format!("its bytes are no sound change: {reason}"));
        return false;
    }
    let signs = signed.rows.get(&seq).map(Vec::as_slice).unwrap_or_default();
    let own = signs.iter().find(|(by, number, _)| *by == change.device && *number == change.envelope);
    match own {
        Some((_, _, actor)) => {
            if framed.actor != *actor {
                report.flaw(place.clone(), "its author is not who signed for it");
            }
            // The server's device belongs to the organisation and writes for whoever has an account.
            let person = signed.devices.get(&change.device).map(|device| device.person);
            if person != Some(change.author)
                && (person != Some(org) || !signed.people.contains(&change.author))
            {
                report.flaw(place, "it is noted under another author than its device's");
            }
        }
        None if seq <= signed.from => report.unsigned += 1,
        None if matches!(change.flag, Some(Flag::Released | Flag::Restored)) => report.by_word += 1,
        None => report.flaw(place, "no signed envelope stands for it"),
    }
    true
}
