//! What people do with their phones.

use std::collections::BTreeSet;

use footpath::store::Duty;
use sync_core::device::WriteEvent;
use sync_core::ids::{DocId, Id};
use sync_core::record::Scalar;

use super::action::What;
use super::hand::Hand;
use super::invariants::Violation;
use super::scopes::Has;
use super::texts;
use super::world::World;
use super::writes::{Field, shown};

/// Records looked at for one that two phones show.
const REACH: usize = 12;

/// The fields that texts go into, by record type.
fn fields(record_type: &str) -> &'static [&'static str] {
    match record_type {
        "visit" => &["notes", "witness", "urgent_text"],
        "delivery" => &["notes", "receipt", "witness"],
        "task" => &["what", "why", "outcome"],
        "activity" => &["topic", "notes"],
        "case" => &["important", "way_in"],
        _ => &["address", "notes"],
    }
}

impl World {
    /// Registers somebody in one of the worker's villages.
    pub fn found_case(&mut self, at: usize, salt: u32) -> Result<(), Violation> {
        let person = &self.scopes.people[self.hands[at].person];
        if person.duty != Duty::Worker {
            return Ok(());
        }
        let place = person.villages[salt as usize % person.villages.len()];
        self.hands[at].salt(salt);
        let hand = &mut self.hands[at];
        let case = hand.phone.event("case", &[("care_status", "active".into())]);
        let Some((doc, record)) = self.save(at, WriteEvent { place: Some(place), ..case }, "important", None)
        else {
            return self.word(at);
        };
        let case = Id(doc.0);
        self.cases.push((case, place));
        self.founders.insert(case, self.hands[at].person);
        let card = self.hands[at].phone.event("person", &[("name", "Анна".into())]);
        let card = WriteEvent { place: Some(place), case: Some(case), ..card };
        if let Some((_, person)) = self.save(at, card, "address", None) {
            let names = self.hands[at].phone.event("case", &[("person", person.into())]);
            let names = WriteEvent { doc: Some(doc), record: Some(record), ..names };
            self.hands[at].phone.write(names);
        }
        self.word(at)
    }

    /// A case with its village, whosever it is.
    pub fn anybody(&self, case: usize) -> Option<(Id, Id)> {
        self.cases.get(case % self.cases.len().max(1)).copied()
    }

    /// A case that this person registered or was given once.
    pub fn own_case(&self, at: usize, case: usize) -> Option<(Id, Id)> {
        let (person, today) = (self.hands[at].person, self.today());
        let id = self.scopes.people[person].id;
        let own = |(family, _): &&(Id, Id)| {
            self.founders.get(family) == Some(&person) || self.scopes.ever(id, *family, today) != Has::No
        };
        let own: Vec<&(Id, Id)> = self.cases.iter().filter(own).collect();
        own.get(case % own.len().max(1)).copied().copied()
    }

    pub fn write(
        &mut self,
        at: usize,
        what: What,
        (case, place): (Id, Id),
        salt: u32,
    ) -> Result<(), Violation> {
        let person = &self.scopes.people[self.hands[at].person];
        let own_place = person.villages[salt as usize % person.villages.len()];
        self.hands[at].salt(salt);
        let phone = &mut self.hands[at].phone;
        let date = ("date", Scalar::from("2026-05-15"));
        let (event, about, place) = match what {
            What::Visit => (phone.event("visit", &[date]), Some(case), place),
            What::Delivery => (phone.event("delivery", &[date]), Some(case), place),
            What::Task => (phone.event("task", &[("status", "offered".into())]), Some(case), place),
            What::Errand => (phone.event("task", &[("status", "offered".into())]), None, own_place),
            What::Activity => (phone.event("activity", &[date]), None, own_place),
        };
        let field = fields(&event.record_type)[0];
        let event = WriteEvent { case: about, place: Some(place), ..event };
        self.save(at, event, field, None);
        self.word(at)
    }

    pub fn edit(&mut self, at: usize, record: usize, field: usize, salt: u32) -> Result<(), Violation> {
        let Some((doc, id)) = self.record(record) else { return Ok(()) };
        self.hands[at].salt(salt);
        let Some(row) = self.hands[at].phone.row(&(doc, id.clone())) else { return Ok(()) };
        let fields = fields(&row.record_type);
        let field = fields[field % fields.len()];
        let event = self.hands[at].phone.event(&row.record_type, &[]);
        let event = WriteEvent { doc: Some(doc), record: Some(id.clone()), ..event };
        let seen = shown(&row, field);
        for text in &seen {
            self.writes.placed(*text, (doc, id.clone(), field.to_owned()));
        }
        self.save(at, event, field, Some(((doc, id, field.to_owned()), seen)));
        self.word(at)
    }

    /// The newest record from this one on that two phones show is changed on so many of them.
    pub fn clash(&mut self, record: usize, field: usize, people: usize, salt: u32) -> Result<(), Violation> {
        for number in record..record + REACH {
            let Some(at) = self.record(number) else { return Ok(()) };
            let shows = |hand: &Hand| !hand.gone && !hand.revoked && hand.phone.row(&at).is_some();
            let showing: Vec<usize> = (0..self.hands.len()).filter(|at| shows(&self.hands[*at])).collect();
            if showing.len() > 1 {
                for (n, at) in showing.into_iter().take(people).enumerate() {
                    self.edit(at, number, field, salt.wrapping_add(n as u32))?;
                }
                return Ok(());
            }
        }
        Ok(())
    }

    pub fn void(&mut self, at: usize, record: usize, salt: u32) -> Result<(), Violation> {
        let Some(record) = self.record(record) else { return Ok(()) };
        self.hands[at].salt(salt);
        if let Some(row) = self.hands[at].phone.row(&record) {
            let event = self.hands[at].phone.event(&row.record_type, &[]);
            let (doc, id) = record;
            let void = (!row.voided).then(|| "by mistake".to_owned());
            let unvoid = row.voided;
            self.hands[at].phone.write(WriteEvent {
                doc: Some(doc),
                record: Some(id),
                void,
                unvoid,
                ..event
            });
        }
        self.word(at)
    }

    /// Puts somebody on a task, or takes them off.
    pub fn appoint(
        &mut self,
        at: usize,
        record: usize,
        person: usize,
        on: bool,
        salt: u32,
    ) -> Result<(), Violation> {
        let Some((doc, id)) = self.record(record) else { return Ok(()) };
        self.hands[at].salt(salt);
        let person = self.scopes.people[person % self.scopes.people.len()].id;
        if let Some(row) = self.hands[at].phone.row(&(doc, id.clone()))
            && row.record_type == "task"
        {
            self.scopes.put_on(doc, person);
            let event = self.hands[at].phone.event("task", &[(&format!("assignee/{person}"), on.into())]);
            self.hands[at].phone.write(WriteEvent { doc: Some(doc), record: Some(id), ..event });
        }
        self.word(at)
    }

    /// Saves a form with a text in this field. Noted before: the phone may die over it and have it all the same.
    fn save(
        &mut self,
        at: usize,
        mut event: WriteEvent,
        field: &str,
        seen: Option<(Field, BTreeSet<u32>)>,
    ) -> Option<(DocId, String)> {
        let number = match seen {
            Some((field, seen)) => self.writes.note(Some(field), seen),
            None => self.writes.note(None, BTreeSet::new()),
        };
        let words = if self.words > 0 { self.hands[at].phone.chance.below(self.words) } else { 0 };
        let text = texts::text(number, &mut self.hands[at].phone.chance, words);
        event.fields.insert(field.to_owned(), text.into());
        let (doc, record) = self.hands[at].phone.write(event)?;
        self.hands[at].promised([number]);
        self.writes.placed(number, (doc, record.clone(), field.to_owned()));
        self.writes.made((doc, record.clone()));
        Some((doc, record))
    }

    /// Whether the phone still has all it called saved.
    pub fn word(&mut self, at: usize) -> Result<(), Violation> {
        self.hands[at].listen();
        self.hands[at].keeps_its_word(&self.mirror)
    }
}
