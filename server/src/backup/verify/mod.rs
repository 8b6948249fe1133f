//! Is a log whole? Everything that can be computed a second time is, from the rows alone, and compared.
//!
//! | step | what must hold |
//! |---|---|
//! | `damage` | the database finds nothing wrong with its own file |
//! | [`envelopes`] | each kept header is signed by its device's key; the newest is the one the device is known by |
//! | [`rows`] | numbers without a gap; each change is the bytes its hash names, whole, canonical, signed for |
//! | [`documents`] | each change continues its document, by the actor its envelope says; the document opens |
//! | [`snapshots`] | each document in one piece holds the changes of the log, by their authors, and nothing else |
//! | `astray` | documents, office values, grants, assignments and quarantine follow from the rows |
//! | `tables` | the desk's tables are what the log gives |
//!
//! It works on a copy of one moment, so a server may run. What it says names rows and never what is in them.

mod documents;
mod envelopes;
mod report;
mod rows;
mod snapshots;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use report::{Flaw, Report, Where};

use super::scratch::Scratch;
use super::{BackupError, error::at};
use crate::read_model;
use crate::store::{Astray, ChangeLog, LogFiles};

/// Checks the log in `data`, and the desk's tables in `tables` if they are there.
pub async fn verify(files: &dyn LogFiles, data: &Path, tables: &Path) -> Result<Report, BackupError> {
    let mut report = Report::default();
    for said in files.damage(data)? {
        report.flaw(Where::File, said);
    }
    let scratch = Scratch::within(data).map_err(at(data))?;
    // The tables first: they are never ahead of a log that is copied after them.
    let desk = scratch.path().join("read.db");
    let desk = if tables.exists() { Some((read_model::copy(tables, &desk), desk)) } else { None };
    if let Err(why) = files.copy(data, &files.path(scratch.path())) {
        report.flaw(Where::File, why.to_string());
        return Ok(report);
    }
    let log = files.open(scratch.path())?;
    walk(files, &log, scratch.path(), &mut report).await?;
    match desk {
        Some((Ok(()), desk)) => match read_model::differences(&desk, log.clone()).await {
            Ok(differences) => {
                report.tables = differences.tables;
                for (table, rows) in differences.found {
                    report.flaw(Where::Desk(table), format!("{rows} rows are not what the log gives"));
                }
            }
            Err(why) => report.flaw(Where::Desk(String::new()), why.to_string()),
        },
        Some((Err(why), _)) => report.flaw(Where::Desk(String::new()), why.to_string()),
        None => {}
    }
    close(log).await?;
    Ok(report)
}

/// Checks the log in a folder of ours that nobody else has open.
pub(super) async fn log_alone(files: &dyn LogFiles, folder: &Path) -> Result<Report, BackupError> {
    let mut report = Report::default();
    for said in files.damage(folder)? {
        report.flaw(Where::File, said);
    }
    let log = files.open(folder)?;
    walk(files, &log, folder, &mut report).await?;
    close(log).await?;
    Ok(report)
}

async fn walk(
    files: &dyn LogFiles,
    log: &Arc<dyn ChangeLog>,
    folder: &Path,
    report: &mut Report,
) -> Result<(), BackupError> {
    let signed = envelopes::check(log.as_ref(), report).await?;
    let found = rows::check(log.as_ref(), &signed, report).await?;
    documents::check(log.as_ref(), &found, report).await?;
    snapshots::check(log.as_ref(), &found, report).await?;
    let again = folder.join("again.db");
    for astray in files.astray(folder, &again)? {
        match astray {
            Astray::Row { seq, why } => report.flaw(Where::Row(seq), why),
            Astray::Columns { seq } => report.flaw(Where::Row(seq), "its columns contradict it".to_owned()),
            Astray::Table { name, entries } => {
                report.flaw(Where::Table(name), format!("{entries} entries do not follow from the rows"));
            }
        }
    }
    std::fs::remove_file(&again).map_err(at(&again))
}

async fn close(log: Arc<dyn ChangeLog>) -> Result<(), BackupError> {
    Ok(log.close(Duration::from_secs(30)).await?)
}
