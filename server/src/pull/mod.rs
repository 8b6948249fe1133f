//! What a device may have and has not got, page by page, straight from the log.
//!
//! **A cursor says: of every scope without a backfill, all rows up to `seq` were given; of a scope with one, all
//! up to its `after`, and those up to `seq` are the backfill's to give.** So live rows of a scope begin where its
//! backfill ends, and a change is always given after what it builds on.
//!
//! No document is opened here.

mod backfill;
mod page;

use std::collections::BTreeSet;

use sync_core::ids::{ChangeHash, DocId};
use sync_core::wire::{Backfill, Cursor, Grant, Row};

use crate::access::Access;
use crate::app::App;
use crate::store::{HeadOf, Stored};
use page::Page;

/// Bytes of rows in one page, before packing: some seconds of a slow link, and not too much to lose.
pub const PAGE_BYTES: usize = 48 * 1024;

/// Heads looked at in one go.
const LOOK: usize = 512;

/// One page for a device.
#[derive(Debug)]
pub struct Pulled {
    pub revoked: Vec<Grant>,
    pub rows: Vec<Row>,
    pub cursor: Cursor,
    pub due: u32,
    pub more: bool,
}

/// The next page after `cursor` for whom `access` is about. Rows the device has just `carried` here are left out.
pub async fn pull(
    app: &App,
    access: &Access,
    until: u64,
    cursor: Option<Cursor>,
    carried: &BTreeSet<(DocId, ChangeHash)>,
) -> Stored<Pulled> {
    let epoch = app.log.organisation().epoch;
    let mut page = Page::new(access, carried);
    let restored = cursor.as_ref().is_some_and(|cursor| cursor.epoch != epoch || cursor.seq > until);
    let known = cursor.filter(|cursor| cursor.epoch == epoch && cursor.seq <= until);
    let (from, mut backfills) = match known {
        Some(cursor) => (cursor.seq, backfill::kept(app, access, cursor.backfills).await?),
        None => (until, backfill::everything(app, access, until).await?),
    };
    let seq = live(app, access, &mut page, &backfills, from, until).await?;

    let (revoked, again) = backfill::revoked(app, access, from, seq, restored).await?;
    let mut opened = backfill::opened(access, from, seq);
    backfill::in_order(app, access, &mut opened).await?;
    backfills.retain(|backfill| !opened.iter().any(|new| new.grant == backfill.grant));
    backfills.extend(opened);
    for backfill in &mut backfills {
        backfill.until = seq;
    }
    serve(app, access, &mut page, &mut backfills).await?;
    // What the phone drops with a revoked scope but may keep by another: given again, on the next page, for it
    // drops after it has taken the rows of this one.
    backfills.retain(|backfill| !again.contains(&backfill.grant));
    backfills.extend(again.into_iter().map(|grant| Backfill::new(grant, seq)));

    let due = due(app, access, &backfills).await?;
    let more = seq < until || !backfills.is_empty();
    Ok(Pulled {
        revoked,
        rows: page.into_rows(app).await?,
        cursor: Cursor { epoch, seq, backfills },
        due,
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
            if !page.take(&head) {
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
        .collect::<BTreeSet<Grant>>()
        .into_iter()
        .collect()
}

/// Fills the page from the backfills in their order; those that are through are taken out.
async fn serve(app: &App, access: &Access, page: &mut Page<'_>, backfills: &mut Vec<Backfill>) -> Stored<()> {
    let mut left = Vec::new();
    for mut backfill in std::mem::take(backfills) {
        if page.full() || !fill(app, access, page, &mut backfill).await? {
            left.push(backfill);
        }
    }
    *backfills = left;
    Ok(())
}

/// Takes rows of one backfill; whether it is through.
async fn fill(app: &App, access: &Access, page: &mut Page<'_>, backfill: &mut Backfill) -> Stored<bool> {
    let scopes = access.spelled_out(backfill.grant);
    loop {
        let heads = app.log.heads_in(&scopes, backfill.after, backfill.until, LOOK).await?;
        let last = heads.len() < LOOK;
        for head in heads {
            if !page.take(&head) {
                return Ok(false);
            }
            backfill.after = head.seq;
        }
        if last {
            return Ok(true);
        }
    }
}

async fn due(app: &App, access: &Access, backfills: &[Backfill]) -> Stored<u32> {
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
