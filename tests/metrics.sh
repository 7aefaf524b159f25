#!/usr/bin/env bash
# Checks a running node's metrics with Prometheus' own linter.
# usage: tests/metrics.sh PATH-TO-ALDIS
set -euo pipefail
aldis=$(realpath "$1")
promtool=${PROMTOOL:-promtool}
. "$(dirname "$0")/serve.sh"
redis-server --port 0 --unixsocket "$work/redis" --save '' >redis.log &
redis=$!
trap 'kill $node $redis 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -S redis ] && break; sleep 0.1; done
serve "$aldis" --redis-url "redis+unix://$work/redis"
# Something of each kind: a page, an account, a refusal.
curl -fsS -o page "http://$(address http)/"
curl -fsS -o account "http://$(address http)/api/auth/signup" -H 'content-type: application/json' \
    -d '{"email":"tester@example.org","password":"a long enough password","name":"Tester"}'
curl -sS -o refusal "http://$(address http)/ws"
curl -fsS --compressed -o metrics "http://$(address admin)/metrics"
"$promtool" check metrics <metrics
echo "promtool: $(grep -c '^# TYPE' metrics) metrics are clean"
