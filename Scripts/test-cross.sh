#!/usr/bin/env bash
# The tests that run code for other processors under an emulator. Where the machine has no cross compilers (macOS) they are not run.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v aarch64-linux-gnu-gcc >/dev/null || ! command -v qemu-aarch64 >/dev/null; then
    echo "no cross compiler or emulator here: the ARM tests are left out" >&2
    exit 0
fi
for script in Scripts/test-neon.sh Scripts/test-c-export.sh; do
    if [ -x "$script" ]; then
        echo "== $script"
        "$script"
    fi
done
