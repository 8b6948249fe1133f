//! Weeks in the life of a district, told at random: visits, corrections, bad signal, flat batteries, a desk
//! that assigns, reviews, settles and lets in, a server that dies. In the end every word that a phone called
//! saved is in the log or in quarantine, once, and everybody who shares a case sees the same.

use std::collections::BTreeMap;

use footpath_tests::chance::{Chance, setting};
use footpath_tests::district::{District, Walker};
use footpath_tests::holdings;
use footpath_tests::wire::{Weather, Wire};
use serde_json::{Value, json};
use sync_core::device::RecordRow;
use sync_core::ids::{DocId, Id, unhex};
use sync_core::record::Scalar;

const WORKERS: [&str; 3] = ["anna", "boris", "galina"];

struct Life {
    district: District,
    walkers: Vec<Walker>,
    cases: Vec<Id>,
    wire: Wire,
    chance: Chance,
    texts: u64,
    /// What the desk chose in a conflict is written once more, by the server.
    chosen: BTreeMap<String, usize>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut district = District::new(&WORKERS);
        let mut walkers: Vec<Walker> = WORKERS.iter().map(|login| district.walker(login)).collect();
        for (n, walker) in walkers.iter_mut().enumerate() {
            walker.phone.chance = chance.split();
            walker.phone.name = format!("{}'s phone", WORKERS[n]);
        }
        let mut cases = Vec::new();
        for walker in &mut walkers {
            cases.extend((0..2).map(|n| walker.register(&format!("Recipient {n}"))));
            walker.sync_all();
        }
        let wire = Wire::new(Weather::STORM, &mut chance);
        Self { district, walkers, cases, wire, chance, texts: 0, chosen: BTreeMap::new() }
    }

    fn step(&mut self) {
        let who = self.chance.below(self.walkers.len());
        match self.chance.below(60) {
            0..=14 => self.visit(who),
            15..=24 => self.correct(who),
            25..=42 => {
                let walker = &mut self.walkers[who];
                self.wire.talk(&mut walker.link, &mut walker.phone);
            }
            43..=46 => self.assign(who),
            47..=50 => self.review(),
            51 => self.resolve(),
            52 => self.deal_with_quarantine(),
            53 => self.walkers[who].phone.restart(),
            54 => self.walkers[who].phone.lose_cache(),
            55 | 56 => {
                let steps = self.chance.below(8) as u32;
                self.walkers[who].phone.dies_after(steps);
            }
            57 => {
                let wrong = *self.chance.pick(&[0, 4_102_444_800_000]);
                self.walkers[who].phone.clock.set(wrong);
            }
            58 => self.walkers[who].phone.clock.error_ms = 0,
            _ => {
                self.district.footpath.kill();
                self.district.footpath.start();
            }
        }
    }

    fn text(&mut self) -> String {
        self.texts += 1;
        format!("№{}", self.texts)
    }

    /// Mostly to people one has been given, now and then to whoever lives next door.
    fn visit(&mut self, who: usize) {
        let text = self.text();
        let own: Vec<Id> = self.rows(who, "case").into_iter().filter_map(|row| row.case).collect();
        let uninvited = own.is_empty() || self.chance.one_in(12);
        let case = *self.chance.pick(if uninvited { &self.cases } else { &own });
        self.walkers[who].phone.visit(case, &text);
    }

    fn correct(&mut self, who: usize) {
        let text = self.text();
        let mut rows = self.rows(who, "visit");
        rows.extend(self.rows(who, "case"));
        if rows.is_empty() {
            return;
        }
        let row = self.chance.pick(&rows);
        let at = (row.doc, row.id.clone());
        let field = *self.chance.pick(&["notes", "witness", "needs"]);
        let phone = &mut self.walkers[who].phone;
        if self.chance.one_in(8) {
            phone.void(&at, &text)
        } else {
            phone.correct(&at, &[(field, text.into())])
        };
    }

    fn rows(&self, who: usize, record_type: &str) -> Vec<RecordRow> {
        self.walkers[who].phone.rows().into_iter().filter(|row| row.record_type == record_type).collect()
    }

    fn assign(&mut self, who: usize) {
        let case = *self.chance.pick(&self.cases);
        if self.chance.one_in(2) {
            self.district.assign(case, &self.walkers[who]);
        } else {
            self.district.unassign(case, &self.walkers[who]);
        }
    }

    fn review(&mut self) {
        let records = self.district.desk.all("/v1/records?limit=200");
        if let Some(record) = (!records.is_empty()).then(|| self.chance.pick(&records)) {
            let id = record["id"].as_str().unwrap();
            let done = if self.chance.one_in(2) {
                self.district.desk.approve(id)
            } else {
                self.district.desk.send_back(id, "посмотрите ещё раз")
            };
            assert!(done == "done" || done == "changed", "{done}");
        }
    }

    fn resolve(&mut self) {
        let desk = &mut self.district.desk;
        let open = desk.all("/v1/records?conflicts=true&limit=200");
        let Some(record) = (!open.is_empty()).then(|| self.chance.pick(&open)) else { return };
        let path = format!("/v1/records/{}", record["id"].as_str().unwrap());
        let clash = desk.get(&path)["conflicts"][0].clone();
        let values = clash["values"].as_array().unwrap();
        let shown: Vec<Value> = values.iter().map(|value| value["change"].clone()).collect();
        let choose = self.chance.pick(values)["value"].clone();
        *self.chosen.entry(choose.as_str().unwrap_or_default().to_owned()).or_default() += 1;
        let body = json!({"field": clash["key"], "choose": choose, "shown": shown});
        assert_eq!(desk.ask("POST", &format!("{path}/conflicts"), body).status, 200);
    }

    fn deal_with_quarantine(&mut self) {
        let desk = &mut self.district.desk;
        let open = desk.all("/v1/quarantine");
        let Some(item) = (!open.is_empty()).then(|| self.chance.pick(&open)) else { return };
        if self.chance.one_in(3) {
            desk.post(&format!("/v1/quarantine/{}/settle", item["id"]), json!({"note": "разобрались"}));
        } else {
            // One that stands on another cannot be let in before it.
            let answer = desk.ask("POST", &format!("/v1/quarantine/{}/release", item["id"]), json!({}));
            assert!(answer.status == 200 || answer.json()["code"] == "cannot_release", "{}", answer.status);
        }
    }

    fn settle(&mut self) {
        for _ in 0..3 {
            for walker in &mut self.walkers {
                walker.phone.charge();
                walker.phone.clock.error_ms = 0;
                walker.sync();
            }
        }
        for walker in &self.walkers {
            assert_eq!(walker.phone.waiting(), 0, "{}: {:?}", walker.phone.name, walker.phone.host.notices);
        }
    }

    /// How often each text is in the log or in quarantine.
    fn everything_kept(&mut self) -> BTreeMap<String, usize> {
        let mut auditor = self.district.walker("galina");
        for case in self.cases.clone() {
            self.district.assign(case, &auditor);
        }
        auditor.sync_all();
        let mut kept = holdings::texts_of(&auditor.phone);
        for state in ["open", "settled"] {
            for item in self.district.desk.all(&format!("/v1/quarantine?state={state}&limit=200")) {
                let export =
                    self.district.desk.get(&format!("/v1/quarantine/{}/export?format=json", item["id"]));
                let bytes = unhex(export["bytes"].as_str().unwrap()).unwrap();
                for (text, times) in holdings::texts([bytes.as_slice()]) {
                    *kept.entry(text).or_default() += times;
                }
            }
        }
        kept
    }

    fn check_promises(&mut self) -> usize {
        let kept = self.everything_kept();
        let mut promised = 0;
        for walker in &self.walkers {
            for promise in &walker.phone.promises {
                for text in promise.fields.values().filter_map(Scalar::as_text).filter(|t| t.starts_with('№'))
                {
                    let times =
                        kept.get(text).copied().unwrap_or(0) - self.chosen.get(text).copied().unwrap_or(0);
                    assert_eq!(
                        times, 1,
                        "{} called {text} saved, and it is kept {times} times",
                        walker.phone.name
                    );
                    promised += 1;
                }
            }
        }
        promised
    }

    /// Who shares a case sees the same of it, and the desk does too.
    fn check_views(&mut self) {
        let mut seen: BTreeMap<(DocId, String), (RecordRow, String)> = BTreeMap::new();
        for walker in &mut self.walkers {
            walker.sync_all();
            let holds = |row: &RecordRow| row.reason.is_none();
            for row in walker.phone.rows().into_iter().filter(holds) {
                let name = walker.phone.name.clone();
                let (other, whose) =
                    seen.entry((row.doc, row.id.clone())).or_insert_with(|| (row.clone(), name.clone()));
                assert_eq!(*other, row, "{whose} and {name}");
            }
        }
        let listed = self.district.desk.all("/v1/records?limit=200");
        let at_desk: BTreeMap<&str, &Value> =
            listed.iter().filter_map(|record| Some((record["id"].as_str()?, record))).collect();
        for ((_, id), (row, _)) in seen.iter().filter(|(_, (row, _))| row.record_type == "visit") {
            let record = at_desk.get(id.as_str()).unwrap_or_else(|| panic!("visit {id} is not at the desk"));
            assert_eq!(record["digest"], row.digest.to_string(), "visit {id}");
            let state = json!(row.state);
            let same = record["state"] == state || (record["state"] == "received" && state == "server");
            assert!(same, "visit {id} is {} at the desk and {state} on a phone", record["state"]);
        }
    }
}

#[test]
fn weeks_in_a_district_lose_nothing_and_leave_everybody_with_the_same() {
    let (first, lives) = (setting("FOOTPATH_SEED", 1), setting("FOOTPATH_LIVES", 4));
    let mut promised = 0;
    for seed in first..first + lives {
        println!("life {seed}");
        let mut life = Life::new(seed);
        for _ in 0..200 {
            life.step();
        }
        life.settle();
        promised += life.check_promises();
        life.check_views();
    }
    println!("{lives} lives: {promised} saved, 0 lost, 0 doubled");
    assert!(promised as u64 > 20 * lives);
}
