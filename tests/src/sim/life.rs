//! One action after another.

use super::action::{Action, Shows};
use super::invariants::Violation;
use super::world::World;
use crate::clock::{DAY_MS, MINUTE_MS};

const Y2100_MS: i64 = 4_102_444_800_000;

impl World {
    pub(super) fn carry_out(&mut self, action: &Action) -> Result<(), Violation> {
        match *action {
            Action::Day => {
                let morning = DAY_MS - self.time.now_ms().rem_euclid(DAY_MS);
                self.server.rest();
                self.time.pass(morning);
                self.server.minute();
                self.count.phone_days += self.hands.iter().filter(|hand| !hand.gone).count() as u64;
            }
            Action::Pass { min } => {
                self.time.pass(i64::from(min) * MINUTE_MS);
                self.server.minute();
            }
            Action::Enrol { person, salt } => self.enrol(person, salt)?,
            Action::Deliver { late } => self.deliver(late)?,
            Action::Clash { record, field, people, salt } => self.clash(record, field, people, salt)?,
            Action::Assign { case, person } => self.assign(case, person)?,
            Action::Unassign { case, person } => self.unassign(case, person)?,
            Action::Substitute { case, person, from, days } => self.substitute(case, person, from, days)?,
            Action::Choose { conflict, salt } => self.choose(conflict, salt)?,
            Action::Review { record, approve } => self.review(record, approve)?,
            Action::Release { change } => self.release(change)?,
            Action::Settle { change } => self.settle(change)?,
            Action::ServerDies { steps, after } => self.server.dies_after(steps, after),
            Action::ServerRestart => {
                self.server.restart();
                self.still_there()?;
            }
            Action::ServerClock { min } => self.server.set_clock(min * MINUTE_MS),
            Action::KeepServer => self.keep_server(),
            Action::RestoreServer { salt } => self.restore_server(salt)?,
            Action::Quiet { deep } => self.quiet(deep)?,
            Action::Found { p, .. }
            | Action::Write { p, .. }
            | Action::Edit { p, .. }
            | Action::Void { p, .. }
            | Action::Appoint { p, .. }
            | Action::Sync { p, .. }
            | Action::Battery { p, .. }
            | Action::Restart { p, .. }
            | Action::LoseCache { p, .. }
            | Action::Clock { p, .. }
            | Action::KeepDisk { p }
            | Action::RestoreDisk { p, .. }
            | Action::Twin { p, .. }
            | Action::Lose { p }
            | Action::Revoke { p } => {
                if let Some(at) = self.hand(p) {
                    self.with_phone(at, action)?;
                }
            }
        }
        Ok(())
    }

    fn with_phone(&mut self, at: usize, action: &Action) -> Result<(), Violation> {
        match *action {
            Action::Found { salt, .. } => self.found_case(at, salt),
            Action::Write { what, case, stranger, salt, .. } => {
                let case = if stranger { self.anybody(case) } else { self.own_case(at, case) };
                case.map_or(Ok(()), |case| self.write(at, what, case, salt))
            }
            Action::Edit { record, field, salt, .. } => self.edit(at, record, field, salt),
            Action::Void { record, salt, .. } => self.void(at, record, salt),
            Action::Appoint { record, person, on, salt, .. } => self.appoint(at, record, person, on, salt),
            Action::Sync { fate, turn, salt, .. } => self.talk(at, fate, turn, salt),
            Action::Revoke { .. } => {
                self.owed.excuse(at);
                self.revoke(at)
            }
            _ => {
                if matches!(
                    action,
                    Action::LoseCache { .. } | Action::RestoreDisk { .. } | Action::Lose { .. }
                ) {
                    self.owed.excuse(at);
                }
                self.mishap(at, action);
                self.word(at)
            }
        }
    }

    /// What happens to a phone itself.
    fn mishap(&mut self, at: usize, action: &Action) {
        let hand = &mut self.hands[at];
        match *action {
            Action::Battery { steps, salt, .. } => {
                hand.salt(salt);
                hand.phone.dies_after(steps);
            }
            Action::Restart { salt, .. } => {
                hand.salt(salt);
                hand.phone.restart();
            }
            Action::LoseCache { salt, .. } => {
                hand.salt(salt);
                self.adrift.extend(hand.open_texts());
                hand.phone.lose_cache();
            }
            Action::Clock { shows, .. } => match shows {
                Shows::Right => hand.phone.clock.error_ms = 0,
                Shows::Y1970 => hand.phone.clock.set(0),
                Shows::Y2100 => hand.phone.clock.set(Y2100_MS),
                Shows::Off { min } => hand.phone.clock.error_ms = min * MINUTE_MS,
            },
            Action::KeepDisk { .. } => hand.keep_disk(),
            Action::RestoreDisk { salt, .. } => {
                hand.salt(salt);
                if hand.restore_disk() {
                    let device = hand.device;
                    self.odd(device);
                }
            }
            Action::Twin { salt, .. } => {
                let twin = hand.twin(&self.time, salt);
                self.odd(twin.device);
                self.hands.push(twin);
            }
            Action::Lose { .. } => {
                hand.gone = true;
            }
            _ => {}
        }
    }

    fn odd(&mut self, device: sync_core::ids::DeviceId) {
        self.hands.iter_mut().filter(|hand| hand.device == device).for_each(|hand| hand.odd_chain = true);
    }
}
