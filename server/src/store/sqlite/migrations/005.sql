-- Bytes of a change before it was packed; NULL where the body is as it came.
ALTER TABLE log ADD COLUMN size INTEGER;
