#!/usr/bin/env bash
# Checks a running node's metrics with Prometheus' own linter.
# usage: tests/metrics.sh PATH-TO-ALDIS
set -euo pipefail
aldis=$(realpath "$1")
promtool=${PROMTOOL:-promtool}
. "$(dirname "$0")/serve.sh"
serve "$aldis"
# Something of each kind: a page, an account, a refusal.
curl -fsS -o page "http://$(address http)/"
curl -fsS -o account "http://$(address http)/api/auth/signup" -H 'content-type: application/json' \
    -d '{"email":"tester@example.org","password":"a long enough password","name":"Tester"}'
curl -sS -o refusal "http://$(address http)/ws"
curl -fsS --compressed -o metrics "http://$(address admin)/metrics"
"$promtool" check metrics <metrics
echo "promtool: $(grep -c '^# TYPE' metrics) metrics are clean"
