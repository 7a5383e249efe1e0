#!/usr/bin/env bash
# Sweeps by several processes, some of them killed in the middle: whatever is done to it, a sweep ends with the numbers that it has when nobody
# disturbs it, and nothing that was done is done again. Under a minute on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."

spinflip=${SPINFLIP:-$PWD/.build/release/spinflip}
folder=$(mktemp -d)
children=()
# Only processes that this script started; some have been killed already.
finish() {
    for child in "${children[@]}"; do kill -9 "$child" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT

cat >"$folder/sweep.json" <<'JSON'
{
  "name": "tiny",
  "base": {"model": "mlp:64-512-10", "dataset": "digits", "epochs": 40, "batchSize": 32},
  "seeds": 3,
  "variants": [
    {"name": "adam", "grid": {"settings": {"learning-rate": ["1e-2", "1e-3"]}}},
    {"name": "bop", "optimizer": "bop", "settings": {"gamma": "1e-3", "threshold": "1e-7"}}
  ]
}
JSON

# Starts a sweep beside this script; its process is $parent. Its result goes to $folder/json.
start() {
    "$spinflip" sweep "$folder/sweep.json" --out "$folder/$1" --quiet --json "${@:2}" >"$folder/json" &
    parent=$!
    children+=("$parent")
}
fail() { echo "test-sweep: $*" >&2; exit 1; }
sweep() { "$spinflip" sweep "$folder/sweep.json" --out "$folder/$1" --quiet "${@:2}"; }
# Label, state and accuracies, which no interruption may change.
numbers() { cut -d , -f 1-4,11-16 "$folder/$1/runs.csv"; }
same() { numbers "$1" | diff - <(numbers whole) || fail "$1 ends with other numbers"; }
key() { grep -o "\"$2\":[^,}]*" <<<"$1" | head -n 1 | cut -d : -f 2; }
# How many logs have an end that says the run was completed.
completed() { { cat "$folder/$1"/runs/*/log.jsonl 2>/dev/null || true; } | grep -c '"reason":"completed"' || true; }
# Kills a child of this script; the shell's remark on it is left out.
murder() { { kill -9 "$1" && wait "$1"; } 2>/dev/null || true; }
# Waits until a run of the sweep has been completed and another one is under way.
underway() {
    for _ in $(seq 300); do
        if [ "$(completed "$1")" -ge 1 ] && [ "$(ls "$folder/$1/runs" | wc -l)" -gt "$(completed "$1")" ]; then return; fi
        sleep 0.05
    done
    fail "$1 does not get going"
}

json=$(sweep whole --threads 1 --json)
if [ "$(key "$json" runs)" != 9 ] || [ "$(key "$json" completed)" != 9 ]; then fail "the undisturbed sweep reports $json"; fi
json=$(sweep whole --threads 1 --json)
if [ "$(completed whole)" != 9 ] || [ "$(key "$json" completed)" != 9 ]; then fail "the same sweep again trained something"; fi
echo "test-sweep: undisturbed"

# A worker is killed: another one takes its place, and the run goes on.
start worker --threads 2 --workers 2
underway worker
kill -9 "$(pgrep -P "$parent" | head -n 1)"
wait "$parent"
[ "$(key "$(cat "$folder/json")" completed)" = 9 ] || fail "after the death of a worker: $(cat "$folder/json")"
same worker
echo "test-sweep: a worker killed"

# The process that started the sweep is killed: its workers stop by themselves, and what was done stays done.
start parent --threads 2 --workers 2
underway parent
workers=$(pgrep -P "$parent")
murder "$parent"
for worker in $workers; do
    for _ in $(seq 100); do
        kill -0 "$worker" 2>/dev/null || break
        sleep 0.1
    done
    if kill -0 "$worker" 2>/dev/null; then children+=("$worker"); fail "worker $worker outlives its parent"; fi
done
before=$(completed parent)
if sweep parent 2>"$folder/errors"; then fail "an unfinished sweep is begun again without --resume"; fi
grep -q -- '--resume' "$folder/errors" || fail "no word of --resume: $(cat "$folder/errors")"
sweep parent --threads 1 --resume >/dev/null
# A run that was killed between its last line and the store's is completed twice; no other is.
again=$(($(completed parent) - 9))
if [ "$before" -lt 1 ] || [ "$again" -lt 0 ] || [ "$again" -gt 2 ]; then fail "$(completed parent) runs were completed in all, $before before"; fi
same parent
echo "test-sweep: the sweep killed"

# Everything at once: a single process, killed, taken up by two that share the work, one of which is stopped as by Ctrl-C.
start shared --threads 1
underway shared
murder "$parent"
start shared --threads 1 --resume
first=$parent
start shared --threads 1 --resume
second=$parent
# The signal comes when one run more is done, and six or so are left for the two.
before=$(completed shared)
for _ in $(seq 300); do
    if [ "$(completed shared)" -gt "$before" ]; then break; fi
    sleep 0.05
done
kill -INT "$first" || fail "the sweep ended before it was interrupted"
status=0
wait "$first" || status=$?
[ "$status" = 130 ] || fail "a sweep that is interrupted ends with $status"
wait "$second" || fail "the process that joined ends with $?"
again=$(($(completed shared) - 9))
if [ "$again" -lt 0 ] || [ "$again" -gt 1 ]; then fail "$(completed shared) runs were completed, not 9"; fi
same shared
echo "test-sweep: passed in $SECONDS s"
