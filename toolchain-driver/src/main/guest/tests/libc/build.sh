#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh SYSROOT OUT: compiles the tests of the C library to OUT/test-NAME.wasm
set -eu
sysroot=${1:?usage: build.sh SYSROOT OUT} out=${2:?usage: build.sh SYSROOT OUT}
cd "$(dirname "$0")"
mkdir -p "$out"
for source in *.c; do
    clang-22 --config="$sysroot/wasm32-linux-musl.cfg" -D_GNU_SOURCE -O2 -Wall -Werror \
        -Wno-unused-function "$source" -o "$out/test-${source%.c}.wasm"
done
