-- An address is compared by its key, in lower case: the database's own idea of case depends on its locale.
ALTER TABLE users ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
UPDATE users SET email_key = lower(email);
DROP INDEX users_email_key;
CREATE UNIQUE INDEX users_email_key ON users (email_key);

-- When the owner proved that the address is theirs, if they did.
ALTER TABLE users ADD COLUMN verified_at BIGINT;
