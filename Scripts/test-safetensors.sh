#!/usr/bin/env bash
# Model files as other software reads them: the Python package safetensors, in a folder that git ignores.
set -euo pipefail
cd "$(dirname "$0")/.."

environment="$PWD/.build-safetensors"
if ! "$environment/bin/python" -c "import safetensors, numpy" 2>/dev/null; then
    if ! python3 -m venv "$environment" 2>/dev/null; then
        echo "python3 with venv is not installed: the check from Python is left out" >&2
        exit 0
    fi
    "$environment/bin/pip" install --quiet --disable-pip-version-check safetensors numpy
fi
"$environment/bin/python" Scripts/check-safetensors.py --require
