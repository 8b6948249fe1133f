//! The way between a phone and the server, and what can happen on it.

use sync_core::device::memory::Request;

use super::action::Fate;
use super::invariants::{Violation, must};
use super::server::Answer;
use super::world::World;

/// More requests in one talk than anybody has reason for.
const ENDLESS: usize = 400;

impl World {
    /// Lets a phone talk until it has nothing more to say; one of its requests meets its fate.
    pub fn talk(&mut self, at: usize, fate: Fate, turn: usize, salt: u32) -> Result<(), Violation> {
        self.hands[at].salt(salt);
        let mut request = self.hands[at].phone.ask();
        let mut turns = 0;
        while let Some(asked) = request {
            let fate = if turns == turn { fate } else { Fate::Calm };
            self.count.syncs += 1;
            let answer = self.carry(at, &asked, fate)?;
            let phone = &mut self.hands[at].phone;
            request = match answer {
                Some((status, body)) => phone.hear(status, &body),
                None => {
                    phone.hear_nothing();
                    None
                }
            };
            turns += 1;
            must(turns < ENDLESS, "TALK_ENDS", || format!("{} asks for ever", self.hands[at].phone.name))?;
            self.word(at)?;
        }
        self.word(at)
    }

    fn carry(&mut self, at: usize, request: &Request, fate: Fate) -> Result<Option<Answer>, Violation> {
        match fate {
            Fate::Calm => self.post(at, request),
            Fate::LoseRequest => Ok(None),
            Fate::LoseAnswer => {
                self.post(at, request)?;
                Ok(None)
            }
            Fate::Twice => {
                self.post(at, request)?;
                self.post(at, request)
            }
            Fate::Late => {
                self.late.push((at, request.clone()));
                Ok(None)
            }
            Fate::CutRequest { at: part } => {
                let cut = Request { token: request.token.clone(), body: beginning(&request.body, part) };
                self.post(at, &cut)?;
                Ok(None)
            }
            Fate::CutAnswer { at: part } => {
                let answer = self.post(at, request)?;
                Ok(answer.map(|(status, body)| (status, beginning(&body, part))))
            }
            Fate::Poison { way } => {
                let poisoned = self.hands[at].poisoned(request, way);
                self.post(at, &poisoned)
            }
        }
    }

    /// A late request arrives; nobody hears the answer any more.
    pub fn deliver(&mut self, late: usize) -> Result<(), Violation> {
        if self.late.is_empty() {
            return Ok(());
        }
        let (at, request) = self.late.swap_remove(late % self.late.len());
        self.post(at, &request)?;
        Ok(())
    }
}

/// The first so many thousandths.
fn beginning(body: &[u8], part: u16) -> Vec<u8> {
    body[..body.len() * usize::from(part.min(1000)) / 1000].to_vec()
}
