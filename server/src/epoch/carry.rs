//! Cursors and chains that go on although the epoch has changed.

use std::sync::PoisonError;

use sync_core::envelope::{Envelope, Header};
use sync_core::ids::{DeviceId, Hash32};
use sync_core::wire::{Backfill, Cursor, Newest, SyncRequest};

use crate::app::App;
use crate::auth::SignedIn;
use crate::store::{ChangeLog, DeviceNews, Stored};

/// A cursor as it is to be read now, and, when it was of another epoch, the number at which that one ended.
///
/// Up to its end a former epoch's numbers are this one's. A cursor beyond is set to the end: what the phone read
/// there is not in this log. One of an epoch that this log has never heard of is left as it is: everything anew,
/// and everything it holds is to be offered.
pub fn carry_on(log: &dyn ChangeLog, cursor: Option<Cursor>) -> (Option<Cursor>, Option<u64>) {
    let epoch = log.organisation().epoch;
    let cursor = match cursor {
        Some(cursor) if cursor.epoch != epoch => cursor,
        current => return (current, None),
    };
    let since = log.former_epochs().iter().skip_while(|former| former.epoch != cursor.epoch);
    let Some(ended) = since.map(|former| former.ended).min() else { return (Some(cursor), Some(0)) };
    let beyond = cursor.seq > ended;
    let seq = cursor.seq.min(ended);
    let backfills = cursor
        .backfills
        .into_iter()
        .map(|backfill| if beyond { Backfill::new(backfill.grant, seq) } else { backfill });
    (Some(Cursor { epoch, seq, backfills: backfills.collect() }), Some(ended))
}

/// The envelopes of a device between those this log knows and those in this request were answered for in the
/// former epoch: they are not missing, and their content comes otherwise.
///
/// The request that comes with a cursor of a `former` epoch may say too little, when its envelopes could not be put
/// together: then the next one is looked at.
pub async fn bridge(app: &App, from: &mut SignedIn, request: &SyncRequest, former: bool) -> Stored<()> {
    let Some(anchor) = due(app, from.device.id, request, former) else { return Ok(()) };
    let device = &from.device;
    if device.newest.map_or(0, |newest| newest.number) >= anchor.number {
        return Ok(());
    }
    let news = DeviceNews {
        device: device.id,
        now_ms: app.now_ms(),
        state: device.state.clone(),
        newest: Some(anchor),
        evidence: device.evidence.clone(),
    };
    app.log.note_device(news).await?;
    from.device.newest = Some(anchor);
    Ok(())
}

fn due(app: &App, device: DeviceId, request: &SyncRequest, former: bool) -> Option<Newest> {
    let mut unbridged = app.unbridged.lock().unwrap_or_else(PoisonError::into_inner);
    if !(unbridged.remove(&device) || former) {
        return None;
    }
    let anchor = anchor(request);
    if anchor.is_none() {
        unbridged.insert(device);
    }
    anchor
}

/// The envelope before the first of the request, or the newest there is when it brings none.
fn anchor(request: &SyncRequest) -> Option<Newest> {
    let read = |envelope: &Envelope| minicbor::decode::<Header>(&envelope.header).ok();
    let Some(first) = request.envelopes.iter().filter_map(read).min_by_key(|header| header.number) else {
        return request.head;
    };
    // The first of all follows on nothing.
    let hash = first.previous.unwrap_or(Hash32([0; 32]));
    Some(Newest { number: first.number.saturating_sub(1), hash })
}
