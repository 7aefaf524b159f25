#!/bin/sh
# Makes the secrets of the cluster in docker-compose.yml, at random: files in ./secrets that only this user can reach.
# What is there stays. Writes the numbers of the user and group to .env, because containers read the files as the user
# who owns them.
#   config/secrets.sh [NAME]    NAME: the name in the self-signed certificate (localhost); put a real one into secrets/tls.crt and tls.key
set -eu
cd "$(dirname "$0")/.."
name=${1:-localhost} folder=${SECRETS:-secrets} env=${ENV_FILE:-.env}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

# once FILE COMMAND …: the file with what the command prints, whole or not at all, unless it is there.
once() {
    file=$folder/$1
    shift
    [ -s "$file" ] && return
    "$@" >"$file.new" && mv "$file.new" "$file"
}
random() { openssl rand -hex 24; }

for password in database_password postgres_password redis_password redis_replica_password redis_operator_password turn_secret \
    grafana_password admin_token media_secret; do
    once "$password" random
done
once key_secret openssl rand -base64 32
once database_url printf 'postgres://aldis:%s@postgres:5432/aldis\n' "$(cat "$folder/database_password")"
once redis_url printf 'redis://aldis:%s@redis:6379\n' "$(cat "$folder/redis_password")"
# Prometheus runs as another user, and nodes refuse a token that others can read: a copy.
cp "$folder/admin_token" "$folder/prometheus_token"
if [ ! -s "$folder/tls.key" ] || [ ! -s "$folder/tls.crt" ]; then
    openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 365 -subj "/CN=$name" \
        -addext "subjectAltName=DNS:$name" -keyout "$folder/tls.key" -out "$folder/tls.crt" 2>/dev/null
fi
# Other users of this machine cannot enter the folder. Inside their containers, PostgreSQL, Redis, coturn, Prometheus
# and Grafana each run as a user of their own, who must be able to read what is mounted for them.
chmod 644 "$folder"/*
chmod 600 "$folder/admin_token" "$folder/key_secret" "$folder/database_url" "$folder/redis_url" "$folder/media_secret" "$folder/tls.key"

user=$(id -u) group=$(id -g)
if [ "$user" = 0 ]; then # nodes do not run as root
    user=10001 group=10001
    for file in admin_token key_secret database_url redis_url media_secret; do chown "$user:$group" "$folder/$file"; done
fi
touch "$env"
grep -v '^ALDIS_\(UID\|GID\)=' "$env" >"$env.new" || true
printf 'ALDIS_UID=%s\nALDIS_GID=%s\n' "$user" "$group" >>"$env.new"
mv "$env.new" "$env"
echo "$folder: the secrets are there; nodes run as the user $user:$group ($env)"
