#!/bin/sh
# Calls through a media server in Chromium, without a node.
#   media/tests/browsers/run.sh [PATH-TO-ALDIS-MEDIA]
# Without a path, tools/media-offline builds it. CHROMIUM names another browser than /usr/bin/chromium.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"
[ -x "$CHROMIUM" ] || { echo "media: Chromium ($CHROMIUM) is not here → apt-get install --yes chromium" >&2; exit 1; }
command -v node >/dev/null || { echo "media: Node.js 20 is not here → apt-get install --yes nodejs npm" >&2; exit 1; }
ALDIS_MEDIA=$(realpath "${1:-$("$here/../../../tools/media-offline/build.sh")}")
export ALDIS_MEDIA
cd "$here"
npm ci --silent --no-audit --no-fund
exec node --test --test-concurrency=1 --test-reporter=spec calls.test.js
