#!/bin/sh
# Starts coturn with config/coturn/turnserver.conf and the secret of the nodes, which is a file with one secret a line:
# during a rotation coturn takes the old one and the new one.
#   start.sh [OPTION …]    options of turnserver, after those of the file
# CONFIG: the folder of turnserver.conf. SECRETS: the folder of turn_secret. RUN: a folder of its own, best in memory.
# TURN_EXTERNAL_IP: the public address, where the machine itself has a private one (a NAT of one address, as in clouds).
set -eu
config=${CONFIG:-/etc/aldis-coturn} secrets=${SECRETS:-/run/secrets} run=${RUN:-/tmp}
umask 077

[ -s "$secrets/turn_secret" ] || { echo "start.sh: there is no secret in $secrets/turn_secret" >&2; exit 1; }
{
    cat "$config/turnserver.conf"
    sed -n 's/^\(..*\)$/static-auth-secret=\1/p' "$secrets/turn_secret"
    [ -z "${TURN_EXTERNAL_IP:-}" ] || echo "external-ip=$TURN_EXTERNAL_IP"
} >"$run/turnserver.conf"
exec turnserver -c "$run/turnserver.conf" --pidfile "$run/turnserver.pid" --userdb "$run/turnserver.db" "$@"
