#!/usr/bin/env bash
# Runs the programs of tests/core, and pytest on the copy in build/coverage, which count lines and branches, and prints
# what of csrc has run: tools/coverage.sh [pytest arguments]
# The counters are written when a process exits, also by os._exit(): coverage_exit.py sees to that. Failing tests do not
# keep the report back; the exit status is theirs.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
python=$root/.venv/bin/python

# The counters of several runs add up: each report begins anew.
mkdir -p build/coverage-core
find build/coverage-temp build/coverage-core -name '*.gcda' -delete
status=0
"$python" tests/core/build_and_run.py --sanitize coverage --build-dir build/coverage-core || status=$?

# From build/coverage, as in tools/asan.sh: name the tests by their full paths.
arguments=() paths=0
for argument in "$@"; do
    if [ -e "${argument%%::*}" ]; then
        argument=$root/$argument paths=1
    fi
    arguments+=("$argument")
done
[ $paths = 1 ] || arguments+=("$root/tests")
cp tools/coverage_exit.py build/coverage/sitecustomize.py
(
    cd build/coverage
    PYTHONPATH=$PWD "$python" -m pytest -c "$root/pyproject.toml" --rootdir "$root" -o timeout=240 \
        -o faulthandler_timeout=420 -p no:cacheprovider "${arguments[@]}"
) || status=$?

mkdir -p build/coverage-report
"$python" -m gcovr --root . --filter csrc/ --gcov-ignore-parse-errors=all --print-summary \
    --html-details build/coverage-report/index.html --txt build/coverage-report/files.txt \
    build/coverage-temp build/coverage-core
echo "each file: build/coverage-report/files.txt; each line: build/coverage-report/index.html"
exit $status
