/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        pack(directory.resolve(name), text);
    }

    private static void pack(Path file, String text) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
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

    /** An image whose four files hold one text. */
    private Path image(String name, String text, String compiler, String patches)
            throws IOException {
        Path image = Files.createDirectories(directory.resolve(name));
        StringBuilder files = new StringBuilder();
        for (String file : List.of("vmlinux.wasm", "vmlinux.symbols", "config", "initramfs.cpio")) {
            pack(image.resolve(file + ".gz"), text);
            files.append(files.isEmpty() ? "" : ", ")
                    .append("{\"name\": \"" + file + "\", \"sha256\": \"")
                    .append(Digests.of(text) + "\"}");
        }
        Files.writeString(
                image.resolve("manifest.json"),
                """
                {"files": [%s], "recipe": {"compiler": "%s", "builtins": "b", "sources":
                  [{"component": "linux", "version": "6", "patches": "%s"}]}}
                """
                        .formatted(files, compiler, patches));
        return image;
    }

    @Test
    void comparesBytesAndSaysWhichPartOfTheRecipeIsAnother() throws Exception {
        Path kept = image("kept", "bytes", "clang 1", "p1");
        ImageDirectory.Comparison same =
                ImageDirectory.compare(kept, image("same", "bytes", "clang 2", "p2"));
        assertThat(same.same()).isTrue();
        ImageDirectory.Comparison other =
                ImageDirectory.compare(kept, image("other", "more", "clang 1", "p2"));
        assertThat(other.same()).isFalse();
        assertThat(other.sameCompiler()).isTrue();
        assertThat(other.differences())
                .contains("vmlinux.wasm differs", "patches of linux: p1 then, p2 now")
                .hasSize(5);
        ImageDirectory.Comparison compiler =
                ImageDirectory.compare(kept, image("compiler", "more", "clang 2", "p1"));
        assertThat(compiler.sameCompiler()).isFalse();
        assertThat(compiler.differences()).contains("compiler: clang 1 then, clang 2 now");
    }

    @Test
    void doesNotBelieveAManifestThatItsFilesBelie() throws Exception {
        Path kept = image("kept", "bytes", "clang", "p");
        pack(kept.resolve("config.gz"), "tampered");
        Path made = image("made", "bytes", "clang", "p");
        assertThatThrownBy(() -> ImageDirectory.compare(kept, made))
                .hasMessageContaining("config.gz does not hold the bytes");
    }
}
