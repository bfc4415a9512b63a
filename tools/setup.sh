#!/usr/bin/env bash
# Set-up for the Makefile: tools/setup.sh build|test|lint|bench|coverage|cross|wheels|release|docs|workflows
#
# Makes .venv with what the given group of targets needs, and finds or installs what must come from the system: a C
# compiler, Python's headers and libuv. As root on Debian or Ubuntu it installs what is missing by apt-get; without root
# it unpacks libuv's packages into .deps; on macOS it asks brew. Whatever it cannot do it says, with the line to type.
#
# For the tests and wheels it fetches the source of libuv that they have inside (tools/libuv.sh).
# Writes .venv/.GROUP (touched only when something was installed) and build/env.sh (for the recipes to source).
# PYTHON chooses the interpreter, PYNET_LIBUV a libuv of your own.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
group=${1:?usage: tools/setup.sh build|test|lint|bench|coverage|cross|wheels|release|docs|workflows}
python=${PYTHON:-python3}
py=.venv/bin/python

say() { printf '%s\n' "$@" >&2; }
die() {
    say "" "$@"
    exit 1
}
have() { command -v "$1" > /dev/null 2>&1; }
can_apt() { have apt-get && [ "$(id -u)" = 0 ]; }

# --- packages of the system ---

missing_apt=()  # packages for apt-get
missing_why=()  # what is missing, in words
missing_dnf='' missing_apk=''

# want WHAT APT-PACKAGES DNF-PACKAGES APK-PACKAGES
want() {
    missing_why+=("$1")
    read -ra packages <<< "$2"
    missing_apt+=("${packages[@]}")
    missing_dnf="$missing_dnf $3"
    missing_apk="$missing_apk $4"
}

apt_install() {
    say "installing by apt-get: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update < /dev/null >&2 || say "apt-get update failed; going on with the lists that are there"
    apt-get -qq install -y --no-install-recommends "$@" < /dev/null > build/apt.log 2>&1 || {
        cat build/apt.log >&2
        die "apt-get could not install: $*"
    }
}

install_missing() {
    [ ${#missing_why[@]} -gt 0 ] || return 0
    if can_apt; then
        apt_install "${missing_apt[@]}"
    else
        say "" "What make needs first:" "${missing_why[@]/#/    }" "Install it and try again:"
        say "    Debian, Ubuntu:  apt-get install ${missing_apt[*]}    (as root)"
        say "    Fedora, RHEL:    dnf install${missing_dnf}"
        say "    Alpine:          apk add${missing_apk}"
        [ "$(uname)" = Darwin ] && say "    macOS:           xcode-select --install; brew install python3"
        exit 1
    fi
    missing_why=() missing_apt=() missing_dnf='' missing_apk=''
}

# --- the interpreter ---

find_python() {
    if ! have "$python"; then
        [ "$python" = python3 ] || die "PYTHON=$python is not there."
        want "Python 3.11 or newer" "python3 python3-dev python3-venv" "python3 python3-devel" "python3 python3-dev"
        install_missing
    fi
    # The interpreter below any active venv, its version, and where it looks for its headers.
    local facts
    facts=$("$python" -c '
import os, sys, sysconfig
print(sys.implementation.name, "%d.%d" % sys.version_info[:2], sys.version_info[:2] >= (3, 11))
print(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))
print(sysconfig.get_path("include"))
print(sys.version.replace("\n", " "))') || die "$python does not run."
    { read -r name version new_enough; read -r base_python; read -r include; read -r banner; } <<< "$facts"
    [ "$name" = cpython ] || die "pynet needs CPython; $python is $name."
    [ "$new_enough" = True ] || die "pynet needs Python 3.11 or newer; $python is $version." \
        "Choose another one: make PYTHON=python3.12 ..."
}

check_tools() {
    # Of Debian's own Pythons, each version has packages of its own.
    local debian=python3
    [ "$base_python" = "/usr/bin/python$version" ] && debian="python$version"
    have "${CC:-cc}" || have gcc ||
        want "a C compiler" "gcc libc6-dev" gcc "gcc musl-dev"
    [ -e "$include/Python.h" ] ||
        want "Python's headers (Python.h)" "$debian-dev" python3-devel python3-dev
    "$base_python" -c 'import ensurepip, venv' 2> /dev/null ||
        want "Python's venv module" "$debian-venv" python3 python3
    install_missing
}

# --- libuv ---

libuv_in_system() { have pkg-config && pkg-config --atleast-version=1.44 libuv; }

# Without root: Debian's packages, unpacked.
unpack_libuv() {
    have apt-get && have dpkg-deb || return 1
    say "unpacking libuv into .deps"
    rm -rf .deps && mkdir -p .deps/debs .deps/state/lists/partial .deps/cache/archives/partial
    local own_lists=(-o "Dir::State=$root/.deps/state" -o "Dir::State::status=/var/lib/dpkg/status"
        -o "Dir::Cache=$root/.deps/cache")
    (
        cd .deps/debs
        exec > ../apt.log 2>&1 < /dev/null
        apt-get download libuv1-dev || {
            # The lists of the system are empty or old: fetch some of our own.
            apt-get "${own_lists[@]}" update
            apt-get "${own_lists[@]}" download libuv1-dev
        }
        # The library itself has another name from Debian 13 on.
        for name in libuv1 libuv1t64; do
            apt-get download $name || apt-get "${own_lists[@]}" download $name || true
        done
        for file in *.deb; do
            dpkg-deb -x "$file" ..
        done
    ) || {
        cat .deps/apt.log >&2
        rm -rf .deps
        return 1
    }
    rm -rf .deps/debs .deps/state .deps/cache
    [ -e .deps/usr/include/uv/version.h ]
}

find_libuv() {
    local_libuv=''
    [ -z "${PYNET_LIBUV:-}" ] || return 0
    [ "${PYNET_SYSTEM_LIBUV:-1}" != 0 ] || { bash tools/libuv.sh && return 0; }
    libuv_in_system && return 0
    if can_apt; then
        apt_install libuv1-dev pkg-config
        libuv_in_system && return 0
    elif have brew; then
        say "installing by brew: libuv pkg-config"
        brew install -q libuv pkg-config >&2 && libuv_in_system && return 0
    elif [ -e .deps/usr/include/uv/version.h ] || unpack_libuv; then
        local_libuv=$root/.deps/usr
        return 0
    fi
    die "pynet needs libuv 1.44 or newer. Install it and try again:" \
        "    Debian, Ubuntu:  apt-get install libuv1-dev pkg-config    (as root)" \
        "    Fedora, RHEL:    dnf install libuv-devel pkgconf-pkg-config" \
        "    Alpine:          apk add libuv-dev pkgconf" \
        "    macOS:           brew install libuv pkg-config" \
        "or set PYNET_LIBUV to the prefix of a libuv of your own."
}

write_env() {
    {
        echo "# made by tools/setup.sh"
        [ -z "$local_libuv" ] || printf 'export PYNET_LIBUV=%q\n' "$local_libuv"
        # Also when vendor/libuv is there. PYNET_SYSTEM_LIBUV=0 make test takes that one.
        echo 'export PYNET_SYSTEM_LIBUV="${PYNET_SYSTEM_LIBUV:-1}"'
    } > build/env.sh.new
    if cmp -s build/env.sh.new build/env.sh; then
        rm build/env.sh.new
    else
        mv build/env.sh.new build/env.sh
    fi
}

# --- the virtual environment ---

make_venv() {
    local key="$base_python $banner"
    [ -x "$py" ] && [ "$(cat .venv/.python 2> /dev/null)" = "$key" ] && return 0
    say "making .venv with $base_python ($version)"
    rm -rf .venv
    "$base_python" -m venv .venv || die "$base_python -m venv failed."
    # The checkout itself, for every process that this Python starts, wherever it runs.
    echo "$root" > "$("$py" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/pynet-checkout.pth"
    echo "$key" > .venv/.python
}

# pyproject.toml is the one place that lists what each group needs.
requirements() {
    "$base_python" - "$group" << 'END'
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)
groups = {**project["dependency-groups"], **project["project"]["optional-dependencies"]}
wanted = groups[sys.argv[1]]
if sys.argv[1] == "lint":
    wanted = wanted + groups["test"]   # mypy and ruff look at the tests too
print("\n".join(sorted(wanted)))
END
}

install_group() {
    local wanted stamp=.venv/.$group
    wanted=$(requirements)
    [ "$(cat "$stamp" 2> /dev/null)" = "$wanted" ] && return 0
    say "installing into .venv: ${wanted//$'\n'/ }"
    local line lines=()
    while read -r line; do lines+=("$line"); done <<< "$wanted"
    "$py" -m pip install -qq --disable-pip-version-check "${lines[@]}" >&2 || die "pip could not install: $wanted"
    printf '%s\n' "$wanted" > "$stamp"
}

# Whose loops drive pynet's in tests/aio. Without one its tests fail, unless this Python has no wheel of it
# (tests/support/hosts.py). Tried once for each .venv.
install_hosts() {
    [ ! -e .venv/.hosts ] || return 0
    local name
    for name in uvloop trio PySide6-Essentials; do
        "$py" -m pip install -qq --disable-pip-version-check --only-binary :all: $name ||
            say "$name could not be installed: its tests fail, if there is a wheel for this Python"
    done
    if can_apt && ! have xvfb-run; then
        (apt_install xvfb python3-tk) || say "Xvfb and Tk could not be installed: the test of Tk is skipped"
    fi
    touch .venv/.hosts
}

group_tools() {
    # What only some tests want. Without root they are not installed: those tests fail and name the package.
    case $group in
        test)
            local missing=()
            have nc || missing+=(netcat-openbsd)
            have strace || missing+=(strace)
            have valgrind || missing+=(valgrind)
            have mandoc || missing+=(mandoc)
            have zsh || missing+=(zsh)
            have fish || missing+=(fish)
            [ ${#missing[@]} = 0 ] || { can_apt && apt_install "${missing[@]}"; }
            # Not every Python has a wheel of gevent: without it those tests are skipped. Tried once for each .venv.
            [ -e .venv/.gevent ] || "$py" -m pip install -qq --disable-pip-version-check --only-binary :all: gevent ||
                say "gevent could not be installed: its tests are skipped"
            touch .venv/.gevent
            install_hosts
            bash tools/libuv.sh || say "the tests of the source distribution will fail"
            ;;
        wheels | release) bash tools/libuv.sh ;;
        bench) can_apt && ! have valgrind && apt_install valgrind ;;
    esac
    return 0
}

mkdir -p build
find_python
if [ "$group" = build ]; then
    check_tools
    find_libuv
    write_env
fi
make_venv
install_group
group_tools
