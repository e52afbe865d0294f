/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Compiled C programs: every form against the interpreter. */
class ProgramTest {
    private static void same(Engines engines, String function, long... arguments) {
        Object expected = null;
        for (Engines.Engine engine : engines.all) {
            Object result = engine.call(function, arguments);
            if (expected == null) {
                expected = result;
            }
            assertThat(result).as(function + " in " + engine.name()).isEqualTo(expected);
        }
    }

    private static void with(String resource, java.util.function.Consumer<Engines> body) {
        Engines.onGuestThread(
                () -> {
                    try (Engines engines = new Engines(Engines.resource(resource))) {
                        body.accept(engines);
                    }
                });
    }

    @Test
    void computations() {
        with(
                "compute.wasm",
                engines -> {
                    same(engines, "crc", 2000);
                    for (int kind = 0; kind < 3; kind++) {
                        same(engines, "quicksort", 3000, kind);
                    }
                    same(engines, "sieve", 30000);
                    same(engines, "fibonacci", 16);
                    same(engines, "matrix", 2);
                    same(engines, "mix", 0x123456789abcdefL, -77, 3000);
                    same(engines, "blocks", 200);
                    same(engines, "recurse", 500);
                });
    }

    @Test
    void functionsThatMustBeSplit() {
        with(
                "switch.wasm",
                engines -> {
                    for (int start = 0; start < 6; start++) {
                        same(engines, "interpret", start, 200);
                        same(engines, "straight", start * 77, start * 1001);
                    }
                });
    }

    @Test
    void setjmpAndLongjmp() {
        with(
                "setjmp.wasm",
                engines -> {
                    for (int n = 0; n < 12; n++) {
                        same(engines, "jump", n);
                        same(engines, "nested", n);
                        same(engines, "big", n * 12345);
                    }
                });
    }

    @Test
    void initialData() {
        Engines.onGuestThread(
                () -> {
                    byte[] wasm = Engines.resource("threads.wasm");
                    try (Engines engines = new Engines(wasm, Form.PROGRAM)) {
                        same(engines, "tls", 1);
                        same(engines, "tls", 1);
                        same(engines, "table_sum");
                        same(engines, "table_sum");
                        same(engines, "heap");
                    }
                });
    }

    @Test
    void memoryLooksLikeTheWholeAddressSpaceToAProgram() {
        Engines.onGuestThread(
                () -> {
                    byte[] wasm = Engines.resource("threads.wasm");
                    try (Engines engines = new Engines(wasm, Form.PROGRAM)) {
                        Engines.Engine program = engines.all.get(1);
                        assertThat(program.call("memory_size")).isEqualTo(32767L);
                        assertThat(program.call("memory_grow", 1)).isEqualTo(-1L);
                        assertThat(program.call("wait32", 4096, 7)).isEqualTo(2L);
                        assertThat(program.call("wait64", 4096, 7)).isEqualTo(2L);
                        assertThat(program.call("wait64", 4096, 8)).isEqualTo(1L);
                        assertThat(program.call("wait32", 4097, 7)).isEqualTo("trap");
                        assertThat(program.call("wake", 4096, -1)).isEqualTo(-1L);
                    }
                });
    }
}
