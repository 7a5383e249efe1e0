#!/usr/bin/env bash
# Builds the kernels and their C test with a C compiler, warnings as errors, and runs them: every variant against the reference.
#
#   Scripts/test-kernels.sh                      with clang and gcc, and with clang's address and undefined-behaviour sanitizers
#   Scripts/test-kernels.sh COMPILER [RUNNER]    with one compiler (and its options); RUNNER starts the program, for another processor
set -euo pipefail
cd "$(dirname "$0")/.."

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
sources=()
while IFS= read -r file; do sources+=("$file"); done < <(find Sources/CKernels Tests/CKernelsC -name '*.c' | sort)

run() {
    local compiler=$1 runner=${2:-} objects=() object
    echo "-- $compiler"
    # An object a source, so that two cores share the work.
    for file in "${sources[@]}"; do objects+=("$build/$(tr '/' '_' <<<"${file%.c}").o"); done
    printf '%s\n' "${sources[@]}" | CC=$compiler BUILD=$build xargs -P 2 -I FILE bash -c '
        set -euo pipefail
        $CC -std=c11 -O2 -g -Wall -Wextra -Werror -ISources/CKernels/include -c FILE -o "$BUILD/$(tr / _ <<<"FILE" | sed "s/\.c$//").o"'
    # The gold linker reports every symbol of the sanitizer's runtime that it keeps private.
    $compiler "${objects[@]}" -lm -o "$build/test" 2> >(grep -v "Cannot export local symbol" >&2)
    $runner "$build/test"
    rm -f "$build"/*
}

if [ $# -gt 0 ]; then
    run "$@"
else
    ran=0
    for compiler in clang gcc; do
        if command -v "$compiler" >/dev/null; then
            run "$compiler"
            ran=1
        fi
    done
    if [ "$ran" = 0 ]; then echo "neither clang nor gcc is here" >&2; exit 1; fi
    # Instrumented loops do not vectorise; that is no fault here.
    if command -v clang >/dev/null; then
        run "clang -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-pass-failed"
    fi
fi
