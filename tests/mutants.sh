#!/usr/bin/env bash
# Mutation tests: each mutant is a small change of the rules that some test must detect. Fails below 92 % detected.
#
#   tests/mutants.sh         all mutants (some hours)
#   tests/mutants.sh 3/40    the fourth of 40 equal parts, a sample of the whole
#
# Results are in target/mutants/mutants.out: missed.txt names the mutants that no test detects.
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-0/1}
least=92
out=$(realpath -m "${CARGO_TARGET_DIR:-target}")/mutants
mkdir -p "$out"

command -v cargo-mutants >/dev/null || cargo install --locked cargo-mutants

files=()
for path in room socket user executor ledger/memory; do
    files+=(--file "actors/src/$path.rs" --file "actors/src/$path/**/*.rs")
done
# Exit codes 2 and 3 report missed mutants and timeouts: the ratio below decides.
status=0
CARGO_PROFILE_DEV_DEBUG=none cargo mutants --package actors --all-features "${files[@]}" \
    --exclude '**/tests/**' --exclude '**/tests.rs' --exclude-re 'impl (std::)?fmt::(Debug|Display)|impl Debug' \
    --shard "$part" --output "$out" --no-shuffle --minimum-test-timeout 60 -- --lib || status=$?
case $status in 0 | 2 | 3) ;; *) exit "$status" ;; esac

python3 - "$out/mutants.out/outcomes.json" "$least" <<'PY'
import json, sys

found = json.load(open(sys.argv[1]))
missed, detected = found["missed"], found["caught"] + found["timeout"]
viable = missed + detected
share = 100 * detected / viable if viable else 100.0
print(f"{detected} of {viable} viable mutants were detected: {share:.1f} % (at least {sys.argv[2]} %)")
sys.exit(share < float(sys.argv[2]))
PY
