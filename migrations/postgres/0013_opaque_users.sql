-- Users of other issuers have no account and no UUID: rooms and messages of theirs have the id as text, and no `host_id` or
-- `sender_id`. Only adds: nodes of the former version go on with the rooms and messages of accounts.
ALTER TABLE meetings ALTER COLUMN host_id DROP NOT NULL;
ALTER TABLE meetings ADD COLUMN host TEXT;
ALTER TABLE meetings ADD CONSTRAINT meetings_one_host_check
    CHECK ((host_id IS NULL) <> (host IS NULL) AND length(host) <= 128) NOT VALID;
CREATE INDEX meetings_other_host_idx ON meetings (host, created_at DESC, room_id DESC) WHERE host IS NOT NULL;

ALTER TABLE messages ADD COLUMN sender TEXT;
ALTER TABLE messages ADD CONSTRAINT messages_one_sender_check
    CHECK ((sender_id IS NULL OR sender IS NULL) AND length(sender) <= 128) NOT VALID;
CREATE INDEX messages_other_sender_idx ON messages (sender, position) WHERE sender IS NOT NULL;
