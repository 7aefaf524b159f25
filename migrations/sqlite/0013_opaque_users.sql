-- Users of other issuers have no account and no UUID: rooms and messages of theirs have the id as text, and no `host_id` or
-- `sender_id`. SQLite makes a column optional by a new table only. `messages` refers to `meetings`, and its rows would be deleted
-- with that table's: so it is made anew as well.
CREATE TABLE meetings_new (
    room_id             TEXT    NOT NULL,
    host_id             BLOB,
    host                TEXT,
    active              BOOLEAN NOT NULL DEFAULT TRUE,
    max_participants    INTEGER NOT NULL DEFAULT 4,
    seat_window_seconds INTEGER NOT NULL DEFAULT 5,
    mode                TEXT    NOT NULL DEFAULT 'mesh',
    revision            BIGINT  NOT NULL DEFAULT 1,
    created_at          BIGINT  NOT NULL,
    CONSTRAINT meetings_pkey PRIMARY KEY (room_id),
    CONSTRAINT meetings_host_fkey FOREIGN KEY (host_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT meetings_one_host_check CHECK ((host_id IS NULL) <> (host IS NULL)),
    CONSTRAINT meetings_host_check CHECK (length(host) <= 128),
    CONSTRAINT meetings_room_id_check CHECK (room_id GLOB '[a-z][a-z][a-z]-[a-z][a-z][a-z][a-z]-[a-z][a-z][a-z]'),
    CONSTRAINT meetings_max_participants_check CHECK (max_participants BETWEEN 1 AND 1000),
    CONSTRAINT meetings_seat_window_check CHECK (seat_window_seconds BETWEEN 0 AND 120),
    CONSTRAINT meetings_mode_check CHECK (mode IN ('mesh', 'sfu'))
) WITHOUT ROWID;
INSERT INTO meetings_new
SELECT room_id, host_id, NULL, active, max_participants, seat_window_seconds, mode, revision, created_at FROM meetings;

CREATE TABLE messages_new (
    position    INTEGER NOT NULL,
    room_id     TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    sender_id   BLOB,
    sender      TEXT,
    sender_name TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    sent_at     BIGINT  NOT NULL,
    missing     BIGINT  NOT NULL DEFAULT 0,
    deleted_at  BIGINT,
    CONSTRAINT messages_pkey PRIMARY KEY (position AUTOINCREMENT),
    CONSTRAINT messages_id_key UNIQUE (room_id, id),
    CONSTRAINT messages_room_fkey FOREIGN KEY (room_id) REFERENCES meetings_new (room_id) ON DELETE CASCADE,
    CONSTRAINT messages_sender_fkey FOREIGN KEY (sender_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT messages_one_sender_check CHECK (sender_id IS NULL OR sender IS NULL),
    CONSTRAINT messages_sender_check CHECK (length(sender) <= 128)
);
INSERT INTO messages_new
SELECT position, room_id, id, sender_id, NULL, sender_name, content, sent_at, missing, deleted_at FROM messages;
-- No position is used again, not even that of a message that was deleted.
DELETE FROM sqlite_sequence WHERE name = 'messages_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'messages_new', seq FROM sqlite_sequence WHERE name = 'messages';

DROP TABLE messages;
DROP TABLE meetings;
-- The foreign key of messages_new follows the new name.
ALTER TABLE meetings_new RENAME TO meetings;
ALTER TABLE messages_new RENAME TO messages;

CREATE INDEX meetings_host_idx ON meetings (host_id, created_at DESC, room_id DESC);
CREATE INDEX meetings_other_host_idx ON meetings (host, created_at DESC, room_id DESC) WHERE host IS NOT NULL;
CREATE INDEX messages_room_idx ON messages (room_id, position);
CREATE INDEX messages_sent_idx ON messages (sent_at);
CREATE INDEX messages_sender_position_idx ON messages (sender_id, position);
CREATE INDEX messages_other_sender_idx ON messages (sender, position) WHERE sender IS NOT NULL;
