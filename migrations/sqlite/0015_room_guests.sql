-- What a room is called, and whether people without an account may join it: `yes`, `no`, or `ask` its host each time. A room's host
-- may be somebody of another backend, who has no account here; the rooms of an account are deleted before it is. (SQLite drops a
-- foreign key by a new table only, and dropping the old one would delete what refers to it: so messages move first.)
CREATE TABLE meetings_new (
    room_id             TEXT    NOT NULL,
    host_id             BLOB    NOT NULL,
    active              BOOLEAN NOT NULL DEFAULT TRUE,
    max_participants    INTEGER NOT NULL DEFAULT 4,
    seat_window_seconds INTEGER NOT NULL DEFAULT 5,
    mode                TEXT    NOT NULL DEFAULT 'mesh',
    revision            BIGINT  NOT NULL DEFAULT 1,
    created_at          BIGINT  NOT NULL,
    name                TEXT    NOT NULL DEFAULT '',
    guests              TEXT    NOT NULL DEFAULT 'no',
    CONSTRAINT meetings_pkey PRIMARY KEY (room_id),
    CONSTRAINT meetings_room_id_check CHECK (room_id GLOB '[a-z][a-z][a-z]-[a-z][a-z][a-z][a-z]-[a-z][a-z][a-z]'),
    CONSTRAINT meetings_max_participants_check CHECK (max_participants BETWEEN 1 AND 1000),
    CONSTRAINT meetings_seat_window_check CHECK (seat_window_seconds BETWEEN 0 AND 120),
    CONSTRAINT meetings_mode_check CHECK (mode IN ('mesh', 'sfu')),
    CONSTRAINT meetings_name_check CHECK (length(name) <= 100),
    CONSTRAINT meetings_guests_check CHECK (guests IN ('yes', 'ask', 'no'))
) WITHOUT ROWID;
INSERT INTO meetings_new (room_id, host_id, active, max_participants, seat_window_seconds, mode, revision, created_at)
SELECT room_id, host_id, active, max_participants, seat_window_seconds, mode, revision, created_at FROM meetings;

CREATE TABLE messages_new (
    position    INTEGER NOT NULL,
    room_id     TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    sender_id   BLOB,
    sender_name TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    sent_at     BIGINT  NOT NULL,
    missing     BIGINT  NOT NULL DEFAULT 0,
    deleted_at  BIGINT,
    CONSTRAINT messages_pkey PRIMARY KEY (position AUTOINCREMENT),
    CONSTRAINT messages_id_key UNIQUE (room_id, id),
    CONSTRAINT messages_room_fkey FOREIGN KEY (room_id) REFERENCES meetings_new (room_id) ON DELETE CASCADE,
    CONSTRAINT messages_sender_fkey FOREIGN KEY (sender_id) REFERENCES users (id) ON DELETE SET NULL
);
INSERT INTO messages_new (position, room_id, id, sender_id, sender_name, content, sent_at, missing, deleted_at)
SELECT position, room_id, id, sender_id, sender_name, content, sent_at, missing, deleted_at FROM messages;
-- No position is used twice, not even that of a message that is gone.
DELETE FROM sqlite_sequence WHERE name = 'messages_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'messages_new', seq FROM sqlite_sequence WHERE name = 'messages';

DROP TABLE messages;
DROP TABLE meetings;
ALTER TABLE meetings_new RENAME TO meetings;
ALTER TABLE messages_new RENAME TO messages;

CREATE INDEX messages_room_idx ON messages (room_id, position);
CREATE INDEX messages_sent_idx ON messages (sent_at);
CREATE INDEX messages_sender_position_idx ON messages (sender_id, position);
CREATE INDEX meetings_host_idx ON meetings (host_id, created_at DESC, room_id DESC);
-- All rooms, newest first, a page at a time.
CREATE INDEX meetings_created_idx ON meetings (created_at DESC, room_id DESC);
