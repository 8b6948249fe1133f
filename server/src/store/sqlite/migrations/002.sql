-- The signed headers of envelopes, so that who wrote what can be checked again years later. Compact: an item whose
-- change is in the log is a number of the log.

CREATE TABLE envelopes (
    id        INTEGER PRIMARY KEY,
    device    BLOB NOT NULL,
    number    INTEGER NOT NULL,
    -- By Ed25519 one key makes one signature of one header: two of one number are two headers.
    signature BLOB NOT NULL,
    body      BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX envelopes_chain ON envelopes (device, number, signature);

-- Changes up to this number came before signatures were kept.
INSERT INTO meta (key, value) SELECT 'signed_from', CAST(CAST(seq AS TEXT) AS BLOB) FROM counter;
