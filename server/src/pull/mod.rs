//! What a device may have and has not got, page by page, straight from the log.
//!
//! **A cursor says: of every scope without a backfill, all rows up to `seq` were given; of a scope with one, all
//! up to its `after`, and those up to `seq` are the backfill's to give.** So live rows of a scope begin where its
//! backfill ends, and a change is always given after what it builds on.
//!
//! No document is opened here.

mod backfill;
mod moved;
mod order;
mod page;

use std::collections::BTreeSet;

use sync_core::ids::{ChangeHash, DocId, Month};
use sync_core::wire::{Backfill, Cursor, Grant, Row, SyncRequest};

use crate::access::Access;
use crate::app::App;
use crate::store::{HeadOf, Stored};
pub use page::wire_bytes;
use page::{Carried, Page};

/// Bytes of a page on the wire, about, when the device does not say: some seconds of a slow link, and not too
/// much to lose.
pub const PAGE_BYTES: u64 = 12 * 1024;

/// What a device may wish a page to be.
const PAGE_LIMITS: std::ops::RangeInclusive<u64> = 1024..=256 * 1024;

/// Heads looked at in one go.
const LOOK: usize = 512;

/// What a device wants of its pages besides what it has not got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// It takes documents in one piece; a device of version 1 takes changes alone.
    pub documents: bool,
    /// Logs of earlier months are not for it,
    pub floor: Option<Month>,
    /// but for these.
    pub older: BTreeSet<DocId>,
    /// About how big a page is on the wire.
    pub page_bytes: u64,
    /// It has work of its own. If it has read nothing yet, an answer to that may have been lost, and what it is
    /// about taken from its person since.
    pub has_work: bool,
}

impl Wishes {
    /// What a request asks for; `documents` when it is of a version that can take them.
    pub fn of(request: &SyncRequest, documents: bool) -> Self {
        let asked = request.page_bytes.map_or(PAGE_BYTES, u64::from);
        Self {
            documents,
            floor: request.floor.filter(|_| documents),
            older: request.older.iter().copied().collect(),
            page_bytes: asked.clamp(*PAGE_LIMITS.start(), *PAGE_LIMITS.end()),
            has_work: request.state.waiting > 0,
        }
    }
}

/// One page for a device.
#[derive(Debug)]
pub struct Pulled {
    pub revoked: Vec<Grant>,
    pub rows: Vec<Row>,
    pub cursor: Cursor,
    pub due: u32,
    pub more: bool,
}

/// The next page after `cursor` for whom `access` is about. Rows the device has just `carried` here are left out of
/// what is new; of a backfill that it brings, they are not: it may be about to drop them.
pub async fn pull(
    app: &App,
    access: &Access,
    until: u64,
    cursor: Option<Cursor>,
    wishes: &Wishes,
    carried: &BTreeSet<(DocId, ChangeHash)>,
) -> Stored<Pulled> {
    let epoch = app.log.organisation().epoch;
    // Without one it holds nothing of what was given.
    let came_with_cursor = cursor.is_some();
    let lost_its_place =
        cursor.as_ref().map_or(wishes.has_work, |cursor| cursor.epoch != epoch || cursor.seq > until);
    let known = cursor.filter(|cursor| cursor.epoch == epoch && cursor.seq <= until);
    let (from, mut backfills) = match known {
        Some(cursor) => (cursor.seq, backfill::kept(app, access, cursor.backfills).await?),
        None => (until, backfill::everything(app, access, until).await?),
    };
    let mut wishes = wishes.clone();
    wishes.older.extend(backfills.iter().filter_map(|backfill| match backfill.grant {
        // A log before the floor is given when it is asked for by name.
        Grant::Document(doc) => Some(doc),
        _ => None,
    }));
    let mut page = Page::new(access, &wishes, carried);
    let seq = live(app, access, &mut page, &backfills, from, until).await?;

    let moved = if lost_its_place && came_with_cursor {
        moved::ever(app, access).await?
    } else {
        moved::between(app, access, from, seq).await?
    };
    let (revoked, again) = backfill::revoked(app, access, from, seq, lost_its_place, &moved).await?;
    let mut opened = backfill::opened(access, from, seq);
    opened.retain(|backfill| !again.contains(&backfill.grant));
    backfill::in_order(app, access, &mut opened).await?;
    backfills.retain(|backfill| !opened.iter().any(|new| new.grant == backfill.grant));
    let brought: BTreeSet<Grant> = backfills.iter().map(|backfill| backfill.grant).collect();
    backfills.extend(opened);
    for backfill in &mut backfills {
        backfill.until = seq;
        backfill.after = backfill.after.min(seq);
        if backfill.at.is_some() && !wishes.documents {
            // Begun in another version than it goes on in: what was not given is only known to the other.
            (backfill.at, backfill.after) = (None, 0);
        }
    }
    let mut due = serve(app, access, &mut page, (&mut backfills, &brought), &wishes).await?;
    // What the phone drops with a revoked scope but may keep by another: given again, on the next page, for it
    // drops after it has taken the rows of this one.
    backfills.retain(|backfill| !again.contains(&backfill.grant));
    backfills.extend(again.into_iter().map(|grant| Backfill::new(grant, seq)));

    let by_rows: Vec<Backfill> =
        backfills.iter().filter(|backfill| !order::by_documents(backfill, &wishes)).cloned().collect();
    due = due.saturating_add(rows_due(app, access, &by_rows).await?);
    let more = seq < until || !backfills.is_empty();
    let rows = page.into_rows(app, seq).await?;
    Ok(Pulled {
        revoked,
        rows,
        cursor: Cursor { epoch, seq, backfills },
        due: due.max(u32::from(more)),
        more,
    })
}

/// Rows of all scopes that have no backfill, from where the cursor is. Gives how far it came.
async fn live(
    app: &App,
    access: &Access,
    page: &mut Page<'_>,
    backfills: &[Backfill],
    from: u64,
    until: u64,
) -> Stored<u64> {
    let scopes = live_scopes(app, access, backfills, from);
    let mut seq = from;
    while seq < until {
        let heads = app.log.heads_in(&scopes, seq, until, LOOK).await?;
        let last = heads.len() < LOOK;
        for head in heads {
            if !page.take(&head, Carried::LeftOut) {
                return Ok(seq);
            }
            seq = head.seq;
        }
        if last {
            seq = until;
        }
    }
    Ok(seq)
}

fn live_scopes(app: &App, access: &Access, backfills: &[Backfill], from: u64) -> Vec<Grant> {
    let filling: BTreeSet<Grant> = backfills.iter().map(|backfill| backfill.grant).collect();
    backfill::implicit(app, access)
        .into_iter()
        .chain(backfill::held(access).filter(|span| span.from <= from).map(|span| span.grant))
        .filter(|grant| !filling.contains(grant))
        .flat_map(|grant| access.spelled_out(grant))
        .filter(|grant| !filling.contains(grant))
        .collect::<BTreeSet<Grant>>()
        .into_iter()
        .collect()
}

/// Fills the page from the backfills: what everybody has, then documents in the order in which they are wanted,
/// then rows. Those that are through are taken out. Gives how many documents are left.
async fn serve(
    app: &App,
    access: &Access,
    page: &mut Page<'_>,
    (backfills, brought): (&mut Vec<Backfill>, &BTreeSet<Grant>),
    wishes: &Wishes,
) -> Stored<u32> {
    let carried = |backfill: &Backfill| {
        if brought.contains(&backfill.grant) { Carried::Given } else { Carried::LeftOut }
    };
    let everybodys =
        |backfill: &Backfill| matches!(backfill.grant, Grant::Organisation(_) | Grant::Person(_));
    fill_all(app, access, page, backfills, everybodys, carried).await?;
    let (due, full) = (order::due(app, access, backfills, wishes).await?, page.full());
    let of = |due: &order::Due| backfills.get(due.backfill).map_or(Carried::Given, carried);
    let wanted = if full { 0 } else { page.reach(&due) };
    let given = due.iter().take(wanted).take_while(|due| page.take_document(&due.extent, of(due))).count();
    let (given, left) = due.split_at(given);
    if !left.is_empty() {
        page.end();
    }
    for due in given {
        if let Some(backfill) = backfills.get_mut(due.backfill) {
            if backfill.at.is_none() {
                backfill.after = backfill.until;
            }
            backfill.at = Some(due.place);
        }
    }
    for (at, backfill) in backfills.iter_mut().enumerate() {
        let through = order::by_documents(backfill, wishes) && !left.iter().any(|due| due.backfill == at);
        if through && backfill.at.take().is_none() {
            backfill.after = backfill.until;
        }
    }
    fill_all(app, access, page, backfills, |backfill| !order::by_documents(backfill, wishes), carried)
        .await?;
    Ok(left.len() as u32)
}

/// Takes rows of those backfills, in their order.
async fn fill_all(
    app: &App,
    access: &Access,
    page: &mut Page<'_>,
    backfills: &mut Vec<Backfill>,
    which: impl Fn(&Backfill) -> bool,
    carried: impl Fn(&Backfill) -> Carried,
) -> Stored<()> {
    let mut left = Vec::new();
    for mut backfill in std::mem::take(backfills) {
        let through = backfill.after >= backfill.until;
        let carried = carried(&backfill);
        let gone = which(&backfill)
            && (through || !page.full() && fill(app, access, page, &mut backfill, carried).await?);
        if !gone {
            left.push(backfill);
        }
    }
    *backfills = left;
    Ok(())
}

/// Takes rows of one backfill; whether it is through.
async fn fill(
    app: &App,
    access: &Access,
    page: &mut Page<'_>,
    backfill: &mut Backfill,
    carried: Carried,
) -> Stored<bool> {
    let scopes = access.spelled_out(backfill.grant);
    loop {
        let heads = app.log.heads_in(&scopes, backfill.after, backfill.until, LOOK).await?;
        let last = heads.len() < LOOK;
        for head in heads {
            if !page.take(&head, carried) {
                return Ok(false);
            }
            backfill.after = head.seq;
        }
        if last {
            return Ok(true);
        }
    }
}

async fn rows_due(app: &App, access: &Access, backfills: &[Backfill]) -> Stored<u32> {
    let mut due = 0u32;
    for backfill in backfills {
        for grant in access.spelled_out(backfill.grant) {
            due = due.saturating_add(app.log.count_in(grant, backfill.after, backfill.until).await?);
        }
    }
    Ok(due)
}

/// Whether this person may see this document, by whatever grant.
async fn sees_document(app: &App, access: &Access, doc: DocId) -> Stored<bool> {
    let scope = app.log.scopes_of(&[doc]).await?.remove(&doc);
    Ok(scope.is_some_and(|scope| access.sees(&HeadOf::Change { doc, scope, hash: ChangeHash([0; 32]) })))
}
