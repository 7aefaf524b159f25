-- Tokens of people without an account can be revoked, too: `person` is the text of their id. Then `subject` and `user_id` are
-- one number that is made of it. Only adds: nodes of the former version take it for the revocation of a user whom nobody is.
ALTER TABLE revocations ADD COLUMN person TEXT CONSTRAINT revocations_person_check CHECK (length(person) <= 128);
