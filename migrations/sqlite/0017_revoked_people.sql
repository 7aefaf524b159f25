-- Tokens of people without an account can be revoked, too: `person` is the text of their id. Then `subject` and `user_id` are
-- one number that is made of it.
ALTER TABLE revocations ADD COLUMN person TEXT CONSTRAINT revocations_person_check CHECK (length(person) <= 128);
