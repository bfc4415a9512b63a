#!/usr/bin/env bash
# Installs a wheel or the source distribution where nothing helps it, and tries it: a bare Debian without libuv and
# pkg-config, for a wheel without a compiler too, as a user without rights. Needs root and debootstrap.
#
#   tools/clean_root.sh dist/pynet_uv-*.tar.gz
#   tools/clean_root.sh dist/pynet_uv-*-cp311-cp311-manylinux*_aarch64.whl     # by qemu-user-static
#   tools/clean_root.sh WHEEL tests/socket -q                                # then the tests, from site-packages
#
# The Debian is the oldest that has the CPython of the wheel. For the source distribution it has CPython 3.11.
set -euo pipefail
# What it mounts is its own, and goes when it ends.
[ -n "${PYNET_MOUNTS:-}" ] || PYNET_MOUNTS=own exec unshare -m bash "$0" "$@"
cd "$(dirname "$0")/.."
. tools/roots.sh
archive=$(realpath "${1:?usage: tools/clean_root.sh ARCHIVE [pytest arguments]}")
shift

case $archive in
    *aarch64.whl) machine=arm64 kind=wheel ;;
    *x86_64.whl) machine=amd64 kind=wheel ;;
    *.tar.gz) machine=$(dpkg --print-architecture) kind=sdist ;;
    *) die "$archive is neither a wheel for Linux nor a source distribution" ;;
esac
python=python3.11
if [[ $archive =~ -cp3([0-9]+)- ]]; then python=python3.${BASH_REMATCH[1]}; fi
suite=$(suite_with "$python")
packages=$python,$python-venv,ca-certificates
# python3.11-venv needs a virtual package that this one provides, which debootstrap does not find.
[ "$python" != python3.11 ] || packages=$packages,python3-distutils
[ "$kind" = wheel ] || packages=$packages,$python-dev,gcc,libc6-dev
root=$PWD/build/roots/$machine-$kind-$python
make_root "$root" "$suite" "$machine" "$packages"

# Nothing there must be able to help.
hidden=$(cd "$root" && find . -xdev \( -name 'libuv*' -o -name 'uv.h' -o -name 'pkg-config' -o -name 'pkgconf' \) -not -path './srv/*')
[ "$kind" = sdist ] || hidden+=$(cd "$root" && find usr/bin -name 'gcc*' -o -name 'cc' -o -name 'clang*' -o -name 'tcc')
[ -z "$hidden" ] || die "$root is not clean:" "$hidden"

rm -rf "$root/srv/try"
mkdir -p "$root/srv/try/packages"
cp "$archive" "$root/srv/try/"
cp examples/echo_demo.py "$root/srv/try/"
name=$(basename "$archive")
# What the build of the source distribution needs beside the compiler. The root is not asked to reach the net.
[ "$kind" = wheel ] || .venv/bin/python -m pip download -q --disable-pip-version-check --no-deps \
    -d "$root/srv/try/packages" "setuptools>=77" wheel packaging
chroot "$root" useradd -d /srv/try visitor 2> /dev/null || true
chroot "$root" chown -R visitor /srv/try

enter_root "$root"

as_visitor() { chroot --userspec=visitor:visitor "$root" /usr/bin/env -i HOME=/srv/try PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"; }

as_visitor /bin/sh -euc "
    cd /srv/try
    $python -m venv venv
    venv/bin/python -m pip install -q --disable-pip-version-check --no-index --find-links packages ./$name
    venv/bin/python -c 'import pynet, sys; print(pynet.__version__, pynet.__file__, sys.platform, sys.version.split()[0])'
    venv/bin/python echo_demo.py
    venv/bin/pynet --version
    venv/bin/pynet-uv --version
    venv/bin/pynet completion bash > completion.bash
    test -s completion.bash
    test -s venv/share/man/man1/pynet.1"
echo "$name: installed and tried in $root"

if [ $# -gt 0 ]; then
    cp -r pyproject.toml tests examples docs README.md CHANGES.md "$root/srv/try/"
    as_visitor /bin/sh -euc 'cd /srv/try && venv/bin/python -m pip install -q --disable-pip-version-check \
        "pytest>=9" "pytest-timeout>=2.4" "hypothesis>=6.100" "psutil>=5.9" "proxy-protocol>=0.11"'
    as_visitor /bin/sh -c 'cd /srv/try && exec venv/bin/python -P -m pytest -p no:cacheprovider "$@"' sh "$@"
fi
