/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wasmlinux.abi.ImageException.Reason;
import dev.wasmlinux.abi.wasm.CodeFeatures.Feature;
import dev.wasmlinux.abi.wasm.FunctionSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramImageTest {

    private static final FunctionSignature NOTHING = TestModule.signature("", "");
    private static final FunctionSignature SYSCALL =
            TestModule.signature("i32 i64 i64 i64 i64 i64 i64", "i32");
    private static final int END = 0x30000;

    private static TestModule imports() {
        return new TestModule()
                .importMemory(3, 32767, true)
                .importFunction("linux", "syscall", SYSCALL);
    }

    private static TestModule exports(TestModule module, String without) {
        if (!without.equals("_start")) {
            module.exportFunction("_start", NOTHING);
        }
        if (!without.equals("__stack_pointer")) {
            module.exportGlobal("__stack_pointer", true, 0x20000);
        }
        if (!without.equals("__tls_base")) {
            module.exportGlobal("__tls_base", true, 0);
        }
        if (!without.equals("__heap_base")) {
            module.exportGlobal("__heap_base", false, END);
        }
        if (!without.equals("__indirect_function_table")) {
            module.exportTable("__indirect_function_table", 5);
        }
        return module;
    }

    private static TestModule program() {
        return exports(imports(), "");
    }

    private static ImageException refused(TestModule module) {
        return refused(module.toBytes(), ProgramLimits.standard());
    }

    private static ImageException refused(byte[] bytes, ProgramLimits limits) {
        ImageException e =
                catchThrowableOfType(
                        ImageException.class, () -> ProgramImage.verify(bytes, limits));
        assertThat(e).as("refusal").isNotNull();
        assertThat(e.getMessage()).contains(";");
        return e;
    }

    @Test
    void acceptsWhatKeepsTheContract() {
        byte[] bytes = program().element(4, 1).passiveData(new byte[9]).toBytes();
        ProgramImage image = ProgramImage.verify(bytes);
        assertThat(image.imageStart()).isEqualTo(0x10000);
        assertThat(image.imageEnd()).isEqualTo(END);
        assertThat(image.features().firstUse()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_start",
                "__stack_pointer",
                "__tls_base",
                "__heap_base",
                "__indirect_function_table"
            })
    void namesAMissingExport(String name) {
        ImageException e = refused(exports(imports(), name));
        assertThat(e.reason()).isEqualTo(Reason.MISSING_EXPORT);
        assertThat(e.subject()).isEqualTo(name);
    }

    @Test
    void namesUnknownImports() {
        ImageException e =
                refused(imports().importFunction("wasi_snapshot_preview1", "fd_write", NOTHING));
        assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_IMPORT);
        assertThat(e.subject()).isEqualTo("wasi_snapshot_preview1.fd_write");
        assertThat(refused(imports().importGlobal("env", "__memory_base")).reason())
                .isEqualTo(Reason.UNKNOWN_IMPORT);
    }

    @Test
    void namesMissingImports() {
        assertThat(refused(exports(new TestModule().importMemory(3, 9, true), "")).subject())
                .isEqualTo("linux.syscall");
        assertThat(refused(new TestModule().importFunction("linux", "syscall", SYSCALL)).subject())
                .isEqualTo("env.memory");
    }

    @Test
    void namesAnImportOfAnotherType() {
        TestModule module =
                new TestModule()
                        .importMemory(3, 9, true)
                        .importFunction("linux", "syscall", TestModule.signature("i32", "i32"));
        assertThat(refused(module).reason()).isEqualTo(Reason.IMPORT_TYPE);
    }

    @ParameterizedTest
    @CsvSource({"3, 32768, true", "3, 65536, true", "3, 100, false"})
    void refusesAnotherMemory(int minimum, int maximum, boolean shared) {
        TestModule module =
                new TestModule()
                        .importMemory(minimum, maximum, shared)
                        .importFunction("linux", "syscall", SYSCALL);
        assertThat(refused(module).reason()).isEqualTo(Reason.MEMORY);
    }

    @Test
    void refusesBadTables() {
        TestModule large = exports(imports(), "__indirect_function_table");
        assertThat(refused(large.exportTable("__indirect_function_table", 200_001)).reason())
                .isEqualTo(Reason.TABLE);
        assertThat(refused(program().exportTable("second", 1)).reason()).isEqualTo(Reason.TABLE);
        assertThat(refused(program().element(1, 1)).getMessage()).contains("--table-base=4");
        assertThat(refused(program().element(4, 1, 1)).reason()).isEqualTo(Reason.TABLE);
        assertThat(refused(program().element(-1, 1)).reason()).isEqualTo(Reason.TABLE);
    }

    @Test
    void namesTheFunctionThatChangesTheTable() {
        TestModule module = program();
        int function = module.function(NOTHING, 0x41, 4, 0xd0, 0x70, 0x26, 0);
        ImageException e = refused(module.functionName(function, "dlopen"));
        assertThat(e.reason()).isEqualTo(Reason.TABLE_CHANGE);
        assertThat(e.subject()).isEqualTo("dlopen");
    }

    @Test
    void refusesInstructionsThatTheEngineLacks() {
        TestModule simd = program();
        simd.function(NOTHING, 0x41, 0, 0xfd, 15, 0x1a);
        assertThat(refused(simd).reason()).isEqualTo(Reason.UNSUPPORTED);
        TestModule legacy = program();
        legacy.function(NOTHING, 0x06, 0x40, 0x19, 0x0b);
        assertThat(refused(legacy).getMessage()).contains("-wasm-use-legacy-eh=false");
        TestModule unknown = program();
        unknown.function(NOTHING, 0xff);
        assertThat(refused(unknown).reason()).isEqualTo(Reason.UNSUPPORTED);
    }

    @Test
    void namesAFunctionThatIsTooLarge() {
        TestModule module = program();
        int[] code = new int[60_000];
        Arrays.fill(code, 0x01);
        int function = module.function(NOTHING, code);
        ImageException e = refused(module.functionName(function, "huge"));
        assertThat(e.reason()).isEqualTo(Reason.FUNCTION_TOO_LARGE);
        assertThat(e.subject()).isEqualTo("huge");
        assertThat(ProgramImage.verify(module.toBytes(), new ProgramLimits(99999, 99999, 9, 9)))
                .isNotNull();
    }

    @Test
    void refusesLargeFiles() {
        byte[] bytes = program().toBytes();
        ProgramLimits small = new ProgramLimits(bytes.length - 1, 99, 99, 99);
        assertThat(refused(bytes, small).reason()).isEqualTo(Reason.FILE_TOO_LARGE);
        ProgramLimits few = new ProgramLimits(bytes.length, 99, 1, 99);
        assertThat(refused(bytes, few).reason()).isEqualTo(Reason.FILE_TOO_LARGE);
    }

    @Test
    void refusesImagesOutsideUserAddresses() {
        for (int end : new int[] {0, 0xffff, 0x7fff0001, -1}) {
            TestModule module = exports(imports(), "__heap_base");
            assertThat(refused(module.exportGlobal("__heap_base", false, end)).reason())
                    .isEqualTo(Reason.LAYOUT);
        }
        for (int at : new int[] {0, 0xffff, END - 1, -1}) {
            assertThat(refused(program().activeData(at, new byte[2])).reason())
                    .isEqualTo(Reason.LAYOUT);
        }
    }

    @Test
    void refusesOtherFiles() {
        byte[] script = "#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(refused(script, ProgramLimits.standard()).reason()).isEqualTo(Reason.NOT_WASM);
        byte[] cut = Arrays.copyOf(program().toBytes(), 40);
        assertThat(refused(cut, ProgramLimits.standard()).reason()).isEqualTo(Reason.TRUNCATED);
    }

    @Test
    void everyDamageGivesAProgramOrTheTypedError() {
        Random random = new Random(1);
        byte[] good = program().element(4, 1).activeData(0x10000, new byte[9]).toBytes();
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            try {
                ProgramImage.verify(bad);
            } catch (ImageException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(5000);
    }

    static boolean hasCompiler() {
        return Files.isExecutable(Path.of("/usr/bin/clang-22"))
                && Files.isExecutable(Path.of("/usr/bin/wasm-ld-22"));
    }

    /** What the stock compiler makes of the contract's flags must pass. */
    @Test
    @EnabledIf("hasCompiler")
    void acceptsProgramsOfTheStockCompiler(@TempDir Path directory) throws Exception {
        Path source = directory.resolve("p.c");
        Files.writeString(
                source,
                """
                __attribute__((import_module("linux"), import_name("syscall")))
                int linux_syscall(int, long long, long long, long long, long long, long long,
                                  long long);
                static _Thread_local int local = 7;
                static int counter;
                static int one(int x) { return x + local; }
                static int two(int x) { return x * 3; }
                int (*volatile table[])(int) = {one, two};
                void _start(void) {
                    __atomic_fetch_add(&counter, 1, __ATOMIC_SEQ_CST);
                    linux_syscall(93, table[counter & 1](5), 0, 0, 0, 0, 0);
                }
                """);
        Path program = directory.resolve("p.wasm");
        run(
                List.of(
                        "clang-22",
                        "--target=wasm32-unknown-unknown",
                        "-matomics",
                        "-mbulk-memory",
                        "-O2",
                        "-nostdlib",
                        "-fuse-ld=/usr/bin/wasm-ld-22",
                        "-Wl,--import-memory,--shared-memory,--max-memory=2147418112",
                        "-Wl,--global-base=65536,--table-base=4,--export-table",
                        "-Wl,--export=__stack_pointer,--export=__tls_base,--export=__heap_base",
                        source.toString(),
                        "-o",
                        program.toString()),
                directory);

        ProgramImage image = ProgramImage.verify(Files.readAllBytes(program));
        assertThat(image.imageEnd()).isGreaterThan(0x10000);
        assertThat(image.features().uses(Feature.ATOMICS)).isTrue();
        assertThat(SymbolTable.of(image.module()).names()).containsValues("_start", "one", "two");
        assertThat(image.module().startFunction()).isPresent();
    }

    private static void run(List<String> command, Path directory)
            throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }
}
