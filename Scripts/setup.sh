#!/usr/bin/env bash
# Installs the system packages that are missing, after saying which: for a build; for `test`, the cross compilers and emulator too; for
# `ci`, also Python, which checks model files and fetches another oneDNN.
# usage: Scripts/setup.sh build|test|ci       SPINFLIP_NO_SETUP=1 skips it.
set -euo pipefail

purpose=${1:-build}
say() { printf 'setup: %s\n' "$*" >&2; }

if [ "${SPINFLIP_NO_SETUP:-}" = 1 ]; then exit 0; fi

if ! command -v swift >/dev/null; then
    say "no 'swift' on the PATH. Install Swift 6.2 or newer from https://www.swift.org/install and run this again."
    exit 1
fi

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else
        say "not root and no sudo. As root, run: $*"
        exit 1
    fi
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

debian() {
    missing=()
    need_package() { installed "$1" || missing+=("$1"); }
    need_command() { command -v "$1" >/dev/null || missing+=("${@:2}"); }

    need_package libdnnl-dev
    need_package zlib1g-dev
    need_package libjpeg-dev
    need_package libpng-dev
    need_package libsqlite3-dev
    need_package libc6-dev
    need_command cc gcc
    need_command git git ca-certificates
    if [ "$purpose" != build ]; then
        # Kernels and exported C for ARM are cross-compiled and run under an emulator.
        need_command qemu-aarch64 qemu-user
        need_command aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
        need_command arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
    fi
    if [ "$purpose" = ci ]; then
        python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
    fi
    if [ ${#missing[@]} = 0 ]; then return; fi

    say "installing ${missing[*]}"
    as_root apt-get update -qq </dev/null >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2
}

macos() {
    # zlib, SQLite and the C compiler come with the command line tools; oneDNN and image files are optional traits that are off by default here.
    if ! xcode-select -p >/dev/null 2>&1; then
        say "the command line tools are missing. Run: xcode-select --install"
        exit 1
    fi
    if [ "${SPINFLIP_ONEDNN:-}" = 1 ] && ! brew list onednn >/dev/null 2>&1; then
        say "installing onednn with Homebrew"
        brew install onednn </dev/null >&2
    fi
}

other() {
    for header in zlib.h jpeglib.h png.h sqlite3.h oneapi/dnnl/dnnl.h; do
        if ! printf '#include <stdio.h>\n#include <%s>\n' "$header" | cc -x c -fsyntax-only - 2>/dev/null; then
            say "<$header> is missing. Install a C compiler and the development packages of zlib, libjpeg, libpng, SQLite and oneDNN"
            say "(Fedora: gcc zlib-devel libjpeg-turbo-devel libpng-devel sqlite-devel onednn-devel; Arch: gcc zlib libjpeg-turbo libpng sqlite onednn), then run this again."
            say "oneDNN, libjpeg and libpng are optional: swift build -c release --disable-default-traits builds without them."
            exit 1
        fi
    done
}

case "$(uname -s)" in
    Darwin) macos ;;
    Linux) if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then debian; else other; fi ;;
    *) other ;;
esac
