-- Who may log in. Times are milliseconds since 1970-01-01 UTC; ids are UUIDs (16 bytes here, uuid in PostgreSQL).
CREATE TABLE users (
    id            BLOB    NOT NULL,
    email         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    disabled      BOOLEAN NOT NULL DEFAULT FALSE,
    created_at    BIGINT  NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_id_check CHECK (length(id) = 16),
    CONSTRAINT users_email_check CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT users_name_check CHECK (length(name) BETWEEN 1 AND 64)
) WITHOUT ROWID;

-- One account an address, whatever its letters' case. The name is what the code looks for when the index refuses a row.
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
