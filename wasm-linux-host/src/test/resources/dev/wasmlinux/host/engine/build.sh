#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuilds the test modules beside this script with the distribution's clang 22.
set -eu
cd "$(dirname "$0")"
FLAGS="--target=wasm32-unknown-unknown -matomics -mbulk-memory -O2 -ffreestanding -nostdlib
    -fno-strict-aliasing -Wall -Werror
    -Wl,--no-entry,--import-memory,--shared-memory,--max-memory=2147418112,--global-base=65536
    -Wl,--table-base=4,--export=__stack_pointer,--export=__heap_base"
build() {
    name=$1
    shift
    # shellcheck disable=SC2086
    clang-22 $FLAGS "$@" -o "$name.wasm"
}
build compute compute.c
build switch switch.c
build setjmp -mexception-handling -mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=false \
    setjmp.c setjmp-runtime.c
build threads -Wl,--export=__tls_base,--export=__wasm_init_tls threads.c
build fork fork.c
