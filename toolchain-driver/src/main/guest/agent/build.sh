#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh SYSROOT OUT: compiles the agent to OUT/init.wasm
set -eu
sysroot=${1:?usage: build.sh SYSROOT OUT} out=${2:?usage: build.sh SYSROOT OUT}
cd "$(dirname "$0")"
mkdir -p "$out"
clang-22 --config="$sysroot/wasm32-linux-musl.cfg" -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra \
    -Wno-unused-parameter -Wno-sign-compare -Werror \
    main.c system.c command.c flow.c frame.c -Wl,--strip-all -o "$out/init.wasm"
