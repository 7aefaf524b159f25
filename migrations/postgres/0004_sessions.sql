-- A session is one login on one device. Its row is deleted when it ends, and its refresh tokens with it; `revocations`
-- keeps the fact until no access token of the session can still be valid.
CREATE TABLE sessions (
    id         UUID   NOT NULL,
    user_id    UUID   NOT NULL,
    client     TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_client_check CHECK (length(client) <= 200)
);

CREATE INDEX sessions_user_idx ON sessions (user_id, used_at DESC);
CREATE INDEX sessions_expires_idx ON sessions (expires_at);

-- Refresh tokens by their SHA-256. A used token stays until it expires, so that a late second use is seen and ends the
-- session (RFC 9700 §4.14.2). Its successor is derived from the token and `nonce`, so that a use whose answer was lost
-- can be repeated without the successor being stored in clear.
CREATE TABLE session_tokens (
    hash       BYTEA  NOT NULL,
    session_id UUID   NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    nonce      BYTEA,
    successor  BYTEA,
    CONSTRAINT session_tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT session_tokens_session_fkey FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT session_tokens_hash_check CHECK (length(hash) = 32),
    CONSTRAINT session_tokens_expiry_check CHECK (expires_at > issued_at)
);

CREATE INDEX session_tokens_session_idx ON session_tokens (session_id);
CREATE INDEX session_tokens_expires_idx ON session_tokens (expires_at);

INSERT INTO sessions (id, user_id, client, started_at, used_at, expires_at)
SELECT family, user_id, '', min(issued_at), max(issued_at), max(expires_at)
FROM refresh_tokens WHERE revoked_at IS NULL GROUP BY family, user_id;

INSERT INTO session_tokens (hash, session_id, issued_at, expires_at, used_at)
SELECT hash, family, issued_at, expires_at, used_at FROM refresh_tokens WHERE revoked_at IS NULL;

DROP TABLE refresh_tokens;

-- What no access token may be used for any more: of a user (subject = user_id) those minted before `at`, or those of one
-- session. `until`: when the last of these tokens has expired.
CREATE TABLE revocations (
    subject UUID   NOT NULL,
    user_id UUID   NOT NULL,
    at      BIGINT NOT NULL,
    until   BIGINT NOT NULL,
    CONSTRAINT revocations_pkey PRIMARY KEY (subject)
);

CREATE INDEX revocations_until_idx ON revocations (until);
