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
-- are good for nothing. (SQLite drops a foreign key by a new table only.)
CREATE TABLE session_tokens_new (
    hash       BLOB   NOT NULL,
    session_id BLOB   NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    nonce      BLOB,
    successor  BLOB,
    CONSTRAINT session_tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT session_tokens_hash_check CHECK (length(hash) = 32),
    CONSTRAINT session_tokens_expiry_check CHECK (expires_at > issued_at)
) WITHOUT ROWID;
INSERT INTO session_tokens_new SELECT hash, session_id, issued_at, expires_at, used_at, nonce, successor FROM session_tokens;
DROP TABLE session_tokens;
ALTER TABLE session_tokens_new RENAME TO session_tokens;
CREATE INDEX session_tokens_session_idx ON session_tokens (session_id);
CREATE INDEX session_tokens_expires_idx ON session_tokens (expires_at);

-- The messages of a sender, newest first, a page at a time.
CREATE INDEX messages_sender_position_idx ON messages (sender_id, position);
DROP INDEX messages_sender_idx;
