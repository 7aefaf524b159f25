-- One row that readiness writes: a database that can be read only, or is full, is not ready.
CREATE TABLE probe (
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT probe_pkey PRIMARY KEY (id)
);

INSERT INTO probe (id, at) VALUES (1, 0);
