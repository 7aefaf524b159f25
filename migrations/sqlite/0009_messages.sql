-- What was said in a room. `position` rises in the order in which the ledger took the messages: the order of pages. A message
-- is stored once, whoever stores it first; one whose sender's account is gone keeps the name.
CREATE TABLE messages (
    position    INTEGER NOT NULL,
    room_id     TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    sender_id   BLOB,
    sender_name TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    sent_at     BIGINT  NOT NULL,
    CONSTRAINT messages_pkey PRIMARY KEY (position AUTOINCREMENT),
    CONSTRAINT messages_id_key UNIQUE (room_id, id),
    CONSTRAINT messages_room_fkey FOREIGN KEY (room_id) REFERENCES meetings (room_id) ON DELETE CASCADE,
    CONSTRAINT messages_sender_fkey FOREIGN KEY (sender_id) REFERENCES users (id) ON DELETE SET NULL
);

-- A page of a room, newest first, and the oldest of a room that has too many.
CREATE INDEX messages_room_idx ON messages (room_id, position);
CREATE INDEX messages_sent_idx ON messages (sent_at);
CREATE INDEX messages_sender_idx ON messages (sender_id);
