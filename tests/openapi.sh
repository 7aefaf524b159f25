#!/usr/bin/env bash
# The OpenAPI document of a running node: it is valid, two generated clients (Python, TypeScript) drive the node as a user and as a backend, and
# schemathesis finds no 5xx and no answer that the document does not name. The AsyncAPI document: the official parser accepts it, and
# a session's frames of both directions are valid by it. And a real OpenID provider, whose tokens a node takes.
# usage: tests/openapi.sh PATH-TO-ALDIS
set -euo pipefail
aldis=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
venv=$(realpath -m "${TARGET:-$here/../target}")/openapi-venv

if ! "$venv/bin/schemathesis" --version >/dev/null 2>&1 || ! [ -x "$venv/bin/openapi-python-client" ] ||
    ! "$venv/bin/python" -c 'import jsonschema, websockets' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet install 'schemathesis>=4,<5' 'openapi-spec-validator>=0.9,<1' 'openapi-python-client>=0.29,<0.30' 'jsonschema>=4,<5' \
        'websockets>=14,<18'
fi
typescript=$(realpath -m "${TARGET:-$here/../target}")/openapi-typescript
mkdir -p "$typescript"
cp "$here"/openapi/{package.json,package-lock.json,tsconfig.json,drive.ts,server.ts,asyncapi.mjs,issuer.mjs} "$typescript"
(cd "$typescript" && npm ci --no-audit --no-fund --loglevel=error)

node "$typescript/issuer.mjs" "$aldis"

. "$here/serve.sh"
serve "$aldis" \
    --set rate_limits.auth_per_address=100000/1m --set rate_limits.auth_per_email=100000/1m \
    --set rate_limits.requests_per_address=1000000/1m --set rate_limits.requests_per_user=1000000/1m \
    --set ice.stun_urls=stun:127.0.0.1:3478 --set room.timeline=true
base=http://$(address http)
session() {
    curl -fsS "$base/api/auth/$1" -H 'content-type: application/json' -d "$2" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["accessToken"])'
}
token=$(session signup '{"email":"tester@example.org","password":"a long enough password","name":"Tester"}')

curl -fsS "$base/openapi.json" -o openapi.json
"$venv/bin/openapi-spec-validator" openapi.json

# The key of a backend, for /v1: its id and its secret.
read -r -d '' -a key < <("$aldis" api-key new --name drive --data-dir data | sed -n 's/^\(id\|secret\) *//p') || true

curl -fsS "$base/asyncapi.json" -o asyncapi.json
node "$typescript/asyncapi.mjs" asyncapi.json
"$venv/bin/python" "$here/openapi/session.py" "$base" "$here/../docs/vectors" "${key[@]}"

"$venv/bin/openapi-python-client" generate --path openapi.json --output-path aldis_client --meta none >python.log 2>&1 ||
    { cat python.log >&2; exit 1; }
PYTHONPATH=. "$venv/bin/python" "$here/openapi/drive.py" "$base"
PYTHONPATH=. "$venv/bin/python" "$here/openapi/server.py" "$base" "${key[@]}"
(
    cd "$typescript"
    npx --no-install openapi-ts --input "$work/openapi.json" --output client --client @hey-api/client-fetch >"$work/typescript.log" 2>&1 ||
        { cat "$work/typescript.log" >&2; exit 1; }
    npx --no-install tsc --project . && node out/drive.js "$base" &&
        node --no-warnings --experimental-websocket out/server.js "$base" "${key[@]}"
)

# Logging out everywhere last, and in a session of its own: it ends it, as others may end the first.
everywhere=endAllSessions
# One worker: two threads that parse Python at once make some interpreters fail (cpython#106905).
for operations in "--exclude-operation-id=$everywhere" "--include-operation-id=$everywhere"; do
    "$venv/bin/schemathesis" run "$base/openapi.json" --header "Authorization: Bearer $token" "$operations" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
        --max-examples "${EXAMPLES:-40}" --seed 1 --workers 1 --request-timeout 10
    token=$(session login '{"email":"tester@example.org","password":"a long enough password"}')
done
if grep -q '"level":"error"' node.log; then
    echo 'the node logged errors:' >&2
    grep '"level":"error"' node.log >&2
    exit 1
fi
