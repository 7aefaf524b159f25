#!/bin/sh
# Calls through a media server in Chromium: first without a node, then in the app's rooms with one.
#   media/tests/browsers/run.sh [PATH-TO-ALDIS-MEDIA [PATH-TO-ALDIS]]
#   media/tests/browsers/run.sh figures [PATH-TO-ALDIS-MEDIA [PATH-TO-ALDIS]]    how fast media comes, see figures.js
# Without a path, tools/media-offline builds the media server; the node is the debug build of this tree, and without one
# the rooms are left out. CHROMIUM names another browser than /usr/bin/chromium.
set -eu
figures=
[ "${1:-}" != figures ] || { figures=yes; shift; }
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"
[ -x "$CHROMIUM" ] || { echo "media: Chromium ($CHROMIUM) is not here → apt-get install --yes chromium" >&2; exit 1; }
command -v node >/dev/null || { echo "media: Node.js 20 is not here → apt-get install --yes nodejs npm" >&2; exit 1; }
ALDIS_MEDIA=$(realpath "${1:-$("$root/tools/media-offline/build.sh")}")
ALDIS=${2:-${CARGO_TARGET_DIR:-$root/target}/debug/aldis}
[ ! -x "$ALDIS" ] || ALDIS=$(realpath "$ALDIS")
export ALDIS_MEDIA ALDIS
cd "$here"
npm ci --silent --no-audit --no-fund
set -- calls.test.js
if [ -x "$ALDIS" ]; then
    # Firefox is driven as in tests/e2e, with what that has installed.
    npm ci --prefix "$root/tests/e2e" --silent --no-audit --no-fund
    set -- calls.test.js rooms.test.js nodes.test.js firefox.test.js relayed.test.js
else
    echo "media: $ALDIS is no program, so rooms are left out → cargo build, or give its path" >&2
fi
[ -z "$figures" ] || exec node figures.js
exec node --test --test-force-exit --test-concurrency=1 --test-reporter=spec "$@"
