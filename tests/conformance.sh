#!/bin/sh
# Runs the WebSocket conformance cases 1-7, 9 and 10 of Autobahn against the edge with an echo behind it.
# Needs Python 3 with venv. CASES, ECHO (the built example) and TARGET (a directory for the virtual environment) may be set.
set -eu
cd "$(dirname "$0")/.."
venv=${TARGET:-${CARGO_TARGET_DIR:-target}}/conformance
log=$(mktemp)
trap 'kill "$echo" 2>/dev/null || true; rm -f "$log"' EXIT

if ! "$venv/bin/python" -c 'import autobahntestsuite' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet install --no-deps autobahntestsuite==25.10.1
fi
if [ -z "${ECHO:-}" ]; then
    cargo build --quiet --example ws_echo
    ECHO=${CARGO_TARGET_DIR:-target}/debug/examples/ws_echo
fi
"$ECHO" 127.0.0.1:0 2>"$log" &
echo=$!
until address=$(sed -n 's/^echoing on //p' "$log") && [ -n "$address" ]; do
    kill -0 "$echo" || { cat "$log" >&2; exit 1; }
    sleep 0.1
done
"$venv/bin/python" tests/tools/wsconform.py "$address" --cases "${CASES:-1,2,3,4,5,6,7,9,10}"
