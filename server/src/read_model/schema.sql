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
  day         INTEGER NOT NULL, -- civil date where it happened, as 20260531; of receipt when the record has none
  state       INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3)), -- received, approved, returned, edited
  conflicts   INTEGER NOT NULL, -- fields whose concurrent values differ
  violations  TEXT,             -- JSON, as the schema check gave them; NULL for none
  flags       TEXT,             -- JSON list of codes, sorted; NULL for none
  fields      BLOB,             -- JSON object of shown values, deflated; NULL while row first_seq of the log says it all
  digest      BLOB    NOT NULL, -- its first 8 bytes while row first_seq of the log says it all
  voided      INTEGER NOT NULL,
  first_seq   INTEGER NOT NULL,
  last_seq    INTEGER,          -- NULL while it is first_seq
  received_ms INTEGER NOT NULL
);
-- Ids begin with a time or at random, and all end at random: half of one leads to nearly one row.
CREATE INDEX record_by_id    ON record (substr(id, 9));
CREATE INDEX record_by_day   ON record (day);
CREATE INDEX record_by_state ON record (state, day);
CREATE INDEX record_in_doc   ON record (doc, day);
CREATE INDEX record_in_conflict ON record (day) WHERE conflicts > 0;

-- Who wrote what into a record, change by change. A record whose fields are NULL has one change, and no row here.
CREATE TABLE history (
  record      INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  hash        BLOB,             -- of the change; NULL where its row of the log says it
  writer      INTEGER NOT NULL,
  at_ms       INTEGER NOT NULL, -- the author's clock, uncorrected
  received_ms INTEGER NOT NULL,
  flag        TEXT,
  fields      BLOB,             -- JSON object of the values this change put, deflated; NULL like the hash
  digest      BLOB    NOT NULL, -- of the record after this change; the first 8 bytes where fields are NULL
  PRIMARY KEY (record, seq)
) WITHOUT ROWID;

-- Both as they are read: with ids, hashes, dates and states as text. What is searched and sorted by stands here as
-- the tables have it, so that an index is used.
CREATE VIEW record_shown AS
  SELECT r.n, r.id AS key, d.id AS doc_key, lower(hex(d.id)) AS doc, lower(hex(r.id)) AS id, d.kind, r.type, d.case_id,
         d.place, w.author, w.device, r.at_ms, r.day,
         format('%04d-%02d-%02d', r.day / 10000, r.day / 100 % 100, r.day % 100) AS date,
         coalesce(d.month, format('%04d-%02d', r.day / 10000, r.day / 100 % 100)) AS month, r.state AS state_number,
         CASE r.state WHEN 0 THEN 'received' WHEN 1 THEN 'approved' WHEN 2 THEN 'returned' ELSE 'edited' END AS state,
         lower(hex(r.digest)) AS digest, r.conflicts, coalesce(r.violations, '[]') AS violations,
         coalesce(r.flags, '[]') AS flags, r.fields, r.voided, r.first_seq,
         coalesce(r.last_seq, r.first_seq) AS last_seq, r.received_ms
  FROM record r JOIN doc d ON d.n = r.doc JOIN writer w ON w.n = r.writer;

CREATE VIEW history_shown AS
  SELECT r.first_seq AS seq, r.id AS key, d.id AS doc_key, NULL AS hash, w.author, w.device, r.at_ms, r.received_ms,
         r.flags ->> '$[0]' AS flag, NULL AS fields, lower(hex(r.digest)) AS digest
  FROM record r JOIN doc d ON d.n = r.doc JOIN writer w ON w.n = r.writer WHERE r.fields IS NULL
  UNION ALL
  SELECT h.seq, r.id, d.id, nullif(lower(hex(h.hash)), ''), w.author, w.device, h.at_ms, h.received_ms, h.flag,
         h.fields, lower(hex(h.digest))
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
