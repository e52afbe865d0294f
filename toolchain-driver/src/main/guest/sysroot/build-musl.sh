#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build-musl.sh MUSL LINUX SYSROOT
# Builds the C library in the patched tree MUSL (patch set musl) and fills SYSROOT with it, the
# headers of the patched tree LINUX (patch set linux), compiler runtime and clang configuration.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
musl=$(cd "$1" && pwd) linux=$(cd "$2" && pwd)
mkdir -p "$3/include" "$3/lib"
sysroot=$(cd "$3" && pwd)
jobs=${JOBS:-2}

cd "$musl"
./configure --target=wasm32-linux-musl --prefix=/ --disable-shared --disable-wrapper \
    CC="clang-22 --target=wasm32-unknown-unknown" AR=llvm-ar-22 RANLIB=llvm-ranlib-22 \
    CFLAGS="-O2 -matomics -mbulk-memory -mno-simd128 -mexception-handling \
-mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=false" LIBCC=none
make -s -j"$jobs" AR=llvm-ar-22 RANLIB=llvm-ranlib-22 lib/libc.a lib/crt1.o
make -s install-headers DESTDIR="$sysroot" includedir=/include
cp lib/libc.a lib/crt1.o "$sysroot/lib/"
# What other C libraries have in separate archives is in libc.a.
for name in m rt pthread crypt util xnet resolv dl; do
    rm -f "$sysroot/lib/lib$name.a"
    llvm-ar-22 rcD "$sysroot/lib/lib$name.a"
done

# The compiler that configures the headers is the machine's own: it compiles nothing.
make -s -C "$linux" ARCH=wasm headers_install INSTALL_HDR_PATH="$musl/obj/linux"
cp -rn "$musl/obj/linux/include/." "$sysroot/include/"

cp "$(clang-22 -print-resource-dir)/lib/wasi/libclang_rt.builtins-wasm32.a" "$sysroot/lib/"
cp "$here/wasm32-linux-musl.cfg" "$sysroot/"
