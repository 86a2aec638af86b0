#!/bin/sh
# Makes a virtual environment and installs one lock file into it:  environment.sh <folder> <lock file>
# PYTHON chooses the interpreter; without it the first suitable one is taken.
set -eu
folder=$1 lock=$2

suitable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

choose() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if suitable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Nicol needs Python 3.11 or newer, and ${PYTHON:-python3} is not." >&2
    echo "  help: install it, or name one that is there: make PYTHON=/path/to/python3.12 …" >&2
    exit 1
}

create() {
    python=$(choose)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "$python cannot make virtual environments: its modules venv and ensurepip are packaged apart." >&2
        echo "  help: on Debian and Ubuntu: apt-get install python$version-venv" >&2
        exit 1
    fi
    echo "Making $folder with $("$python" --version)"
    "$python" -m venv --clear "$folder"
}

suitable "$folder/bin/python" || create
echo "Installing what $lock lists (a minute, once)"
pip="$folder/bin/python -m pip --disable-pip-version-check --no-input --quiet"
$pip install --require-hashes --requirement "$lock"
editable="--editable ."
for example in examples/*/; do editable="$editable --editable $example"; done
# shellcheck disable=SC2086 # a list of words
$pip install --no-deps --no-build-isolation $editable
