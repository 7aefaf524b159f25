#!/usr/bin/env bash
# Everything a contributor and CI run, fast rings first. Installs what it needs: Debian packages (as root), npm and
# PyPI packages into this folder.
#
#   ./test.sh             all rings
#   ./test.sh fast        formatting, lints, documentation, Rust tests, the web client's tests
#   ./test.sh RING …      only these rings; ./test.sh --list names them
#
# Left out of a full run, one flag away:
#   FUZZ_SECONDS=600 ./test.sh fuzz     each fuzz target for ten minutes (needs a nightly toolchain; a full run goes over
#                                       the seeds and some thousand variations without one, in tests/corpus.rs)
#   MUTANTS=3/40 ./test.sh mutants      mutation tests of one of 40 parts of the rules; without MUTANTS of all (some hours)
#   ./test.sh licences                  cargo-deny, which takes longer to build than all the rest
#   ./test.sh lighthouse                how fast and accessible the first pages are, on a machine that does nothing else
#   tests/e2e/matrix.sh                 pictures of every page in every size, to be looked at after changing one
#   ALDIS_MODEL_OPS=10000000 ./test.sh model
#   ALDIS_REDIS_OPS=1000000 ./test.sh redis
#   ALDIS_SEEDS=10000 ALDIS_REDIS_SEEDS=1000 ./test.sh simulation
#   ALDIS_CHAOS_SECONDS=1800 ALDIS_CHAOS_ROOMS=50 ALDIS_CHAOS_SEED=7 ./test.sh chaos
# To accept the current costs of the hot functions:
#   ALDIS_BLESS=1 ./test.sh counts
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

all=(packages format web lints rust storage docs model redis simulation chaos counts conformance openapi metrics unit deployment
    sdk browsers interop media)
more=(licences fuzz mutants lighthouse)
fast=(packages format web lints rust docs)

say() { printf '\n── %s ──\n' "$*"; }

packages() {
    local missing=()
    command -v chromium >/dev/null || missing+=(chromium)
    command -v firefox >/dev/null || missing+=(firefox-esr)
    [ -x /usr/sbin/ip ] || [ -x /sbin/ip ] || missing+=(iproute2)
    command -v promtool >/dev/null || missing+=(prometheus)
    [ -x /usr/sbin/nginx ] || missing+=(nginx)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
    command -v turnserver >/dev/null || missing+=(coturn)
    command -v redis-server >/dev/null || missing+=(redis-server)
    command -v curl >/dev/null || missing+=(curl)
    command -v openssl >/dev/null || missing+=(openssl)
    command -v mkfs.ext4 >/dev/null || [ -x /usr/sbin/mkfs.ext4 ] || missing+=(e2fsprogs)
    command -v valgrind >/dev/null || missing+=(valgrind)
    command -v systemd-analyze >/dev/null || missing+=(systemd)
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    command -v make >/dev/null || missing+=(make)
    command -v node >/dev/null || missing+=(nodejs npm)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    needs "${missing[@]}"
}

# Installs Debian packages, if any are named.
needs() {
    [ $# -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ]; then
        echo "These are needed: apt-get install $*" >&2
        return 1
    fi
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y "$@"
}

# The comparisons are no member of the workspace; they share its target folder, where they find the node.
compare() { CARGO_TARGET_DIR=$target cargo "$1" --manifest-path compare/Cargo.toml "${@:2}"; }

format() { cargo fmt --all --check && compare fmt --check; }

lints() {
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    compare clippy --all-targets -- -D warnings
}

# Runs tests of which many wait for servers and deadlines: two at once on each processor.
waiting() { RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * $(nproc)))} "$@"; }

# A full run leaves to the rings `model`, `redis` and `simulation` what they do for longer.
longer=(over_long_walks ledger::redis over_full_or_falsely_left nothing_is_lost_while_subscriptions a_seed_gives_the_same_history
    what_simulated_worlds_execute)
rust() {
    local skipped=() name
    if is_full; then
        for name in "${longer[@]}"; do skipped+=(--skip "$name"); done
    fi
    waiting cargo test --workspace --all-features -- "${skipped[@]}" && compare test
}

# The storage contract on PostgreSQL, its failures, and what nodes share there: the tests start a server of their own on a free port. A node on a
# full disk: who is not root mounts it in a namespace of their own.
storage() {
    waiting cargo test --workspace --all-features -- --ignored postgres::
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(unshare --map-root-user --mount)
    built
    "${root[@]}" cargo test --workspace --all-features --test node -- --ignored full_disk
    if [ "$(id -u)" -eq 0 ]; then
        PATH=$PATH:/usr/sbin:/sbin cargo test --workspace --all-features --test node -- --ignored read_only
    else
        echo 'only root can make a disk read-only: left out'
    fi
}

docs() { RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --all-features --document-private-items --quiet; }

# A million steps of the ledger against a naive model; the ring before takes a fifth of them.
model() { ALDIS_MODEL_OPS=${ALDIS_MODEL_OPS:-1000000} cargo test --workspace --all-features --test ledger_model; }

# The ledger in Redis on servers of its own, and random operations against the one in memory; the Rust tests do fewer.
redis() {
    ALDIS_REDIS_OPS=${ALDIS_REDIS_OPS:-20000} cargo test --workspace --all-features -- ledger::redis
}

simulation_built() { cargo test --profile simulation -p actors --all-features --test simulation --no-run; }

# Whole nodes and clients over a failing ledger in memory, and over the real scripts on a simulated Redis, by seed; with
# injected bugs that the checker must detect.
simulation() {
    ALDIS_SEEDS=${ALDIS_SEEDS:-200} cargo test --profile simulation -p actors --all-features --test simulation
    ALDIS_REDIS_SEEDS=${ALDIS_REDIS_SEEDS:-16} cargo test --workspace --all-features --test simulated -- --include-ignored
}

# Three nodes as processes on a real Redis and PostgreSQL, under faults, each of which strikes at least once; each client's history
# is checked. A hundred clients, or as many rooms of four as ALDIS_CHAOS_ROOMS says.
chaos() {
    ALDIS_CHAOS_SECONDS=${ALDIS_CHAOS_SECONDS:-45} ALDIS_CHAOS_ROOMS=${ALDIS_CHAOS_ROOMS:-25} cargo test --workspace --all-features --test node -- \
        --ignored chaos:: --nocapture --test-threads 1
}

# Instructions of the hot functions against benches/counts.toml; ALDIS_BLESS=1 regenerates it. Flags would change them.
counts() { RUSTFLAGS='' cargo run --profile counts -p counts; }
counts_built() { RUSTFLAGS='' cargo build --profile counts -p counts; }

licences() {
    command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
    cargo deny check licenses bans sources
}

web() {
    (cd web && npm ci --no-audit --no-fund --loglevel=error && npm run check && npm test && npm run build)
    if ! git diff --exit-code --stat -- web/dist || [ -n "$(git ls-files --others --exclude-standard web/dist)" ]; then
        echo 'web/dist is not what the sources build: cd web && npm run build, and commit it' >&2
        return 1
    fi
}

# In a full run, what later rings build in profiles of their own is built with the processor time that the rings before leave. A
# ring that comes to it first waits for cargo's lock, and builds again what failed here.
build_ahead() {
    media_packages
    mkdir -p "$target"
    set -m # a process group of its own, which ends with this script
    (
        set +e
        # Like the node's hashes: a mere low priority would leave these hardly any time.
        chrt --idle --pid 0 "$BASHPID" || renice -n 19 "$BASHPID"
        simulation_built
        counts_built
        media_linted
        media_built
    ) >"$target/ahead.log" 2>&1 </dev/null &
    set +m
    # shellcheck disable=SC2064 # the group that runs now
    trap "kill -- -$! 2>/dev/null || true" EXIT
}

# The outer rings run the build of the Rust tests.
built() { cargo test --workspace --all-features --no-run --quiet; }

conformance() { built && TARGET=$target ECHO=$target/debug/examples/ws_echo tests/conformance.sh; }

openapi() { built && TARGET=$target tests/openapi.sh "$target/debug/aldis"; }

metrics() { built && tests/metrics.sh "$target/debug/aldis"; }

unit() { built && tests/unit.sh "$target/debug/aldis"; }

# The files of a deployment, and the cluster that they describe as processes.
deployment() { built && TARGET=$target tests/deployment.sh "$target/debug/aldis"; }

# The packages of web/ as strangers install them: in Node, Vite and Next, from their tarballs.
sdk() { built && tests/packages/run.sh "$target/debug/aldis"; }

browsers() { built && tests/e2e/run.sh "$target/debug/aldis"; }

# Its bounds are of the first pages: 95 of 100 for performance, all for accessibility and practices, the picture within 1.5 s of 4G.
lighthouse() { built && tests/lighthouse/run.sh "$target/debug/aldis"; }

# The web app and a program of others that follows docs/protocol.md.
interop() { built && TARGET=$target tests/interop.sh "$target/debug/aldis"; }

# The media server: built from the registries (tools/media-offline; minutes when its cache is empty), its contract against the
# real worker, its document, nodes whose media servers are killed, and browsers that send and receive through it, without a node
# and in rooms of one.
media() {
    media_packages
    cargo fmt --manifest-path media/Cargo.toml --check
    media_linted
    local program
    program=$(media_built)
    tools/media-offline/build.sh test
    media/tests/document.sh "$program"
    built
    ALDIS_MEDIA_SERVER=$program cargo test --workspace --all-features --test node hosted::
    media/tests/browsers/run.sh "$program" "$target/debug/aldis"
}

media_packages() {
    local missing=()
    command -v flatc >/dev/null || missing+=(flatbuffers-compiler)
    command -v ninja >/dev/null || missing+=(ninja-build)
    command -v g++ >/dev/null || missing+=(g++)
    command -v pkg-config >/dev/null || missing+=(pkg-config)
    for library in libuv1 libssl libsrtp2 libflatbuffers; do
        dpkg -s "$library-dev" >/dev/null 2>&1 || missing+=("$library-dev")
    done
    needs "${missing[@]}"
}

# Lints need no worker: its build script makes none for those who only read documentation.
media_linted() {
    DOCS_RS=1 CARGO_TARGET_DIR=$target/media-lints cargo clippy --manifest-path media/Cargo.toml --all-targets --locked \
        -- -D warnings
}

# Prints the path of the program.
media_built() { tools/media-offline/build.sh; }

# Every target over its seeds, then for FUZZ_SECONDS each.
fuzz() { tests/fuzz.sh "${FUZZ_SECONDS:-0}"; }

# Small changes of the rules, each of which some test must detect.
mutants() { tests/mutants.sh "${MUTANTS:-0/1}"; }

rings=("$@")
case ${1:-} in
    --list) printf '%s\n' "${all[@]}" "${more[@]}"; exit ;;
    --help | -h) sed -n '2,23s/^# \{0,1\}//p' "$0"; exit ;;
    fast) rings=("${fast[@]}") ;;
    '') rings=("${all[@]}") full=yes ;;
esac
is_full() { [ -n "${full:-}" ]; }
started=$SECONDS
for ring in "${rings[@]}"; do
    [[ " ${all[*]} ${more[*]} " == *" $ring "* ]] || { echo "there is no ring \`$ring\`: ./test.sh --list" >&2; exit 2; }
    say "$ring"
    before=$SECONDS
    "$ring"
    echo "$ring: $((SECONDS - before)) s"
    if [ "$ring" = packages ] && is_full; then build_ahead; fi
done
say "all rings passed in $((SECONDS - started)) s"
