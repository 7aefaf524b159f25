-- Refresh tokens by their SHA-256: the token itself is never stored. A used token stays until it expires,
-- so that a second use of it is seen and ends the whole family (RFC 9700 §4.14.2).
CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL,
    family     BLOB    NOT NULL,
    user_id    BLOB    NOT NULL,
    issued_at  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT refresh_tokens_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT refresh_tokens_hash_check CHECK (length(hash) = 32),
    CONSTRAINT refresh_tokens_expiry_check CHECK (expires_at > issued_at)
) WITHOUT ROWID;

CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family);
CREATE INDEX refresh_tokens_user_idx ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_expires_idx ON refresh_tokens (expires_at);
