#!/bin/sh
# The packages of web/ as strangers install them: packed, linted, and used in empty projects against a real node.
#   tests/packages/run.sh [PATH-TO-ALDIS]
# Without a path, the debug build of this tree is used. NEXT=0 leaves the Next project out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
aldis=$(realpath "${1:-${CARGO_TARGET_DIR:-$root/target}/debug/aldis}")
[ -x "$aldis" ] || { echo "tests/packages: $aldis is no program → cargo build, or give the path of aldis" >&2; exit 1; }
work=$(mktemp -d)
node=
finish() {
    [ -z "$node" ] || kill "$node" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

say() { printf '\n-- %s\n' "$*"; }
quiet() { "$@" --silent --no-audit --no-fund; }

say 'pack'
(cd "$here" && quiet npm ci)
[ -d "$root/web/node_modules" ] || (cd "$root/web" && quiet npm ci)
for name in client media react; do
    (cd "$root/web/$name" && npm pack --silent --pack-destination "$work" >/dev/null)
    mv "$work/aldis-$name-"*.tgz "$work/$name.tgz"
done

say 'lint'
for name in client media react; do
    "$here/node_modules/.bin/publint" --strict "$work/$name.tgz"
done
"$here/node_modules/.bin/attw" "$work/client.tgz" --format ascii
"$here/node_modules/.bin/attw" "$work/media.tgz" --format ascii
# A style sheet has no types.
"$here/node_modules/.bin/attw" "$work/react.tgz" --format ascii --exclude-entrypoints styles.css

say 'reference pages, without a warning; types of the HTTP API'
(cd "$root/web" && npm run --silent docs && [ -s tools/dist/modules/_aldis_client.html ] && npm run --silent rest -- --check)

# An empty project with the tarballs and what else it names.
project() {
    cp -r "$here/strangers/$1" "$work/$1"
    (cd "$work/$1" && shift && quiet npm install "$@")
}

say 'Node: ES modules, CommonJS, types without the DOM, against a node'
project node "$work/client.tgz" ws@8.18.3 @types/node@24.9.1
"$aldis" serve --data-dir "$work/data" --bind 127.0.0.1:0 --admin-bind 127.0.0.1:0 --ready-file "$work/ready" \
    >"$work/log" 2>&1 &
node=$!
for _ in $(seq 300); do
    [ -s "$work/ready" ] && break
    kill -0 "$node" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
ALDIS_URL=$(sed 's/.*"http":"\([^"]*\)".*/http:\/\/\1/' "$work/ready")
export ALDIS_URL
(cd "$work/node" && node talk.mjs && node talk.cjs)
(cd "$work/node" && "$here/node_modules/.bin/tsc" -p .)

say 'Vite with React'
project vite "$work/client.tgz" "$work/media.tgz" "$work/react.tgz" react@19.3.1 react-dom@19.3.1 \
    @types/react@19.3.0 @types/react-dom@19.3.0 vite@8.3.8 @vitejs/plugin-react@6.3.0
(cd "$work/vite" && "$here/node_modules/.bin/tsc" -p . && npx vite build --logLevel warn)
grep -q 'aldis-tile' "$work"/vite/dist/assets/*.css
# What rooms with a media server need is a file of its own, which no other room loads.
grep -lq 'sfu_get_router_capabilities' "$work"/vite/dist/assets/sfu-*.js
if grep -q 'mediasoup-client' "$work"/vite/dist/assets/index-*.js; then
    echo 'tests/packages: mediasoup-client is in the first file' >&2
    exit 1
fi

if [ "${NEXT:-1}" = 1 ]; then
    say 'Next, rendered on a server'
    project next "$work/client.tgz" "$work/media.tgz" "$work/react.tgz" next@16 react@19.3.1 react-dom@19.3.1
    (cd "$work/next" && NEXT_TELEMETRY_DISABLED=1 npx next build >"$work/next.log" 2>&1) || { cat "$work/next.log" >&2; exit 1; }
    grep -rq 'One moment' "$work/next/.next/server/app"
fi
say 'all packages are good'
