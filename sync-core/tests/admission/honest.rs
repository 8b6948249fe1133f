//! Honest phones are never refused, whatever they write and whenever they meet.

use sync_core::admission::{Bytes, Candidate, Job, Limits};
use sync_core::crdt::{Change, Document};
use sync_core::record::{Fields, Scalar};
use sync_core::scope::Kind;

use crate::phones::{DOC, Dice, actor, finding, is_sound, job, run, sent, write};

/// Phones that write to one document and now and then hear from the server.
pub struct Field {
    pub kind: Kind,
    pub server: Vec<Change>,
    phones: Vec<(Document, Vec<Change>)>,
    clock_ms: i64,
}

impl Field {
    pub fn new(kind: Kind, phones: usize) -> Self {
        let phones = (0..phones).map(|_| (Document::new(kind).unwrap(), Vec::new())).collect();
        Self { kind, server: Vec::new(), phones, clock_ms: 1_780_000_000_000 }
    }

    /// One phone writes something.
    pub fn write(&mut self, dice: &mut Dice) {
        self.clock_ms += dice.below(100_000) as i64;
        let place = dice.below(self.phones.len());
        let Some((document, outbox)) = self.phones.get_mut(place) else { return };
        let record = some_record(document, dice);
        let time_ms = if dice.one_in(40) { -(dice.below(1000) as i64) } else { self.clock_ms };
        let author = actor(place as u8 + 1);
        if let Some(change) = document.write(&author, time_ms, &record, &some_fields(dice)).unwrap() {
            outbox.push(change);
        }
    }

    /// One phone sends what it has, in any order, and takes what others sent.
    pub fn meet(&mut self, dice: &mut Dice) {
        let place = dice.below(self.phones.len());
        let Some((document, outbox)) = self.phones.get_mut(place) else { return };
        let mut candidates: Vec<Candidate> = outbox.iter().map(sent).collect();
        if dice.one_in(2) {
            candidates.reverse();
        }
        let existing = self.server.iter().map(|change| Bytes(change.bytes().to_vec())).collect();
        let job = Job { doc: DOC, kind: self.kind, existing, refused: Vec::new(), candidates };
        for vetted in run(&job) {
            assert!(is_sound(&vetted.finding), "an honest change was refused: {vetted:?}");
        }
        self.server.append(outbox);
        for change in &self.server {
            document.apply(change).unwrap();
        }
    }

    pub fn everyone_meets(&mut self, dice: &mut Dice) {
        for _ in 0..2 * self.phones.len() {
            self.meet(dice);
        }
    }
}

fn some_record(document: &Document, dice: &mut Dice) -> String {
    let records = document.record_ids("").unwrap();
    if !records.is_empty() && !dice.one_in(3) {
        return dice.of(&records).clone();
    }
    format!("{:016x}{:016x}", dice.roll(), dice.roll())
}

fn some_fields(dice: &mut Dice) -> Fields {
    let count = if dice.one_in(30) { 150 } else { dice.below(6) };
    (0..count).map(|_| (some_key(dice), some_value(dice))).collect()
}

fn some_key(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => format!("line/{:032x}/qty", dice.below(4)),
        1 => format!("measure/код-{}/minutes", dice.below(5)),
        2 => format!("present/{:016x}", dice.roll()),
        _ => (*dice.of(&["type", "note", "date", "minutes", "void/at", "dose"])).to_owned(),
    }
}

fn some_value(dice: &mut Dice) -> Scalar {
    match dice.below(9) {
        0 => Scalar::Null,
        1 => Scalar::Bool(dice.one_in(2)),
        2 => Scalar::Int(dice.roll() as i64),
        3 => Scalar::Int(*dice.of(&[0, -1, i64::MIN, i64::MAX, 63, 64, -64, -65])),
        4 => Scalar::Float(f64::from(dice.below(50) as u32) / 2.0),
        5 => Scalar::Text(String::new()),
        6 => Scalar::Text("принесла хліб, 5 мг\n🙂 \u{0} ".repeat(dice.below(20))),
        _ => Scalar::Text(format!("2026-05-{:02}", dice.below(28) + 1)),
    }
}

#[test]
fn honest_histories_are_sound() {
    let mut dice = Dice(7);
    let mut changes = 0;
    for round in 0..50 {
        let kind = Kind::ALL[round % Kind::ALL.len()];
        let mut field = Field::new(kind, 1 + dice.below(6));
        for _ in 0..30 {
            if dice.one_in(6) { field.meet(&mut dice) } else { field.write(&mut dice) }
        }
        field.everyone_meets(&mut dice);
        changes += field.server.len();
    }
    assert!(changes > 800, "{changes}");
}

/// Choosing the value that is shown anyway is still a choice: a put over all that were shown.
#[test]
fn a_conflict_settled_for_the_shown_value() {
    let [mut one, mut two] = [1, 2].map(|_| Document::new(Kind::Case).unwrap());
    let theirs = [
        write(&mut one, actor(1), "", &[("mood", Scalar::Int(1))]),
        write(&mut two, actor(2), "", &[("mood", Scalar::Int(2))]),
    ];
    one.apply(&theirs[1]).unwrap();
    let shown = one.record("").unwrap().unwrap().get("mood").cloned().unwrap();
    let choice = write(&mut one, actor(3), "", &[("mood", shown.clone())]);
    assert!(is_sound(&finding(Kind::Case, &theirs, actor(3), choice.bytes())));
    let mood = &one.record("").unwrap().unwrap().fields["mood"];
    assert_eq!(mood.len(), 1);
    assert_eq!((&mood[0].value, mood[0].change), (&shown, choice.hash()));
}

#[test]
fn seventy_phones_that_never_met() {
    let activity = Document::new(Kind::Activity).unwrap();
    let changes: Vec<Change> = (1..=70)
        .map(|n| write(&mut activity.clone(), actor(n), "", &[("topic", Scalar::Int(i64::from(n)))]))
        .collect();
    let mut after = Document::from_changes(Kind::Activity, changes.iter().map(Change::bytes)).unwrap();
    let settled = write(&mut after, actor(99), "", &[("topic", "one".into())]);
    assert_eq!(settled.deps().count(), 70);
    let all = changes.iter().chain([&settled]).map(sent).collect();
    assert!(run(&job(Kind::Activity, &[], all)).iter().all(|vetted| is_sound(&vetted.finding)));
}

/// What the core lets a form save, the server takes; the greatest of it too.
#[test]
fn what_may_be_saved_is_taken() {
    let limits = Limits::STANDARD;
    let text = |len: usize| Scalar::Text("я".repeat(len / 2));
    type Case<'a> = (Vec<(String, Scalar)>, Option<&'a str>);
    let cases: [Case<'_>; 7] = [
        (vec![("note".into(), text(limits.text))], None),
        (vec![("note".into(), text(limits.text + 2))], Some("note")),
        (vec![("a".into(), text(limits.text)), ("b".into(), text(limits.text))], Some("b")),
        (vec![("k".repeat(limits.key), 1.into())], None),
        (vec![("k\n".into(), 1.into())], Some("k\n")),
        (vec![("f".into(), Scalar::Float(f64::NAN))], Some("f")),
        ((0..600).map(|n| (format!("present/{n:032}"), true.into())).collect(), None),
    ];
    for (pairs, too_much) in cases {
        let fields: Fields = pairs.into_iter().collect();
        assert_eq!(limits.first_too_much(&fields), too_much);
        let change =
            Document::new(Kind::Log).unwrap().write(&actor(1), 0, &"ab".repeat(16), &fields).unwrap();
        let found = finding(Kind::Log, &[], actor(1), change.unwrap().bytes());
        assert!(too_much.is_some() || is_sound(&found), "{found:?}");
    }
}
