-- Changes that a device made again: what stands in their place is in the log. They may still come, late, and are
-- not wanted any more. Envelopes from before this are not looked through: it is a matter of days.
CREATE TABLE replaced (
    device BLOB NOT NULL,
    doc    BLOB NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (device, doc, hash)
) STRICT, WITHOUT ROWID;
