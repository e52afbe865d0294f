/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnpackerTest {
    @TempDir Path directory;

    private Path target;

    @BeforeEach
    void target() throws IOException {
        target = Files.createDirectory(directory.resolve("target"));
    }

    private void unpack(byte[] archive) throws Exception {
        Path file = directory.resolve("archive");
        Files.write(file, archive);
        Unpacker.unpack(file, "the archive", target);
    }

    private static Archives good() throws IOException {
        return new Archives()
                .directory("top")
                .file("top/plain", 0664, "text\n")
                .file("top/deep/down/run.sh", 0775, "#!/bin/sh\n")
                .link("top/deep/up", "../plain")
                .hardLink("top/same", "top/plain")
                .file("top/" + "long/".repeat(40) + "ü", 0644, "u");
    }

    static Stream<Arguments> formats() throws IOException {
        return Stream.of(
                Arguments.of("gzip", good().gzip()),
                Arguments.of("bzip2", good().bzip2()),
                Arguments.of("xz", good().xz()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void unpacksFilesModesTimesAndLinks(String name, byte[] archive) throws Exception {
        unpack(archive);
        Path plain = target.resolve("plain");
        assertThat(plain).hasContent("text\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(plain)))
                .isEqualTo("rw-r--r--");
        assertThat(Files.getLastModifiedTime(plain).toMillis()).isEqualTo(Archives.TIME_MILLIS);
        assertThat(target.resolve("deep/down/run.sh")).isExecutable();
        assertThat(Files.readSymbolicLink(target.resolve("deep/up")))
                .isEqualTo(Path.of("../plain"));
        assertThat(target.resolve("same")).hasContent("text\n");
        assertThat(target.resolve("long/".repeat(40) + "ü")).hasContent("u");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                bad("..", a -> a.file("top/a", 0644, "").file("top/../../evil", 0644, "x")),
                bad("absolute", a -> a.file("/evil", 0644, "x")),
                bad("two tops", a -> a.file("top/a", 0644, "").file("pot/b", 0644, "")),
                bad("link out", a -> a.link("top/l", "../../evil")),
                bad("absolute link", a -> a.link("top/l", "/etc/passwd")),
                bad(
                        "link out by way of a link",
                        a -> a.link("top/a/b/up", "../..").link("top/l", "a/b/up/../evil")),
                bad("the same, hidden", a -> a.link("top/l", "./a//./../evil")),
                bad("hard link out", a -> a.hardLink("top/l", "../evil")),
                bad("hard link to nothing", a -> a.hardLink("top/l", "top/none")),
                bad("pipe", a -> a.pipe("top/p")),
                bad("file as directory", a -> a.file("top/a", 0644, "").file("top/a/b", 0644, "")),
                bad("nothing", a -> a),
                bad("file as top", a -> a.file("top", 0644, "x")));
    }

    private interface Content {
        Archives add(Archives archive) throws IOException;
    }

    private static Arguments bad(String name, Content content) {
        return Arguments.of(name, content);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesWhatCouldLeadOut(String name, Content content) throws Exception {
        byte[] archive = content.add(new Archives()).gzip();
        assertThatThrownBy(() -> unpack(archive))
                .isInstanceOf(ToolchainException.class)
                .hasMessageStartingWith("the archive: ")
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(Kind.ARCHIVE);
        assertThat(directory.resolve("evil")).doesNotExist();
    }

    @Test
    void neverWritesThroughALinkOfTheArchive() throws Exception {
        byte[] archive =
                new Archives()
                        .directory("top/real")
                        .link("top/alias", "real")
                        .file("top/alias/file", 0644, "x")
                        .gzip();
        // The directory that the file needs comes first; the link then has no place.
        assertThatThrownBy(() -> unpack(archive)).isInstanceOf(IOException.class);
        assertThat(target.resolve("real")).isEmptyDirectory();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void tellsATruncatedArchive(String name, byte[] archive) {
        byte[] half = Arrays.copyOf(archive, archive.length / 2);
        assertThatThrownBy(() -> unpack(half))
                .isInstanceOf(ToolchainException.class)
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(Kind.ARCHIVE);
    }

    @Test
    void tellsWhatIsNoArchive() {
        assertThatThrownBy(() -> unpack("<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .hasMessage("the archive: neither gzip, bzip2 nor xz");
    }

    @Test
    void stopsWhenInterrupted() throws Exception {
        byte[] archive = good().gzip();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> unpack(archive)).isInstanceOf(InterruptedException.class);
    }
}
