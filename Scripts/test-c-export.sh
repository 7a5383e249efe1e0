#!/bin/sh
# Tries exported C with every compiler at hand: strict warnings, freestanding, as part of a C++ program, with sanitizers, and on emulated Arm.
#   Scripts/test-c-export.sh [FOLDER]
# FOLDER holds NAME.h, NAME.c and NAME_test.c for any number of networks; without it, the test suite writes some.
# Packages on Debian: gcc g++ clang gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf qemu-user. What is missing is named and left out.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

folder=${1:-}
if [ -z "$folder" ]; then
    folder=$work/export
    # Built as `make test` builds: `swift test` alone would compile everything again with other flags.
    (cd "$root" && Scripts/build.sh --build-tests && SPINFLIP_EXPORT=$folder swift test -c release --skip-build --filter ExportForScripts)
fi

# More than is promised (-Wall -Wextra -pedantic): code that embedded projects with stricter rules can take as it is.
strict="-std=c99 -Wall -Wextra -Werror -pedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wcast-align -Wundef"
found() { command -v "$1" > /dev/null 2>&1 || { echo "left out: $1 is not installed"; return 1; }; }

# check LABEL COMPILER FLAGS RUNNER: compile and run the self-test.
check() {
    "$2" $strict $3 -I "$folder" "$source" "${source%.c}_test.c" -o "$work/program" -lm
    printf '%s: ' "$1"
    $4 "$work/program"
}

for header in "$folder"/*.h; do
    name=$(basename "$header" .h)
    source=$folder/$name.c
    if found cc; then check "cc" cc -O2 ""; fi
    if found gcc; then
        check "gcc -O3" gcc -O3 ""
        check "gcc with sanitizers" gcc "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all" ""
        gcc $strict -Wstrict-prototypes -Wmissing-prototypes -Os -ffreestanding -I "$folder" -c "$source" -o "$work/$name.o"
        # The tables are the file's only data: nothing to initialise, nothing zeroed at start.
        size "$work/$name.o" | awk -v name="$name" 'NR == 2 { print "gcc -Os -ffreestanding: text and tables", $1; if ($2 + $3 > 0) { print name " has writable data"; exit 1 } }'
        tables=$(size -A "$work/$name.o" | awk '/^\.rodata/ { sum += $2 } END { print sum + 0 }')
        flash=$(sed -n 's/^#define [A-Z0-9_]*_FLASH_BYTES //p' "$header")
        # Alignment between tables may add some bytes to each.
        slack=$((32 * $(grep -c '^static const' "$source")))
        if [ "$tables" -lt "$flash" ] || [ "$tables" -gt $((flash + slack)) ]; then
            echo "$name: tables take $tables bytes, not the $flash of the header"
            exit 1
        fi
    fi
    if found clang; then check "clang" clang -O2 ""; fi
    if found g++; then
        buffers=work
        if grep -q 'define [A-Z0-9_]*_REALS ' "$header"; then buffers="work, reals"; fi
        printf '#include "%s.h"\nstatic uint8_t input[1 << 20]; static uint32_t work[1 << 20]; float reals[1 << 20];\nint main() { return %s_classify(input, %s) < 0; }\n' \
            "$name" "$name" "$buffers" > "$work/use.cpp"
        gcc -std=c99 -O2 -I "$folder" -c "$source" -o "$work/$name.o"
        g++ -Wall -Wextra -Werror -pedantic -I "$folder" "$work/use.cpp" "$work/$name.o" -o "$work/program" -lm
        "$work/program"
        echo "g++: links and runs"
    fi
    if found aarch64-linux-gnu-gcc && found qemu-aarch64; then check "aarch64" aarch64-linux-gnu-gcc "-O2 -static" qemu-aarch64; fi
    if found arm-linux-gnueabihf-gcc && found qemu-arm; then check "arm" arm-linux-gnueabihf-gcc "-Os -static" qemu-arm; fi
done
echo "exported C: all checks passed"
