# shellcheck shell=sh
# Compiles CPython 3.13 for musl into /opt/musl, in a Debian 13: tools/musl_root.sh runs it there.

prefix=/opt/musl
mkdir -p /srv/musl $prefix/kernel
cd /srv/musl
apt-get -q -o Acquire::Check-Valid-Until=false update
apt-get -q source --download-only --tar-only python3.13 libffi zlib
tar -xf python3.13_*.orig.tar.xz
tar -xf libffi_*.orig.tar.gz
tar -xf zlib_*.orig.tar.gz

# Debian's wrapper of gcc does not look for the kernel's headers, and answers with glibc's triplet.
ln -sfn /usr/include/linux /usr/include/asm-generic /usr/include/x86_64-linux-gnu/asm $prefix/kernel
cat > /usr/local/bin/musl-cc << 'CC'
#!/bin/sh
[ "$1" != --print-multiarch ] || { echo x86_64-linux-musl; exit 0; }
exec musl-gcc "$@"
CC
chmod +x /usr/local/bin/musl-cc
export CC=musl-cc CPPFLAGS="-idirafter $prefix/kernel" PKG_CONFIG=false

cd libffi-*
./autogen.sh
./configure --prefix=$prefix --disable-shared --with-pic --disable-docs --disable-multi-os-directory --host=x86_64-linux-musl
make -s -C x86_64-*-linux-musl install
cd ../zlib-*
CFLAGS="-O1 -fPIC" ./configure --prefix=$prefix --static
make -s libz.a
make -s install
cd ../Python-3.13*
ZLIB_CFLAGS="-I$prefix/include" ZLIB_LIBS="-L$prefix/lib -lz" LIBFFI_CFLAGS="-I$prefix/include" LIBFFI_LIBS="-L$prefix/lib -lffi" \
    ./configure --prefix=$prefix --without-ensurepip --disable-test-modules
sed -i 's/^OPT=.*/OPT=-DNDEBUG -O1/' Makefile
make -s -j"$(nproc)"
make -s install
$prefix/bin/python3.13 -c 'import ctypes, zlib'
