#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh SYSROOT OUT: compiles the agent to OUT/init.wasm
set -eu
sysroot=${1:?usage: build.sh SYSROOT OUT} out=${2:?usage: build.sh SYSROOT OUT}
cd "$(dirname "$0")"
mkdir -p "$out"
clang-22 --config="$sysroot/wasm32-linux-musl.cfg" -std=gnu11 -O2 -Wall -Wextra -Werror \
    ./*.c -o "$out/init.wasm"
