#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh BUSYBOX SYSROOT OUT
# Builds the patched tree BUSYBOX (patch set busybox) and writes OUT/busybox.wasm, stripped, and
# OUT/busybox.links, the paths of its applets.
set -eu
cd "$1"
sysroot=$2 out=$3
export KCONFIG_NOTIMESTAMP=1 SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-1700000000}"

make -s defconfig HOSTCC=gcc </dev/null
cat configs/wasm.fragment .config > .config.new
mv .config.new .config
yes '' | make -s oldconfig HOSTCC=gcc >/dev/null

# cmd_busybox__ replaces scripts/trylink, which wants options that only GNU ld has. Partial links
# (LD) need none of the options of a program.
make -s -j"${JOBS:-2}" HOSTCC=gcc \
    CC="clang-22 --config=$sysroot/wasm32-linux-musl.cfg -Qunused-arguments -Wno-ignored-optimization-argument" \
    LD="clang-22 --target=wasm32-unknown-unknown -fuse-ld=/usr/bin/wasm-ld-22" \
    AR=llvm-ar-22 NM=llvm-nm-22 STRIP=llvm-strip-22 OBJCOPY=llvm-objcopy-22 SKIP_STRIP=y \
    cmd_busybox__='$(CC) -o $@ $(core-y) $(libs-y)' busybox busybox.links
mkdir -p "$out"
llvm-strip-22 --strip-all busybox -o "$out/busybox.wasm"
cp busybox.links "$out/"
