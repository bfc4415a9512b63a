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
suite=${DEBIAN:-$(suite_with "$python")}

root=$PWD/build/roots/matrix-$suite
make_root "$root" "$suite" "$(dpkg --print-architecture)" ca-certificates,make,git,procps
enter_root "$root"
inside() {
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        PYNET_SYSTEM_LIBUV="${PYNET_SYSTEM_LIBUV:-1}" "$@"
}

checkout=srv/pynet-$python
mkdir -p "$root/$checkout"
git ls-files -z | tar -c --null --ignore-failed-read -T - | tar -x -C "$root/$checkout"
{
    echo "$python" "$python-venv" "$python-dev"
    cat tools/apt-packages.txt
} > "$root/srv/packages"
# debootstrap has left lists, which will do when there are no newer ones.
inside sh -euc 'apt-get -qq update || true; xargs -a /srv/packages apt-get -qq install -y --no-install-recommends' > "$root.log" 2>&1 < /dev/null ||
    die "apt-get failed:" "$(tail -5 "$root.log")"
inside sh -euc 'cd "/$1"; export PYTHON="$2"; shift 2; make build
    "$PYTHON" --version; pkg-config --modversion libuv; exec make test PYTEST_ARGS="$*"' sh "$checkout" "$python" "$@"
