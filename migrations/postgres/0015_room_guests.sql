-- What a room is called, and whether people without an account may join it: `yes`, `no`, or `ask` its host each time.
ALTER TABLE meetings ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE meetings ADD COLUMN guests TEXT NOT NULL DEFAULT 'no';
ALTER TABLE meetings ADD CONSTRAINT meetings_name_check CHECK (length(name) <= 100);
ALTER TABLE meetings ADD CONSTRAINT meetings_guests_check CHECK (guests IN ('yes', 'ask', 'no'));

-- A room's host may be somebody of another backend, who has no account here. The rooms of an account are deleted before it is.
ALTER TABLE meetings DROP CONSTRAINT meetings_host_fkey;

-- All rooms, newest first, a page at a time.
CREATE INDEX meetings_created_idx ON meetings (created_at DESC, room_id DESC);
