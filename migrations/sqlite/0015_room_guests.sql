-- What a room is called, and whether people without an account may join it: `yes`, `no`, or `ask` its host each time.
ALTER TABLE meetings ADD COLUMN name TEXT NOT NULL DEFAULT '' CONSTRAINT meetings_name_check CHECK (length(name) <= 100);
ALTER TABLE meetings ADD COLUMN guests TEXT NOT NULL DEFAULT 'no'
    CONSTRAINT meetings_guests_check CHECK (guests IN ('yes', 'ask', 'no'));

-- All rooms, newest first, a page at a time.
CREATE INDEX meetings_created_idx ON meetings (created_at DESC, room_id DESC);
