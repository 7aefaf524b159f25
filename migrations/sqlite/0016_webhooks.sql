-- The outbox of webhooks: events of rooms that were taken from the ledger's logs, until they are delivered, or given up (`dead_at`).
-- Each is told apart by room, life and number; `position` rises in the order in which the ledger wrote them.
CREATE TABLE webhook_events (
    position    INTEGER NOT NULL,
    room_id     TEXT   NOT NULL,
    life        BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    queued_at   BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    failure     TEXT   NOT NULL DEFAULT '',
    dead_at     BIGINT,
    CONSTRAINT webhook_events_pkey PRIMARY KEY (position AUTOINCREMENT),
    CONSTRAINT webhook_events_number_key UNIQUE (room_id, life, number)
);

-- The oldest of a room that waits; those that were given up.
CREATE INDEX webhook_events_room_idx ON webhook_events (room_id, position);
CREATE INDEX webhook_events_dead_idx ON webhook_events (dead_at);

-- Of each room, the newest event that was ever queued, so that none is queued twice; and when its oldest one is to be sent.
CREATE TABLE webhook_rooms (
    room_id     TEXT   NOT NULL,
    life        BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    due_at      BIGINT,
    changed_at  BIGINT NOT NULL,
    CONSTRAINT webhook_rooms_pkey PRIMARY KEY (room_id)
);

CREATE INDEX webhook_rooms_due_idx ON webhook_rooms (due_at);
CREATE INDEX webhook_rooms_changed_idx ON webhook_rooms (changed_at);

-- The node that collects and sends.
CREATE TABLE webhook_lease (
    id          BIGINT NOT NULL,
    holder      TEXT   NOT NULL,
    held_until  BIGINT NOT NULL,
    CONSTRAINT webhook_lease_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_lease_one_check CHECK (id = 1)
);

INSERT INTO webhook_lease (id, holder, held_until) VALUES (1, '', 0);
