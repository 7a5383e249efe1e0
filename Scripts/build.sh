#!/bin/sh
# `swift build` in release, so that building again what has not changed compiles nothing.
#   Scripts/build.sh [OPTIONS OF swift build]
# SwiftPM keeps the traits of a package in a set, and hands them to the compiler in the order of their hashes, which differs from run to
# run: half of all builds would compile every module again. With hashes that do not differ, neither does the order.
cd "$(dirname "$0")/.."
SWIFT_DETERMINISTIC_HASHING=1 exec "${SWIFT:-swift}" build -c release "$@"
