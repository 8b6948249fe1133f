//! Who sees what: what a person holds, and the table of duties and kinds.
//!
//! A worker has the families given to them, the tasks and activities they are on, and the person cards of
//! their places. A volunteer has offers of their places without names, and once on a task the task and a card;
//! never the case. Coordinators and administrators keep no replica: they get the catalogue and what is
//! addressed to them, the desk is REST.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sync_core::ids::{DocId, Id};
use sync_core::office::Topic;
use sync_core::scope::Kind;
use sync_core::wire::Grant;

use crate::store::{Account, ChangeLog, Duty, GrantSpan, HeadOf, Stored};

/// Scopes, taken apart by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    pub families: BTreeSet<Id>,
    pub documents: BTreeSet<DocId>,
    /// With everything below each of them.
    pub places: BTreeSet<Id>,
}

/// What a person may see and write.
#[derive(Clone, Debug)]
pub struct Access {
    pub person: Id,
    pub duties: Vec<Duty>,
    /// All grants, open and closed, in the order they were given.
    pub spans: Vec<GrantSpan>,
    pub now: Scopes,
    pub ever: Scopes,
    /// They come with a cursor of a former epoch: what they were given may have been forgotten.
    pub forgotten: bool,
    places: Places,
}

impl Access {
    /// What the log says this account has.
    pub async fn of(log: &dyn ChangeLog, account: &Account) -> Stored<Self> {
        let spans = log.grants_of(account.person).await?;
        let places = Places::of(log).await?;
        Ok(Self::new(account.person, account.duties.clone(), spans, places))
    }

    fn new(person: Id, duties: Vec<Duty>, spans: Vec<GrantSpan>, places: Places) -> Self {
        let now = places.scopes_now(&spans);
        let ever = scopes(spans.iter(), &places);
        Self { person, duties, spans, now, ever, forgotten: false, places }
    }

    /// Somebody who was never given anything.
    #[cfg(test)]
    pub fn nobody(person: Id, duties: Vec<Duty>) -> Self {
        Self::new(person, duties, Vec::new(), Places::default())
    }

    pub fn has(&self, duty: Duty) -> bool {
        self.duties.contains(&duty)
    }

    /// Whether a row may be given to this person, by the table in this module's description.
    pub fn sees(&self, row: &HeadOf) -> bool {
        match row {
            HeadOf::Change { doc, scope, .. } => {
                let on_it = self.now.documents.contains(doc);
                let worker = on_it
                    || scope.family.is_some_and(|family| self.now.families.contains(&family))
                    || (scope.kind == Kind::Person
                        && scope.place.is_some_and(|place| self.now.places.contains(&place)));
                let volunteer = on_it && matches!(scope.kind, Kind::Task | Kind::Activity);
                (self.has(Duty::Worker) && worker) || (self.has(Duty::Volunteer) && volunteer)
            }
            HeadOf::Office { topic, subject, to } => self.sees_office(*topic, *subject, *to),
        }
    }

    fn sees_office(&self, topic: Topic, subject: Id, to: Grant) -> bool {
        // What is said of a document goes with the document.
        let of_own_document = topic == Topic::Review && self.now.documents.contains(&DocId(subject.0));
        let addressed = match to {
            Grant::Organisation(_) => return true,
            Grant::Person(person) => return person == self.person,
            Grant::Family(family) => self.has(Duty::Worker) && self.now.families.contains(&family),
            Grant::Document(doc) => self.now.documents.contains(&doc),
            Grant::Place(place) => self.has(Duty::Volunteer) && self.now.places.contains(&place),
        };
        (self.has(Duty::Worker) || self.has(Duty::Volunteer)) && (addressed || of_own_document)
    }

    /// The scopes whose rows are looked through for this person.
    pub fn scopes(&self, org: Id) -> Vec<Grant> {
        let mut all = vec![Grant::Organisation(org), Grant::Person(self.person)];
        all.extend(self.now.families.iter().map(|id| Grant::Family(*id)));
        all.extend(self.now.documents.iter().map(|id| Grant::Document(*id)));
        all.extend(self.now.places.iter().map(|id| Grant::Place(*id)));
        all
    }

    /// A grant as scopes of rows: a place stands for all places below it.
    pub fn spelled_out(&self, grant: Grant) -> Vec<Grant> {
        match grant {
            Grant::Place(place) => self.places.below(place).into_iter().map(Grant::Place).collect(),
            other => vec![other],
        }
    }

    /// The places the person would have by another tree.
    pub fn places_by(&self, tree: &Places) -> BTreeSet<Id> {
        tree.scopes_now(&self.spans).places
    }

    /// Whether the person has the grant now.
    pub fn holds(&self, grant: Grant) -> bool {
        self.spans.iter().any(|span| span.grant == grant && span.to.is_none())
    }

    /// Adds what the person had by every tree of places there ever was: what they bring from a place that was moved
    /// since is late, and not out of place.
    pub async fn remember(&mut self, log: &dyn ChangeLog) -> Stored<()> {
        if self.spans.iter().any(|span| matches!(span.grant, Grant::Place(_))) {
            for tree in log.catalogue_values("places").await? {
                self.ever.places.extend(scopes(self.spans.iter(), &Places::read(&tree)).places);
            }
        }
        Ok(())
    }

    /// Notes what is being granted while a push is looked at.
    pub fn gain(&mut self, grant: Grant) {
        for scopes in [&mut self.now, &mut self.ever] {
            match grant {
                Grant::Family(id) => drop(scopes.families.insert(id)),
                Grant::Document(id) => drop(scopes.documents.insert(id)),
                Grant::Place(_) | Grant::Organisation(_) | Grant::Person(_) => {}
            }
        }
    }
}

fn scopes<'a>(spans: impl Iterator<Item = &'a GrantSpan>, places: &Places) -> Scopes {
    let mut scopes = Scopes::default();
    for span in spans {
        match span.grant {
            Grant::Family(id) => drop(scopes.families.insert(id)),
            Grant::Document(id) => drop(scopes.documents.insert(id)),
            Grant::Place(id) => scopes.places.extend(places.below(id)),
            Grant::Organisation(_) | Grant::Person(_) => {}
        }
    }
    scopes
}

/// The tree of places, from the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// All there are.
    named: BTreeSet<Id>,
    children: BTreeMap<Id, Vec<Id>>,
}

#[derive(Deserialize)]
struct Place {
    id: Id,
    parent: Option<Id>,
}

impl Places {
    /// The tree as the catalogue has it now.
    pub async fn of(log: &dyn ChangeLog) -> Stored<Self> {
        let places = log.office_value(Topic::Catalogue, log.organisation().id, "places").await?;
        Ok(Self::read(places.as_deref().unwrap_or("[]")))
    }

    /// The tree as a list of the catalogue has it; a list that cannot be read is a tree without branches.
    pub fn read(text: &str) -> Self {
        let places: Vec<Place> = serde_json::from_str(text).unwrap_or_else(|error| {
            tracing::warn!(%error, "the catalogue's places cannot be read");
            Vec::new()
        });
        let named = places.iter().map(|place| place.id).collect();
        let mut children: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for place in places {
            if let Some(parent) = place.parent {
                children.entry(parent).or_default().push(place.id);
            }
        }
        Self { named, children }
    }

    /// What these grants hold now. A place that was taken out of the catalogue is nobody's, not even by its name: it may
    /// have come to be another one, and who looks after that has the cards. What was written there is still taken in.
    fn scopes_now(&self, spans: &[GrantSpan]) -> Scopes {
        let mut scopes = scopes(spans.iter().filter(|span| span.to.is_none()), self);
        scopes.places.retain(|place| self.has(*place));
        scopes
    }

    /// Whether there is such a place. A catalogue without any says nothing of what there is.
    fn has(&self, place: Id) -> bool {
        self.named.is_empty() || self.named.contains(&place)
    }

    /// The place and all below it; a ring in the tree is walked once.
    pub fn below(&self, place: Id) -> BTreeSet<Id> {
        let mut found = BTreeSet::new();
        let mut next = vec![place];
        while let Some(place) = next.pop() {
            if found.insert(place) {
                next.extend(self.children.get(&place).into_iter().flatten());
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::ids::{ChangeHash, Month};
    use sync_core::scope::Scope;

    const ME: Id = Id([1; 16]);
    const OTHER: Id = Id([2; 16]);
    const CASE: Id = Id([3; 16]);
    const DISTRICT: Id = Id([4; 16]);
    const VILLAGE: Id = Id([5; 16]);
    const DOC: DocId = DocId([6; 16]);

    /// How a person stands to a row.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Relation {
        None,
        Family,
        FormerFamily,
        Document,
        Place,
    }

    const RELATIONS: [Relation; 5] =
        [Relation::None, Relation::Family, Relation::FormerFamily, Relation::Document, Relation::Place];

    fn access(duty: Duty, relation: Relation) -> Access {
        let span = |grant, to| vec![GrantSpan { person: ME, grant, from: 1, to }];
        let spans = match relation {
            Relation::None => Vec::new(),
            Relation::Family => span(Grant::Family(CASE), None),
            Relation::FormerFamily => span(Grant::Family(CASE), Some(2)),
            Relation::Document => span(Grant::Document(DOC), None),
            // Given the district: the village is below it.
            Relation::Place => span(Grant::Place(DISTRICT), None),
        };
        let places = Places::read(&format!(
            r#"[{{"id":"{DISTRICT}","parent":null}},{{"id":"{VILLAGE}","parent":"{DISTRICT}"}}]"#
        ));
        Access::new(ME, vec![duty], spans, places)
    }

    fn change(kind: Kind) -> HeadOf {
        let month = (kind == Kind::Log).then_some(Month(24_316));
        let scope = Scope { kind, family: Some(CASE), place: Some(VILLAGE), month };
        HeadOf::Change { doc: DOC, scope, hash: ChangeHash([0; 32]) }
    }

    /// Every cell of duty × kind × relation, each by name.
    #[test]
    fn who_sees_which_documents() {
        for duty in Duty::ALL {
            for kind in Kind::ALL {
                for relation in RELATIONS {
                    let expected = match (duty, kind, relation) {
                        (Duty::Coordinator | Duty::Admin, _, _) => false,
                        (_, _, Relation::None | Relation::FormerFamily) => false,
                        (Duty::Worker, _, Relation::Family | Relation::Document) => true,
                        (Duty::Worker, Kind::Person, Relation::Place) => true,
                        (Duty::Worker, _, Relation::Place) => false,
                        (Duty::Volunteer, Kind::Task | Kind::Activity, Relation::Document) => true,
                        (Duty::Volunteer, _, _) => false,
                    };
                    let seen = access(duty, relation).sees(&change(kind));
                    assert_eq!(seen, expected, "{duty:?} sees {kind:?} by {relation:?}");
                }
            }
        }
    }

    #[test]
    fn who_sees_which_office_rows() {
        let office = |topic, to| HeadOf::Office { topic, subject: Id(DOC.0), to };
        let rows = [
            ("catalogue", office(Topic::Catalogue, Grant::Organisation(OTHER))),
            ("own inbox", office(Topic::Inbox, Grant::Person(ME))),
            ("own route", office(Topic::Route, Grant::Person(ME))),
            ("own card", office(Topic::Card, Grant::Person(ME))),
            ("another's inbox", office(Topic::Inbox, Grant::Person(OTHER))),
            ("another's card", office(Topic::Card, Grant::Person(OTHER))),
            ("family review", office(Topic::Review, Grant::Family(CASE))),
            ("task review", office(Topic::Review, Grant::Document(DOC))),
            ("offer", office(Topic::Offer, Grant::Place(VILLAGE))),
        ];
        for duty in Duty::ALL {
            for relation in RELATIONS {
                for (name, row) in &rows {
                    let expected = match (*name, duty, relation) {
                        ("catalogue" | "own inbox" | "own route" | "own card", _, _) => true,
                        ("another's inbox" | "another's card", _, _) => false,
                        (_, Duty::Coordinator | Duty::Admin, _) => false,
                        ("family review", Duty::Worker, Relation::Family | Relation::Document) => true,
                        ("family review", Duty::Volunteer, Relation::Document) => true,
                        ("task review", _, Relation::Document) => true,
                        ("offer", Duty::Volunteer, Relation::Place) => true,
                        _ => false,
                    };
                    assert_eq!(access(duty, relation).sees(row), expected, "{duty:?}, {name}, {relation:?}");
                }
            }
        }
    }

    #[test]
    fn two_duties_see_what_either_sees() {
        let mut both = access(Duty::Coordinator, Relation::Family);
        assert!(!both.sees(&change(Kind::Log)));
        both.duties.push(Duty::Worker);
        assert!(both.sees(&change(Kind::Log)));
    }

    #[test]
    fn a_place_out_of_the_catalogue_is_nobodys_and_was_theirs() {
        let spans = |place| vec![GrantSpan { person: ME, grant: Grant::Place(place), from: 1, to: None }];
        let held = |catalogue: &str, place| {
            let access = Access::new(ME, vec![Duty::Worker], spans(place), Places::read(catalogue));
            [access.now.places, access.ever.places].map(|places| places.contains(&place))
        };
        let district = format!(r#"[{{"id":"{DISTRICT}","parent":null}}]"#);
        assert_eq!(held(&district, DISTRICT), [true, true]);
        assert_eq!(held(&district, VILLAGE), [false, true]);
        assert_eq!(held("[]", VILLAGE), [true, true], "an organisation without a list of places");
    }

    #[test]
    fn a_ring_of_places_ends() {
        let ring = Places::read(&format!(
            r#"[{{"id":"{DISTRICT}","parent":"{VILLAGE}"}},{{"id":"{VILLAGE}","parent":"{DISTRICT}"}}]"#
        ));
        assert_eq!(ring.below(VILLAGE).len(), 2);
        assert_eq!(Places::read("nonsense").below(VILLAGE), BTreeSet::from([VILLAGE]));
    }
}
