-- Documents in one piece, made from rows of the log and made again at will.
CREATE TABLE snapshots (
    doc     BLOB PRIMARY KEY,
    -- It holds every change of the document up to this number, and so many they are.
    seq     INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    -- Bytes of the document before packing.
    size    INTEGER NOT NULL,
    -- The document, Brotli.
    packed  BLOB NOT NULL,
    -- CBOR: a person for each of its actors.
    authors BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether a row of the log is the newest word on what it says.
CREATE INDEX office_seq ON office (seq);
