-- Invites to sign up, each by the SHA-256 of its code; for one address, or with no `email_key` for anybody.
CREATE TABLE invites (
    hash       BLOB   NOT NULL,
    id         BLOB   NOT NULL,
    email_key  TEXT,
    uses_left  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT invites_pkey PRIMARY KEY (hash),
    CONSTRAINT invites_id_key UNIQUE (id),
    CONSTRAINT invites_hash_check CHECK (length(hash) = 32),
    CONSTRAINT invites_id_check CHECK (length(id) = 16),
    CONSTRAINT invites_uses_check CHECK (uses_left >= 0),
    CONSTRAINT invites_expiry_check CHECK (expires_at > created_at)
) WITHOUT ROWID;

CREATE INDEX invites_expires_idx ON invites (expires_at);

-- Links that were mailed to the owner of an account, each by the SHA-256 of its token: at most one for each purpose, so
-- that a new one replaces the old one.
CREATE TABLE mail_links (
    user_id    BLOB   NOT NULL,
    purpose    TEXT   NOT NULL,
    hash       BLOB   NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT mail_links_pkey PRIMARY KEY (user_id, purpose),
    CONSTRAINT mail_links_hash_key UNIQUE (hash),
    CONSTRAINT mail_links_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT mail_links_purpose_check CHECK (purpose IN ('reset', 'verify')),
    CONSTRAINT mail_links_hash_check CHECK (length(hash) = 32)
) WITHOUT ROWID;

CREATE INDEX mail_links_expires_idx ON mail_links (expires_at);

-- Browsers that logged in to an account, each by the SHA-256 of its cookie: their logins are limited apart.
CREATE TABLE devices (
    user_id    BLOB   NOT NULL,
    hash       BLOB   NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT devices_pkey PRIMARY KEY (user_id, hash),
    CONSTRAINT devices_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT devices_hash_check CHECK (length(hash) = 32)
) WITHOUT ROWID;

CREATE INDEX devices_expires_idx ON devices (expires_at);
