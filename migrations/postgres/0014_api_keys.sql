-- The keys of other people's backends. `material` verifies what they sign: for HS256 the secret, encrypted with a secret that the
-- database does not have; for EdDSA a public key. A revoked key has no row.
CREATE TABLE api_keys (
    id         UUID   NOT NULL,
    name       TEXT   NOT NULL,
    algorithm  TEXT   NOT NULL,
    material   BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_name_check CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT api_keys_algorithm_check CHECK (algorithm IN ('HS256', 'EdDSA'))
);

-- What a request with an `Idempotency-Key` was answered, by the SHA-256 of the key: a repetition gets the same answer. `scope` is
-- the API key, `request` the SHA-256 of the body.
CREATE TABLE idempotent_answers (
    scope      UUID   NOT NULL,
    hash       BYTEA  NOT NULL,
    request    BYTEA  NOT NULL,
    answer     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT idempotent_answers_pkey PRIMARY KEY (scope, hash)
);

CREATE INDEX idempotent_answers_expires_idx ON idempotent_answers (expires_at);
