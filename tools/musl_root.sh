#!/usr/bin/env bash
# Tries a wheel for musl (cp313, x86-64 or arm64) in a root with nothing but musl, busybox and CPython, then runs the
# tests from site-packages. Needs root and debootstrap, on x86-64.
#
#   tools/musl_root.sh dist/pynet_uv-*-cp313-cp313-musllinux*_x86_64.whl tests/socket -q
#   tools/musl_root.sh dist/pynet_uv-*-cp313-cp313-musllinux*_aarch64.whl tests/address -q    # by qemu-user-static
#
# No Debian has a CPython for musl: it is compiled in Debian 13 from Debian's source, with libffi and zlib, and without
# OpenSSL. That takes a few minutes. The roots stay in build/roots.
set -euo pipefail
# What it mounts is its own, and goes when it ends.
[ -n "${PYNET_MOUNTS:-}" ] || PYNET_MOUNTS=own exec unshare -m bash "$0" "$@"
cd "$(dirname "$0")/.."
. tools/roots.sh
wheel=$(realpath "${1:?usage: tools/musl_root.sh WHEEL [pytest arguments]}")
shift

case $wheel in
    *musllinux*_aarch64.whl) machine=aarch64 ;;
    *musllinux*_x86_64.whl) machine=x86_64 ;;
    *) die "$wheel is not a wheel for musl" ;;
esac
builder=$PWD/build/roots/musl-builder-$machine root=$PWD/build/roots/musl-$machine
make_root "$builder" trixie amd64 ca-certificates,make,gcc,libc6-dev,musl-tools,dpkg-dev,xz-utils,autoconf,automake,libtool,libltdl-dev,busybox-static
enter_root "$builder"
[ "$machine" = x86_64 ] || emulate arm64
if [ ! -x "$builder/opt/musl/bin/python3.13" ]; then
    echo "compiling CPython for musl" >&2
    echo "deb-src http://deb.debian.org/debian trixie main" > "$builder/etc/apt/sources.list.d/source.list"
    chroot "$builder" sh -euxs $machine > "$builder.log" 2>&1 < tools/musl_python.sh || die "CPython was not built:" "$(tail -5 "$builder.log")"
fi

rm -rf "$root"
mkdir -p "$root"/{bin,dev,etc,lib,opt,proc,srv/try,tmp,usr/bin}
chmod 1777 "$root/tmp"
cp "$builder/usr/bin/busybox" "$root/bin/"
cp "$builder/usr/lib/$machine-linux-musl/libc.so" "$root/lib/ld-musl-$machine.so.1"
cp -a "$builder/opt/musl" "$root/opt/"
chroot "$root" /bin/busybox --install -s /bin
ln -s /opt/musl/bin/python3.13 "$root/bin/python3"
printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' > "$root/etc/passwd"
enter_root "$root"

# The root has no pip: what is installed there is unpacked by another Python.
into_root() {
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-compile --target "$root/opt/musl/lib/python3.13/site-packages" \
        --only-binary=:all: --implementation cp --python-version 3.13 --abi cp313 --abi abi3 --abi none \
        --platform musllinux_1_2_$machine --platform musllinux_1_1_$machine "$@"
}
into_root "$wheel" "pytest>=9" "pytest-timeout>=2.4" "hypothesis>=6.100" "psutil>=5.9" "proxy-protocol>=0.11"
cp -r pyproject.toml tests examples docs README.md CHANGES.md "$root/srv/try/"
inside() { chroot "$root" /bin/env -i HOME=/root PATH=/bin:/opt/musl/bin "$@"; }
inside python3 -P /srv/try/examples/echo_demo.py
[ $# = 0 ] || inside sh -c 'cd /srv/try && exec python3 -P -m pytest -p no:cacheprovider "$@"' sh "$@"
