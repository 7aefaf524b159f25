#!/bin/sh
# Builds aldis-media for tests from the registries alone, and prints the path of the program.
#   tools/media-offline/build.sh                     the program and its tests, debug
#   tools/media-offline/build.sh test [OPTION …]     any command of cargo, on the same build
# What it makes is in ${ALDIS_MEDIA_CACHE:-${XDG_CACHE_HOME:-~/.cache}/aldis-media}/<hash of the lock file and of this
# folder>: about 5 minutes of one core when that is empty, nothing when it is not.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
media=$(cd "$here/../../media" && pwd)
cache=${ALDIS_MEDIA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aldis-media}

missing=
for package in g++:g++ flatc:flatbuffers-compiler ninja:ninja-build pkg-config:pkg-config python3:python3; do
    command -v "${package%%:*}" >/dev/null || missing="$missing ${package#*:}"
done
for library in libuv:libuv1-dev openssl:libssl-dev libsrtp2:libsrtp2-dev flatbuffers:libflatbuffers-dev; do
    pkg-config --exists "${library%%:*}" 2>/dev/null || missing="$missing ${library#*:}"
done
python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    echo "media-offline: the C++ worker cannot be built, because these packages are not here → apt-get install --yes$missing" >&2
    exit 1
fi

# What the C++ build depends on, and nothing else: a change of the Rust sources compiles only these.
key=$( (cd "$here" && find . -type f ! -name '*.md' ! -name '*.pyc' | sort | xargs sha256sum; grep -A2 'name = "mediasoup' "$media/Cargo.lock") |
    sha256sum | cut -c1-16)
work=$cache/$key
mkdir -p "$work"
# The two used last are kept: two branches may differ.
touch "$work"
ls -1dt "$cache"/*/ | grep -v /validator/ | tail -n +3 | xargs -r rm -rf

if [ ! -x "$work/tools/bin/meson" ]; then
    python3 -m venv "$work/tools"
    "$work/tools/bin/pip" install --quiet meson==1.12.0
fi

export MESON="$here/meson.py" MEDIA_OFFLINE_MESON="$work/tools/bin/meson" MEDIA_OFFLINE_NINJA
MEDIA_OFFLINE_NINJA=$(command -v ninja)
# Without debug information the compiler is twice as fast, and the program a third of the size.
export MESON_ARGS=-Ddebug=false PYTHONDONTWRITEBYTECODE=1
export CARGO_TARGET_DIR="$work/target" CARGO_INCREMENTAL=0
# The worker's stand-ins link the system's libraries; upstream's build has its own inside.
export RUSTFLAGS="-Clink-arg=-luv -Clink-arg=-lsrtp2 -Clink-arg=-lssl -Clink-arg=-lcrypto"
# With the tests' dependencies: without them features differ, and everything is compiled twice.
[ $# -gt 0 ] || set -- build --all-targets
command=$1
shift
# Below everything else that runs here: nobody waits for C++.
nice -n 10 cargo "$command" --manifest-path "$media/Cargo.toml" --locked "$@" >&2
[ "$command" != build ] || echo "$CARGO_TARGET_DIR/debug/aldis-media"
