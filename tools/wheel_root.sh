#!/usr/bin/env bash
# Builds the wheels of a CPython that only another Debian has, and puts them into dist, beside what is there. Needs root
# and debootstrap.
#
#   tools/wheel_root.sh python3.14                                       # in the oldest Debian with that CPython
#   tools/wheel_root.sh python3.14 manylinux-x86_64 musllinux-x86_64     # for these platforms only
#
# It is the root of tools/matrix.sh, with a checkout of its own.
set -euo pipefail
# What it mounts is its own, and goes when it ends.
[ -n "${PYNET_MOUNTS:-}" ] || PYNET_MOUNTS=own exec unshare -m bash "$0" "$@"
cd "$(dirname "$0")/.."
. tools/roots.sh
python=${1:?usage: tools/wheel_root.sh PYTHON [PLATFORM...]}
shift

matrix_root "$(suite_with "$python")"
checkout=srv/wheel-$python
copy_checkout "$checkout"
apt_install "$python" "$python-venv" "$python-dev" gcc libc6-dev libuv1-dev pkg-config
inside sh -euc 'cd "/$1"; export PYTHON="$2"; shift 2; make wheel WHEEL_PLATFORMS="$*"' sh "$checkout" "$python" "$@" ||
    die "not every wheel of $python is as it must be"
mkdir -p dist
cp "$root/$checkout"/dist/*.whl dist/
