-- Ids by number, and the beginnings of hashes. See ADR 66.

-- Every id that rows of the log name again and again: of documents, families, places, persons, devices.
CREATE TABLE names (
    n  INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE
) STRICT;

ALTER TABLE log RENAME TO log_before;
DROP INDEX log_change;
DROP INDEX log_doc;
DROP INDEX log_family;
DROP INDEX log_person;
DROP INDEX log_everyone;
DROP INDEX log_place;
ALTER TABLE documents RENAME TO documents_before;
DROP INDEX documents_family;
ALTER TABLE envelopes RENAME TO envelopes_before;
DROP INDEX envelopes_chain;

-- Ids are numbers of names.
CREATE TABLE log (
    seq         INTEGER PRIMARY KEY,
    kind        INTEGER NOT NULL,
    doc         INTEGER,
    doc_kind    INTEGER,
    family      INTEGER,
    place       INTEGER,
    month       INTEGER,
    -- Whom an office row is addressed to, when it is to one person.
    person      INTEGER,
    -- 1 when an office row is addressed to the whole organisation.
    everyone    INTEGER,
    topic       INTEGER,
    subject     INTEGER,
    -- Of a change: the first 6 bytes where its body says the others, else all 32.
    hash        BLOB,
    author      INTEGER,
    device      INTEGER,
    envelope    INTEGER,
    flag        TEXT,
    received_ms INTEGER NOT NULL,
    -- Bytes of a change before it was packed; NULL where the body is as it came.
    size        INTEGER,
    -- Last: what is long may end on pages of its own.
    body        BLOB NOT NULL
) STRICT;

CREATE TABLE documents (
    doc    INTEGER PRIMARY KEY,
    kind   INTEGER NOT NULL,
    family INTEGER,
    place  INTEGER,
    month  INTEGER
) STRICT;

CREATE TABLE envelopes (
    id        INTEGER PRIMARY KEY,
    device    INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    -- By Ed25519 one key makes one signature of one header: two of one number are two headers.
    signature BLOB NOT NULL,
    body      BLOB NOT NULL
) STRICT;
