/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheLayoutTest {
    @TempDir Path directory;

    @Test
    void followsTheXdgSpecification() {
        Path home = Path.of(System.getProperty("user.home"), ".cache", "wasm-linux");
        assertThat(CacheLayout.userCache(Map.of())).isEqualTo(home);
        assertThat(CacheLayout.userCache(Map.of("XDG_CACHE_HOME", "relative"))).isEqualTo(home);
        assertThat(CacheLayout.userCache(Map.of("XDG_CACHE_HOME", "/x")))
                .isEqualTo(Path.of("/x/wasm-linux"));
        assertThat(CacheLayout.userCache(Map.of("XDG_CACHE_HOME", "/x", "WASM_LINUX_CACHE", "/y")))
                .isEqualTo(Path.of("/y"));
    }

    @Test
    void worksWhereMakeCanAndElsewhereIfItCannot() throws IOException {
        Path plain = directory.resolve("caché");
        assertThat(CacheLayout.of(plain, directory).work()).isEqualTo(plain.resolve("work"));

        CacheLayout odd = CacheLayout.of(directory.resolve("a b"), directory);
        assertThat(odd.work().toString()).doesNotContain(" ").startsWith(directory.toString());
        assertThat(CacheLayout.of(directory.resolve("a:b"), directory).work())
                .isNotEqualTo(odd.work());
        odd.createWork();
        odd.createWork();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(odd.work())))
                .isEqualTo("rwx------");
    }

    @Test
    void refusesAWorkDirectoryThatSomebodyElseHasPrepared() throws IOException {
        CacheLayout odd = CacheLayout.of(directory.resolve("a b"), directory);
        Files.createSymbolicLink(odd.work(), Files.createDirectory(directory.resolve("trap")));
        assertThatThrownBy(odd::createWork)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a directory of this user");
    }
}
