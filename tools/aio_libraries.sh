#!/usr/bin/env bash
# Runs the tests of two libraries that are written for asyncio's streams, over pynet's: aioftp (client and server) and
# redis-py (a client; needs redis-server). Prints which tests pass with asyncio's streams and fail with pynet's.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
folder=$root/build/aio-libraries
mkdir -p "$folder"
cd "$folder"
command -v redis-server >/dev/null || {
    echo "redis-server is not installed: apt-get install redis-server" >&2
    exit 2
}
if [ ! -e .ready ]; then
    "$root/.venv/bin/python" -m venv venv
    venv/bin/pip install -qq setuptools wheel hatchling aioftp==0.28.3 redis==8.1.0 siosocks trustme async_timeout \
        'pytest>=8' pytest-asyncio pytest-mock pytest-timeout packaging requests cachetools
    venv/bin/pip download -qq --no-binary :all: --no-deps --no-build-isolation aioftp==0.28.3 redis==8.1.0
    tar xzf aioftp-0.28.3.tar.gz
    tar xzf redis-8.1.0.tar.gz
    touch .ready
fi

redis-server --port 6399 --save "" >redis.log 2>&1 &
server=$!
trap 'kill $server' EXIT
until redis-cli -p 6399 ping >/dev/null 2>&1; do kill -0 $server; sleep 0.1; done

# run FOLDER NAME [pytest arguments]: the names of the failed tests, in NAME.failed
run() {
    local name=$2
    (
        cd "$1"
        shift 2
        PYTHONPATH=$root/tools:$root "$folder/venv/bin/python" -m pytest -q -o addopts= -o asyncio_mode=auto \
            -p no:cacheprovider --timeout 60 "$@" >"$folder/$name.log" 2>&1 || true
    )
    tail -n 1 "$name.log"
    grep -a -E '^(FAILED|ERROR) ' "$name.log" | sed 's/ - .*//' | sort >"$name.failed" || true
}

redis=(tests/test_asyncio/test_{commands,pubsub,connection,connection_pool,pipeline,lock,encoding,cwe_404}.py
    --redis-url redis://localhost:6399/0 -m 'not onlycluster')
# It compares the text of an error, which is Node's: connect ENOENT.
known='test_connection.py::test_unix_socket_connection_failure$'
status=0
for library in aioftp-0.28.3 redis-8.1.0; do
    arguments=(tests)
    [ "$library" = aioftp-0.28.3 ] || arguments=("${redis[@]}")
    echo "$library, asyncio's streams:"
    run "$library" "$library-asyncio" "${arguments[@]}"
    echo "$library, pynet's streams:"
    run "$library" "$library-pynet" -p aio_libraries_plugin "${arguments[@]}"
    grep -a '^through pynet' "$library-pynet.log"
    comm -13 "$library-asyncio.failed" "$library-pynet.failed" | { grep -v -E "$known" || true; } | sed 's/^/only with pynet: /' |
        tee only
    [ ! -s only ] || status=1
done
exit $status
