#!/usr/bin/env bash
# The dense engines against oneDNN 3.x, whose C interface differs from that of the 2.6 that Debian has. The library comes from the Python
# package index into a folder that git ignores; nothing is installed on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "oneDNN 3 is packaged for Linux on x86-64 only: its tests are left out" >&2
    exit 0
fi

scratch="$PWD/.build-onednn3"
library="$scratch/onednn"
version=2023.2.0 # of Intel's packages: oneDNN 3.2, on the OpenMP of gcc
if [ ! -e "$library/lib/libdnnl.so.3" ]; then
    rm -rf "$library"
    python3 -m venv "$library"
    "$library/bin/pip" install --quiet --disable-pip-version-check "onednn-cpu-gomp==$version" "onednn-devel-cpu-gomp==$version"
fi

# These folders are searched before those of the system, so an installed 2.x is neither compiled nor linked against.
flags=(
    -c release --scratch-path "$scratch" --traits OneDNN
    -Xcc "-I$library/include" -Xlinker "-L$library/lib" -Xlinker -rpath -Xlinker "$library/lib"
)
swift build "${flags[@]}" --build-tests
SPINFLIP_EXPECT_ONEDNN=3 swift test "${flags[@]}" --skip-build --filter DenseMathTests
