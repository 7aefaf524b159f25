-- A room of mode `auto`: `mode` is `sfu` then, for which versions that do not know this column take it. Only adds.
ALTER TABLE meetings ADD COLUMN auto BOOLEAN NOT NULL DEFAULT FALSE;
