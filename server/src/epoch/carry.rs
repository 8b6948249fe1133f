//! Cursors and chains that go on although the epoch has changed.

use sync_core::envelope::{Envelope, Header};
use sync_core::wire::{Backfill, Cursor, Newest};

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
pub async fn bridge(
    app: &App,
    from: &mut SignedIn,
    head: Option<Newest>,
    envelopes: &[Envelope],
) -> Stored<()> {
    let headers = envelopes.iter().filter_map(|envelope| minicbor::decode::<Header>(&envelope.header).ok());
    let first = headers.min_by_key(|header| header.number);
    let anchor = match first {
        Some(Header { number, previous: Some(hash), .. }) => {
            Some(Newest { number: number.saturating_sub(1), hash })
        }
        Some(_) => None,
        None => head,
    };
    let known = from.device.newest.map_or(0, |newest| newest.number);
    let Some(anchor) = anchor.filter(|anchor| anchor.number > known) else { return Ok(()) };
    let device = &from.device;
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
