-- When the rows have been brought over.

INSERT OR IGNORE INTO names (id) SELECT doc FROM documents_before;
INSERT OR IGNORE INTO names (id) SELECT family FROM documents_before WHERE family IS NOT NULL;
INSERT OR IGNORE INTO names (id) SELECT place FROM documents_before WHERE place IS NOT NULL;
INSERT OR IGNORE INTO names (id) SELECT device FROM envelopes_before;

INSERT INTO documents
    SELECT d.n, b.kind, f.n, p.n, b.month FROM documents_before b
    JOIN names d ON d.id = b.doc LEFT JOIN names f ON f.id = b.family LEFT JOIN names p ON p.id = b.place;
INSERT INTO envelopes
    SELECT b.id, d.n, b.number, b.signature, b.body FROM envelopes_before b JOIN names d ON d.id = b.device;
-- Two changes of a document that begin alike: the later one keeps its whole hash.
UPDATE log SET hash = (SELECT b.hash FROM log_before b WHERE b.seq = log.seq)
    WHERE kind = 1 AND seq NOT IN (SELECT min(seq) FROM log WHERE kind = 1 GROUP BY doc, hash);

DROP TABLE log_before;
DROP TABLE documents_before;
DROP TABLE envelopes_before;

-- The number of the row is at the end of each index: what is found by them is in the order of the log.
CREATE UNIQUE INDEX log_change ON log (doc, hash) WHERE kind = 1;
CREATE INDEX log_doc ON log (doc) WHERE doc IS NOT NULL;
CREATE INDEX log_family ON log (family) WHERE family IS NOT NULL;
CREATE INDEX log_person ON log (person) WHERE person IS NOT NULL;
CREATE INDEX log_everyone ON log (seq) WHERE everyone = 1;
-- Of all changes only those of person cards are seen by place.
CREATE INDEX log_place ON log (place) WHERE place IS NOT NULL AND (kind = 2 OR doc_kind = 1);
CREATE INDEX documents_family ON documents (family) WHERE family IS NOT NULL;
CREATE INDEX envelopes_chain ON envelopes (device, number);

-- The log as it is to be read by people: with ids.
CREATE VIEW log_shown AS
    SELECT l.seq, l.kind, d.id AS doc, l.doc_kind, f.id AS family, p.id AS place, l.month, t.id AS person, l.everyone,
           l.topic, s.id AS subject, l.hash, a.id AS author, v.id AS device, l.envelope, l.flag, l.received_ms, l.size,
           l.body
    FROM log l LEFT JOIN names d ON d.n = l.doc LEFT JOIN names f ON f.n = l.family
    LEFT JOIN names p ON p.n = l.place LEFT JOIN names t ON t.n = l.person LEFT JOIN names s ON s.n = l.subject
    LEFT JOIN names a ON a.n = l.author LEFT JOIN names v ON v.n = l.device;
