-- The read model: tables computed from the change log, and from nothing else. Disposable: deleted and
-- replayed at will. Ids and hashes are lower-case hex, as in JSON and URLs.

-- How far the log has been read, of which history, by which version of the projection.
CREATE TABLE position (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL,
  epoch   TEXT    NOT NULL,
  seq     INTEGER NOT NULL
);

-- A record as it stands. Two documents may hold the same record id only by malice, and stay apart all the same.
CREATE TABLE record (
  doc         TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  case_id     TEXT,
  place       TEXT,             -- of the document's scope; a family's place is its case's, see reach
  author      TEXT    NOT NULL, -- of the first change, as its envelope proves; so are device and received_ms
  device      TEXT    NOT NULL,
  at_ms       INTEGER NOT NULL,
  date        TEXT    NOT NULL, -- civil, where it happened; of receipt when the record has none
  month       TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('received', 'approved', 'returned', 'edited')),
  digest      TEXT    NOT NULL,
  conflicts   INTEGER NOT NULL, -- fields whose concurrent values differ
  violations  TEXT    NOT NULL, -- JSON, as the schema check gave them
  flags       TEXT    NOT NULL, -- JSON list of codes, sorted
  fields      TEXT    NOT NULL, -- JSON object of shown values
  voided      INTEGER NOT NULL,
  first_seq   INTEGER NOT NULL,
  last_seq    INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (doc, id)
);
CREATE INDEX record_by_id    ON record (id);
CREATE INDEX record_by_date  ON record (date, first_seq, id);
CREATE INDEX record_by_state ON record (state, date);
CREATE INDEX record_by_case  ON record (case_id, date);
CREATE INDEX record_in_conflict ON record (date, first_seq, id) WHERE conflicts > 0;

-- Who wrote what into a record, change by change.
CREATE TABLE history (
  seq         INTEGER NOT NULL,
  doc         TEXT    NOT NULL,
  record      TEXT    NOT NULL,
  hash        TEXT    NOT NULL,
  author      TEXT    NOT NULL,
  device      TEXT    NOT NULL,
  at_ms       INTEGER NOT NULL, -- the author's clock, uncorrected
  received_ms INTEGER NOT NULL,
  flag        TEXT,
  fields      TEXT    NOT NULL, -- JSON object of the values this change put
  digest      TEXT    NOT NULL, -- of the record after this change
  PRIMARY KEY (seq, record)
);
CREATE INDEX history_by_record ON history (doc, record, seq);

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
