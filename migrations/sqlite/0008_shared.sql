-- PostgreSQL has the table `signing_keys` besides, which nodes share: a node with SQLite is alone, and keeps its keys in files.
-- What was revoked since a time is asked for.
CREATE INDEX revocations_at_idx ON revocations (at);
