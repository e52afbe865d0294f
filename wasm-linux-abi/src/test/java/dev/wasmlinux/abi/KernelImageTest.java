/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wasmlinux.abi.ImageException.Reason;
import dev.wasmlinux.abi.wasm.FunctionSignature;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelImageTest {

    private static final String IDENTITY =
            "abi=1\nrelease=6.12.107-test\nconfig=" + "0123456789abcdef".repeat(4) + "\n";
    private static final int PENDING = 0x20000;

    /** A kernel that does everything the contract wants but work. */
    private static TestModule kernel(String withoutExport) {
        TestModule module = imports(new TestModule().importMemory(64, 32767, true));
        for (AbiFunction function : KernelAbi.current().exports()) {
            if (!function.name().equals(withoutExport)) {
                module.exportFunction(function.name(), function.signature());
            }
        }
        for (AbiGlobal global : KernelAbi.current().globals()) {
            if (!global.name().equals(withoutExport)) {
                module.exportGlobal(global.name(), global.type().mutable(), PENDING);
            }
        }
        return module;
    }

    private static TestModule imports(TestModule module) {
        for (AbiFunction function : KernelAbi.current().imports()) {
            module.importFunction(function.module(), function.name(), function.signature());
        }
        return module;
    }

    private static TestModule identified(TestModule module) {
        return module.custom("wasm_linux", IDENTITY.getBytes(StandardCharsets.UTF_8));
    }

    private static ImageException refused(byte[] bytes) {
        ImageException e =
                catchThrowableOfType(ImageException.class, () -> KernelImage.verify(bytes));
        assertThat(e).as("refusal").isNotNull();
        assertThat(e.getMessage()).contains(";");
        return e;
    }

    @Test
    void acceptsWhatKeepsTheContract() {
        KernelImage image = KernelImage.verify(identified(kernel("")).toBytes());

        assertThat(image.abiVersion()).isEqualTo(1);
        assertThat(image.release()).isEqualTo("6.12.107-test");
        assertThat(image.configDigest()).hasSize(64);
        assertThat(image.cpuPending()).isEqualTo(PENDING);
        assertThat(image.memory().minimumPages()).isEqualTo(64);
    }

    @Test
    void fewerImportsAreFine() {
        // A kernel without programs, say, does not import program_new.
        TestModule module = new TestModule().importMemory(64, 1000, true);
        for (AbiFunction function : KernelAbi.current().exports()) {
            module.exportFunction(function.name(), function.signature());
        }
        KernelAbi.current()
                .globals()
                .forEach(g -> module.exportGlobal(g.name(), g.type().mutable(), PENDING));
        assertThat(KernelImage.verify(identified(module).toBytes()).release()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_start",
                "secondary_start",
                "task_start",
                "user_syscall",
                "user_fault",
                "user_trap",
                "user_poll",
                "user_sigreturn",
                "__stack_pointer",
                "current_task",
                "irq_disabled",
                "cpu_pending",
                "irq_lines"
            })
    void namesAMissingExport(String name) {
        ImageException e = refused(identified(kernel(name)).toBytes());
        assertThat(e.reason()).isEqualTo(Reason.MISSING_EXPORT);
        assertThat(e.subject()).isEqualTo(name);
        assertThat(e.getMessage()).contains(name);
    }

    @Test
    void namesAnExportOfAnotherType() {
        TestModule module =
                kernel("user_poll").exportFunction("user_poll", TestModule.signature("i32", "i32"));
        ImageException e = refused(identified(module).toBytes());
        assertThat(e.reason()).isEqualTo(Reason.EXPORT_TYPE);
        assertThat(e.getMessage()).contains("user_poll as (i32) -> i32, want () -> i32");
    }

    @Test
    void namesAConstantWhereAVariableIsWanted() {
        TestModule module = kernel("irq_disabled").exportGlobal("irq_disabled", false, 1);
        assertThat(refused(identified(module).toBytes()).subject()).isEqualTo("irq_disabled");
    }

    @ParameterizedTest
    @CsvSource({"0", "2", "0x7ffefffe", "-4"})
    void refusesPendingWordsOutsideMemory(String address) {
        TestModule module =
                kernel("cpu_pending").exportGlobal("cpu_pending", false, Integer.decode(address));
        assertThat(refused(identified(module).toBytes()).reason()).isEqualTo(Reason.LAYOUT);
    }

    @Test
    void namesAnUnknownImport() {
        TestModule module =
                imports(new TestModule().importMemory(64, 100, true))
                        .importFunction(
                                "host", "teleport", new FunctionSignature(List.of(), List.of()));
        ImageException e = refused(identified(module).toBytes());
        assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_IMPORT);
        assertThat(e.subject()).isEqualTo("host.teleport");
    }

    @Test
    void namesAnImportOfAnotherType() {
        TestModule module =
                new TestModule()
                        .importMemory(64, 100, true)
                        .importFunction("host", "timer_set", TestModule.signature("i32", ""));
        ImageException e = refused(identified(module).toBytes());
        assertThat(e.reason()).isEqualTo(Reason.IMPORT_TYPE);
        assertThat(e.getMessage())
                .contains("host.timer_set as (i32) -> ()", "the host offers (i64) -> ()");
    }

    @Test
    void refusesAForeignModule() {
        ImageException e = refused(kernel("").toBytes());
        assertThat(e.reason()).isEqualTo(Reason.FOREIGN);
        assertThat(e.getMessage()).contains("no custom section wasm_linux");
    }

    @Test
    void refusesANewerContract() {
        byte[] identity = IDENTITY.replace("abi=1", "abi=2").getBytes(StandardCharsets.UTF_8);
        ImageException e = refused(kernel("").custom("wasm_linux", identity).toBytes());
        assertThat(e.reason()).isEqualTo(Reason.NEWER_ABI);
        assertThat(e.getMessage()).contains("ABI version 2", "update wasm-linux-host");
    }

    @ParameterizedTest
    @CsvSource({
        "abi=1, abi=x",
        "abi=1, abi=0",
        "release=6.12.107-test, rel=1",
        "config=, config=Z"
    })
    void refusesABrokenIdentity(String from, String to) {
        byte[] identity = IDENTITY.replace(from, to).getBytes(StandardCharsets.UTF_8);
        ImageException e = refused(kernel("").custom("wasm_linux", identity).toBytes());
        assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({"64, 32768, true", "64, 100, false"})
    void refusesAnotherMemory(int minimum, int maximum, boolean shared) {
        TestModule module = new TestModule().importMemory(minimum, maximum, shared);
        assertThat(refused(identified(module).toBytes()).reason()).isEqualTo(Reason.MEMORY);
    }

    @Test
    void refusesAModuleWithoutMemory() {
        ImageException e = refused(identified(new TestModule()).toBytes());
        assertThat(e.reason()).isEqualTo(Reason.MISSING_IMPORT);
        assertThat(e.subject()).isEqualTo("env.memory");
    }

    @Test
    void refusesOtherFiles() {
        byte[] elf = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0};
        assertThat(refused(elf).reason()).isEqualTo(Reason.NOT_WASM);
        assertThat(refused(new byte[0]).reason()).isEqualTo(Reason.NOT_WASM);
        byte[] good = identified(kernel("")).toBytes();
        ImageException cut = refused(Arrays.copyOf(good, good.length / 2));
        assertThat(cut.reason()).isEqualTo(Reason.TRUNCATED);
        assertThat(cut.getMessage()).contains("cut short");
    }

    @Test
    void everyDamageGivesAnImageOrTheTypedError() {
        Random random = new Random(1);
        byte[] good = identified(kernel("")).toBytes();
        for (int i = 0; i < 5000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            try {
                assertThat(KernelImage.verify(bad).abiVersion()).isEqualTo(1);
            } catch (ImageException e) {
                assertThat(e.reason()).isNotNull();
            }
        }
    }
}
