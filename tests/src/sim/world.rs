//! The world while a history is told: the server, the phones, the way between them, and what is known of all.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::civil;
use sync_core::device::memory::Request;
use sync_core::ids::{DocId, Id};
use sync_core::keys::DeviceKey;
use sync_core::vouch::{self, Page};
use sync_core::wire::{self, Asked, SyncAnswer, SyncRequest};

use super::action::{Action, History};
use super::hand::Hand;
use super::invariants::{Violation, must};
use super::mirror::Mirror;
use super::restore::Owed;
use super::scopes::Scopes;
use super::server::{Answer, Server};
use super::told::{Hearer, Told};
use super::writes::Writes;
use crate::clock::{DAY_MS, MINUTE_MS, Time};

/// Where the organisation is: what `Config` says unless told otherwise.
const ZONE_MS: i64 = 180 * MINUTE_MS;

pub struct World {
    pub time: Time,
    pub server: Server,
    pub hands: Vec<Hand>,
    pub scopes: Scopes,
    pub mirror: Mirror,
    pub told: Told,
    pub writes: Writes,
    /// Cases somebody registered, with their villages.
    pub cases: Vec<(Id, Id)>,
    /// Who registered them.
    pub founders: BTreeMap<Id, usize>,
    /// The coordinator.
    pub desk: DeviceKey,
    /// Requests that were given up and are still on their way, with whose they are.
    pub late: Vec<(usize, Request)>,
    /// What a restored server lost and phones have.
    pub owed: Owed,
    /// Phones there were when the server's backup was made.
    pub kept_hands: usize,
    pub count: Count,
    /// Another server was set up from the backup, once at least.
    pub restored: bool,
    /// Texts that waited on a phone which lost the ground under them.
    pub adrift: BTreeSet<u32>,
    /// How much people write, in characters.
    pub words: usize,
}

/// What there was of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    pub phone_days: u64,
    pub steps: u64,
    pub records: u64,
    pub syncs: u64,
    pub phone_deaths: u64,
    pub server_deaths: u64,
    pub quiets: u64,
    pub clashes: u64,
    pub set_aside: u64,
    pub fates: BTreeMap<&'static str, u64>,
}

impl World {
    pub fn new(history: &History) -> Self {
        let time = Time::wound();
        let server = Server::new(&time, history.planted);
        let mut world = Self {
            time,
            server,
            hands: Vec::new(),
            scopes: Scopes::default(),
            mirror: Mirror::default(),
            told: Told::default(),
            writes: Writes::default(),
            cases: Vec::new(),
            founders: BTreeMap::new(),
            desk: DeviceKey::from_seed([0xde; 32]),
            late: Vec::new(),
            owed: Owed::default(),
            kept_hands: 0,
            count: Count::default(),
            restored: false,
            adrift: BTreeSet::new(),
            words: if history.seed.is_multiple_of(4) { 1_500 } else { 0 },
        };
        world.found(history.workers, history.volunteers);
        world
    }

    /// Does one thing, and looks whether what must hold at any time holds.
    pub fn act(&mut self, action: &Action) -> Result<(), Violation> {
        self.count.steps += 1;
        if let Some(fate) = action.fate() {
            *self.count.fates.entry(fate).or_default() += 1;
        }
        self.carry_out(action)?;
        self.follow()?;
        let deaths = self.hands.iter().map(|hand| u64::from(hand.phone.deaths)).sum();
        self.count.phone_deaths = deaths;
        self.count.server_deaths = u64::from(self.server.deaths);
        self.count.records = self.writes.records.len() as u64;
        self.count.set_aside = self.mirror.aside.len() as u64;
        Ok(())
    }

    /// The phone of this number, if it is still in somebody's hand.
    pub fn hand(&mut self, p: usize) -> Option<usize> {
        let at = p % self.hands.len().max(1);
        self.hands.get(at).filter(|hand| !hand.gone).map(|_| at)
    }

    /// The day where the organisation is, since 1970.
    pub fn today(&self) -> i64 {
        (self.server.now_ms() + ZONE_MS).div_euclid(DAY_MS)
    }

    /// A day as the server writes it.
    pub fn date(day: i64) -> String {
        civil::date(day * DAY_MS)
    }

    /// The record of this number, the newest first.
    pub fn record(&self, number: usize) -> Option<(DocId, String)> {
        let all = &self.writes.records;
        let back = number % all.len().max(1);
        all.get(all.len().checked_sub(back + 1)?).cloned()
    }

    /// Reads what is new in the log.
    pub fn follow(&mut self) -> Result<(), Violation> {
        let seq = self.server.seq();
        must(seq >= self.mirror.seq, "LOG_WITHOUT_GAPS", || {
            format!("the log ends at row {seq} and had {} rows", self.mirror.seq)
        })?;
        if seq > self.mirror.seq {
            self.mirror.take(self.server.rows_after(self.mirror.seq))?;
            self.scopes.follow(&mut self.mirror);
        }
        Ok(())
    }

    /// Carries a request to the server, and looks at what it says; `None` when it died over it.
    pub fn post(&mut self, at: usize, request: &Request) -> Result<Option<Answer>, Violation> {
        let deaths = self.server.deaths;
        self.mirror.seq_before = self.mirror.seq;
        let answer = self.server.call("POST", "/v1/sync", Some(&request.token), &request.body);
        if self.server.deaths > deaths {
            self.still_there()?;
        }
        self.follow()?;
        let Some(asked) = self.hands[at].phone.host.device.read_request(&request.body) else {
            return Ok(answer);
        };
        let heard = answer.as_ref().filter(|(status, _)| *status == 200);
        let hand = &self.hands[at];
        self.told.asked(hand.device, &asked, heard.is_some());
        if let Some((_, body)) = heard {
            let Some(said) = letter(body, &asked) else {
                return super::invariants::broken("TALK_ENDS", "the server's answer cannot be read");
            };
            // The first version knows nothing of it; poisoned requests are written in that.
            if request.body.first() != Some(&wire::VERSION) {
                self.is_vouched_for(at, &said)?;
            }
            let hearer = Hearer {
                device: hand.device,
                person: &self.scopes.people[hand.person],
                revoked: hand.revoked,
                today: (self.server.now_ms() + ZONE_MS).div_euclid(DAY_MS),
            };
            self.told.answered(&hearer, &asked, &said, &self.mirror, &self.scopes)?;
        }
        Ok(answer)
    }

    /// `VOUCHED`: a phone has the server's word for all it is given, and can give it back.
    fn is_vouched_for(&self, at: usize, said: &SyncAnswer) -> Result<(), Violation> {
        let person = self.scopes.people[self.hands[at].person].id;
        let page = Page { epoch: said.cursor.epoch, person, seq: said.cursor.seq };
        let receipts = |sign| vouch::receipts(&self.server.key(), &page, &said.rows, &sign);
        let vouched = said.rows.is_empty() || said.vouch.is_some_and(|sign| receipts(sign).is_some());
        must(vouched, "VOUCHED", || {
            format!("{} was given {} rows without proof", self.hands[at].phone.name, said.rows.len())
        })
    }

    /// After a death: what was in the log is in it still, as it was.
    pub fn still_there(&mut self) -> Result<(), Violation> {
        let seq = self.server.seq();
        must(seq >= self.mirror.seq, "NOTHING_ACKNOWLEDGED_LOST", || {
            format!("the log ended at row {} and ends at row {seq} after a death", self.mirror.seq)
        })
    }
}

/// The answer to a request, if it can be read.
fn letter(body: &[u8], asked: &SyncRequest) -> Option<SyncAnswer> {
    if body.first() == Some(&wire::VERSION) {
        return wire::unpack(body, wire::MAX_UNPACKED).ok();
    }
    wire::unpack_answer(body, &Asked::by(asked)).ok()
}
