-- When a message was deleted. Its row stays, without its text and name: a node that still has it waiting to be stored finds its id.
ALTER TABLE messages ADD COLUMN deleted_at BIGINT;
