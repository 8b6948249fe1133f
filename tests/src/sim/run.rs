//! Telling one history from its beginning to its end, or to the first thing that does not hold.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value, json};

use super::action::{Action, History};
use super::invariants::Violation;
pub use super::world::Count;
use super::world::World;

/// How a history went.
#[derive(Clone, Debug)]
pub struct Told {
    pub count: Count,
    pub violation: Option<Found>,
}

/// What did not hold, and after which action.
#[derive(Clone, Debug)]
pub struct Found {
    pub violation: Violation,
    pub at: usize,
    pub action: Action,
}

/// Tells it, with each action and the rows of the log that it left, for who wants to understand it.
pub fn tell_aloud(history: &History, say: &mut dyn FnMut(String)) -> Told {
    tell_to(history, &mut |action, rows| {
        say(json!(action).to_string());
        rows.iter().for_each(|row| say(format!("    {row}")));
    })
}

/// Tells it. A panic, in the product or in what looks at it, is a violation like any other.
pub fn tell(history: &History) -> Told {
    tell_to(history, &mut |_, _| {})
}

fn tell_to(history: &History, listen: &mut dyn FnMut(&Action, &[String])) -> Told {
    let mut world = World::new(history);
    for (at, action) in history.actions.iter().enumerate() {
        let outcome = catch_unwind(AssertUnwindSafe(|| world.act(action)));
        listen(action, &std::mem::take(&mut world.mirror.outlines));
        let violation = match outcome {
            Ok(Ok(())) => continue,
            Ok(Err(violation)) => violation,
            Err(panic) => Violation { name: "NO_PANIC", what: words(panic.as_ref()) },
        };
        let found = Found { violation, at, action: action.clone() };
        return Told { count: world.count, violation: Some(found) };
    }
    Told { count: world.count, violation: None }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

impl Count {
    pub fn add(&mut self, other: &Self) {
        self.phone_days += other.phone_days;
        self.steps += other.steps;
        self.records += other.records;
        self.syncs += other.syncs;
        self.phone_deaths += other.phone_deaths;
        self.server_deaths += other.server_deaths;
        self.quiets += other.quiets;
        self.clashes += other.clashes;
        self.set_aside += other.set_aside;
        for (fate, times) in &other.fates {
            *self.fates.entry(fate).or_default() += times;
        }
    }

    /// The members of the result.
    pub fn to_json(&self) -> Map<String, Value> {
        let json = json!({
            "phone_days": self.phone_days,
            "steps": self.steps,
            "records": self.records,
            "syncs": self.syncs,
            "kills": {"phone": self.phone_deaths, "server": self.server_deaths},
            "quiet_points": self.quiets,
            "clashes": self.clashes,
            "set_aside": self.set_aside,
            "fates": self.fates,
        });
        match json {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}
