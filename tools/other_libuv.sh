#!/usr/bin/env bash
# Compiles a libuv other than the system's, and prints its prefix: PYNET_LIBUV=$(tools/other_libuv.sh trixie) make test
#
#   tools/other_libuv.sh trixie   # the source of that Debian, by apt-get; no root needed
#   tools/other_libuv.sh vendor   # the source that the wheels have inside (tools/libuv.sh), as a shared library
#
# The prefix is build/libuv-VERSION. Does nothing when it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/debian_source.sh
from=${1:?usage: tools/other_libuv.sh trixie|sid|vendor}

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

mkdir -p build
if [ "$from" = vendor ]; then
    bash tools/libuv.sh
    source=vendor/libuv
else
    source=build/libuv-source-$from
    [ -e "$source/include/uv/version.h" ] || debian_source "$from" libuv1 "$source"
fi
number() { sed -n "s/^#define UV_VERSION_$1 *//p" "$source/include/uv/version.h"; }
prefix=$PWD/build/libuv-$(number MAJOR).$(number MINOR).$(number PATCH)

if [ ! -e "$prefix/lib/libuv.so" ]; then
    mkdir -p "$prefix/lib" "$prefix/objects"
    cp -r "$source/include" "$prefix/"
    # setup.py has the list of files, and libuv's own macros.
    names=$(sed -n '/^LIBUV_SOURCES = """/,/^"""/p' setup.py | grep -v '"""')
    read -ra macros <<< "$(sed -n 's/^LIBUV_MACROS = \[\(.*\)\]/\1/p' setup.py | tr -d '",')"
    for name in $names; do
        echo "$source/src/$name.c" -o "$prefix/objects/${name//\//-}.o"
    done | xargs -P "$(nproc)" -n 3 sh -c '"$0" -std=gnu11 -O2 -g -fPIC -w "$@"' \
        "${CC:-cc}" "${macros[@]}" -I"$source/include" -I"$source/src" -c || die "libuv was not compiled"
    "${CC:-cc}" -shared -Wl,-soname,libuv.so.1 -o "$prefix/lib/libuv.so.1" "$prefix"/objects/*.o -lpthread -ldl -lrt
    ln -sf libuv.so.1 "$prefix/lib/libuv.so"
    rm -r "$prefix/objects"
fi
echo "$prefix"
