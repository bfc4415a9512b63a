# shellcheck shell=sh
# Compiles CPython 3.13 for musl into /opt/musl, in a Debian 13 on x86-64: tools/musl_root.sh runs it there. $1 is the
# processor, x86_64 or aarch64. For aarch64 the compiler is Debian's cross compiler.

machine=$1 triple=$1-linux-musl prefix=/opt/musl
mkdir -p /srv/musl $prefix/kernel
cd /srv/musl
[ "$machine" = x86_64 ] || dpkg --add-architecture arm64
apt-get -q -o Acquire::Check-Valid-Until=false update
cross='' python_cross='' atomics=''
if [ "$machine" = aarch64 ]; then
    apt-get -q install -y --no-install-recommends \
        gcc-aarch64-linux-gnu musl-dev:arm64 busybox-static:arm64 python3.13 < /dev/null
    cross=--build=x86_64-linux-gnu
    # configure cannot try the last three.
    python_cross="--host=$triple --with-build-python=python3.13"
    python_cross="$python_cross ac_cv_file__dev_ptmx=yes ac_cv_file__dev_ptc=no ac_cv_buggy_getaddrinfo=no"
    # Else gcc's atomic operations ask glibc which instructions the processor has.
    atomics=-mno-outline-atomics
fi
apt-get -q source --download-only --tar-only python3.13 libffi zlib
tar -xf python3.13_*.orig.tar.xz
tar -xf libffi_*.orig.tar.gz
tar -xf zlib_*.orig.tar.gz

# Debian's wrapper of gcc does not look for the kernel's headers, and answers with glibc's triplet.
ln -sfn /usr/include/linux /usr/include/asm-generic "/usr/include/$machine-linux-gnu/asm" $prefix/kernel
cat > /usr/local/bin/musl-cc << CC
#!/bin/sh
[ "\$1" != --print-multiarch ] || { echo $triple; exit 0; }
exec $machine-linux-gnu-gcc $atomics "\$@" -specs /usr/lib/$triple/musl-gcc.specs
CC
chmod +x /usr/local/bin/musl-cc
export CC=musl-cc CPPFLAGS="-idirafter $prefix/kernel" PKG_CONFIG=false

cd libffi-*
./autogen.sh
./configure --prefix=$prefix --disable-shared --with-pic --disable-docs --disable-multi-os-directory $cross --host="$triple"
make -s -C "$machine"-*-linux-musl install
cd ../zlib-*
CFLAGS="-O1 -fPIC" ./configure --prefix=$prefix --static
make -s libz.a
make -s install
cd ../Python-3.13*
# shellcheck disable=SC2086  # more than one word
ZLIB_CFLAGS="-I$prefix/include" ZLIB_LIBS="-L$prefix/lib -lz" LIBFFI_CFLAGS="-I$prefix/include" LIBFFI_LIBS="-L$prefix/lib -lffi" \
    ./configure --prefix=$prefix --without-ensurepip --disable-test-modules $cross $python_cross
sed -i 's/^OPT=.*/OPT=-DNDEBUG -O1/' Makefile
make -s -j"$(nproc)"
make -s install
$prefix/bin/python3.13 -c 'import ctypes, zlib'
