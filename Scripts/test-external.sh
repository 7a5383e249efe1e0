#!/usr/bin/env bash
# Solves a problem with samplers of D-Wave Ocean through the Python bridge, and compares with the exact solver. The Python packages go into
# a folder that git ignores.
set -euo pipefail
cd "$(dirname "$0")/.."

environment="$PWD/.build-external"
if ! "$environment/bin/python" -c "import dwave.samplers" 2>/dev/null; then
    if ! python3 -m venv "$environment" 2>/dev/null; then
        echo "python3 with venv is not installed: the check of external samplers is left out" >&2
        exit 0
    fi
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r Examples/external-samplers/requirements.txt
fi
python="$environment/bin/python"
bridge=Examples/external-samplers/ocean.py
spinflip=${SPINFLIP:-.build/release/spinflip}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# 40 spins in a ring with chords, weights in -3...3 from a fixed recurrence.
"$python" - >"$folder/problem.txt" <<'PYTHON'
n, state, lines = 40, 12345, []
for i in range(n):
    for step in (1, 7, 11):
        state = (1103515245 * state + 12345) % 2**31
        weight = (state >> 16) % 7 - 3
        i1, j1 = sorted((i, (i + step) % n))
        if weight:
            lines.append(f"{i1 + 1} {j1 + 1} {weight}")
print(n, len(lines))
print("\n".join(lines))
PYTHON

value() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
best=$("$spinflip" solve "$folder/problem.txt" --sampler exact --quiet --json | value objective)
for sampler in neal tabu greedy; do
    found=$("$spinflip" solve "$folder/problem.txt" --quiet --json --time-limit 60 --reads 50 --target "$best" \
        --sampler "external:$python $bridge --sampler $sampler" | value objective)
    echo "test-external: $sampler found $found, the optimum is $best"
    [ "$found" = "$best" ]
done
# The training of a network: its QUBO as a file, and decoded.
task=(--layers 5-2-1 --dataset teacher --samples 6 --quiet)
"$spinflip" qubo build "${task[@]}" --out "$folder/form.json" >/dev/null
found=$("$spinflip" solve "$folder/form.json" --quiet --json --time-limit 60 --target 0 --sampler "external:$python $bridge --sampler neal" | value objective)
echo "test-external: neal found $found for a network's QUBO, the optimum is 0"
[ "$found" = 0 ]
wrong=$("$spinflip" qubo train "${task[@]}" --form qubo --json --time-limit 60 --sampler "external:$python $bridge --sampler neal" | value trainErrors)
echo "test-external: the network that neal trained makes $wrong errors"
[ "$wrong" = 0 ]
# A time limit keeps what was found before.
"$spinflip" solve "$folder/problem.txt" --quiet --time-limit 3 \
    --sampler "external:$python $bridge --sampler neal" >"$folder/text"
grep -q '^objective' "$folder/text"
# A service is not used by accident.
if "$spinflip" solve "$folder/problem.txt" --quiet --time-limit 9 \
    --sampler "external:$python $bridge --sampler dwave" 2>"$folder/text"; then exit 1; fi
grep -q 'say --confirm' "$folder/text"
echo "test-external: passed"
