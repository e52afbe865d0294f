/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static dev.wasmlinux.host.engine.ModuleBuilder.I64;
import static dev.wasmlinux.host.engine.ModuleBuilder.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.engine.ModuleBuilder;
import dev.wasmlinux.host.engine.ModuleBuilder.Bytes;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.WriteOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that no compiler would make, or that do what they should not: the guest refuses them or
 * kills them, and goes on.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HandMadeProgramsTest {
    private static final int NOT_EXECUTABLE = 126;
    private static final int SIGILL = 128 + 4;
    private static final int SIGBUS = 128 + 7;
    private static final int SIGFPE = 128 + 8;
    private static final int SIGSEGV = 128 + 11;

    @TempDir Path directory;

    private final Map<String, byte[]> programs = new LinkedHashMap<>();
    private final Map<String, Integer> expected = new LinkedHashMap<>();

    /** A program with what every one needs; {@code linux.syscall} is function 0. */
    private void program(String name, int status, Bytes code, Consumer<ModuleBuilder> more) {
        ModuleBuilder module = new ModuleBuilder();
        int call = module.type(new int[] {I32, I64, I64, I64, I64, I64, I64}, I32);
        module.importFunction("linux", "syscall", call);
        module.global("__stack_pointer", 1 << 17).global("__tls_base", 0);
        module.constant("__heap_base", 1 << 17);
        module.table(8, 4).exportTable("__indirect_function_table");
        more.accept(module);
        module.function("_start", new int[0], 0, code);
        programs.put(name, module.build());
        expected.put(name, status);
    }

    private void program(String name, int status, Bytes code) {
        program(name, status, code, module -> {});
    }

    private static Bytes exit(int status) {
        Bytes code = bytes().i32(93).op(0x42).s(status); // exit
        for (int i = 0; i < 5; i++) {
            code.op(0x42).s(0);
        }
        return code.op(0x10).u(0).op(0x1a);
    }

    private void programs() {
        program("good", 42, exit(42));
        program(
                "missing-import",
                NOT_EXECUTABLE,
                exit(0),
                module -> module.importFunction("env", "nothing", module.type(new int[0])));
        program("huge-memory", NOT_EXECUTABLE, exit(0), module -> module.memory(65535));
        program("bad-table", NOT_EXECUTABLE, exit(0), module -> module.table(8, 7, 1, 1, 1));
        program("low-table", NOT_EXECUTABLE, exit(0), module -> module.table(8, 1, 1));
        program(
                "data-outside",
                NOT_EXECUTABLE,
                exit(0),
                module -> module.activeData(0x7fff0000, new byte[70000]));
        // ill-typed: an i64 where the operand of drop and an i32 result are expected
        program("ill-typed", NOT_EXECUTABLE, bytes().op(0x42).s(1).op(0x45, 0x1a));
        program("unreachable", SIGILL, bytes().op(0x00));
        program("divides-by-zero", SIGFPE, bytes().i32(1).i32(0).op(0x6d, 0x1a));
        program("null-pointer", SIGSEGV, bytes().i32(0).op(0x28, 2, 0, 0x1a));
        program("kernel-pointer", SIGSEGV, bytes().i32(-4096).op(0x28, 2, 0, 0x1a));
        program("misaligned", SIGBUS, bytes().i32(65537).op(0xfe, 0x10, 2, 0, 0x1a));
        program(
                "bad-call",
                SIGSEGV,
                bytes().i32(7).op(0x11).u(1).u(0),
                module -> module.type(new int[0]));
        program("recurses", SIGSEGV, bytes().op(0x10).u(1));
        program("returns", SIGILL, bytes());
    }

    private byte[] archive() throws IOException {
        InitramfsBuilder builder = Initramfs.builder().directory("programs", 0755);
        programs.forEach((name, bytes) -> builder.file("programs/" + name, bytes, 0755));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        builder.build()
                .writeTo(archive, WriteOptions.defaults().withCompression(Compression.none()));
        return archive.toByteArray();
    }

    @Test
    void areRefusedOrKilledAndTheGuestGoesOn() throws Exception {
        programs();
        StringBuilder wanted = new StringBuilder();
        expected.forEach((name, status) -> wanted.append(name + " " + status + "\n"));
        MachineImage image =
                MachineImage.bundled()
                        .withExtraInitramfs(archive())
                        .withCodeCache(directory.resolve("code"));
        assertThat(statuses(image)).isEqualTo(wanted.toString());
        List<Path> kept = kept();
        assertThat(kept).isNotEmpty();
        // What was compiled now comes from the cache.
        assertThat(statuses(image)).isEqualTo(wanted.toString());
        assertThat(kept()).isEqualTo(kept);
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("code"))) {
            return files.sorted().toList();
        }
    }

    private String statuses(MachineImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Machine machine =
                Machine.builder().image(image).commandLine("console=hvc0 quiet").build()) {
            machine.start();
            String script =
                    "cd /programs; for p in "
                            + String.join(" ", programs.keySet())
                            + "; do env ./$p 2>/dev/null; echo $p $?; done";
            machine.run(
                    Command.of("sh", "-c", script),
                    InputStream.nullInputStream(),
                    out,
                    OutputStream.nullOutputStream());
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
