-- The change log of one organisation, and what stands beside it.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per organisation: the number of the newest row, raised in the transaction that appends.
CREATE TABLE counter (
    org BLOB PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
    seq         INTEGER PRIMARY KEY,
    kind        INTEGER NOT NULL,
    doc         BLOB,
    doc_kind    INTEGER,
    family      BLOB,
    place       BLOB,
    month       INTEGER,
    -- Whom an office row is addressed to, when it is to one person.
    person      BLOB,
    -- 1 when an office row is addressed to the whole organisation.
    everyone    INTEGER,
    topic       INTEGER,
    subject     BLOB,
    hash        BLOB,
    author      BLOB,
    device      BLOB,
    envelope    INTEGER,
    flag        TEXT,
    received_ms INTEGER NOT NULL,
    -- Last, so that reading the columns before it does not touch its pages.
    body        BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX log_change ON log (doc, hash) WHERE kind = 1;
CREATE INDEX log_doc ON log (doc, seq) WHERE doc IS NOT NULL;
CREATE INDEX log_family ON log (family, seq) WHERE family IS NOT NULL;
CREATE INDEX log_person ON log (person, seq) WHERE person IS NOT NULL;
CREATE INDEX log_everyone ON log (seq) WHERE everyone = 1;
-- Of all changes only those of person cards are seen by place.
CREATE INDEX log_place ON log (place, seq) WHERE place IS NOT NULL AND (kind = 2 OR doc_kind = 1);

-- What each document was created as.
CREATE TABLE documents (
    doc    BLOB PRIMARY KEY,
    kind   INTEGER NOT NULL,
    family BLOB,
    place  BLOB,
    month  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX documents_family ON documents (family) WHERE family IS NOT NULL;

-- The newest value of each piece of office data.
CREATE TABLE office (
    topic   INTEGER NOT NULL,
    subject BLOB NOT NULL,
    key     TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (topic, subject, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    person     BLOB NOT NULL,
    scope_kind INTEGER NOT NULL,
    scope      BLOB NOT NULL,
    from_seq   INTEGER NOT NULL,
    to_seq     INTEGER,
    PRIMARY KEY (person, scope_kind, scope, from_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_scope ON grants (scope_kind, scope);

CREATE TABLE assignments (
    person     BLOB NOT NULL,
    case_id    BLOB NOT NULL,
    from_date  TEXT,
    to_date    TEXT,
    substitute INTEGER NOT NULL,
    by_person  BLOB NOT NULL,
    PRIMARY KEY (person, case_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    seq    INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    doc    BLOB NOT NULL,
    hash   BLOB NOT NULL,
    reason TEXT NOT NULL,
    size   INTEGER NOT NULL,
    -- 0 open, 1 released, 2 settled
    state  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- By device: what one device claims of a change says nothing about another's.
CREATE UNIQUE INDEX quarantine_change ON quarantine (device, doc, hash);
CREATE INDEX quarantine_doc ON quarantine (doc);

-- Envelopes as they came, until every change in them is in the log.
CREATE TABLE arrivals (
    device      BLOB NOT NULL,
    hash        BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    raw         BLOB NOT NULL,
    PRIMARY KEY (device, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    person        BLOB PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- JSON lists of duty names and place ids.
    duties        TEXT NOT NULL,
    language      TEXT NOT NULL,
    places        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    id            BLOB PRIMARY KEY,
    -- An account, or the organisation for the server's own device.
    person        BLOB NOT NULL,
    public_key    BLOB NOT NULL,
    name          TEXT NOT NULL,
    enrolled_ms   INTEGER NOT NULL,
    revoked_ms    INTEGER,
    newest_number INTEGER,
    newest_hash   BLOB,
    last_sync_ms  INTEGER,
    clock_ms      INTEGER NOT NULL DEFAULT 0,
    waiting       INTEGER NOT NULL DEFAULT 0,
    set_aside     INTEGER NOT NULL DEFAULT 0,
    evidence      TEXT NOT NULL DEFAULT '{"missing":[],"forks":[]}'
) STRICT, WITHOUT ROWID;

-- Written by the readiness check: a value that stays the same would never reach the disk.
CREATE TABLE probe (
    n INTEGER NOT NULL
) STRICT;
INSERT INTO probe VALUES (0);
