-- The keys that sign access tokens, which all nodes of a cluster share. `signs_from` is all that is stored of a key's role:
-- the newest whose time has come signs. `sealed` is the private key, encrypted with a secret that the database does not have.
CREATE TABLE signing_keys (
    kid        TEXT   NOT NULL,
    signs_from BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL,
    CONSTRAINT signing_keys_pkey PRIMARY KEY (kid),
    CONSTRAINT signing_keys_signs_from_key UNIQUE (signs_from)
);

-- Nodes ask every few seconds for what was revoked since they asked last.
CREATE INDEX revocations_at_idx ON revocations (at);
