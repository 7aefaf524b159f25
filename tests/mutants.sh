#!/usr/bin/env bash
# Mutation tests: each mutant is a small change of the rules that some test must detect. Fails below 92 % detected.
#
#   tests/mutants.sh         all mutants (some hours)
#   tests/mutants.sh 3/40    each fortieth mutant, from the fourth on: a sample of the whole
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

# Runs the mutants that the first arguments select with the tests after `--`. Exit codes 2 and 3 report missed mutants and
# timeouts: the ratio below decides.
pass() {
    local status=0
    CARGO_PROFILE_DEV_DEBUG=none cargo mutants --package actors --all-features "${files[@]}" \
        --exclude '**/tests/**' --exclude '**/tests.rs' \
        --exclude-re 'impl (std::)?fmt::(Debug|Display)|impl Debug|Later::(new|from|from_iter)\(' \
        --output "$out" --no-shuffle --minimum-test-timeout 60 "$@" || status=$?
    case $status in 0 | 2 | 3) ;; *) exit "$status" ;; esac
}
# The units take seconds; whole nodes are asked about what those miss.
pass --shard "$part" --sharding round-robin -- --lib
cp "$out/mutants.out/outcomes.json" "$out/units.json"
again=()
while IFS= read -r mutant; do
    again+=(--re "^$(sed 's/[][\.*^$+?(){}|]/\\&/g' <<<"$mutant")$")
done <"$out/mutants.out/missed.txt"
if [ ${#again[@]} -gt 0 ]; then
    pass "${again[@]}" -- --lib --test system --test system_faulty
fi

python3 - "$out" "$least" <<'PY'
import json, sys

units = json.load(open(f"{sys.argv[1]}/units.json"))
last = json.load(open(f"{sys.argv[1]}/mutants.out/outcomes.json"))
missed, detected = last["missed"], units["caught"] + units["timeout"]
if missed < units["missed"]:
    detected += units["missed"] - missed
viable = missed + detected
share = 100 * detected / viable if viable else 100.0
print(f"{detected} of {viable} viable mutants were detected: {share:.1f} % (at least {sys.argv[2]} %)")
sys.exit(share < float(sys.argv[2]))
PY
