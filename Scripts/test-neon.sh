#!/usr/bin/env bash
# Builds the kernels and their C test for AArch64 and runs them under qemu-user: every NEON variant against the reference, bit for bit.
# Needs aarch64-linux-gnu-gcc and qemu-aarch64 (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user).
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in aarch64-linux-gnu-gcc qemu-aarch64; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is missing: install gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user" >&2
        exit 1
    fi
done

Scripts/test-kernels.sh "aarch64-linux-gnu-gcc -static" "qemu-aarch64"
