-- How many messages that were said just before this one are missing: they were dropped before they could be stored.
ALTER TABLE messages ADD COLUMN missing BIGINT NOT NULL DEFAULT 0;
