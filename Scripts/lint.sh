#!/usr/bin/env bash
# Formatting, then the house rules that need no build. The module rule is a test of its own: Tests/HouseTests.
set -euo pipefail
cd "$(dirname "$0")/.."

paths=(Sources Tests Package.swift)
if [ -d Examples ]; then paths+=(Examples); fi
swift format lint --recursive --strict --parallel "${paths[@]}"

for script in Scripts/*.sh .ci/run; do
    bash -n "$script"
    if [ ! -x "$script" ]; then echo "$script is not executable" >&2; exit 1; fi
done
echo "lint: clean"
