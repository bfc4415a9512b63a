# shellcheck shell=bash
# Debian systems in folders, made by debootstrap, for tools/clean_root.sh and tools/matrix.sh to source. They stay in
# build/roots. Needs root; for another processor qemu-user-static as well.

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# suite_with PYTHON: the oldest Debian that has it, such as python3.13.
suite_with() {
    case $1 in
        python3.11) echo bookworm ;;
        python3.13) echo trixie ;;
        python3.14 | python3.15) echo sid ;;
        *) die "no Debian has $1" ;;
    esac
}

# emulate MACHINE: lets the kernel run programs for another processor, by qemu-user-static. systemd does it at boot; a
# container does not.
emulate() {
    [ "$1" != "$(dpkg --print-architecture)" ] || return 0
    local name=qemu-x86_64 kernel=/proc/sys/fs/binfmt_misc
    [ "$1" != arm64 ] || name=qemu-aarch64
    [ -e $kernel/register ] || mount -t binfmt_misc none $kernel || return 0
    [ -e $kernel/$name ] || cat /usr/lib/binfmt.d/$name.conf > $kernel/register ||
        die "$name cannot be registered: apt-get install qemu-user-static"
}

# make_root FOLDER SUITE MACHINE PACKAGES: does nothing if the folder is complete.
make_root() {
    [ "$(id -u)" = 0 ] || die "$0 makes a root, so it must be run as root"
    command -v debootstrap > /dev/null || die "debootstrap is missing: apt-get install debootstrap"
    [ ! -e "$1/.ready" ] || return 0
    emulate "$3"
    echo "making $1 by debootstrap" >&2
    rm -rf "$1"
    mkdir -p "$(dirname "$1")"
    debootstrap --arch="$3" --variant=minbase --include="$4" "$2" "$1" > "$1.log" 2>&1 ||
        die "debootstrap failed; for another processor it needs qemu-user-static and binfmt_misc:" "$(tail -5 "$1.log")"
    touch "$1/.ready"
}

# enter_root FOLDER: gives it /proc, /dev and names.
enter_root() {
    local place
    for place in proc dev; do
        mountpoint -q "$1/$place" || mount --rbind "/$place" "$1/$place"
    done
    cp /etc/resolv.conf /etc/hosts "$1/etc/"
    mkdir -p "$1/etc/ssl/certs"
    cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
}

# matrix_root SUITE: the Debian of tools/matrix.sh and tools/wheel_root.sh. The functions below work in it.
matrix_root() {
    root=$PWD/build/roots/matrix-$1
    make_root "$root" "$1" "$(dpkg --print-architecture)" ca-certificates,make,git,procps
    enter_root "$root"
}

# inside COMMAND...
inside() {
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        PYNET_SYSTEM_LIBUV="${PYNET_SYSTEM_LIBUV:-1}" "$@"
}

# copy_checkout FOLDER: what git tracks, as it is in the working tree. What an earlier copy had beside that goes.
copy_checkout() {
    local copied=$root/$1/.copied
    mkdir -p "$root/$1"
    touch "$copied"
    git ls-files -z | sort -z > "$copied.new"
    (cd "$root/$1" && comm -z -23 .copied .copied.new | xargs -0r rm -f)
    tar -c --null --ignore-failed-read -T "$copied.new" | tar -x -C "$root/$1"
    mv "$copied.new" "$copied"
}

# apt_install PACKAGE...
apt_install() {
    # debootstrap has left lists, which will do when there are no newer ones.
    inside sh -euc 'apt-get -qq update || true; apt-get -qq install -y --no-install-recommends "$@"' sh "$@" \
        > "$root.log" 2>&1 < /dev/null || die "apt-get failed:" "$(tail -5 "$root.log")"
}
