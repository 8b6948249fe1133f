//! Years of work that the server has in its log already: put there as pushes would have left it, without walking it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use footpath::store::sqlite::{FILE, SqliteLog};
use footpath::store::{Account, Batch, ChangeLog, ChangeRow, Duty, Entry, SignedHeader};
use sync_core::crdt::Document;
use sync_core::envelope::{Envelope, Header, Item, VERSION};
use sync_core::ids::{DocId, Hash32, Id, Month, sha256};
use sync_core::keys::DeviceKey;
use sync_core::record::{Fields, Scalar};
use sync_core::scope::{Kind, Scope};
use sync_core::wire::Grant;

use crate::chance::Chance;
use crate::stories::notes;

/// Changes of an evening's sync.
const EVENING: usize = 12;
/// Envelopes in one transaction, so that making a past does not take as long as it did.
const AT_ONCE: usize = 100;
const DAY_MS: i64 = 86_400_000;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    pub workers: usize,
    pub cases: usize,
    pub visits: usize,
    /// Visits to a case in one month.
    pub a_month: usize,
    /// The last month with visits.
    pub until: Month,
    /// Characters of a note.
    pub note: usize,
}

/// The log in a server's folder, while no server runs or beside one that does.
pub fn open(data: &Path) -> Arc<dyn ChangeLog> {
    let log = SqliteLog::open(&data.join(FILE), || panic!("the organisation is founded already"));
    Arc::new(log.expect("the log opens"))
}

/// Accounts of workers with everybody's password, as quick as they can be made: `like` has the password already.
pub async fn workers(log: &dyn ChangeLog, logins: &[String], like: &str) -> Vec<Id> {
    let like = log.account_by_login(like).await.expect("accounts").expect("an account to copy");
    let mut people = Vec::new();
    for login in logins {
        let person = Id::from_slice(&sha256(login.as_bytes())[..16]).expect("16 bytes");
        let account = Account {
            person,
            login: login.clone(),
            name: login.clone(),
            duties: vec![Duty::Worker],
            ..like.clone()
        };
        log.put_account(account).await.expect("a new account");
        people.push(person);
    }
    people
}

/// Fills the log; gives the cases, those of one worker after the other.
pub async fn fill(log: &dyn ChangeLog, people: &[Id], past: Past) -> Vec<Id> {
    let mut hands: Vec<Hand> = Vec::new();
    for person in people {
        hands.push(Hand::new(log, *person).await);
    }
    // Another past of other people is another one.
    let mut chance = Chance::new(seed_of(people));
    let per_hand = past.cases / hands.len().max(1);
    let months = past.visits.div_ceil(past.a_month);
    let began_ms = ms_of(Month(past.until.0 + 1 - months as u32));
    let mut cases = Vec::new();
    for hand in &mut hands {
        for n in 0..per_hand {
            let case = Id::v7(began_ms, chance.bytes());
            hand.register(case, began_ms, n);
            cases.push(case);
        }
    }
    write(log, &mut hands, began_ms).await;
    for visit in 0..past.visits {
        let month = Month(past.until.0 + 1 - months as u32 + (visit / past.a_month) as u32);
        let day = (visit % past.a_month) * 28 / past.a_month;
        let at_ms = ms_of(month) + day as i64 * DAY_MS;
        for (place, case) in cases.iter().enumerate() {
            let hand = &mut hands[place / per_hand.max(1)];
            hand.visit(*case, month, day, at_ms, &mut chance, past.note);
        }
        write(log, &mut hands, at_ms + DAY_MS / 2).await;
        if (visit + 1) % past.a_month == 0 {
            hands.iter_mut().for_each(Hand::close_month);
        }
    }
    cases
}

fn ms_of(month: Month) -> i64 {
    // Near enough: the first of the month as people count months of thirty days and a half.
    (i64::from(month.0) - 12 * 1970) * 2_629_746_000 + 3 * DAY_MS
}

fn seed_of(people: &[Id]) -> u64 {
    let bytes: Vec<u8> = people.iter().flat_map(|person| person.0).collect();
    let mut seed = [0; 8];
    seed.copy_from_slice(&sha256(&bytes)[..8]);
    u64::from_be_bytes(seed)
}

/// A worker's phone, as far as the server can tell.
struct Hand {
    person: Id,
    key: DeviceKey,
    org: Id,
    number: u64,
    previous: Option<Hash32>,
    open: BTreeMap<DocId, Document>,
    /// Written and not yet sent.
    outbox: Vec<(Item, Vec<u8>)>,
    grants: Vec<Grant>,
}

impl Hand {
    async fn new(log: &dyn ChangeLog, person: Id) -> Self {
        let key = DeviceKey::from_seed(sha256(&person.0));
        log.enrol(person, key.public(), "Phone", 1_700_000_000_000).await.expect("enrolled");
        Self {
            person,
            key,
            org: log.organisation().id,
            number: 0,
            previous: None,
            open: BTreeMap::new(),
            outbox: Vec::new(),
            grants: Vec::new(),
        }
    }

    fn register(&mut self, case: Id, at_ms: i64, n: usize) {
        let scope = |kind| Scope { kind, family: Some(case), place: None, month: None };
        let card = DocId::from_slice(&sha256(&case.0)[..16]).expect("16 bytes");
        let name = format!("Recipient {n} of {}", self.person);
        self.write(
            card,
            scope(Kind::Person),
            &card.to_string(),
            at_ms,
            &[("type", "person".into()), ("zone", "Asia/Vladivostok".into()), ("name", name.as_str().into())],
        );
        self.write(
            DocId(case.0),
            scope(Kind::Case),
            &case.to_string(),
            at_ms,
            &[
                ("type", "case".into()),
                ("zone", "Asia/Vladivostok".into()),
                ("care_status", "active".into()),
                ("person", card.to_string().into()),
            ],
        );
        self.grants.push(Grant::Family(case));
    }

    fn visit(&mut self, case: Id, month: Month, day: usize, at_ms: i64, chance: &mut Chance, note: usize) {
        let doc = DocId::of_log(case, month);
        let record = Id::v7(at_ms, chance.bytes()).to_string();
        let role = format!("performer/{}/role", self.person);
        let services = ["cooking", "cleaning", "shopping", "talk", "washing"];
        let service = format!("service/{}", chance.pick(&services));
        let (hour, minute) = (9 + chance.below(8), chance.below(60));
        self.write(
            doc,
            Scope::of_log(case, None, month),
            &record,
            at_ms,
            &[
                ("type", "visit".into()),
                ("zone", "Asia/Vladivostok".into()),
                (&service, true.into()),
                ("date", format!("{month}-{:02}", day + 1).into()),
                ("start", format!("{hour:02}:{minute:02}").into()),
                ("end", format!("{:02}:{minute:02}", hour + 1).into()),
                ("place_kind", "home".into()),
                (&role, "social_worker".into()),
                ("mood", Scalar::Int(chance.below(5) as i64 + 1)),
                ("notes", notes(chance, note).into()),
            ],
        );
    }

    fn write(&mut self, doc: DocId, scope: Scope, record: &str, at_ms: i64, fields: &[(&str, Scalar)]) {
        let item =
            Item { doc, scope, incarnation: 1, hash: sync_core::ids::ChangeHash([0; 32]), replaces: None };
        let actor = item.actor(&self.key.public());
        let document =
            self.open.entry(doc).or_insert_with(|| Document::new(scope.kind).expect("a new document"));
        let fields: Fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let change = document.write(&actor, at_ms, record, &fields).expect("written").expect("something new");
        self.outbox.push((Item { hash: change.hash(), ..item }, change.bytes().to_vec()));
    }

    /// The logs of a month are not written to again.
    fn close_month(&mut self) {
        self.open.clear();
    }

    /// What was written, as the rows and headers that pushing it leaves.
    fn sent(&mut self, batch: &mut Vec<(Vec<Entry>, SignedHeader)>) {
        let outbox = std::mem::take(&mut self.outbox);
        for evening in outbox.chunks(EVENING) {
            self.number += 1;
            let header = Header {
                version: VERSION,
                org: self.org,
                device: self.key.device(),
                number: self.number,
                previous: self.previous,
                items: evening.iter().map(|(item, _)| item.clone()).collect(),
            };
            let changes = evening.iter().map(|(_, bytes)| bytes.clone()).collect();
            let envelope = Envelope::seal(&self.key, &header, changes);
            self.previous = Some(envelope.hash());
            let (author, device, number) = (self.person, header.device, self.number);
            let rows = evening.iter().map(|(item, bytes)| {
                Entry::Change(ChangeRow {
                    doc: item.doc,
                    scope: item.scope,
                    hash: item.hash,
                    author,
                    device,
                    envelope: number,
                    flag: None,
                    bytes: bytes.clone(),
                })
            });
            batch.push((rows.collect(), SignedHeader { header, signature: envelope.signature }));
        }
        if let Some((rows, _)) = batch.last_mut() {
            let (person, by) = (self.person, self.person);
            rows.extend(self.grants.drain(..).map(|grant| Entry::Granted { person, grant, by }));
        }
    }
}

async fn write(log: &dyn ChangeLog, hands: &mut [Hand], received_ms: i64) {
    let mut sent = Vec::new();
    hands.iter_mut().for_each(|hand| hand.sent(&mut sent));
    while !sent.is_empty() {
        let part: Vec<_> = sent.drain(..AT_ONCE.min(sent.len())).collect();
        let (entries, envelopes): (Vec<Vec<Entry>>, Vec<SignedHeader>) = part.into_iter().unzip();
        let entries = entries.into_iter().flatten().collect();
        let batch = Batch { received_ms, entries, envelopes, ..Batch::default() };
        log.append(batch).await.expect("appended");
    }
}
