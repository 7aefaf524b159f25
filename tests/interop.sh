#!/bin/sh
# The web app in Chromium and a bot of others (aiortc), which follows docs/protocol.md alone, in both roles.
#   tests/interop.sh PATH-TO-ALDIS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
ALDIS=$(realpath "$1")
export ALDIS CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"
venv=$(realpath -m "${TARGET:-$root/target}")/interop-venv
if ! "$venv/bin/python" -c 'import aiohttp, aiortc' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet install 'aiortc>=1.14,<2' 'aiohttp>=3.10,<4'
fi
export PYTHON="$venv/bin/python"
(cd "$here/e2e" && npm ci --silent --no-audit --no-fund)
exec node --test --test-force-exit --test-concurrency=1 --test-reporter=spec ${NAMED:+"--test-name-pattern=$NAMED"} "$here/interop/interop.test.js"
