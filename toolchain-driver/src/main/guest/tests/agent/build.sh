#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh SYSROOT OUT: compiles the test of the agent to OUT/test-agent.wasm
#        build.sh native OUT: to OUT/test-agent for this machine
set -eu
sysroot=${1:?usage: build.sh SYSROOT OUT} out=${2:?usage: build.sh SYSROOT OUT}
cd "$(dirname "$0")"
mkdir -p "$out"
sources="commands.c ../../agent/command.c ../../agent/flow.c ../../agent/frame.c"
flags="-std=gnu11 -O1 -g -Wall -Werror -Wno-sign-compare"
if [ "$sysroot" = native ]; then
    gcc $flags -fsanitize=address,undefined $sources -o "$out/test-agent"
else
    clang-22 --config="$sysroot/wasm32-linux-musl.cfg" $flags $sources -o "$out/test-agent.wasm"
fi
