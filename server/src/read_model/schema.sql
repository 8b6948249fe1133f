-- The read model: tables computed from the change log, and from nothing else. Disposable: deleted and
-- replayed at will. Ids and hashes are lower-case hex, as in JSON and URLs; in the tables with a row for each change
-- they are bytes, or numbers of a row that says them once.

-- How far the log has been read, of which history, by which version of the projection.
CREATE TABLE position (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL,
  epoch   TEXT    NOT NULL,
  seq     INTEGER NOT NULL
);

-- A document that has records. What stands here once would stand in a hundred rows otherwise.
CREATE TABLE doc (
  n       INTEGER PRIMARY KEY,
  id      BLOB    NOT NULL UNIQUE,
  kind    TEXT    NOT NULL,
  case_id TEXT,
  place   TEXT,             -- of the document's scope; a family's place is its case's, see reach
  month   TEXT              -- of a log
);
CREATE INDEX doc_of_case ON doc (case_id);

-- Who wrote, and with what, as the envelope proves.
CREATE TABLE writer (
  n      INTEGER PRIMARY KEY,
  author TEXT NOT NULL,
  device TEXT NOT NULL,
  UNIQUE (author, device)
);

-- A record as it stands. Two documents may hold the same record id only by malice, and stay apart all the same.
CREATE TABLE record (
  n           INTEGER PRIMARY KEY, -- in the order in which the log brought them
  doc         INTEGER NOT NULL,
  id          BLOB    NOT NULL,
  type        TEXT    NOT NULL,
  writer      INTEGER NOT NULL, -- of the first change, as are at_ms and received_ms
  at_ms       INTEGER NOT NULL,
  date        TEXT    NOT NULL, -- civil, where it happened; of receipt when the record has none
  state       TEXT    NOT NULL CHECK (state IN ('received', 'approved', 'returned', 'edited')),
  conflicts   INTEGER NOT NULL, -- fields whose concurrent values differ
  violations  TEXT,             -- JSON, as the schema check gave them; NULL for none
  flags       TEXT,             -- JSON list of codes, sorted; NULL for none
  fields      BLOB    NOT NULL, -- JSON object of shown values, deflated
  voided      INTEGER NOT NULL,
  first_seq   INTEGER NOT NULL,
  last_seq    INTEGER NOT NULL,
  received_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX record_by_id ON record (id, doc);
CREATE INDEX record_by_date  ON record (date, first_seq);
CREATE INDEX record_by_state ON record (state, date);
CREATE INDEX record_in_doc   ON record (doc, date);
CREATE INDEX record_in_conflict ON record (date, first_seq) WHERE conflicts > 0;

-- Who wrote what into a record, change by change.
CREATE TABLE history (
  record      INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  hash        BLOB    NOT NULL,
  writer      INTEGER NOT NULL,
  at_ms       INTEGER NOT NULL, -- the author's clock, uncorrected
  received_ms INTEGER NOT NULL,
  flag        TEXT,
  fields      BLOB,             -- JSON object of the values this change put, deflated; NULL for all that the record shows
  digest      BLOB    NOT NULL, -- of the record after this change
  PRIMARY KEY (record, seq)
) WITHOUT ROWID;

-- Both as they are read: with ids and hashes as text.
CREATE VIEW record_shown AS
  SELECT r.n, r.id AS key, d.id AS doc_key, lower(hex(d.id)) AS doc, lower(hex(r.id)) AS id, d.kind, r.type, d.case_id,
         d.place, w.author, w.device, r.at_ms, r.date, coalesce(d.month, substr(r.date, 1, 7)) AS month, r.state,
         lower(hex(h.digest)) AS digest, r.conflicts, coalesce(r.violations, '[]') AS violations,
         coalesce(r.flags, '[]') AS flags, r.fields, r.voided, r.first_seq, r.last_seq, r.received_ms
  FROM record r JOIN doc d ON d.n = r.doc JOIN writer w ON w.n = r.writer
  JOIN history h ON h.record = r.n AND h.seq = r.last_seq;

CREATE VIEW history_shown AS
  SELECT h.seq, r.id AS key, d.id AS doc_key, lower(hex(h.hash)) AS hash, w.author, w.device, h.at_ms, h.received_ms,
         h.flag, coalesce(h.fields, r.fields) AS fields, lower(hex(h.digest)) AS digest
  FROM history h JOIN record r ON r.n = h.record JOIN doc d ON d.n = r.doc JOIN writer w ON w.n = h.writer;

-- The values of a field that disagree; the shown one has rank 0.
CREATE TABLE conflict (
  doc    TEXT    NOT NULL,
  record TEXT    NOT NULL,
  field  TEXT    NOT NULL,
  rank   INTEGER NOT NULL,
  value  TEXT    NOT NULL, -- JSON
  hash   TEXT    NOT NULL,
  PRIMARY KEY (doc, record, field, rank)
);

CREATE TABLE case_file (
  id          TEXT PRIMARY KEY,
  person      TEXT,
  place       TEXT,
  care_status TEXT,
  closed_on   TEXT
);

CREATE TABLE person (
  id         TEXT PRIMARY KEY,
  case_id    TEXT,
  place      TEXT,
  name       TEXT,
  settlement TEXT
);
CREATE INDEX person_by_case ON person (case_id);

-- Who has which family, by what was last said of it.
CREATE TABLE assignment (
  case_id    TEXT    NOT NULL,
  person     TEXT    NOT NULL,
  from_on    TEXT,
  to_on      TEXT,
  substitute INTEGER NOT NULL,
  holds      INTEGER NOT NULL, -- the person is being given the family now; 0 before the first day
  ended      INTEGER NOT NULL, -- taken away
  by         TEXT    NOT NULL,
  seq        INTEGER NOT NULL, -- of the newest row about it
  at_ms      INTEGER NOT NULL,
  PRIMARY KEY (case_id, person)
);

-- Every decision ever made; the newest one of a record counts.
CREATE TABLE review (
  seq      INTEGER PRIMARY KEY,
  doc      TEXT    NOT NULL,
  record   TEXT    NOT NULL,
  decision TEXT    NOT NULL CHECK (decision IN ('approved', 'returned', 'withdrawn')),
  digest   TEXT    NOT NULL,
  comment  TEXT,
  by       TEXT    NOT NULL,
  at_ms    INTEGER NOT NULL
);
CREATE INDEX review_by_record ON review (doc, record, seq);

-- The newest value of each list of the catalogue, and two of the lists taken apart for joins.
CREATE TABLE catalogue (
  key   TEXT PRIMARY KEY,
  seq   INTEGER NOT NULL,
  value TEXT NOT NULL
);
CREATE TABLE place (
  id     TEXT PRIMARY KEY,
  parent TEXT,
  name   TEXT NOT NULL,
  kind   TEXT NOT NULL
);
CREATE INDEX place_by_parent ON place (parent);
CREATE TABLE staff (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  duty TEXT NOT NULL
);

-- What was set aside, and what became of it. The bytes stay in the log.
CREATE TABLE quarantine (
  id          INTEGER PRIMARY KEY, -- seq of the row that set it aside
  doc         TEXT    NOT NULL,
  hash        TEXT    NOT NULL,
  kind        TEXT,
  case_id     TEXT,
  place       TEXT,
  author      TEXT    NOT NULL,
  device      TEXT    NOT NULL,
  envelope_no INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  received_ms INTEGER NOT NULL,
  size        INTEGER NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('open', 'released', 'settled')),
  note        TEXT,
  by          TEXT,
  at_ms       INTEGER
);
CREATE INDEX quarantine_by_state ON quarantine (state, id);
