//! Quiet points: in good weather everybody talks until nobody has anything new. Then what was torn apart must be
//! whole again.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::civil;
use sync_core::device::{RecordRow, RowState};
use sync_core::ids::{DocId, Hash32};
use sync_core::office::{Decision, Review};

use super::action::Fate;
use super::invariants::{Violation, broken, must};
use super::mirror::values;
use super::scopes::Has;
use super::tables;
use super::world::World;
use super::writes::shown;

/// Months before this one of which a phone keeps the logs; older ones it may let go.
const KEPT: u32 = 2;

/// Rounds of talks until quiet must have come.
const ROUNDS: usize = 30;

impl World {
    pub fn quiet(&mut self, deep: bool) -> Result<(), Violation> {
        self.count.quiets += 1;
        self.server.spared();
        self.late.clear();
        for at in self.in_hand() {
            self.hands[at].phone.charge();
        }
        self.come_to_rest()?;
        self.brought_back()?;
        if self.scopes.unsettled {
            self.put_in_order()?;
            self.come_to_rest()?;
        }
        self.fields_stand()?;
        for at in self.in_hand() {
            let rows = self.hands[at].phone.rows();
            self.outbox_is_empty(at)?;
            self.shows_what_it_should(at, &rows)?;
            self.drops_what_it_should(at, &rows)?;
        }
        self.chains_are_told()?;
        if deep {
            let (followed, fresh) = self.server.read_models();
            tables::are_equal(&followed, &fresh)?;
        }
        Ok(())
    }

    fn in_hand(&self) -> Vec<usize> {
        (0..self.hands.len()).filter(|at| !self.hands[*at].gone).collect()
    }

    fn come_to_rest(&mut self) -> Result<(), Violation> {
        let mut before = Vec::new();
        for _ in 0..ROUNDS {
            for at in self.in_hand() {
                self.talk(at, Fate::Calm, 0, at as u32)?;
            }
            let mut after = vec![(self.server.seq() as usize, None)];
            after.extend(self.hands.iter().map(|h| (h.phone.waiting(), h.phone.host.cursor.clone())));
            if after == before {
                return Ok(());
            }
            before = after;
        }
        let waiting: Vec<_> = self.hands.iter().map(|hand| hand.phone.waiting()).collect();
        broken("QUIET_COMES", format!("after {ROUNDS} rounds there is still news; waiting: {waiting:?}"))
    }

    /// `NO_SILENT_OVERWRITE`, in the documents that the log makes.
    fn fields_stand(&mut self) -> Result<(), Violation> {
        let fields: Vec<_> = self.writes.fields().cloned().collect();
        let mut clashes = 0;
        for field in fields {
            let standing = self.writes.standing(&field, &self.mirror);
            let (doc, record, key) = &field;
            let found = self.mirror.records(*doc).get(record).map(|record| values(record, key));
            let found = found.unwrap_or_default();
            clashes += u64::from(standing.len() > 1);
            // What was let in later, or had lost its ground, stands beside what was written with it on the screen, and
            // beside what it was to replace: too much, not too little.
            let lost_its_ground = found.iter().any(|text| self.adrift.contains(text));
            let odd = found.difference(&standing).any(|text| !self.mirror.was_released(*text));
            let odd = odd && !lost_its_ground;
            must(!odd && standing.is_subset(&found), "NO_SILENT_OVERWRITE", || {
                format!("{key} of {record} in {doc} has {found:?} and should have {standing:?}")
            })?;
        }
        self.count.clashes = self.count.clashes.max(clashes);
        Ok(())
    }

    /// What stands on work that came spoilt to a restored server waits until the coordinator has looked at that. And of
    /// what a phone was given in version 1 of the wire nobody has a proof: it stays, and so does what stands on it.
    fn has_no_proof(&self, at: usize) -> bool {
        self.hands[at].poisoned && self.restored
    }

    fn outbox_is_empty(&self, at: usize) -> Result<(), Violation> {
        let phone = &self.hands[at].phone;
        if self.has_no_proof(at) {
            return Ok(());
        }
        must(phone.waiting() == 0, "OUTBOX_EMPTIES", || {
            format!("{} waits with {} changes", phone.name, phone.waiting())
        })
    }

    /// `CONVERGED`, `NO_SILENT_OVERWRITE` and `REVIEWED_ALIKE`, on the screen of one phone.
    fn shows_what_it_should(&mut self, at: usize, rows: &[RecordRow]) -> Result<(), Violation> {
        if self.hands[at].revoked || self.has_no_proof(at) {
            return Ok(());
        }
        let shown_rows: BTreeMap<(DocId, &str), &RecordRow> =
            rows.iter().map(|row| ((row.doc, row.id.as_str()), row)).collect();
        let today = self.today();
        let person = &self.scopes.people[self.hands[at].person];
        let name = self.hands[at].phone.name.clone();
        let own: Vec<(DocId, bool)> = self
            .mirror
            .docs
            .iter()
            .filter(|(doc, _)| !self.hands[at].shunned.contains(doc))
            .filter(|(doc, _)| !self.hands[at].misfiled.contains(doc))
            .filter(|(doc, held)| self.scopes.holds(person, **doc, &held.scope, today) == Has::Yes)
            .map(|(doc, held)| (*doc, self.scopes.hears_reviews(person, *doc, &held.scope, today)))
            .collect();
        let months = civil::month(self.server.now_ms()).0.saturating_sub(KEPT);
        for (doc, reviewed) in own {
            let old = self.mirror.docs[&doc].scope.month.is_some_and(|month| month.0 < months);
            let expected: Vec<(String, Hash32)> =
                self.mirror.records(doc).iter().map(|(id, record)| (id.clone(), record.digest())).collect();
            for (id, digest) in expected {
                let row = shown_rows.get(&(doc, id.as_str()));
                if row.is_none() && old {
                    continue;
                }
                must(row.is_some_and(|row| row.digest == digest), "CONVERGED", || {
                    let found = row.map(|row| (&row.fields, &row.conflicts));
                    let real = self.mirror.docs[&doc].scope.kind;
                    format!("{name} shows {found:?} for {id} in {real:?} {doc}")
                })?;
                if let Some(row) = row {
                    self.row_is_right(&name, row, reviewed)?;
                }
            }
        }
        Ok(())
    }

    fn row_is_right(&self, name: &str, row: &RecordRow, reviewed: bool) -> Result<(), Violation> {
        // A row with something in quarantine shows that, not what is on the server.
        if row.state == RowState::SetAside {
            return Ok(());
        }
        for field in row.conflicts.keys() {
            let at = (row.doc, row.id.clone(), field.clone());
            let (found, standing) = (shown(row, field), self.writes.standing(&at, &self.mirror));
            must(standing.is_subset(&found), "NO_SILENT_OVERWRITE", || {
                format!("{name} shows {found:?} in {field} of {}, not {standing:?}", row.id)
            })?;
        }
        if !reviewed {
            return Ok(());
        }
        let expected = state(self.mirror.reviews.get(&(row.doc, row.id.clone())), row.digest);
        must(row.state == expected, "REVIEWED_ALIKE", || {
            format!("{name} shows {} as {:?}, not as {expected:?}", row.id, row.state)
        })
    }

    /// `SCOPE_KEPT`: nothing is there that its person has no longer, but for what only this phone knows.
    fn drops_what_it_should(&self, at: usize, rows: &[RecordRow]) -> Result<(), Violation> {
        let hand = &self.hands[at];
        if hand.revoked {
            return Ok(());
        }
        let today = self.today();
        let person = &self.scopes.people[hand.person];
        let own: BTreeSet<DocId> = hand.unsent().iter().map(|wrote| wrote.item.doc).collect();
        let docs: BTreeSet<DocId> = rows.iter().map(|row| row.doc).collect();
        for doc in docs.difference(&own).filter(|doc| !hand.misfiled.contains(doc)) {
            let Some(held) = self.mirror.docs.get(doc) else {
                // The server had it before it was restored. Now it lies before the coordinator, or the phone has no
                // proof of it.
                if self.mirror.has_aside_of(*doc) || hand.poisoned {
                    continue;
                }
                return broken("SCOPE_KEPT", format!("{} shows {doc}, which nobody knows", hand.phone.name));
            };
            must(self.scopes.holds(person, *doc, &held.scope, today) != Has::No, "SCOPE_KEPT", || {
                format!("{} still shows {:?} {doc}", hand.phone.name, held.scope.kind)
            })?;
        }
        Ok(())
    }

    /// `CHAIN_TOLD`: of each device the server misses what it never got, and nothing else.
    fn chains_are_told(&mut self) -> Result<(), Violation> {
        for item in self.devices()? {
            let named = item["id"].as_str().and_then(|id| id.parse().ok());
            let Some(hand) = self.hands.iter().find(|hand| Some(hand.device) == named) else { continue };
            let device = hand.device;
            let numbers = self.told.envelopes.get(&device);
            let perhaps = self.told.perhaps.get(&device);
            let got = |number: &u64| numbers.is_some_and(|numbers| numbers.contains_key(number));
            let may = |number: &u64| perhaps.is_some_and(|perhaps| perhaps.contains(number));
            let newest = item["newest_envelope"].as_u64().unwrap_or(0);
            let missing: BTreeSet<u64> = ranges(&item["missing"]).flat_map(|(from, to)| from..=to).collect();
            if hand.odd_chain {
                continue;
            }
            for number in 1..=newest {
                must(missing.contains(&number) != got(&number) || may(&number), "CHAIN_TOLD", || {
                    format!("{device}: envelope {number} of {newest}, missing {missing:?}")
                })?;
            }
            let forks = item["forks"].as_array().map_or(0, Vec::len);
            must(forks == 0, "CHAIN_TOLD", || format!("{device} has no fork and {forks} are told"))?;
        }
        Ok(())
    }
}

fn ranges(value: &serde_json::Value) -> impl Iterator<Item = (u64, u64)> + '_ {
    let ranges = value.as_array().into_iter().flatten();
    ranges.filter_map(|range| Some((range.get(0)?.as_u64()?, range.get(1)?.as_u64()?)))
}

/// The state that follows from the last decision.
fn state(review: Option<&Review>, digest: Hash32) -> RowState {
    match review {
        None => RowState::Server,
        Some(review) if review.digest == digest => match review.decision {
            Decision::Approved => RowState::Approved,
            Decision::Returned => RowState::Returned,
        },
        Some(review) if review.decision == Decision::Approved => RowState::Edited,
        Some(_) => RowState::Server,
    }
}
