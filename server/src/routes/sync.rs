//! `POST /v1/sync`: everything a phone has to give and may have, in one round trip.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sync_core::vouch;
use sync_core::wire::elided::Found;
use sync_core::wire::{self, Asked, Cursor, Newest, Offered, SyncAnswer, SyncRequest, WireError};

use crate::access::Access;
use crate::app::App;
use crate::auth::{FromAnyDevice, SignedIn};
use crate::command::grant;
use crate::epoch::{self, words};
use crate::pace::Turn;
use crate::problem::{Code, Problem};
use crate::pull::{Pulled, Wishes, pull};
use crate::push::{Answered, heed, push};
use crate::squeeze::{accepted, squeeze};

/// An answer bigger than this is worth more than our own dictionary; and how hard it is squeezed.
const BIG: usize = 4 * 1024;
const QUALITY: i32 = 9;

/// Takes in envelopes, gives verdicts and the next page.
///
/// 200 with an answer, whatever the verdicts are; 400 for a body that cannot be read, 401 for a token that is
/// not good, 413 for too much at once (the device sends half), 429 and 503 with `Retry-After`.
pub async fn sync(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    FromAnyDevice(from): FromAnyDevice,
) -> Result<Response, Problem> {
    let takes_brotli =
        headers.get_all(header::ACCEPT_ENCODING).iter().any(|said| said.to_str().is_ok_and(accepted));
    let turn = app.turns.take(from.device.id, from.person()).await.map_err(|_| Code::Busy)?;
    // A task of its own: when the phone hangs up, what was begun is done, with the documents held to the end.
    // Else its next try might read a document before the commit of this one.
    tokio::spawn(work(app, from, turn, takes_brotli)).await.map_err(Problem::internal)?
}

async fn work(
    app: Arc<App>,
    mut from: SignedIn,
    _turn: Turn,
    takes_brotli: bool,
) -> Result<Response, Problem> {
    let Heard { mut request, full, version } = Heard::read(&app, &from).await?;
    let asked = Asked::by(&request);
    let wishes = Wishes::of(&request, version != wire::VERSION);
    grant::follow_account(&app, &from.account).await?;
    grant::follow_calendar(&app).await?;
    let been_here = request.cursor.is_some();
    let (cursor, ended) = epoch::carry_on(app.log.as_ref(), request.cursor.take());
    epoch::bridge(&app, &mut from, &request, ended.is_some()).await?;
    let back = epoch::take_back(&app, &from, std::mem::take(&mut request.offers)).await?;
    let mut access = Access::of(app.log.as_ref(), &from.account).await?;
    // What could not be put together and comes again may be what gave it to them.
    access.forgotten = ended.is_some() || !full.is_empty();
    let state = request.state.clone();
    let mut answered = push(&app, &from, &mut access, &request.envelopes, state).await?;
    answered.carried.extend(back.carried);
    words::compare(&app, &from, cursor.as_ref(), request.holds.as_deref()).await?;
    heed(&app, from.device.id, answered.newest, request.head).await?;
    // Its newest envelope is here: nothing of its own is still to come.
    let number = |newest: Option<Newest>| newest.map_or(0, |newest| newest.number);
    let has_all = full.is_empty() && number(request.head) <= number(answered.newest);
    let gives_nothing = !answered.grew && back.said.iter().all(|said| *said == Offered::Waiting);
    if been_here && ended.is_none() && has_all && gives_nothing {
        epoch::note_heard(&app, &from).await?;
    }
    let all_heard = epoch::none_will_come(&app, &answered.verdicts).await?;
    let answer = if from.device.revoked_ms.is_some() {
        verdicts_only(&app, cursor, answered)
    } else {
        with_page(&app, &from, cursor, &wishes, answered).await?
    };
    let answer = SyncAnswer { full, ended, offered: back.said, all_heard, ..answer };
    packed(version, &answer, &asked, takes_brotli).await
}

/// A request, in whatever version it came.
struct Heard {
    version: u8,
    request: SyncRequest,
    /// Envelopes that must come again with whole bytes.
    full: Vec<u64>,
}

impl Heard {
    async fn read(app: &App, from: &SignedIn) -> Result<Self, Problem> {
        let body = &from.body;
        if body.first() == Some(&wire::VERSION) {
            let request = wire::unpack(body, wire::MAX_UNPACKED).map_err(unreadable)?;
            return Ok(Self { version: wire::VERSION, request, full: Vec::new() });
        }
        let short = wire::unpack_request(body).map_err(unreadable)?;
        let mut found = Found::default();
        loop {
            let restored = short.restore(&from.device.public_key, app.log.organisation().id, &found);
            let wanted = match restored {
                Ok((request, full)) => return Ok(Self { version: wire::VERSION_2, request, full }),
                Err(wanted) => wanted,
            };
            // First documents, then what is in them: each round finds something to go on with.
            let more = app.log.beginning_so(wanted).await?;
            found.documents.extend(more.documents);
            found.changes.extend(more.changes);
        }
    }
}

fn unreadable(error: WireError) -> Problem {
    match error {
        WireError::TooLarge => Code::TooLarge.into(),
        WireError::UnknownVersion(_) => Code::UnknownVersion.into(),
        WireError::Empty | WireError::Unreadable => Code::Malformed.into(),
    }
}

async fn with_page(
    app: &App,
    from: &SignedIn,
    cursor: Option<Cursor>,
    wishes: &Wishes,
    answered: Answered,
) -> Result<SyncAnswer, Problem> {
    // First how far the log goes, then what is granted: a grant that comes in between belongs to the next page.
    let until = *app.log.changed().borrow();
    let access = Access::of(app.log.as_ref(), &from.account).await?;
    let Pulled { revoked, rows, cursor, due, more } =
        pull(app, &access, until, cursor, wishes, &answered.carried).await?;
    let page = vouch::Page { epoch: cursor.epoch, person: from.person(), seq: cursor.seq };
    Ok(SyncAnswer {
        verdicts: answered.verdicts,
        revoked,
        vouch: vouch::sign(&app.key, &page, &rows).filter(|_| wishes.documents),
        rows,
        due,
        more,
        newest: answered.newest,
        ..SyncAnswer::bare(cursor, app.now_ms())
    })
}

/// For a revoked device: its work is heard, and it is given nothing.
fn verdicts_only(app: &App, cursor: Option<Cursor>, answered: Answered) -> SyncAnswer {
    let epoch = app.log.organisation().epoch;
    let cursor = cursor.unwrap_or(Cursor { epoch, seq: 0, backfills: Vec::new() });
    SyncAnswer {
        epoch,
        verdicts: answered.verdicts,
        newest: answered.newest,
        device_revoked: true,
        ..SyncAnswer::bare(cursor, app.now_ms())
    }
}

/// In the version that was asked in. What is big is squeezed for the browser to spread, on a thread that may
/// take its time.
async fn packed(
    version: u8,
    answer: &SyncAnswer,
    asked: &Asked,
    takes_brotli: bool,
) -> Result<Response, Problem> {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    if version == wire::VERSION {
        return Ok(([kind], wire::pack(answer)).into_response());
    }
    let plain = wire::plain_answer(answer, asked);
    if !takes_brotli || plain.len() <= BIG {
        return Ok(([kind], wire::answer_body(&plain, true)).into_response());
    }
    let body = wire::answer_body(&plain, false);
    let squeezed =
        tokio::task::spawn_blocking(move || squeeze(&body, QUALITY)).await.map_err(Problem::internal)?;
    let coding = (header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    Ok(([kind, coding], squeezed).into_response())
}
