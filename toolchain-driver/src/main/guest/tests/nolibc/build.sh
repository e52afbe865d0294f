#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh OUT: compiles the programs without a C library to OUT/nolibc-NAME.wasm
set -eu
out=${1:?usage: build.sh OUT}
cd "$(dirname "$0")"
mkdir -p "$out"
for name in init hello halt; do
    clang-22 --target=wasm32-unknown-unknown -std=gnu11 -O2 -Wall -Werror \
        -ffreestanding -fno-builtin -fuse-ld=/usr/bin/wasm-ld-22 -nostdlib \
        -matomics -mbulk-memory \
        -Wl,--import-memory,--shared-memory,--max-memory=2147418112 \
        -Wl,--global-base=65536,--table-base=4,-z,stack-size=16 \
        -Wl,--export=__stack_pointer,--export=__tls_base,--export=__heap_base \
        -Wl,--export-table,--fatal-warnings \
        start.S startc.c "$name.c" -o "$out/nolibc-$name.wasm"
done
