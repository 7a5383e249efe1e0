#!/usr/bin/env bash
# Runs what the README tells a stranger to run, and the examples, against the release build.
set -euo pipefail
cd "$(dirname "$0")/.."

Scripts/build.sh --product spinflip
spinflip=.build/release/spinflip
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

run() { printf '\n$ spinflip %s\n' "$*"; "$spinflip" "$@"; }

"$spinflip" --version
run doctor
run demo --json --out "$out/demo" >"$out/demo.json"
cat "$out/demo.json"
grep -q '"mismatches":0,"paths"' "$out/demo.json"
run train --model mlp:64-1024-10 --dataset digits --optimizer bop --epochs 60 --batch-size 64 \
    --set gamma=cosine:3e-3:1e-6 --set threshold=3e-7 --set learning-rate=cosine:1e-2:1e-4 \
    --set augment=warp:0.5 --set loss=squared-hinge --out "$out/run"
run sweep Recipes/sweep-digits.json --out "$out/sweep" --workers 2
run reproduce list
# On the digits: with images it takes ten minutes.
run reproduce bop2-cifar10 --budget quick --out "$out/bop2" --data-dir "$out/none"
model="$out/run/model.safetensors"
run summary "$model"
run evaluate "$model" --dataset digits
run predict "$model" Examples/zero.pgm
run export "$model" --format c --out "$out/c"
run export "$model" --format safetensors --out "$out/s"
run report "$out/run" "$out/demo/bop" --out "$out/report.html"
awk 'BEGIN { n = 2000; m = 8000; s = 1; print n, m
    for (; m > 0; m--) { s = s * 16807 % 2147483647; a = s % n; s = s * 16807 % 2147483647; print a + 1, (a + 1 + s % (n - 1)) % n + 1, 1 } }' >"$out/graph.txt"
run solve "$out/graph.txt" --time-limit 2 --plot "$out/cut.svg" --target 6000
run convert "$out/graph.txt" --to qubo --out "$out/graph.qubo"
run solve Examples/knapsack.json --assignment --target 14
grep -q '<svg' "$out/cut.svg"
run qubo train --layers 9-3-1 --dataset digits --classes 3,5 --samples 40 --margin auto --sampler exact
run qubo build --layers 5-2-1 --dataset teacher --samples 6 --out "$out/form.json"
run qubo verify --layers 5-2-1 --dataset teacher --samples 6
run reproduce qubo-regularisation --budget quick --out "$out/regularisation"
run reproduce few-shot-mnist --budget quick --out "$out/few-shot"
for experiment in qpsbgd-rosenbrock qpsbgd-mnist-pairs qpsbgd-gnn qpsbgd-scaling; do
    run reproduce "$experiment" --budget quick --out "$out/$experiment"
done
# Needs a1a, which no licence lets us carry.
if [ -f "${SPINFLIP_DATA:-}/adult-a1a/a1a" ]; then run reproduce qpsbgd-adult --budget quick --out "$out/qpsbgd-adult"; fi
run bench kernels --quick
run bench inference "$model"
run bench training --rounds 3
run data list

# Examples in other languages have checks of their own.
for manifest in Examples/*/Package.swift; do
    example=$(dirname "$manifest")
    printf '\n== %s\n' "$example"
    swift run -c release --package-path "$example" "$(basename "$example")" "$out/demo/digits.safetensors"
done
