#!/usr/bin/env bash
# Checks a running node's metrics with Prometheus' own linter.
# usage: tests/metrics.sh PATH-TO-ALDIS
set -euo pipefail
aldis=$(realpath "$1")
promtool=${PROMTOOL:-promtool}
work=$(mktemp -d)
trap 'kill "$node" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
"$aldis" serve --bind 127.0.0.1:0 --admin-bind 127.0.0.1:0 --data-dir data --ready-file ready.json 2>node.log >&2 &
node=$!
for _ in $(seq 100); do
    [ -f ready.json ] && break
    kill -0 "$node" || { cat node.log >&2; exit 1; }
    sleep 0.1
done
address() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" ready.json; }
# Something of each kind: a page, an account, a refusal.
curl -fsS -o page "http://$(address http)/"
curl -fsS -o account "http://$(address http)/api/auth/signup" -H 'content-type: application/json' \
    -d '{"email":"tester@example.org","password":"a long enough password","name":"Tester"}'
curl -sS -o refusal "http://$(address http)/ws"
curl -fsS --compressed -o metrics "http://$(address admin)/metrics"
"$promtool" check metrics <metrics
echo "promtool: $(grep -c '^# TYPE' metrics) metrics are clean"
