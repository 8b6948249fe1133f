//! One open stream: server-sent events, for as long as the reader keeps up.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

use super::listener::Listener;
use super::{Place, follow::Gained};
use crate::app::App;
use crate::auth::SignedIn;
use crate::pace;
use crate::problem::{Code, Problem};

/// Pokes of one stream are at least so far apart.
const APART: Duration = Duration::from_millis(250);

/// How often a sign of life is sent. Who has not taken the one before is let go.
pub const HEARTBEAT: Duration = Duration::from_secs(25);

/// A stream lives about as long as the token it was opened with, so that rights are looked at again.
const LIFE: Duration = Duration::from_secs(180);

/// What a phone without room for it is told.
const COME_BACK: Duration = Duration::from_secs(30);

/// The events as they are sent.
pub struct Events(mpsc::Receiver<Bytes>);

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|event| event.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Opens a stream for who is signed in. `Busy` when there is no room.
pub async fn open(app: Arc<App>, from: SignedIn) -> Result<Events, Problem> {
    let full = || Problem::new(Code::Busy).retry_after(COME_BACK);
    let place = app.news.place(from.device.id).ok_or_else(full)?;
    // Listening begins before looking at what the person may see, so that nothing falls in between.
    let gained = app.news.gained.subscribe();
    let listener = Listener::of(&app, from.account, from.device.id).await?;
    let (sender, receiver) = mpsc::channel(1);
    let _ = sender.try_send(Bytes::from_static(b": open\n\n"));
    tokio::spawn(Stream { app, place, listener, sender, due: None }.run(gained));
    Ok(Events(receiver))
}

struct Stream {
    app: Arc<App>,
    place: Place,
    listener: Listener,
    sender: mpsc::Sender<Bytes>,
    /// News not told yet, up to this row.
    due: Option<u64>,
}

impl Stream {
    async fn run(mut self, mut gained: tokio::sync::broadcast::Receiver<Arc<Gained>>) {
        let end = tokio::time::sleep(pace::spread(LIFE));
        let mut end = std::pin::pin!(end);
        let mut beat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = Instant::now() - APART;
        loop {
            let goes_on = tokio::select! {
                _ = &mut end => false,
                _ = &mut self.place.ended => false,
                () = self.sender.closed() => false,
                _ = beat.tick() => self.beat().await,
                batch = gained.recv() => self.hear(batch).await,
                () = tokio::time::sleep_until(told + APART), if self.due.is_some() => {
                    told = Instant::now();
                    self.tell()
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn hear(&mut self, batch: Result<Arc<Gained>, RecvError>) -> bool {
        match batch {
            Ok(gained) => match self.listener.concerns(&self.app, &gained).await {
                Ok(true) => self.due = Some(gained.until),
                Ok(false) => {}
                // The client opens another when the server is well again.
                Err(_) => return false,
            },
            Err(RecvError::Lagged(_)) => self.due = Some(self.app.read_model.position()),
            Err(RecvError::Closed) => return false,
        }
        true
    }

    /// Pokes. While the last one is still on its way this one waits, and what comes meanwhile goes with it.
    fn tell(&mut self) -> bool {
        let Some(seq) = self.due else { return true };
        let event = Bytes::from(format!("data: {{\"seq\":{seq}}}\n\n"));
        match self.sender.try_send(event) {
            Ok(()) => self.due = None,
            Err(mpsc::error::TrySendError::Full(_)) => {}
            Err(mpsc::error::TrySendError::Closed(_)) => return false,
        }
        true
    }

    /// A sign of life; and a look whether the device still may listen, for it may have been revoked by command.
    async fn beat(&mut self) -> bool {
        let device = self.app.log.device(self.place.device).await;
        let welcome = device.is_ok_and(|device| device.is_some_and(|device| device.revoked_ms.is_none()));
        welcome && self.sender.try_send(Bytes::from_static(b":\n\n")).is_ok()
    }
}
