//! The fourth step: the document with the change in it, on a copy that is thrown away if anything fails.

use super::decode::guarded;
use crate::crdt::{Change, Document, DocumentError};
use crate::ids::ChangeHash;
use crate::verdict::Reason;

/// The document with these changes, in this order, after it has been saved, loaded and read: as a whole,
/// and the `records` the changes wrote to with all their concurrent values.
///
/// An error or panic anywhere is [`Reason::BreaksDocument`]; `document` itself is never touched.
pub fn shadow<'a>(
    document: &Document,
    changes: &[Change],
    records: impl IntoIterator<Item = &'a str>,
) -> Result<Document, Reason> {
    guarded(|| try_on(document, changes, records)).and_then(Result::ok).ok_or(Reason::BreaksDocument)
}

fn try_on<'a>(
    document: &Document,
    changes: &[Change],
    records: impl IntoIterator<Item = &'a str>,
) -> Result<Document, DocumentError> {
    let mut shadow = document.clone();
    for change in changes {
        shadow.apply(change)?;
    }
    let loaded = Document::load_vouched(shadow.kind(), &shadow.save())?;
    require(loaded.heads() == shadow.heads())?;
    for change in changes {
        let hash = change.hash();
        require(reads_back(&shadow, &hash, change.bytes()) && reads_back(&loaded, &hash, change.bytes()))?;
    }
    shadow.hydrate();
    loaded.hydrate();
    require(loaded.record_ids("")? == shadow.record_ids("")?)?;
    for record in records {
        let read = shadow.record(record)?;
        require(read.is_some() && read == loaded.record(record)?)?;
    }
    Ok(shadow)
}

fn reads_back(document: &Document, hash: &ChangeHash, bytes: &[u8]) -> bool {
    document.change(hash).is_some_and(|change| change.bytes() == bytes)
}

fn require(condition: bool) -> Result<(), DocumentError> {
    if condition { Ok(()) } else { Err(DocumentError::Broken) }
}
