//! Who may name whom.

use crate::source::{Source, house};

struct Rule {
    says: &'static str,
    words: &'static [&'static str],
    /// Where the words may not stand: paths that start with one of these …
    within: &'static [&'static str],
    /// … unless they start with one of these.
    except: &'static [&'static str],
    /// A breach: path and text.
    breach: (&'static str, &'static str),
}

impl Rule {
    fn breaches(&self, house: &[Source]) -> Vec<String> {
        let starts = |path: &str, with: &[&str]| with.iter().any(|start| path.starts_with(start));
        let bound = |source: &&Source| {
            starts(&source.path, self.within) && !starts(&source.path, self.except) && !is_test(&source.path)
        };
        house.iter().filter(bound).flat_map(|source| source.naming(self.words)).collect()
    }
}

/// A room's own tests see more than the room does.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with(".test.ts")
}

const RULES: &[Rule] = &[
    Rule {
        says: "automerge is named only by the documents of the core",
        words: &["automerge::", "use automerge"],
        within: &["sync-core/src/", "server/src/"],
        except: &["sync-core/src/crdt/"],
        breach: ("server/src/push/mod.rs", "use automerge::Change;"),
    },
    Rule {
        says: "wasm-bindgen is spoken only in wasm.rs",
        words: &["wasm_bindgen", "js_sys", "web_sys"],
        within: &["sync-core/src/", "server/src/", "tests/src/"],
        except: &["sync-core/src/wasm.rs"],
        breach: ("sync-core/src/device/mod.rs", "#[wasm_bindgen]"),
    },
    Rule {
        says: "no &mut self crosses into JavaScript: a panic or a re-entry would leave it borrowed for ever",
        words: &["&mut self"],
        within: &["sync-core/src/wasm.rs"],
        except: &[],
        breach: ("sync-core/src/wasm.rs", "pub fn step(&mut self) {}"),
    },
    Rule {
        says: "the core is pure: no network, no database, no waiting",
        words: &[
            "tokio", "axum", "hyper", "reqwest", "rusqlite", "async fn", ".await", "std::net", "std::fs",
        ],
        within: &["sync-core/src/"],
        except: &[],
        breach: ("sync-core/src/device/sync.rs", "pub async fn sync() {}"),
    },
    Rule {
        says: "routes say no SQL",
        words: &["rusqlite", "SELECT", "INSERT INTO", "INSERT OR", "UPDATE", "DELETE FROM", "prepare_cached"],
        within: &["server/src/routes/", "server/src/auth/"],
        except: &[],
        breach: ("server/src/routes/records.rs", r#"db.query("SELECT * FROM record")"#),
    },
    Rule {
        says: "the write path does not know HTTP",
        words: &["axum", "hyper", "http", "tower", "tower_http", "StatusCode"],
        within: &["server/src/push/", "server/src/push.rs", "server/src/command/", "server/src/vetting/"],
        except: &[],
        breach: ("server/src/push/mod.rs", "use axum::Json;"),
    },
    Rule {
        says: "the store does not know HTTP",
        words: &["axum", "hyper", "http", "tower", "tower_http", "StatusCode"],
        within: &["server/src/store/"],
        except: &[],
        breach: ("server/src/store/mod.rs", "use axum::http::StatusCode;"),
    },
    Rule {
        says: "SQL is spoken only by a store's backend and by the read model",
        words: &["rusqlite"],
        within: &["server/src/"],
        except: &["server/src/store/sqlite", "server/src/read_model"],
        breach: ("server/src/pull/mod.rs", "use rusqlite::Connection;"),
    },
    Rule {
        says: "only the network module and the service worker reach out",
        words: &["fetch(", "XMLHttpRequest", "EventSource(", "WebSocket(", "sendBeacon("],
        within: &["web-client/src/"],
        except: &["web-client/src/core/network.ts", "web-client/src/sw.ts"],
        breach: ("web-client/src/pages/Day.svelte", "const day = await fetch('/v1/day');"),
    },
    Rule {
        says: "pages keep nothing: what is kept, and where, is the storage module's to know",
        words: &[
            "indexedDB",
            "navigator.storage",
            "createSyncAccessHandle",
            "localStorage",
            "sessionStorage",
            "openDB(",
        ],
        within: &["web-client/src/"],
        except: &[
            "web-client/src/core/storage",
            "web-client/src/core/persist.ts",
            "web-client/src/core/preferences.ts",
            "web-client/src/core/witness.ts",
        ],
        breach: ("web-client/src/pages/Visit.svelte", "localStorage.setItem('draft', text);"),
    },
    Rule {
        says: "the core's WASM has one host; pages ask the host",
        words: &["core/pkg", "pkg/sync_core"],
        within: &["web-client/src/pages/", "web-client/src/ui/", "web-client/src/records/"],
        except: &[],
        breach: ("web-client/src/pages/Sync.svelte", "import init from '../core/pkg/sync_core.js';"),
    },
];

#[test]
fn everybody_names_only_whom_they_may() {
    let house = house();
    let broken = |rule: &Rule| {
        let breaches = rule.breaches(&house);
        (!breaches.is_empty()).then(|| format!("{}:\n  {}", rule.says, breaches.join("\n  ")))
    };
    let broken: Vec<String> = RULES.iter().filter_map(broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_rule_sees_its_breach() {
    for rule in RULES {
        let (path, text) = rule.breach;
        assert!(!rule.breaches(&[Source::new(path, text)]).is_empty(), "{}", rule.says);
        let said_in_a_comment = format!("// {text}");
        assert!(rule.breaches(&[Source::new(path, &said_in_a_comment)]).is_empty(), "{}", rule.says);
    }
}

#[test]
fn every_exception_is_somewhere() {
    let house = house();
    for allowed in RULES.iter().flat_map(|rule| rule.except) {
        assert!(
            house.iter().any(|source| source.path.starts_with(allowed)),
            "{allowed} is excepted but not there"
        );
    }
}

/// The types a backend of the store shows; whoever names one of them has chosen that backend.
fn backend_types(house: &[Source]) -> Vec<String> {
    house
        .iter()
        .filter(|source| source.path == "server/src/store/sqlite/mod.rs")
        .flat_map(|source| source.text.lines())
        .filter_map(|line| line.strip_prefix("pub struct "))
        .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
        .map(str::to_owned)
        .collect()
}

/// Only `main.rs` names a concrete store: everything else takes the trait.
fn chosen_stores(house: &[Source]) -> Vec<String> {
    let types = backend_types(house);
    let mut words: Vec<&str> = types.iter().map(String::as_str).collect();
    words.push("store::sqlite");
    let chooses = |path: &str| path == "server/src/main.rs" || path.starts_with("server/src/store/");
    let bound = |source: &&Source| {
        source.path.starts_with("server/src/") && !chooses(&source.path) && !is_test(&source.path)
    };
    house.iter().filter(bound).flat_map(|source| source.naming(&words)).collect()
}

#[test]
fn only_main_names_a_concrete_store() {
    assert_eq!(chosen_stores(&house()), Vec::<String>::new());
}

#[test]
fn a_concrete_store_elsewhere_is_seen() {
    let house = [
        Source::new("server/src/store/sqlite/mod.rs", "pub struct SqliteLog {"),
        Source::new("server/src/main.rs", "let log = SqliteLog::open(path)?;"),
        Source::new("server/src/push/mod.rs", "pub fn push(log: &SqliteLog) {}"),
    ];
    assert_eq!(chosen_stores(&house), ["server/src/push/mod.rs:1 names SqliteLog"]);
}
