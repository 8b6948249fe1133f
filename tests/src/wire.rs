//! The way between phones and a server, and what can happen on it.

use sync_core::device::memory::Request;
use sync_core::ids::DeviceId;

use crate::chance::Chance;
use crate::phone::Phone;

/// Whoever answers `POST /v1/sync`.
pub trait Server {
    /// Status and body; `None` when nothing comes back.
    fn post(&mut self, from: DeviceId, request: &Request) -> Option<(u16, Vec<u8>)>;
}

/// How often something happens to a request: once in so many, 0 for never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    pub lose_request: usize,
    pub lose_answer: usize,
    /// The same request arrives twice, the second answer is heard.
    pub twice: usize,
    /// The phone gives up on a request that arrives later, after newer ones.
    pub late: usize,
    /// The phone gets the beginning of the answer as if it were all.
    pub cut_answer: usize,
}

impl Weather {
    pub const CALM: Self = Self { lose_request: 0, lose_answer: 0, twice: 0, late: 0, cut_answer: 0 };
    pub const STORM: Self = Self { lose_request: 6, lose_answer: 5, twice: 7, late: 8, cut_answer: 11 };
}

/// The wire to one server.
#[derive(Debug)]
pub struct Wire {
    pub weather: Weather,
    chance: Chance,
    /// Requests that are still on their way somewhere.
    late: Vec<(DeviceId, Request)>,
}

impl Wire {
    pub fn new(weather: Weather, chance: &mut Chance) -> Self {
        Self { weather, chance: chance.split(), late: Vec::new() }
    }

    pub fn calm() -> Self {
        Self::new(Weather::CALM, &mut Chance::new(0))
    }

    /// Lets `phone` talk until it has nothing more to say or is cut off.
    pub fn talk(&mut self, server: &mut dyn Server, phone: &mut Phone) {
        let mut request = phone.ask();
        let mut turns = 0;
        while let Some(asked) = request {
            request = match self.carry(server, phone.device(), &asked) {
                Some((status, body)) => phone.hear(status, &body),
                None => {
                    phone.hear_nothing();
                    None
                }
            };
            turns += 1;
            assert!(turns < 1_000, "{} asks for ever", phone.name);
        }
    }

    /// Carries one request there and its answer back, if the weather lets it.
    pub fn carry(
        &mut self,
        server: &mut dyn Server,
        from: DeviceId,
        request: &Request,
    ) -> Option<(u16, Vec<u8>)> {
        if !self.late.is_empty() && self.chance.one_in(2) {
            let (from, request) = self.late.swap_remove(self.chance.below(self.late.len()));
            server.post(from, &request);
        }
        if self.happens(self.weather.lose_request) {
            return None;
        }
        if self.happens(self.weather.late) {
            self.late.push((from, request.clone()));
            return None;
        }
        let mut answer = server.post(from, request);
        if self.happens(self.weather.twice) {
            answer = server.post(from, request);
        }
        if self.happens(self.weather.lose_answer) {
            return None;
        }
        if self.happens(self.weather.cut_answer)
            && let Some((_, body)) = &mut answer
        {
            body.truncate(self.chance.below(body.len() + 1));
        }
        answer
    }

    fn happens(&mut self, once_in: usize) -> bool {
        once_in > 0 && self.chance.one_in(once_in)
    }
}

/// Lets everybody talk in fair weather, in turns, until nobody has anything new: nothing waits on any phone,
/// and a whole round has changed nothing anywhere.
pub fn run_until_quiet(phones: &mut [Phone], server: &mut dyn Server) {
    let mut wire = Wire::calm();
    let state = |phones: &[Phone]| -> Vec<_> {
        phones
            .iter()
            .map(|phone| (phone.waiting(), phone.host.docs.clone(), phone.host.office.clone()))
            .collect()
    };
    let mut before = state(phones);
    for _ in 0..50 {
        for phone in phones.iter_mut() {
            wire.talk(server, phone);
        }
        let after = state(phones);
        if after == before && phones.iter().all(|phone| phone.waiting() == 0) {
            return;
        }
        before = after;
    }
    let waiting: Vec<_> =
        phones.iter().map(|phone| (&phone.name, phone.waiting(), &phone.host.notices)).collect();
    panic!("it never got quiet: {waiting:?}");
}
