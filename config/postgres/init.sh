#!/bin/sh
# Makes the role of the nodes and its database, once, when the server's data directory is made: for
# /docker-entrypoint-initdb.d of the official image, or by hand as a superuser. The role owns its database and has no
# rights besides. SECRETS: the folder of database_password. The connection is psql's own: PGHOST, PGPORT, POSTGRES_USER.
set -eu
password=$(cat "${SECRETS:-/run/secrets}/database_password")
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
CREATE ROLE aldis LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '$(printf %s "$password" | sed "s/'/''/g")';
CREATE DATABASE aldis OWNER aldis ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE aldis FROM PUBLIC;
SQL
