#!/usr/bin/env bash
# Runs a command in a Debian 13, which has wine 10, for a system with an older wine: tools/wine_root.sh COMMAND [ARGUMENTS]
#
# Node 24 and newer need the placeholders of VirtualAlloc2(), which wine 8 of Debian 12 does not have. Needs root and
# debootstrap. The root is build/roots/wine, and stays. The checkout and /tmp have the same paths in it.
set -euo pipefail
# What it mounts is its own, and goes when it ends.
[ -n "${PYNET_MOUNTS:-}" ] || PYNET_MOUNTS=own exec unshare -m bash "$0" "$@"
here=$PWD
cd "$(dirname "$0")/.."
. tools/roots.sh
checkout=$PWD
root=$checkout/build/roots/wine

make_root "$root" trixie amd64 ca-certificates
enter_root "$root"
if [ ! -e "$root/.wine" ]; then
    echo "installing wine 10 in build/roots/wine" >&2
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        sh -euc 'apt-get -qq update; apt-get -qq install -y --no-install-recommends wine wine64' > "$root.log" 2>&1 < /dev/null ||
        die "wine could not be installed:" "$(tail -5 "$root.log")"
    touch "$root/.wine"
fi
[ $# -gt 0 ] || exit 0
mkdir -p "$root$checkout" "${PYNET_WINE_TMP:-/tmp}"
mount --bind "$checkout" "$root$checkout"
# wineserver's sockets are in /tmp. PYNET_WINE_TMP=FOLDER keeps them where no other program clears it.
mount --bind "${PYNET_WINE_TMP:-/tmp}" "$root/tmp"
cd "$root"
exec chroot "$root" /usr/bin/env -C "$here" HOME=/root "$@"
