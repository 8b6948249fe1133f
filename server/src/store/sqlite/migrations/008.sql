-- What a device made again is asked for by its document: what others wrote on top of it is made again too.
CREATE INDEX replaced_doc ON replaced (doc);
