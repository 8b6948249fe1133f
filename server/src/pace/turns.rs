//! Turns to be worked on: so many at once, a line that has an end, and nobody takes more than a share.
//!
//! A device has one turn at a time, and a person with many devices a share of them. Whoever waits stands in the
//! line of their own device; the lines are served in turn, so a device that asks a hundred times is served as often
//! as one that asks once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sync_core::ids::{DeviceId, Id};
use tokio::sync::oneshot;

/// Requests of one device that may wait: the one it believes in, and one it gave up.
const OF_ONE_DEVICE: usize = 2;

/// Everybody's turns.
#[derive(Clone)]
pub struct Turns(Arc<Mutex<Room>>);

/// The line is full: come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

/// The right to be worked on; dropping it lets the next one in.
pub struct Turn {
    turns: Turns,
    who: Who,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Who {
    device: DeviceId,
    person: Id,
}

struct Room {
    at_once: usize,
    share: usize,
    line: usize,
    under_way: Vec<Who>,
    waiting: usize,
    /// Lines by device, none of them empty.
    lines: BTreeMap<DeviceId, VecDeque<(Who, oneshot::Sender<Turn>)>>,
    /// The devices with a line, whose turn is next first.
    order: VecDeque<DeviceId>,
}

impl Turns {
    /// `at_once` worked on together, `line` waiting at most.
    pub fn new(at_once: usize, line: usize) -> Self {
        let at_once = at_once.max(1);
        Self(Arc::new(Mutex::new(Room {
            at_once,
            share: (at_once / 4).max(2),
            line,
            under_way: Vec::new(),
            waiting: 0,
            lines: BTreeMap::new(),
            order: VecDeque::new(),
        })))
    }

    /// Waits for a turn. Giving up waiting gives up the place in the line.
    pub async fn take(&self, device: DeviceId, person: Id) -> Result<Turn, Crowded> {
        let who = Who { device, person };
        let (sender, turn) = oneshot::channel();
        {
            let mut room = self.room();
            if room.line_of(device) == 0 && room.may_begin(who) {
                room.under_way.push(who);
                return Ok(Turn { turns: self.clone(), who });
            }
            if room.waiting >= room.line || room.line_of(device) >= OF_ONE_DEVICE {
                room.forget_gone();
                if room.waiting >= room.line || room.line_of(device) >= OF_ONE_DEVICE {
                    return Err(Crowded);
                }
            }
            room.stand(who, sender);
        }
        turn.await.map_err(|_| Crowded)
    }

    /// Whether somebody waits.
    #[cfg(test)]
    pub fn crowded(&self) -> bool {
        self.room().waiting > 0
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets in whoever may begin, the lines in turn.
    fn call(&self) {
        loop {
            let Some((who, sender)) = self.room().next() else { return };
            // Who gave up meanwhile drops the turn unseen, which calls the next one.
            let _ = sender.send(Turn { turns: self.clone(), who });
        }
    }
}

impl Room {
    fn may_begin(&self, who: Who) -> bool {
        let of_device = self.under_way.iter().filter(|other| other.device == who.device).count();
        let of_person = self.under_way.iter().filter(|other| other.person == who.person).count();
        self.under_way.len() < self.at_once && of_device == 0 && of_person < self.share
    }

    fn line_of(&self, device: DeviceId) -> usize {
        self.lines.get(&device).map_or(0, VecDeque::len)
    }

    fn stand(&mut self, who: Who, sender: oneshot::Sender<Turn>) {
        let line = self.lines.entry(who.device).or_default();
        if line.is_empty() {
            self.order.push_back(who.device);
        }
        line.push_back((who, sender));
        self.waiting += 1;
    }

    /// The next one who may begin; already counted as under way. Their device goes to the end of the order.
    fn next(&mut self) -> Option<(Who, oneshot::Sender<Turn>)> {
        self.forget_gone();
        let may = |device: &DeviceId| {
            self.lines.get(device).and_then(VecDeque::front).is_some_and(|(who, _)| self.may_begin(*who))
        };
        let at = self.order.iter().position(may)?;
        let device = self.order.remove(at)?;
        let line = self.lines.get_mut(&device)?;
        let next = line.pop_front()?;
        if line.is_empty() {
            self.lines.remove(&device);
        } else {
            self.order.push_back(device);
        }
        self.waiting -= 1;
        self.under_way.push(next.0);
        Some(next)
    }

    /// Takes out of the lines who has hung up.
    fn forget_gone(&mut self) {
        for line in self.lines.values_mut() {
            line.retain(|(_, sender)| !sender.is_closed());
        }
        self.lines.retain(|_, line| !line.is_empty());
        self.order.retain(|device| self.lines.contains_key(device));
        self.waiting = self.lines.values().map(VecDeque::len).sum();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut room = self.turns.room();
            if let Some(at) = room.under_way.iter().position(|who| *who == self.who) {
                room.under_way.swap_remove(at);
            }
        }
        self.turns.call();
    }
}

#[cfg(test)]
mod tests;
