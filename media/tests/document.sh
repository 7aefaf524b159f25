#!/bin/sh
# The OpenAPI document of a running media server is valid.
#   media/tests/document.sh PATH-TO-ALDIS-MEDIA
set -eu
program=$(realpath "$1")
cache=${ALDIS_MEDIA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aldis-media}/validator
if [ ! -x "$cache/bin/openapi-spec-validator" ]; then
    python3 -m venv "$cache"
    "$cache/bin/pip" --quiet install 'openapi-spec-validator>=0.9,<1'
fi
work=$(mktemp -d)
ALDIS_MEDIA_SECRET=$(openssl rand -hex 24)
export ALDIS_MEDIA_SECRET
"$program" --bind 127.0.0.1:0 --rtc-bind 127.0.0.1:0 --log warn --ready-file "$work/ready.json" &
server=$!
trap 'kill -TERM $server; wait $server; rm -rf "$work"' EXIT
timeout 20 sh -c "until [ -s '$work/ready.json' ]; do kill -0 $server && sleep 0.1 || exit 1; done"
base=$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' "$work/ready.json")
curl -fsS "http://$base/openapi.json" -o "$work/openapi.json"
"$cache/bin/openapi-spec-validator" "$work/openapi.json"
"$program" health --bind "$base"
