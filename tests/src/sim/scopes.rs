//! Who has what, as the coordinator and the makers of things would say it: kept beside the server, from the
//! commands that were given and the records that were made.

use std::collections::{BTreeMap, BTreeSet};

use footpath::store::Duty;
use sync_core::ids::{DocId, Id};
use sync_core::scope::{Kind, Scope};
use sync_core::verdict::Flag;

use super::mirror::Mirror;

#[derive(Clone, Debug)]
pub struct Person {
    pub id: Id,
    pub login: String,
    pub duty: Duty,
    /// The villages they look after.
    pub villages: Vec<Id>,
}

/// Whether a person has something. On the days around which a grant begins or ends, and while two rules
/// contradict each other, nobody can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Has {
    No,
    Maybe,
    Yes,
}

/// How a person stands to a family: the last word counts.
#[derive(Clone, Copy, Debug)]
struct Stand {
    word: Word,
    ever: Has,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word {
    Taken,
    Given,
    /// Nobody can say.
    Unknown,
    /// Between these days; and whether they had it when that was said.
    Lent {
        from: i64,
        to: i64,
        had: bool,
    },
}

#[derive(Debug, Default)]
pub struct Scopes {
    pub people: Vec<Person>,
    stands: BTreeMap<(Id, Id), Stand>,
    /// Families somebody made.
    families: BTreeSet<Id>,
    /// Who made a document that is in no family.
    makers: BTreeMap<DocId, Id>,
    /// Between a restore of the server and the day when the office is in order again: nobody can say anything.
    pub unsettled: bool,
    /// The same of those that a restored server did not know of.
    restored_over: BTreeMap<DocId, Id>,
    /// Who was ever put on a task.
    on: BTreeMap<DocId, BTreeSet<Id>>,
}

impl Scopes {
    /// Follows what was made: who makes a family or a document of its own has it.
    pub fn follow(&mut self, mirror: &mut Mirror) {
        for (doc, hash) in std::mem::take(&mut mirror.fresh) {
            let line = &mirror.changes[&(doc, hash)];
            let scope = mirror.docs[&doc].scope;
            let own = line.flag != Some(Flag::Released);
            match (scope.kind, scope.family) {
                (Kind::Case | Kind::Person, Some(family)) => {
                    let new = self.families.insert(family);
                    if new && own {
                        self.give(line.author, family);
                    }
                }
                (_, None) if own => {
                    self.makers.entry(doc).or_insert(line.author);
                }
                _ => {}
            }
        }
    }

    pub fn give(&mut self, person: Id, family: Id) {
        self.stands.insert((person, family), Stand { word: Word::Given, ever: Has::Yes });
    }

    pub fn doubt(&mut self, person: Id, family: Id) {
        self.stands.insert((person, family), Stand { word: Word::Unknown, ever: Has::Maybe });
    }

    pub fn take(&mut self, person: Id, family: Id) {
        if let Some(stand) = self.stands.get_mut(&(person, family)) {
            stand.word = Word::Taken;
        }
    }

    /// From one day to another, both included; days since 1970.
    pub fn lend(&mut self, person: Id, family: Id, from: i64, to: i64, today: i64) {
        let before = self.stands.get(&(person, family));
        // Who has it for good keeps it: standing in for somebody adds days and takes none away.
        if before.is_some_and(|stand| stand.word == Word::Given) {
            return;
        }
        let had = before.is_some_and(|stand| stand.word != Word::Taken);
        let ever = before.map_or(Has::No, |stand| stand.ever);
        let begun = if from <= today && today <= to { Has::Yes } else { Has::No };
        let stand = Stand { word: Word::Lent { from, to, had }, ever: ever.max(begun) };
        self.stands.insert((person, family), stand);
    }

    /// The server lost what was said since its backup, and the office says it again: who has which family is to
    /// be given, who not is to be taken. What somebody made on their own since then, nobody can say.
    pub fn say_again(&mut self) -> Vec<(Id, Id, bool)> {
        self.unsettled = false;
        for (doc, maker) in std::mem::take(&mut self.restored_over) {
            self.makers.remove(&doc);
            self.on.entry(doc).or_default().insert(maker);
        }
        let mut again = Vec::new();
        for ((person, family), stand) in &mut self.stands {
            let given = stand.word == Word::Given;
            if !given {
                *stand = Stand { word: Word::Taken, ever: Has::Maybe };
            }
            again.push((*person, *family, given));
        }
        again
    }

    /// The server was restored from a copy that has only these documents.
    pub fn restored(&mut self, mirror: &Mirror) {
        self.unsettled = true;
        let lost = self.makers.iter().filter(|(doc, _)| !mirror.docs.contains_key(doc));
        self.restored_over = lost.map(|(doc, maker)| (*doc, *maker)).collect();
    }

    /// Somebody may be on this task from now on.
    pub fn put_on(&mut self, doc: DocId, person: Id) {
        self.on.entry(doc).or_default().insert(person);
    }

    fn stands(&self, person: Id, family: Id, today: i64) -> Has {
        if self.unsettled {
            return Has::Maybe;
        }
        match self.stands.get(&(person, family)).map(|stand| stand.word) {
            None | Some(Word::Taken) => Has::No,
            Some(Word::Given) => Has::Yes,
            Some(Word::Unknown) => Has::Maybe,
            Some(Word::Lent { from, to, had }) => {
                if today > from && today < to {
                    Has::Yes
                } else if today > to + 1 || (today < from - 1 && !had) {
                    Has::No
                } else {
                    Has::Maybe
                }
            }
        }
    }

    /// Whether this person was ever given the family.
    pub fn ever(&self, person: Id, family: Id, today: i64) -> Has {
        if self.unsettled {
            return Has::Maybe;
        }
        match self.stands.get(&(person, family)) {
            None => Has::No,
            Some(Stand { ever: Has::Yes, .. }) => Has::Yes,
            // Whether the calendar came by on one of those days nobody can say.
            Some(Stand { word: Word::Lent { from, .. }, ever }) => {
                ever.max(&if today < from - 1 { Has::No } else { Has::Maybe }).to_owned()
            }
            Some(stand) => stand.ever,
        }
    }

    /// Whether they are told of decisions about it, too: who has only the card of a neighbour is not.
    pub fn hears_reviews(&self, person: &Person, doc: DocId, scope: &Scope, today: i64) -> bool {
        let family = scope.family.map(|family| self.stands(person.id, family, today));
        family.unwrap_or(Has::Yes) == Has::Yes || self.makers.contains_key(&doc)
    }

    /// Whether this person may hold the document today.
    pub fn holds(&self, person: &Person, doc: DocId, scope: &Scope, today: i64) -> Has {
        let worker = person.duty == Duty::Worker;
        if !worker && !matches!(scope.kind, Kind::Task | Kind::Activity) {
            return Has::No;
        }
        if self.unsettled {
            return Has::Maybe;
        }
        let family = match scope.family {
            Some(family) if worker => self.stands(person.id, family, today),
            _ => Has::No,
        };
        let card = scope.kind == Kind::Person && scope.place.is_some_and(|p| person.villages.contains(&p));
        let made = self.makers.get(&doc) == Some(&person.id);
        let on_it = self.on.get(&doc).is_some_and(|people| people.contains(&person.id));
        let otherwise = match (card || made, on_it) {
            (true, _) => Has::Yes,
            (false, true) => Has::Maybe,
            _ => Has::No,
        };
        family.max(otherwise)
    }
}
