#!/bin/sh
# Whole calls in real browsers: a node, Chromium, Firefox and coturn, one test after the other.
#   tests/e2e/run.sh [PATH-TO-ALDIS]
# Without a path, the debug build of this tree is made and used. CHROMIUM names another browser than /usr/bin/chromium.
# ONLY="two-tabs screen" runs these files alone. Screenshots: test-artefacts/e2e/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"

missing() {
    echo "tests/e2e: $1 is not here, and these tests need it → apt-get install --yes $2" >&2
    exit 1
}
[ -x "$CHROMIUM" ] || missing "Chromium ($CHROMIUM)" chromium
[ -x "${FIREFOX:-/usr/bin/firefox}" ] || missing Firefox firefox-esr
command -v turnserver >/dev/null || missing "coturn (turnserver)" coturn
[ -x "${NGINX:-/usr/sbin/nginx}" ] || missing nginx nginx
command -v redis-server >/dev/null || missing Redis redis-server
[ -d /usr/lib/postgresql ] || missing PostgreSQL postgresql
command -v node >/dev/null && command -v npm >/dev/null || missing "Node.js 20 with npm" "nodejs npm"

if [ $# -gt 0 ]; then
    ALDIS=$(realpath "$1")
else
    (cd "$root" && cargo build --quiet --bin aldis)
    ALDIS=${CARGO_TARGET_DIR:-$root/target}/debug/aldis
fi
[ -x "$ALDIS" ] || { echo "tests/e2e: $ALDIS is no program → cargo build, or give the path of aldis" >&2; exit 1; }
export ALDIS

cd "$here"
npm ci --silent --no-audit --no-fund
rm -rf "$root/test-artefacts/e2e"
files=
for file in calls/*.test.js; do
    name=$(basename "$file" .test.js)
    case " ${ONLY:-$name} " in *" $name "*) files="$files $file" ;; esac
done
[ -n "$files" ] || { echo "tests/e2e: no file of calls/ is named in ONLY='$ONLY'" >&2; exit 1; }
# shellcheck disable=SC2086 # the names have no spaces
exec node --test --test-concurrency=1 --test-reporter=spec $files
