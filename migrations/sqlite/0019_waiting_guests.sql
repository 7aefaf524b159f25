-- Guests who wait until the host of a room lets them in. `id` names one to the host; the guest asks with a secret, of which the
-- SHA-256 is kept, and is `guest` in the room once admitted. Whoever has not asked since `seen_at` for a while has gone.
CREATE TABLE waiting_guests (
    id      BLOB   NOT NULL,
    room_id TEXT   NOT NULL,
    secret  BLOB   NOT NULL,
    guest   BLOB   NOT NULL,
    name    TEXT   NOT NULL,
    state   TEXT   NOT NULL DEFAULT 'waiting',
    since   BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    CONSTRAINT waiting_guests_pkey PRIMARY KEY (id),
    CONSTRAINT waiting_guests_room_fkey FOREIGN KEY (room_id) REFERENCES meetings (room_id) ON DELETE CASCADE,
    CONSTRAINT waiting_guests_name_check CHECK (length(name) <= 100),
    CONSTRAINT waiting_guests_state_check CHECK (state IN ('waiting', 'admitted', 'refused'))
) WITHOUT ROWID;

CREATE UNIQUE INDEX waiting_guests_secret_idx ON waiting_guests (secret);
CREATE INDEX waiting_guests_room_idx ON waiting_guests (room_id, since);
CREATE INDEX waiting_guests_seen_idx ON waiting_guests (seen_at);
