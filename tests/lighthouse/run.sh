#!/bin/sh
# Audits pages by Lighthouse: 95 of 100 for performance, all for accessibility and best practices, on a desktop and on a phone.
#   tests/lighthouse/run.sh [PATH-TO-ALDIS]
# Without a path, the debug build of this tree is used. Reports: test-artefacts/lighthouse/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
aldis=$(realpath "${1:-${CARGO_TARGET_DIR:-$root/target}/debug/aldis}")
[ -x "$aldis" ] || { echo "tests/lighthouse: $aldis is no program → cargo build, or give the path of aldis" >&2; exit 1; }
cd "$here"
npm ci --silent --no-audit --no-fund
exec node audit.js "$aldis"
