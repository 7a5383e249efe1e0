#!/usr/bin/env bash
# Runs what the README tells a stranger to run, and the examples, against the release build.
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product spinflip
spinflip=.build/release/spinflip
"$spinflip" --version
