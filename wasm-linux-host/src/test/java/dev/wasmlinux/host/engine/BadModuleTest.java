/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the bytes are, the only failure is a {@link ModuleException}. */
@Timeout(300)
class BadModuleTest {
    private static void compileOrRefuse(byte[] wasm) {
        try {
            CompiledModule module =
                    CompiledModule.compile(
                            wasm,
                            Form.PROGRAM,
                            CompileOptions.defaults().withLimits(1 << 20, 16 << 20));
            assertThat(module.layout()).isNotNull();
        } catch (ModuleException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static void refused(byte[] wasm, Form form, String message) {
        assertThatThrownBy(() -> CompiledModule.compile(wasm, form, CompileOptions.defaults()))
                .isInstanceOf(ModuleException.class)
                .hasMessageContaining(message);
    }

    @Test
    void truncatedModules() {
        for (String resource : new String[] {"threads.wasm", "compute.wasm"}) {
            byte[] wasm = Engines.resource(resource);
            for (int length = 0; length < wasm.length; length += 1 + length / 40) {
                byte[] shorter = Arrays.copyOf(wasm, length);
                assertThatThrownBy(
                                () ->
                                        CompiledModule.compile(
                                                shorter, Form.PROGRAM, CompileOptions.defaults()))
                        .isInstanceOf(ModuleException.class);
            }
        }
    }

    @Test
    void mutatedModules() {
        Random random = new Random(42);
        for (String resource : new String[] {"threads.wasm", "setjmp.wasm", "fork.wasm"}) {
            byte[] wasm = Engines.resource(resource);
            for (int round = 0; round < 150; round++) {
                byte[] changed = wasm.clone();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    int at = random.nextInt(Math.min(changed.length, 3000));
                    changed[at] = (byte) random.nextInt(256);
                }
                compileOrRefuse(changed);
            }
        }
    }

    @Test
    void randomBytesBehindAGoodHeader() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = new byte[8 + random.nextInt(200)];
            random.nextBytes(bytes);
            System.arraycopy(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}, 0, bytes, 0, 8);
            compileOrRefuse(bytes);
        }
    }

    @Test
    void otherFilesAreNoModules() {
        refused(new byte[0], Form.PROGRAM, "not a WebAssembly module");
        refused(
                "#!/bin/sh\nexit 0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Form.PROGRAM,
                "not a WebAssembly module");
    }

    @Test
    void importsMustBeOffered() {
        ModuleBuilder unknown = new ModuleBuilder();
        int type = unknown.type(new int[] {I32}, I32);
        unknown.importFunction("linux", "fork", type);
        refused(unknown.build(), Form.PROGRAM, "linux.fork");
        ModuleBuilder wrongType = new ModuleBuilder();
        wrongType.importFunction("host", "cpu_relax", wrongType.type(new int[] {I32}, I32));
        refused(wrongType.build(), Form.KERNEL, "host.cpu_relax");
        ModuleBuilder kernel = new ModuleBuilder();
        kernel.importFunction("host", "cpu_relax", kernel.type(new int[0]));
        refused(kernel.build(), Form.PROGRAM, "host.cpu_relax");
    }

    @Test
    void limitsAreKept() {
        byte[] wasm = Engines.resource("compute.wasm");
        assertThatThrownBy(
                        () ->
                                CompiledModule.compile(
                                        wasm,
                                        Form.PROGRAM,
                                        CompileOptions.defaults().withLimits(100, 1 << 20)))
                .isInstanceOf(ModuleException.class)
                .hasMessageContaining("100 bytes");
        assertThatThrownBy(
                        () ->
                                CompiledModule.compile(
                                        wasm,
                                        Form.PROGRAM,
                                        CompileOptions.defaults().withLimits(1 << 20, 1000)))
                .isInstanceOf(ModuleException.class)
                .hasMessageContaining("1000 bytes");
    }

    @Test
    void instructionsOutsideOfTheFormAreRefused() {
        refused(Engines.resource("threads.wasm"), Form.KERNEL, "Wait");
        ModuleBuilder table = new ModuleBuilder();
        table.function("set", new int[0], I32, ModuleBuilder.bytes().op(0xfc, 16, 0));
        refused(table.table(4, 4).build(), Form.PROGRAM, "function set");
    }

    @Test
    void aFunctionTooBigForTheJvmIsNamed() {
        ModuleBuilder builder = new ModuleBuilder();
        ModuleBuilder.Bytes code = ModuleBuilder.bytes().locals(1);
        for (int i = 0; i < 30000; i++) {
            code.i32(i * 77777).op(0x6a);
        }
        builder.function("enormous", new int[] {I32}, I32, code);
        refused(builder.build(), Form.PROGRAM, "enormous");
        ModuleBuilder straight = new ModuleBuilder();
        ModuleBuilder.Bytes less = ModuleBuilder.bytes().locals(1);
        for (int i = 0; i < 4000; i++) {
            less.i32(i * 77777).op(0x6a);
        }
        straight.function("indivisible", new int[] {I32}, I32, less);
        refused(straight.build(), Form.PROGRAM, "indivisible");
    }
}
