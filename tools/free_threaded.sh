#!/usr/bin/env bash
# Runs the tests on a free-threaded CPython 3.13, which no Debian has: it is compiled from the source of Debian 13, into
# build/free-threaded. That takes a few minutes, and what the modules of Python need: on Debian libssl-dev, libffi-dev,
# zlib1g-dev, libbz2-dev, liblzma-dev and libsqlite3-dev. No root needed.
#
#   tools/free_threaded.sh tests/base tests/socket -q
#
# The newest hypothesis is not there, and neither are mypy, pyright and ipykernel: PyPI has no wheel of what they need.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/debian_source.sh
folder=$PWD/build/free-threaded python=$PWD/build/free-threaded/python/bin/python3.13t

if [ ! -x "$python" ]; then
    echo "compiling a free-threaded CPython" >&2
    debian_source trixie python3.13 "$folder/source"
    mkdir -p "$folder/objects"
    (
        cd "$folder/objects"
        ../source/configure -q --prefix="$folder/python" --disable-gil --disable-test-modules
        make -s -j"$(nproc)"
        make -s install
    ) > "$folder/python.log" 2>&1 || {
        tail -5 "$folder/python.log" >&2
        exit 1
    }
fi
if [ ! -e "$folder/venv/.ready" ]; then
    "$python" -m venv "$folder/venv"
    "$folder/venv/bin/python" -m pip install -q --disable-pip-version-check --only-binary hypothesis \
        "setuptools>=77" "pytest>=9" "pytest-timeout>=2.4" "pytest-xdist>=3.8" "hypothesis>=6.100" "psutil>=5.9" "proxy-protocol>=0.11"
    touch "$folder/venv/.ready"
fi
"$folder/venv/bin/python" setup.py -q build --build-lib "$folder/lib" --build-temp "$folder/temp"
# Not the folder's own pynet, which is built for another Python.
export PYTHONPATH="$folder/lib" PYTHONSAFEPATH=1
exec "$folder/venv/bin/python" -m pytest -p no:cacheprovider "$@"
