#!/usr/bin/env bash
# Runs pytest on the sanitized copy in build/asan: tools/asan.sh [pytest arguments]
# The interpreter is not sanitized itself, so the sanitizers' runtime has to be loaded before it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
cc=${CC:-gcc}
preload=''
for name in libasan.so libubsan.so; do
    file=$($cc -print-file-name=$name)
    [ -e "$file" ] || {
        echo "make asan needs gcc's sanitizer libraries ($name was not found by $cc)." >&2
        echo "    Debian, Ubuntu:  apt-get install gcc" >&2
        echo "    Fedora, RHEL:    dnf install libasan libubsan" >&2
        exit 1
    }
    preload="$preload${preload:+ }$file"
done

# The interpreter frees little at exit; leaks are for the live counters and the soak test to find. Python's own
# allocator would hide overruns inside its arenas.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:abort_on_error=1:allocator_may_return_null=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export PYTHONMALLOC=malloc PYNET_ASAN=1
export PYTHONPATH=$root/build/asan

# From build/asan, so that the current directory holds the sanitized copy too: name the tests by their full paths.
arguments=() paths=0
for argument in "$@"; do
    if [ -e "${argument%%::*}" ]; then
        argument=$root/$argument paths=1
    fi
    arguments+=("$argument")
done
[ $paths = 1 ] || arguments+=("$root/tests")
cd build/asan
exec env LD_PRELOAD="$preload" "$root/.venv/bin/python" -m pytest -c "$root/pyproject.toml" --rootdir "$root" \
    -o timeout=240 -o faulthandler_timeout=420 -p no:cacheprovider "${arguments[@]}"
