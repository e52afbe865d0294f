/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDirectoryTest {
    @TempDir Path directory;

    private void refused(Kind kind, String text) {
        assertThatThrownBy(() -> ImageDirectory.load(directory))
                .hasMessageContaining(text)
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(kind);
    }

    private void pack(String name, String text) throws IOException {
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(directory.resolve(name)))) {
            out.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    @Test
    void saysWhatIsWrongWithADirectory() throws Exception {
        refused(Kind.USAGE, "has no manifest.json");
        Path manifest = directory.resolve("manifest.json");
        Files.writeString(manifest, "{");
        refused(Kind.STORAGE, "manifest.json");
        Files.writeString(manifest, "{\"files\": []}");
        refused(Kind.STORAGE, "vmlinux.wasm.gz");
        pack("vmlinux.wasm.gz", "kernel");
        refused(Kind.CHECKSUM, "vmlinux.wasm.gz is not named in the manifest");
        Files.writeString(
                manifest, "{\"files\": [{\"name\": \"vmlinux.wasm\", \"sha256\": \"00\"}]}");
        refused(Kind.CHECKSUM, "does not hold the bytes that the manifest names");
    }
}
