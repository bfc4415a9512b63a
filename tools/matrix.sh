#!/usr/bin/env bash
# Runs the tests from a checkout in another Debian, with its CPython and its libuv. Needs root and debootstrap.
#
#   tools/matrix.sh python3.15                        # the whole suite, in the oldest Debian with that CPython
#   tools/matrix.sh python3.13 -q tests/socket        # a part
#   DEBIAN=sid tools/matrix.sh python3.13             # with sid's libuv; PYNET_SYSTEM_LIBUV=0: with that of the wheels
#
# Copies what git tracks, as it is in the working tree, into build/roots/matrix-DEBIAN/srv/pynet-PYTHON.
set -euo pipefail
# What it mounts is its own, and goes when it ends.
[ -n "${PYNET_MOUNTS:-}" ] || PYNET_MOUNTS=own exec unshare -m bash "$0" "$@"
cd "$(dirname "$0")/.."
. tools/roots.sh
python=${1:?usage: tools/matrix.sh PYTHON [pytest arguments]}
shift

matrix_root "${DEBIAN:-$(suite_with "$python")}"
checkout=srv/pynet-$python
copy_checkout "$checkout"
mapfile -t packages < tools/apt-packages.txt
apt_install "$python" "$python-venv" "$python-dev" "${packages[@]}"
inside sh -euc 'cd "/$1"; export PYTHON="$2"; shift 2; make build
    "$PYTHON" --version; pkg-config --modversion libuv; exec make test PYTEST_ARGS="$*"' sh "$checkout" "$python" "$@"
