#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuilds the test module beside this script with the distribution's clang 22.
set -eu
cd "$(dirname "$0")"
clang-22 --target=wasm32-unknown-unknown -matomics -mbulk-memory -O2 -ffreestanding -nostdlib \
    -fno-strict-aliasing -Wall -Werror \
    -mexception-handling -mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=false \
    -Wl,--no-entry,--import-memory,--shared-memory,--max-memory=2147418112 \
    -Wl,--global-base=65536,--table-base=4,--export=__stack_pointer,--export=__heap_base \
    programs.c ../setjmp-runtime.c -o programs.wasm
