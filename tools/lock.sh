#!/bin/sh
# Writes the lock files with uv:  lock.sh <path of uv>
# requirements.lock holds all that development needs, requirements-demo.lock the part of it that `make demo` needs.
set -eu
uv=$1
compile="$uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
         --no-emit-index-url --no-emit-find-links --quiet"
$compile --upgrade --all-extras --group dev --group bench --output-file requirements.lock
$compile --all-extras --group build --group demo --constraint requirements.lock --output-file requirements-demo.lock
if grep -n '://' requirements.lock requirements-demo.lock; then
    echo "A lock file names an address; it must pin names, versions and hashes only." >&2
    exit 1
fi
