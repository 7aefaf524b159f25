#!/bin/sh
# Whole calls in real browsers: nodes, Chromium, Firefox and coturn.
#   tests/e2e/run.sh [PATH-TO-ALDIS]
# Without a path, the debug build of this tree is made and used. CHROMIUM names another browser than /usr/bin/chromium.
# ONLY="two-tabs screen" runs these files alone; JOBS=1 one file after the other. Screenshots: test-artefacts/e2e/.
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
command -v python3 >/dev/null || missing "Python 3" python3
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
# Files that time pictures run alone; of the others, which mostly wait, two run at once.
timed=' stays stays-restart firefox lost-socket full-room '
# Pictures of every page in every size take minutes: tests/e2e/matrix.sh
asked=' matrix '
apart= together=
for file in calls/*.test.js; do
    name=$(basename "$file" .test.js)
    case " ${ONLY:-$name} " in *" $name "*) ;; *) continue ;; esac
    case "$asked" in *" $name "*) [ -n "${ONLY:-}" ] || continue ;; esac
    case "$timed" in
        *" $name "*) apart="$apart $file" ;;
        *) together="$together $file" ;;
    esac
done
[ -n "$apart$together" ] || { echo "tests/e2e: no file of calls/ is named in ONLY='$ONLY'" >&2; exit 1; }

failed=0
# usage: play JOBS FILE...
play() {
    jobs=$1
    shift
    [ $# -eq 0 ] || node --test --test-force-exit --test-concurrency="$jobs" --test-reporter=spec "$@" || failed=1
}
# shellcheck disable=SC2086 # the names have no spaces
{
    play "${JOBS:-2}" $together
    play 1 $apart
}
exit "$failed"
