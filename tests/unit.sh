#!/usr/bin/env bash
# The systemd unit: `systemd-analyze` accepts it, without a warning, and finds it as confined as it was.
#   tests/unit.sh target/debug/aldis
set -euo pipefail
cd "$(dirname "$0")/.."
aldis=$(realpath "${1:?the built aldis}")

# From 0 (confined) to 100: what `systemd-analyze security` may find.
EXPOSED_MAX=20

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The programs of a unit must exist.
sed "s#/usr/local/bin/aldis#$aldis#" config/aldis.service > "$folder/aldis.service"

if ! said=$(systemd-analyze verify --man=no "$folder/aldis.service" 2>&1) || [ -n "$said" ]; then
    echo "$said" >&2
    echo 'config/aldis.service: systemd does not accept it as it is' >&2
    exit 1
fi
systemd-analyze security --offline=true --threshold="$EXPOSED_MAX" --no-pager "$folder/aldis.service" | tail -1
