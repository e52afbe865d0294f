/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled modules on disk. */
class ModuleCacheTest {
    private static final CompileOptions OPTIONS = CompileOptions.defaults();
    private static final long PLENTY = 1L << 30;

    @TempDir Path temporary;

    private Path directory() {
        return temporary.resolve("code");
    }

    private ModuleCache cache(long limit) {
        return new ModuleCache(directory(), limit);
    }

    private static byte[] wasm() {
        return Engines.resource("compute.wasm");
    }

    private List<Path> files() throws IOException {
        if (!Files.exists(directory())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory())) {
            return files.sorted().toList();
        }
    }

    private static void works(CompiledModule module) {
        assertThat(module.form()).isEqualTo(Form.PROGRAM);
        assertThat(module.layout().table().size()).isEqualTo(7);
        module.newContext(0, Engines.Compiled.imports(Form.PROGRAM));
        module.layout().functions().keySet().forEach(module::export);
    }

    @Test
    void aSecondCacheOfTheDirectoryDoesNotCompile() throws Exception {
        works(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS));
        Path entry = files().get(0);
        assertThat(files()).hasSize(1);
        byte[] bytes = Files.readAllBytes(entry);
        // Another module in its place: whoever compiles does not get it.
        CompiledModule other =
                cache(PLENTY).compile(Engines.resource("threads.wasm"), Form.PROGRAM, OPTIONS);
        Path second = files().stream().filter(file -> !file.equals(entry)).findAny().orElseThrow();
        Files.copy(second, entry, StandardCopyOption.REPLACE_EXISTING);
        assertThat(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS).layout().functionNames())
                .isEqualTo(other.layout().functionNames());
        Files.write(entry, bytes);
        works(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS));
    }

    @Test
    void sameModuleSameBytes() throws Exception {
        cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS);
        Path entry = files().get(0);
        byte[] first = Files.readAllBytes(entry);
        Files.delete(entry);
        cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS);
        assertThat(entry).hasBinaryContent(first);
    }

    @Test
    void aDamagedEntryIsCompiledAgain() throws Exception {
        cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS);
        Path entry = files().get(0);
        byte[] good = Files.readAllBytes(entry);
        for (int length : new int[] {0, 1, 30, 200, good.length / 2}) {
            Files.write(entry, Arrays.copyOf(good, length));
            works(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS));
            assertThat(entry).hasBinaryContent(good);
        }
        for (int at = 0; at < good.length; at += 1 + good.length / 60) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            Files.write(entry, bad);
            works(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS));
        }
    }

    @Test
    void whatWasUsedTheLongestTimeAgoGoes() throws Exception {
        cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS);
        Path first = files().get(0);
        cache(PLENTY).compile(Engines.resource("threads.wasm"), Form.PROGRAM, OPTIONS);
        Path second = files().stream().filter(file -> !file.equals(first)).findAny().orElseThrow();
        Instant past = Instant.now().minus(Duration.ofDays(1));
        Files.setLastModifiedTime(first, FileTime.from(past));
        Files.setLastModifiedTime(second, FileTime.from(past.minusSeconds(1)));
        Path abandoned = Files.createFile(directory().resolve("x.part"));
        Files.setLastModifiedTime(abandoned, FileTime.from(past));
        Path fresh = Files.createFile(directory().resolve("y.part"));
        // Using the second makes it the younger one.
        cache(PLENTY).compile(Engines.resource("threads.wasm"), Form.PROGRAM, OPTIONS);
        long limit = Files.size(second) + 1;
        CompileOptions others = OPTIONS.withLimits(1 << 20, 1 << 20);
        cache(limit).compile(Engines.resource("threads.wasm"), Form.PROGRAM, others);
        assertThat(files()).doesNotContain(first, abandoned).contains(fresh).hasSize(2);
    }

    @Test
    void onlyTheOwnerMayWrite() throws Exception {
        works(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
        Files.delete(files().get(0));
        for (String open : new String[] {"rwxrwx---", "rwx---rwx"}) {
            Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString(open));
            works(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS));
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void worksWithoutADirectory() throws Exception {
        Files.createFile(directory());
        works(cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS));
        assertThat(directory()).isEmptyFile();
    }

    @Test
    void aBadModuleIsNotKept() throws Exception {
        assertThatThrownBy(() -> cache(PLENTY).compile(new byte[] {0, 1}, Form.PROGRAM, OPTIONS))
                .isInstanceOf(ModuleException.class);
        assertThat(files()).isEmpty();
    }

    @Test
    void anyNumberOfThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<CompiledModule>> all = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                all.add(threads.submit(() -> cache(PLENTY).compile(wasm(), Form.PROGRAM, OPTIONS)));
            }
            for (Future<CompiledModule> module : all) {
                works(module.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(files()).hasSize(1);
    }
}
