#!/usr/bin/env bash
# Fetches the libuv that sdist and wheels have inside, into vendor/libuv: bash tools/libuv.sh
#
# PyPI has it: the source distribution of uvloop holds libuv's src and include as they were released. pip fetches it and
# checks its hash before it unpacks anything. Does nothing when vendor/libuv is there already.
# PYTHON chooses an interpreter with pip; .venv's is taken when there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.52.1  # of libuv
package=uvloop package_version=0.23.0
sha256=28d160f51ab4da3b187063652e643dea6831072add4adc1e6d62afbe73b6be27
folder=vendor/libuv
stamp="libuv $version, from $package $package_version, sha256 $sha256"

# The source distribution, and an older checkout, have no sources for Windows. With --windows, those are fetched, too.
if [ "$(cat $folder/ORIGIN 2> /dev/null)" = "$stamp" ]; then
    { [ "${1:-}" = --windows ] && [ ! -e $folder/src/win/core.c ]; } || exit 0
fi

python=${PYTHON:-python3}
[ -x .venv/bin/python ] && python=.venv/bin/python

mkdir -p vendor
temporary=$(mktemp -d vendor/fetch.XXXXXX)
trap 'rm -rf "$temporary"' EXIT

echo "fetching libuv $version (in $package $package_version, from PyPI)" >&2
echo "$package==$package_version --hash=sha256:$sha256" > "$temporary/requirements"
"$python" -m pip download -q --disable-pip-version-check --no-deps --no-binary "$package" --require-hashes \
    -d "$temporary" -r "$temporary/requirements" >&2 || {
    echo "libuv could not be fetched. PyPI must be reachable; or build with the system's: PYNET_SYSTEM_LIBUV=1" >&2
    exit 1
}

inside=$package-$package_version/vendor/libuv
mkdir "$temporary/libuv"
tar -xzf "$temporary/$package-$package_version.tar.gz" -C "$temporary/libuv" --no-same-owner --strip-components=3 \
    "$inside/src" "$inside/include" "$inside/LICENSE" "$inside/LICENSE-extra"

number() { sed -n "s/^#define UV_VERSION_$1 *//p" "$temporary/libuv/include/uv/version.h"; }
found=$(number MAJOR).$(number MINOR).$(number PATCH)
[ "$found" = "$version" ] || {
    echo "$package $package_version holds libuv $found, not $version" >&2
    exit 1
}
echo "$stamp" > "$temporary/libuv/ORIGIN"
rm -rf $folder
mv "$temporary/libuv" $folder
