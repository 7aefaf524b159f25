-- Whether nobody new may join a room, and who may not come back: a JSON array of {"user", "name", "at"}.
ALTER TABLE meetings ADD COLUMN locked BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meetings ADD COLUMN bans TEXT NOT NULL DEFAULT '[]';
