-- Snapshots as rows of a table: in the tree of an index, as they were, what is longer than a quarter of a page fills
-- another page for itself.
ALTER TABLE snapshots RENAME TO snapshots_before;
CREATE TABLE snapshots (
    doc     BLOB NOT NULL UNIQUE,
    -- It holds every change of the document up to this number, and so many they are.
    seq     INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    -- Bytes of the document before packing.
    size    INTEGER NOT NULL,
    -- The document, Brotli.
    packed  BLOB NOT NULL,
    -- CBOR: a person for each of its actors.
    authors BLOB NOT NULL
) STRICT;
INSERT INTO snapshots SELECT doc, seq, changes, size, packed, authors FROM snapshots_before;
DROP TABLE snapshots_before;
