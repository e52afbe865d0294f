/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Image;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Tools;
import dev.wasmlinux.initramfs.Trees;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.source.ContentStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReadTest {
    @TempDir Path dir;

    private Path write(Initramfs tree, WriteOptions options) throws IOException {
        Path image = Files.createTempFile(dir, "image", ".cpio");
        tree.writeTo(image, options);
        return image;
    }

    private static List<String> names(Path image) throws IOException {
        List<String> names = new ArrayList<>();
        try (ImageReader reader = ImageReader.open(image)) {
            for (ArchiveEntry entry; (entry = reader.next()) != null; ) {
                names.add(entry.name().toString());
            }
        }
        return names;
    }

    @ParameterizedTest
    @EnumSource(Compression.Kind.class)
    void whatIsWrittenIsReadInEveryCompression(Compression.Kind kind) throws IOException {
        Initramfs tree = Trees.everyKind();
        WriteOptions options = WriteOptions.defaults().withCompression(Compression.of(kind));
        Path image = write(tree, options);
        try (ImageIndex index = ImageIndex.open(image)) {
            assertThat(ImageDiff.compare(tree, index.tree())).isEmpty();
            assertThat(index.unusable()).isEmpty();
            assertThat(index.members()).extracting(Member::compression).containsExactly(kind);
        }
        assertThat(KernelCheck.check(image)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyTreeWrittenIsReadEqual(long seed) throws IOException {
        Initramfs tree = Trees.random(seed, 120);
        Compression.Kind[] kinds = Compression.Kind.values();
        WriteOptions options =
                WriteOptions.defaults()
                        .withFormat(WriteOptions.Format.values()[(int) seed % 2])
                        .withDataAlignment(4 << seed % 8)
                        .withCompression(Compression.of(kinds[(int) seed % kinds.length]))
                        .withThreads((int) (seed % 3) + 1);
        Path image = write(tree, options);
        try (ContentStore store = ContentStore.open(dir);
                ImageIndex index = ImageIndex.open(image, ReadLimits.defaults(), store)) {
            assertThat(ImageDiff.compare(tree, index.tree())).isEmpty();
            assertThat(index.unusable()).isEmpty();
        }
        assertThat(KernelCheck.check(image)).isEmpty();
    }

    @Test
    void membersEndWhereEntriesEndAndDoNotDependOnThreads() throws IOException {
        Initramfs tree = Trees.random(42, 300);
        WriteOptions options =
                WriteOptions.defaults()
                        .withCompression(Compression.gzip(1))
                        .withMemberSize(1 << 16);
        byte[] one = Files.readAllBytes(write(tree, options));
        byte[] two = Files.readAllBytes(write(tree, options.withThreads(2)));
        assertThat(two).isEqualTo(one);
        Path image = write(tree, options);
        assertThat(KernelCheck.check(image)).isEmpty();
        try (ImageIndex index = ImageIndex.open(image)) {
            assertThat(index.members()).hasSizeGreaterThan(4);
            assertThat(ImageDiff.compare(tree, index.tree())).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.Kind.class)
    void segmentsFollowEachOther(Compression.Kind first) throws IOException {
        Initramfs early =
                Initramfs.builder().file("kernel/x86/microcode/x.bin", new byte[77], 0644).build();
        Initramfs main = Initramfs.builder().file("init", FileContent.of("x"), 0755).build();
        Path image = dir.resolve("image");
        Image.builder()
                .segment(early, Compression.of(first))
                .segment(main, Compression.gzip())
                .segment(early, Compression.none())
                .segment(main, Compression.of(first))
                .build()
                .writeTo(image);
        assertThat(names(image))
                .containsExactly(
                        "kernel",
                        "kernel/x86",
                        "kernel/x86/microcode",
                        "kernel/x86/microcode/x.bin",
                        "init",
                        "kernel",
                        "kernel/x86",
                        "kernel/x86/microcode",
                        "kernel/x86/microcode/x.bin",
                        "init");
        assertThat(KernelCheck.check(image)).isEmpty();
    }

    @Test
    void readsFromAStreamAndSkipsBodies() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Trees.everyKind().writeTo(out, WriteOptions.defaults());
        try (ImageReader reader =
                ImageReader.open(
                        new ByteArrayInputStream(out.toByteArray()), ReadLimits.defaults())) {
            int count = 0;
            for (ArchiveEntry entry; (entry = reader.next()) != null; count++) {
                if (entry.name().toString().equals("init")) {
                    assertThat(reader.content().readAllBytes())
                            .asString(StandardCharsets.UTF_8)
                            .isEqualTo("#!/bin/sh\necho hello\n");
                    assertThat(entry.modeText()).isEqualTo("-rwxr-xr-x");
                }
            }
            assertThat(count).isEqualTo(Trees.everyKind().size());
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void readsOctalArchivesOfGnuCpio() throws Exception {
        Tools.require("cpio");
        Files.writeString(dir.resolve("file"), "content");
        Files.writeString(dir.resolve("names"), "file\n");
        Path image = dir.resolve("odc.cpio");
        Files.write(
                image, Tools.run(dir, dir.resolve("names"), "cpio", "-o", "-H", "odc", "--quiet"));
        try (ImageIndex index = ImageIndex.open(image);
                InputStream in = index.content(ArchivePath.of("file")).orElseThrow().open()) {
            assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("content");
        }
        assertThat(KernelCheck.check(image))
                .extracting(Finding::rule)
                .contains(KernelRule.FORMAT_ODC);
    }

    @Test
    void gnuCpioAndBsdtarReadWhatIsWritten() throws Exception {
        Tools.require("cpio");
        Tools.require("bsdtar");
        for (WriteOptions.Format format : WriteOptions.Format.values()) {
            Path image = write(Trees.everyKind(), WriteOptions.defaults().withFormat(format));
            String cpio =
                    new String(
                            Tools.run(dir, image, "cpio", "-itv", "--quiet"),
                            StandardCharsets.ISO_8859_1);
            assertThat(cpio)
                    .contains("crw-------   1 root     root       5,   1 Jan  1  1970 dev/console")
                    .contains("-rwsr-xr-x   3")
                    .contains("sbin -> bin")
                    .contains("prw-r-----")
                    .contains("srw-------");
            assertThat(cpio.lines().count()).isEqualTo(Trees.everyKind().size());
            if (format == WriteOptions.Format.NEWC_CHECKSUM) {
                Tools.run(dir, image, "cpio", "-i", "--only-verify-crc", "--quiet");
            }
            String tar =
                    new String(
                            Tools.run(dir, image, "bsdtar", "-tvf", "-"),
                            StandardCharsets.ISO_8859_1);
            assertThat(tar.lines().count()).isEqualTo(Trees.everyKind().size());
            assertThat(tar).contains("link to bin/busybox");
        }
    }

    @Test
    void readsWhatGnuCpioAndBsdtarWrite() throws Exception {
        Tools.require("cpio");
        Tools.require("bsdtar");
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("a"), "aaa");
        Files.createLink(tree.resolve("b"), tree.resolve("a"));
        Files.createSymbolicLink(tree.resolve("c"), Path.of("a"));
        Files.createDirectory(tree.resolve("d"));
        Files.write(tree.resolve("d/e"), new byte[70_000]);
        Files.writeString(dir.resolve("names"), ".\na\nb\nc\nd\nd/e\n");
        Path gnu = dir.resolve("gnu.cpio");
        for (String format : List.of("newc", "crc", "odc")) {
            Files.write(
                    gnu,
                    Tools.run(tree, dir.resolve("names"), "cpio", "-o", "-H", format, "--quiet"));
            Path bsd = dir.resolve("bsd.cpio");
            Files.write(
                    bsd, Tools.run(tree, null, "bsdtar", "-c", "--format", "newc", "-f", "-", "."));
            try (ImageIndex a = ImageIndex.open(gnu);
                    ImageIndex b = ImageIndex.open(bsd)) {
                assertThat(a.tree().findInode(ArchivePath.of("b")))
                        .isEqualTo(a.tree().findInode(ArchivePath.of("a")));
                assertThat(a.tree().find("c")).isPresent();
                assertThat(ImageDiff.compare(a.tree(), b.tree()))
                        .filteredOn(d -> !d.path().toString().matches("out.*|err.*|\\."))
                        .isEmpty();
            }
        }
    }

    @Test
    void findsAWrongChecksum() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Initramfs.builder()
                .file("f", FileContent.of("content"), 0644)
                .build()
                .writeTo(
                        out, WriteOptions.defaults().withFormat(WriteOptions.Format.NEWC_CHECKSUM));
        byte[] bytes = out.toByteArray();
        bytes[112] ^= 1;
        try (ImageReader reader =
                ImageReader.open(new ByteArrayInputStream(bytes), ReadLimits.defaults())) {
            assertThat(reader.next()).isNotNull();
            assertThatThrownBy(() -> reader.content().readAllBytes())
                    .isInstanceOf(MalformedImageException.class)
                    .hasMessageContaining("sum of the bytes");
        }
        assertThat(KernelCheck.check(new ByteArrayInputStream(bytes), ReadLimits.defaults()))
                .extracting(Finding::rule)
                .containsExactly(KernelRule.CHECKSUM);
    }

    @Test
    void followsSymlinksToAFile() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .file("usr/bin/real", FileContent.of("x"), 0755)
                        .symlink("bin", "/usr/bin")
                        .symlink("loop", "loop")
                        .symlink("usr/link", "../bin/./real")
                        .build();
        Path image = write(tree, WriteOptions.defaults());
        try (ImageIndex index = ImageIndex.open(image)) {
            assertThat(index.content(ArchivePath.of("bin/real"))).isPresent();
            assertThat(index.content(ArchivePath.of("usr/link"))).isPresent();
            assertThat(index.content(ArchivePath.of("loop"))).isEmpty();
            assertThat(index.content(ArchivePath.of("usr"))).isEmpty();
        }
    }

    @Test
    void tellsTwoImagesApart() throws IOException {
        Initramfs a =
                Initramfs.builder()
                        .file("same", FileContent.of("1"), 0644)
                        .file("gone", FileContent.of("1"), 0644)
                        .file("mode", FileContent.of("1"), 0644)
                        .file("data", FileContent.of("12"), 0644)
                        .file("link", FileContent.of("1"), 0644)
                        .symlink("to", "a")
                        .build();
        Initramfs b =
                Initramfs.builder()
                        .file("same", FileContent.of("1"), 0644)
                        .file("new", FileContent.of("1"), 0644)
                        .file("mode", FileContent.of("1"), 0755)
                        .file("data", FileContent.of("13"), 0644)
                        .hardLink("link", "same")
                        .symlink("to", "b")
                        .build();
        Path first = write(a, WriteOptions.defaults());
        Path second =
                write(
                        b,
                        WriteOptions.defaults()
                                .withCompression(Compression.of(Compression.Kind.XZ)));
        assertThat(ImageDiff.compare(first, second))
                .extracting(Object::toString)
                .containsExactly(
                        "! data: content from byte 1",
                        "- gone",
                        "! mode: mode 0644 -> 0755",
                        "+ new",
                        "! same: links none -> to link",
                        "! to: target a -> b");
    }

    @Test
    void whatHasNoDirectoryAboveItOrLeadsNowhereIsNotThere() throws IOException {
        byte[] bytes =
                new RawArchive()
                        .entry("a", 0100644, 2, 7, "x")
                        .entry("a/b", 0100644, 2, 7, "y")
                        .entry("a/c/d", 0100644, 2, 7, "z")
                        .entry("end", 0120777, 1, 8, "TRAILER!!!")
                        .entry("long", 0120777, 1, 9, "x".repeat(300))
                        .trailer()
                        .bytes();
        Path image = Files.write(dir.resolve("odd.cpio"), bytes);
        try (ImageIndex index = ImageIndex.open(image)) {
            assertThat(index.tree().size()).isEqualTo(3);
            assertThat(index.unusable()).hasSize(2);
            assertThat(index.content(ArchivePath.of("end"))).isEmpty();
            assertThat(index.content(ArchivePath.of("long"))).isEmpty();
        }
    }

    @Test
    void aClosedReaderGivesNoMoreBytes() throws IOException {
        byte[] image = new RawArchive().file("f", "body").trailer().bytes();
        ImageReader reader =
                ImageReader.open(new ByteArrayInputStream(image), ReadLimits.defaults());
        reader.next();
        InputStream body = reader.content();
        reader.close();
        reader.close();
        assertThatThrownBy(body::read)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
        assertThat(reader.next()).isNull();
    }

    @Test
    void namesThroughSymlinkedDirectoriesAreFound() throws IOException {
        Path image =
                Files.write(
                        dir.resolve("through"),
                        new RawArchive()
                                .directory("usr")
                                .directory("usr/lib")
                                .entry("lib", 0120777, 1, 1, "usr/lib")
                                .entry("lib/x", 0100644, 2, 9, "")
                                .entry("lib/y", 0100644, 2, 9, "1")
                                .trailer()
                                .bytes());
        try (ImageIndex index = ImageIndex.open(image)) {
            assertThat(index.unusable()).isEmpty();
            for (String path : List.of("lib/x", "usr/lib/x", "usr/lib/y")) {
                assertThat(index.content(ArchivePath.of(path)).orElseThrow().size()).isOne();
            }
        }
    }

    @Test
    void linksToWhatWasReplacedAreUnusable() throws IOException {
        byte[] bytes =
                new RawArchive()
                        .entry("a", 0100644, 3, 7, "x")
                        .directory("a")
                        .entry("b", 0100644, 3, 7, "x")
                        .entry("c", 0100644, 3, 8, "x")
                        .entry("c", 0120777, 1, 1, "a")
                        .entry("d", 0100644, 3, 8, "x")
                        .trailer()
                        .bytes();
        Path image = Files.write(dir.resolve("replaced.cpio"), bytes);
        try (ImageIndex index = ImageIndex.open(image)) {
            assertThat(index.tree().size()).isEqualTo(2);
            assertThat(index.unusable()).hasSize(2);
        }
    }
}
