//! Documents as honest phones leave them, for foreign bytes to be tried on.

use std::sync::OnceLock;

use sync_core::crdt::{Change, Document};
use sync_core::envelope::Item;
use sync_core::ids::{Actor, DocId, Id, Month, PublicKey};
use sync_core::keys::DeviceKey;
use sync_core::record::{Fields, Scalar};
use sync_core::scope::{Kind, Scope};

pub const ORG: Id = Id([1; 16]);
pub const PERSON: Id = Id([2; 16]);
pub const CASE: Id = Id([3; 16]);
/// 2026-05-15.
pub const NOW_MS: i64 = 1_778_800_000_000;

/// The device that everything foreign claims to be from.
pub fn key() -> &'static DeviceKey {
    static KEY: OnceLock<DeviceKey> = OnceLock::new();
    KEY.get_or_init(|| DeviceKey::from_seed([7; 32]))
}

pub fn public() -> PublicKey {
    key().public()
}

/// A document of which the server has `existing`, and the next change the device would send.
pub struct Scene {
    pub item: Item,
    pub existing: Vec<Change>,
    pub next: Change,
}

impl Scene {
    pub fn kind(&self) -> Kind {
        self.item.scope.kind
    }

    pub fn actor(&self) -> Actor {
        self.item.actor(&public())
    }
}

/// An empty log, a log of two people, a task, a case.
pub fn scenes() -> &'static [Scene] {
    static SCENES: OnceLock<Vec<Scene>> = OnceLock::new();
    SCENES.get_or_init(|| {
        let month = Month(24_316);
        let log = DocId::of_log(CASE, month);
        let log_scope = Scope::of_log(CASE, None, month);
        let scope = |kind| Scope { kind, family: Some(CASE), place: None, month: None };
        vec![
            scene(log, log_scope, 0),
            scene(log, log_scope, 5),
            scene(DocId([5; 16]), scope(Kind::Task), 2),
            scene(DocId(CASE.0), scope(Kind::Case), 3),
        ]
    })
}

fn scene(doc: DocId, scope: Scope, before: u8) -> Scene {
    let mut document = Document::new(scope.kind).expect("a new document");
    let own = Actor::of(&public(), doc, 1);
    let mut existing = Vec::new();
    for n in 0..before {
        let actor = if n % 2 == 0 { own } else { Actor([9; 16]) };
        existing.push(write(&mut document, &actor, n));
    }
    let next = write(&mut document, &own, before);
    let item = Item { doc, scope, incarnation: 1, hash: next.hash(), replaces: None };
    Scene { item, existing, next }
}

fn write(document: &mut Document, actor: &Actor, n: u8) -> Change {
    // Every third change is of the record before it, the others make one.
    let record = format!("0190a0b0c0d0e0f001020304050607{:02x}", if n % 3 == 2 { n - 1 } else { n });
    let fields: [(&str, Scalar); 7] = [
        ("type", "visit".into()),
        ("date", format!("2026-05-{:02}", n + 1).into()),
        ("minutes", Scalar::Int(30 + i64::from(n))),
        ("service/cooking", true.into()),
        ("hours", Scalar::Float(1.5)),
        ("mood", Scalar::Null),
        ("notes", format!("Помогла умыться, {n}").into()),
    ];
    let fields: Fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let time_ms = NOW_MS + i64::from(n) * 60_000;
    document.write(actor, time_ms, &record, &fields).expect("it can be written").expect("something new")
}
