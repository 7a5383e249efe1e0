#!/usr/bin/env bash
# The event file of a training run as the Python package tensorboard reads it, in a folder that git ignores.
set -euo pipefail
cd "$(dirname "$0")/.."

environment="$PWD/.build-tensorboard"
if ! "$environment/bin/python" -c "import tensorboard" 2>/dev/null; then
    if ! python3 -m venv "$environment" 2>/dev/null; then
        echo "python3 with venv is not installed: the check from Python is left out" >&2
        exit 0
    fi
    # tensorboard imports pkg_resources, which newer setuptools no longer bring.
    "$environment/bin/pip" install --quiet --disable-pip-version-check tensorboard 'setuptools<81'
fi
spinflip=${SPINFLIP:-.build/release/spinflip}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

train() { "$spinflip" train --model mlp:64-32-10 --dataset digits --optimizer bop --set augment=pad-crop:1 --out "$folder" --quiet "$@" >/dev/null; }
train --epochs 2
train --epochs 3 --resume
"$environment/bin/python" Scripts/check-tensorboard.py "$folder"
