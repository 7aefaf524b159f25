-- The rooms people made. `revision` counts changes, so that a cache never puts an older state over a newer one.
CREATE TABLE meetings (
    room_id             TEXT    NOT NULL,
    host_id             BLOB    NOT NULL,
    active              BOOLEAN NOT NULL DEFAULT TRUE,
    max_participants    INTEGER NOT NULL DEFAULT 4,
    seat_window_seconds INTEGER NOT NULL DEFAULT 5,
    mode                TEXT    NOT NULL DEFAULT 'mesh',
    revision            BIGINT  NOT NULL DEFAULT 1,
    created_at          BIGINT  NOT NULL,
    CONSTRAINT meetings_pkey PRIMARY KEY (room_id),
    CONSTRAINT meetings_host_fkey FOREIGN KEY (host_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT meetings_room_id_check CHECK (room_id GLOB '[a-z][a-z][a-z]-[a-z][a-z][a-z][a-z]-[a-z][a-z][a-z]'),
    CONSTRAINT meetings_max_participants_check CHECK (max_participants BETWEEN 1 AND 1000),
    CONSTRAINT meetings_seat_window_check CHECK (seat_window_seconds BETWEEN 0 AND 120),
    CONSTRAINT meetings_mode_check CHECK (mode IN ('mesh', 'sfu'))
) WITHOUT ROWID;

-- "My rooms", newest first, a page at a time.
CREATE INDEX meetings_host_idx ON meetings (host_id, created_at DESC, room_id DESC);
