//! Pokes for open pages: "there is news", and nothing else. Who is poked asks again as always.
//!
//! One task ([`follow`]) reads what the log gained once the desk's tables have it, and tells every open stream;
//! each stream decides for its own person ([`Listener`]) whether they may see any of it. A poke that is lost costs
//! nothing but time: pages read again now and then by themselves.

mod follow;
mod listener;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sync_core::ids::DeviceId;
use tokio::sync::{broadcast, oneshot};

pub use follow::follow;
pub use stream::open;

/// Batches of rows a stream may be behind before it is poked without looking.
const BEHIND: usize = 64;

/// Streams of one device: the one it believes in, and one that broke without the server's knowing.
const OF_ONE_DEVICE: usize = 2;

/// Everybody who listens.
pub struct News {
    most: usize,
    open: Mutex<Option<HashMap<DeviceId, VecDeque<Ear>>>>,
    gained: broadcast::Sender<Arc<follow::Gained>>,
}

/// An open stream; dropping it ends the stream.
struct Ear {
    number: u64,
    _end: oneshot::Sender<()>,
}

/// A place among the listeners, given up when dropped.
struct Place {
    news: Arc<News>,
    device: DeviceId,
    number: u64,
    /// Comes when the stream must end.
    ended: oneshot::Receiver<()>,
}

impl News {
    /// At most so many streams at once.
    pub fn new(most: usize) -> Arc<Self> {
        let (gained, _) = broadcast::channel(BEHIND);
        Arc::new(Self { most, open: Mutex::new(Some(HashMap::new())), gained })
    }

    /// A place for one more stream of this device, whose oldest ends when it has too many. `None` when there is
    /// no room at all.
    fn place(self: &Arc<Self>, device: DeviceId) -> Option<Place> {
        let mut guard = self.streams();
        let open = guard.as_mut()?;
        let all: usize = open.values().map(VecDeque::len).sum();
        let ears = open.entry(device).or_default();
        if ears.len() >= OF_ONE_DEVICE {
            ears.pop_front();
        } else if all >= self.most {
            if ears.is_empty() {
                open.remove(&device);
            }
            return None;
        }
        let (end, ended) = oneshot::channel();
        let number = ears.back().map_or(0, |ear| ear.number + 1);
        ears.push_back(Ear { number, _end: end });
        drop(guard);
        Some(Place { news: self.clone(), device, number, ended })
    }

    /// Ends the streams of a device: it was revoked.
    pub fn end(&self, device: DeviceId) {
        if let Some(open) = self.streams().as_mut() {
            open.remove(&device);
        }
    }

    /// Ends all streams, and opens no more: the server stops.
    pub fn close(&self) {
        *self.streams() = None;
    }

    fn streams(&self) -> MutexGuard<'_, Option<HashMap<DeviceId, VecDeque<Ear>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut guard = self.news.streams();
        let Some(open) = guard.as_mut() else { return };
        if let Some(ears) = open.get_mut(&self.device) {
            ears.retain(|ear| ear.number != self.number);
            if ears.is_empty() {
                open.remove(&self.device);
            }
        }
    }
}
