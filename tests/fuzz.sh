#!/usr/bin/env bash
# Runs every fuzz target over its corpus, then for so many seconds more.
# usage: tests/fuzz.sh SECONDS
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds=${1:-0}
if ! rustup run nightly rustc --version >/dev/null 2>&1; then
    echo 'Fuzzing needs a nightly toolchain: rustup toolchain install nightly' >&2
    exit 1
fi
command -v cargo-fuzz >/dev/null || cargo install --quiet --locked --debug cargo-fuzz
for target in $(cargo +nightly fuzz list); do
    mkdir -p "corpus/$target"
    limit=(-runs=0)
    [ "$seconds" -gt 0 ] && limit=(-max_total_time="$seconds")
    cargo +nightly fuzz run "$target" "corpus/$target" "seeds/$target" -- "${limit[@]}" -rss_limit_mb=2048 -print_final_stats=1 2>&1 | tail -n 12
done
