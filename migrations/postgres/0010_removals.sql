-- Accounts that are being deleted: since when. Such an account has no address and no password any more; what it leaves is
-- deleted a part at a time, and its row last.
ALTER TABLE users ADD COLUMN removed_at BIGINT;
CREATE INDEX users_removed_idx ON users (removed_at) WHERE removed_at IS NOT NULL;

-- When an account is deleted whose owner has not proved that the address is theirs; none for one that was used.
ALTER TABLE users ADD COLUMN unverified_until BIGINT;
CREATE INDEX users_unverified_idx ON users (unverified_until) WHERE unverified_until IS NOT NULL;
UPDATE users SET unverified_until = created_at + 604800000
WHERE verified_at IS NULL AND id IN (SELECT user_id FROM mail_links WHERE purpose = 'verify');

-- A session may have had any number of tokens: they are not deleted with it, but when they expire. Without their session they
-- are good for nothing.
ALTER TABLE session_tokens DROP CONSTRAINT session_tokens_session_fkey;

-- The messages of a sender, newest first, a page at a time.
CREATE INDEX messages_sender_position_idx ON messages (sender_id, position);
DROP INDEX messages_sender_idx;
