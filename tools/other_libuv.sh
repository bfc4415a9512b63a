#!/usr/bin/env bash
# Compiles a libuv other than the system's, and prints its prefix: PYNET_LIBUV=$(tools/other_libuv.sh trixie) make test
#
#   tools/other_libuv.sh trixie   # the source of that Debian, by apt-get; no root needed
#   tools/other_libuv.sh vendor   # the source that the wheels have inside (tools/libuv.sh), as a shared library
#
# The prefix is build/libuv-VERSION. Does nothing when it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
from=${1:?usage: tools/other_libuv.sh trixie|sid|vendor}

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# fetch SUITE FOLDER: with lists of our own, so that those of the system stay as they are.
fetch() {
    local lists
    lists=$(mktemp -d)
    mkdir -p "$lists/lists/partial" "$lists/archives/partial" "$2"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $1 main" > "$lists/sources.list"
    local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State=$lists" -o "Dir::State::lists=$lists/lists" -o "Dir::Cache=$lists" -o "Dir::Cache::archives=$lists/archives"
        -o APT::Sandbox::User=root)
    "${apt[@]}" update >&2 && (cd "$lists" && "${apt[@]}" source --download-only libuv1 >&2) ||
        die "the source of libuv could not be fetched from Debian $1"
    tar -xf "$lists"/libuv1_*.orig.tar.* -C "$2" --strip-components=1 --no-same-owner
    rm -rf "$lists"
}

mkdir -p build
if [ "$from" = vendor ]; then
    bash tools/libuv.sh
    source=vendor/libuv
else
    source=build/libuv-source-$from
    [ -e "$source/include/uv/version.h" ] || fetch "$from" "$source"
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
