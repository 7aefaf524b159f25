#!/bin/sh
# Starts Redis with config/redis/redis.conf and the users of users.acl, whose passwords are files:
#   start.sh                  the master
#   start.sh --replicaof redis 6379
# CONFIG: the folder of redis.conf and users.acl. SECRETS: the folder of redis_password, redis_replica_password and
# redis_operator_password. RUN: a folder of its own, best in memory: passwords are written to it.
set -eu
config=${CONFIG:-/etc/aldis-redis} secrets=${SECRETS:-/run/secrets} run=${RUN:-/run/aldis}
umask 077

# hash NAME: the SHA-256 of the password in that file.
hash() {
    [ -s "$secrets/$1" ] || { echo "start.sh: there is no password in $secrets/$1" >&2; exit 1; }
    tr -d '\n' <"$secrets/$1" | sha256sum | cut -c1-64
}
aldis=$(hash redis_password) replica=$(hash redis_replica_password) operator=$(hash redis_operator_password)
sed -e "/^user aldis /s/#0\{64\}/#$aldis/" -e "/^user replica /s/#0\{64\}/#$replica/" \
    -e "/^user operator /s/#0\{64\}/#$operator/" "$config/users.acl" >"$run/users.acl"
if grep -q '#0\{64\}' "$run/users.acl"; then
    echo "start.sh: a user of $config/users.acl has no password" >&2
    exit 1
fi
# The master, too: after a failover it is a replica.
printf 'masteruser replica\nmasterauth %s\n' "$(cat "$secrets/redis_replica_password")" >"$run/replica.conf"
exec redis-server "$config/redis.conf" --aclfile "$run/users.acl" --include "$run/replica.conf" "$@"
