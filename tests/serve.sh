# shellcheck shell=bash
# Sourced by the scripts that drive a running node. Makes a temporary directory, the working directory from then on, and
# removes it at the end.
#
#   serve PATH-TO-ALDIS [ARGUMENT …]   starts a node on free ports; its log is node.log
#   address http|admin                 the address of a listener

work=$(mktemp -d)
node=
trap 'kill $node 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

serve() {
    "$1" serve --bind 127.0.0.1:0 --admin-bind 127.0.0.1:0 --data-dir data --ready-file ready.json "${@:2}" 2>node.log >&2 &
    node=$!
    for _ in $(seq 100); do
        [ -f ready.json ] && return
        kill -0 "$node" || break
        sleep 0.1
    done
    echo 'the node does not serve:' >&2
    cat node.log >&2
    return 1
}

address() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" ready.json; }
