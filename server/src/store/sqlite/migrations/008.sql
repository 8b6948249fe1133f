-- What a device made again is asked for by its document: what others wrote on top of it is made again too.
CREATE INDEX replaced_doc ON replaced (doc);

-- The epoch in which a device had nothing more to give back: after a restore, who has not been heard yet.
ALTER TABLE devices ADD COLUMN heard_in BLOB;
