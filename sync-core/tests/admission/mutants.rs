//! Thousands of altered changes: whatever gets in must be harmless ever after, and nothing panics out.
//!
//! `FOOTPATH_MUTANTS` sets how many (20,000 by default), `FOOTPATH_MUTANTS_SEED` where the dice start. What the worst of
//! them cost is printed, and held against the bounds when `FOOTPATH_MUTANTS_BOUNDS` is set: on a machine that does
//! nothing else.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use sync_core::admission::{Candidate, Finding, Framed, History, Limits, OpId, frame};
use sync_core::crdt::{Change, Document, GENESIS_ACTOR};
use sync_core::ids::Actor;
use sync_core::record::Scalar;
use sync_core::scope::Kind;

use crate::forge::{ForgedKey, ForgedOp, Parts, chunk, fix_checksum, sleb, uleb};
use crate::honest::Field;
use crate::memory::most_held_by;
use crate::phones::{Dice, actor, candidate, is_sound, job, run, sent, write};

/// An honest change and the document it was made for.
struct Base {
    kind: Kind,
    existing: Vec<Change>,
    bytes: Vec<u8>,
    actor: Actor,
    /// Operations it could name.
    ops: Vec<OpId>,
    /// A change by somebody else, which the mutant must not take down.
    bystander: Change,
}

fn bases(dice: &mut Dice) -> Vec<Base> {
    let mut bases = Vec::new();
    for round in 0..20 {
        let kind = if round % 2 == 0 { Kind::Log } else { Kind::ALL[round % Kind::ALL.len()] };
        let mut field = Field::new(kind, 3);
        for _ in 0..12 {
            if dice.one_in(3) { field.meet(dice) } else { field.write(dice) }
        }
        field.everyone_meets(dice);
        for (place, change) in field.server.iter().enumerate() {
            bases.push(base(kind, &field.server[..place], change));
        }
    }
    bases
}

fn base(kind: Kind, existing: &[Change], change: &Change) -> Base {
    let genesis = OpId { counter: 1, actor: GENESIS_ACTOR };
    let ops = existing.iter().chain([change]).flat_map(|change| {
        let actor = change.actor().unwrap();
        (change.start_op()..=change.max_op()).map(move |counter| OpId { counter, actor })
    });
    let mut theirs = Document::from_changes(kind, existing.iter().map(Change::bytes)).unwrap();
    Base {
        kind,
        existing: existing.to_vec(),
        bytes: change.bytes().to_vec(),
        actor: change.actor().unwrap(),
        ops: std::iter::once(genesis).chain(ops).collect(),
        bystander: write(&mut theirs, actor(200), &"ab".repeat(16), &[("note", "тихо".into())]),
    }
}

/// Bits and bytes, with length and checksum put right more often than not.
fn alter_bytes(dice: &mut Dice, base: &Base) -> Vec<u8> {
    let mut body = Parts::of(&base.bytes).body();
    for _ in 0..1 + dice.below(4) {
        let place = dice.below(body.len());
        match dice.below(5) {
            0 => body[place] ^= 1 << dice.below(8),
            1 => body[place] = dice.roll() as u8,
            2 => body.insert(place, *dice.of(&[0, 1, 0x7f, 0x80, 0xff])),
            3 if body.len() > 1 => drop(body.remove(place)),
            _ => body.truncate(place + 1),
        }
    }
    let mut bytes = chunk(1, &body);
    if dice.one_in(4) {
        let place = dice.below(bytes.len());
        bytes[place] ^= 1 << dice.below(8);
        if dice.one_in(2) {
            fix_checksum(&mut bytes);
        }
    }
    bytes
}

/// Header fields and columns.
fn alter_parts(dice: &mut Dice, base: &Base) -> Vec<u8> {
    let mut parts = Parts::of(&base.bytes);
    for _ in 0..1 + dice.below(2) {
        match dice.below(13) {
            0 => parts.deps.push([dice.roll() as u8; 32]),
            1 => parts.deps = some_deps(dice, base),
            2 => parts.actor = vec![dice.roll() as u8; dice.below(20)],
            3 => parts.seq = some_number(dice, parts.seq),
            4 => parts.start_op = some_number(dice, parts.start_op),
            5 => parts.time = dice.roll() as i64 >> dice.below(64),
            6 => parts.message = vec![b'm'; dice.below(3)],
            7 => parts.extra = vec![dice.roll() as u8; dice.below(4)],
            8 => parts.others.push(vec![dice.roll() as u8; 16]),
            9 => drop(parts.others.pop()),
            _ => alter_column(dice, &mut parts),
        }
    }
    parts.bytes()
}

fn alter_column(dice: &mut Dice, parts: &mut Parts) {
    let place = dice.below(parts.columns.len());
    let other = dice.below(parts.columns.len());
    let Some((number, data)) = parts.columns.get_mut(place) else { return };
    match dice.below(6) {
        0 => *number = dice.roll() % 0x100,
        1 => data.extend([sleb(some_number(dice, 2) as i64), uleb(dice.roll() % 8)].concat()),
        2 => *data = [sleb(some_number(dice, 3) as i64), uleb(dice.roll() % 8)].concat(),
        3 => {
            let byte = dice.below(data.len());
            data[byte] = data[byte].wrapping_add(*dice.of(&[1, 0xff, 0x80, 0x40]));
        }
        4 => drop(parts.columns.remove(place)),
        _ => parts.columns[place].1 = parts.columns[other].1.clone(),
    }
}

/// Operations, written again as automerge would: only what they mean is wrong.
fn alter_ops(dice: &mut Dice, base: &Base) -> Vec<u8> {
    let framed = frame(&base.bytes, &Limits::STANDARD).unwrap();
    let mut model = Model::of(&framed);
    for _ in 0..1 + dice.below(3) {
        let place = dice.below(model.ops.len());
        let some_op = *dice.of(&base.ops);
        let copy = model.ops[place].clone();
        let op = &mut model.ops[place];
        match dice.below(12) {
            0 => op.object = some_op,
            1 => op.preds.push(some_op),
            2 => drop(op.preds.pop()),
            3 => op.preds = vec![some_op, *dice.of(&base.ops)],
            4 => {
                op.key =
                    dice.of(&["note", "type", "", "entries", "0123456789abcdef0123456789abcdef"]).to_string()
            }
            5 => op.action = dice.roll() % 9,
            6 => (op.kind, op.value) = some_value(dice),
            7 => op.insert = dice.one_in(2),
            8 => model.ops.push(copy),
            9 => drop(model.ops.remove(place)),
            10 => model.ops.reverse(),
            _ => model.ops.insert(place, ModelOp { key: format!("{:032x}", dice.roll()), ..copy }),
        }
        if model.ops.is_empty() {
            break;
        }
    }
    if dice.one_in(4) {
        model.parts.deps = some_deps(dice, base);
    }
    for op in &mut model.ops {
        op.preds.sort();
    }
    model.bytes()
}

/// A change with operations that name each other by actor instead of by place.
struct Model {
    parts: Parts,
    ops: Vec<ModelOp>,
}

#[derive(Clone)]
struct ModelOp {
    object: OpId,
    key: String,
    action: u64,
    kind: u64,
    value: Vec<u8>,
    insert: bool,
    preds: Vec<OpId>,
}

impl Model {
    fn of(framed: &Framed<'_>) -> Self {
        let ops = framed.ops.iter().map(|op| {
            let (kind, value) = op.value.as_ref().map_or((0, Vec::new()), stored);
            ModelOp {
                object: op.object,
                key: op.key.to_owned(),
                action: u64::from(op.value.is_some()),
                kind,
                value,
                insert: false,
                preds: op.preds.clone(),
            }
        });
        Self { parts: Parts::of(framed.bytes), ops: ops.collect() }
    }

    fn bytes(mut self) -> Vec<u8> {
        let named = |op: &ModelOp| {
            op.preds.iter().chain([&op.object]).map(|id| id.actor.0.to_vec()).collect::<Vec<_>>()
        };
        let mut others: Vec<Vec<u8>> = self.ops.iter().flat_map(named).collect();
        others.sort();
        others.dedup();
        others.retain(|other| *other != self.parts.actor);
        let place = |id: &OpId| {
            let other = others.iter().position(|other| other == id.actor.as_bytes());
            (other.map_or(0, |other| other as u64 + 1), id.counter)
        };
        let forged: Vec<ForgedOp> = self
            .ops
            .iter()
            .map(|op| ForgedOp {
                object: Some(place(&op.object)),
                key: ForgedKey::Name(op.key.clone()),
                insert: op.insert,
                action: op.action,
                kind: op.kind,
                value: op.value.clone(),
                preds: op.preds.iter().map(place).collect(),
            })
            .collect();
        self.parts.set_ops(&forged);
        self.parts.others = others;
        self.parts.bytes()
    }
}

fn stored(value: &Scalar) -> (u64, Vec<u8>) {
    match value {
        Scalar::Null => (0, vec![]),
        Scalar::Bool(value) => (1 + u64::from(*value), vec![]),
        Scalar::Int(number) => (4, sleb(*number)),
        Scalar::Float(number) => (5, number.to_le_bytes().to_vec()),
        Scalar::Text(text) => (6, text.clone().into_bytes()),
    }
}

fn some_value(dice: &mut Dice) -> (u64, Vec<u8>) {
    match dice.below(5) {
        0 => (dice.roll() % 16, vec![dice.roll() as u8; dice.below(9)]),
        1 => (5, dice.roll().to_le_bytes().to_vec()),
        2 => (4, sleb(dice.roll() as i64)),
        3 => (6, "🙂\0".repeat(dice.below(60)).into_bytes()),
        _ => (dice.roll() % 3, vec![]),
    }
}

fn some_number(dice: &mut Dice, near: u64) -> u64 {
    match dice.below(4) {
        0 => near + 1,
        1 => near.saturating_sub(1),
        2 => *dice.of(&[0, 1, u64::from(u32::MAX), 1 << 30, u64::MAX]),
        _ => dice.roll() >> dice.below(64),
    }
}

fn some_deps(dice: &mut Dice, base: &Base) -> Vec<[u8; 32]> {
    let mut known: Vec<[u8; 32]> = base.existing.iter().map(|change| change.hash().0).collect();
    known.push(crate::phones::genesis(base.kind));
    let mut deps: Vec<_> = (0..1 + dice.below(3)).map(|_| *dice.of(&known)).collect();
    deps.sort();
    deps.dedup();
    deps
}

/// Everything that is ever done to a document with an admitted change in it.
fn live_on(dice: &mut Dice, base: &Base, admitted: &[u8]) {
    let mut history: Vec<&[u8]> = base.existing.iter().map(Change::bytes).collect();
    history.push(admitted);
    let mut document = Document::from_changes(base.kind, history.iter().copied()).unwrap();
    history.reverse();
    let reversed = Document::from_changes(base.kind, history.iter().copied()).unwrap();
    assert_eq!(document.heads(), reversed.heads());
    History::of(&document).unwrap();
    let records = document.record_ids("").unwrap();
    for record in records.iter().take(3).cloned().chain(["cd".repeat(16)]) {
        let keys = document.record(&record).unwrap().map(|record| record.fields).unwrap_or_default();
        let key = keys.keys().nth(dice.below(keys.len())).cloned().unwrap_or("note".into());
        for author in [base.actor, actor(1), actor(201)] {
            let mut value = || Scalar::Int(dice.roll() as i64);
            let edit = write(&mut document, author, &record, &[(&key, value()), ("on top", value())]);
            assert!(document.has(&edit.hash()));
        }
    }
    let loaded = Document::load_vouched(base.kind, &document.save()).unwrap();
    assert_eq!(loaded.heads(), document.heads());
    for record in document.record_ids("").unwrap() {
        assert_eq!(loaded.record(&record).unwrap(), document.record(&record).unwrap());
    }
    let changes = loaded.changes();
    let again = Document::from_changes(base.kind, changes.iter().map(Change::bytes)).unwrap();
    assert_eq!(again.heads(), document.heads());
    again.hydrate();
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PANICS: Cell<u64> = const { Cell::new(0) };
}

/// automerge's caught panics are counted and not printed.
fn quiet_panics() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.set(PANICS.get() + 1);
        if !QUIET.get() {
            loud(info);
        }
    }));
}

/// What one vetting may take, its document included.
const LONGEST: Duration = Duration::from_millis(50);
const MOST_BYTES: usize = 64 << 20;

/// The worst of what vetting took so far.
#[derive(Default)]
struct Cost {
    longest: Duration,
    most_bytes: usize,
}

fn vetted(base: &Base, candidates: Vec<Candidate>, cost: &mut Cost) -> Vec<(Candidate, Finding)> {
    let job = job(base.kind, &base.existing, candidates);
    QUIET.set(true);
    let began = Instant::now();
    let (found, bytes) = most_held_by(|| catch_unwind(AssertUnwindSafe(|| run(&job))));
    cost.longest = cost.longest.max(began.elapsed());
    cost.most_bytes = cost.most_bytes.max(bytes);
    QUIET.set(false);
    let found = found.expect("a panic came out of vetting");
    job.candidates.into_iter().zip(found).map(|(candidate, vetted)| (candidate, vetted.finding)).collect()
}

#[test]
fn no_mutant_that_gets_in_breaks_anything_later() {
    let number = |name: &str, or: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(or);
    let mutants = number("FOOTPATH_MUTANTS", 20_000);
    let mut dice = Dice(number("FOOTPATH_MUTANTS_SEED", 1));
    quiet_panics();
    let bases = bases(&mut dice);
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let mut cost = Cost::default();
    for _ in 0..mutants {
        let base = dice.of(&bases);
        let mutant = match dice.below(4) {
            0 => alter_bytes(&mut dice, base),
            1 => alter_parts(&mut dice, base),
            _ => alter_ops(&mut dice, base),
        };
        if mutant == base.bytes {
            continue;
        }
        let mut candidates = vec![candidate(base.actor, &mutant)];
        if dice.one_in(8) {
            candidates.push(sent(&base.bystander));
        }
        let mut found = vetted(base, candidates, &mut cost);
        if found.len() > 1 {
            let (_, bystander) = found.pop().unwrap();
            assert!(is_sound(&bystander), "an honest change was refused beside a mutant: {bystander:?}");
        }
        let (mutant, finding) = found.pop().unwrap();
        if is_sound(&finding) {
            live_on(&mut dice, base, &mutant.bytes.0);
        }
        *outcomes.entry(name_of(&finding)).or_default() += 1;
    }
    println!("{mutants} mutants, {} panics caught inside: {outcomes:#?}", PANICS.get());
    let Cost { longest, most_bytes } = cost;
    println!("the worst took {longest:?} and {:.1} MiB", most_bytes as f64 / f64::from(1 << 20));
    assert!(most_bytes <= MOST_BYTES, "one change took {most_bytes} bytes");
    let bounded = number("FOOTPATH_MUTANTS_BOUNDS", 0) == 1;
    assert!(!bounded || longest <= LONGEST, "one change took {longest:?}");
    assert!(
        outcomes.get("sound").is_some_and(|sound| *sound > mutants / 100),
        "too few got in to learn from"
    );
}

fn name_of(finding: &Finding) -> String {
    match finding {
        Finding::Sound(_) => "sound".into(),
        Finding::Known => "known".into(),
        Finding::Waiting(_) => "waiting".into(),
        Finding::Remake(reason) => format!("remake: {reason}"),
        Finding::SetAside(reason) => format!("set aside: {reason}"),
    }
}
