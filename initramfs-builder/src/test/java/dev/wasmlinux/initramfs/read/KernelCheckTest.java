/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Image;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Tools;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One case for each rule: what the kernel refuses, drops or changes. */
class KernelCheckTest {
    @TempDir Path dir;

    private static List<KernelRule> rules(byte[] image) throws IOException {
        return findings(image).stream().map(Finding::rule).toList();
    }

    private static List<Finding> findings(byte[] image) throws IOException {
        return KernelCheck.check(new ByteArrayInputStream(image), ReadLimits.defaults());
    }

    private static RawArchive archive() {
        return new RawArchive();
    }

    @Test
    void cleanImageHasNoFindings() throws IOException {
        assertThat(rules(archive().directory("a").file("a/b", "x").trailer().bytes())).isEmpty();
        assertThat(rules(archive().file("dev/null", "").file("no-trailer", "x").bytes())).isEmpty();
        assertThat(rules(archive().file("/a", "x").file("./b", "y").trailer().bytes())).isEmpty();
    }

    @Test
    void laterSegmentsAreCheckedAgainstEarlierOnes() throws IOException {
        Initramfs first =
                Initramfs.builder()
                        .file("a/b", FileContent.empty(), 0644)
                        .symlink("lib", "a")
                        .file("file", FileContent.empty(), 0644)
                        .build();
        Initramfs second =
                Initramfs.builder()
                        .file("a", FileContent.empty(), 0644)
                        .directory("lib")
                        .file("lib/c", FileContent.empty(), 0644)
                        .build();
        Image image =
                Image.builder()
                        .segment(first, Compression.none())
                        .segment(second, Compression.none())
                        .build();
        assertThat(KernelCheck.check(image))
                .extracting(Finding::toString)
                .containsExactly("directory-replaced a: stands for a directory that is not empty");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        image.writeTo(out);
        assertThat(findings(out.toByteArray()))
                .extracting(Finding::toString)
                .isEqualTo(KernelCheck.check(image).stream().map(Finding::toString).toList());
        Image clean = Image.builder().segment(first, Compression.gzip()).build();
        assertThat(KernelCheck.check(clean)).isEmpty();
    }

    @Test
    void findingIsOneLine() throws IOException {
        assertThat(findings(archive().file("a/b\nc", "x").trailer().bytes()))
                .extracting(Finding::toString)
                .containsExactly("parent-missing a/b\\x0ac: its directory is not there before it");
    }

    @Test
    void parents() throws IOException {
        assertThat(rules(archive().file("a/b", "x").directory("a").trailer().bytes()))
                .containsExactly(KernelRule.PARENT_MISSING);
        RawArchive linked =
                archive()
                        .directory("usr")
                        .directory("usr/lib")
                        .entry("lib", 0120777, 1, 1, "usr/lib")
                        .file("lib/x", "x")
                        .entry("up", 0120777, 1, 1, "/usr/../usr")
                        .file("up/lib/y", "y");
        assertThat(rules(linked.bytes())).isEmpty();
        assertThat(rules(archive().file("f", "").file("f/x", "").bytes()))
                .containsExactly(KernelRule.PARENT_MISSING);
    }

    @Test
    void names() throws IOException {
        assertThat(rules(archive().file("x".repeat(256), "").bytes()))
                .containsExactly(KernelRule.COMPONENT_TOO_LONG);
        assertThat(rules(archive().file("x/".repeat(2100) + "y", "").bytes()))
                .containsExactly(KernelRule.NAME_TOO_LONG);
        assertThat(rules(archive().file("", "").bytes())).containsExactly(KernelRule.NAME_EMPTY);
        assertThat(rules(archive().file("../x", "").bytes()))
                .containsExactly(KernelRule.NAME_CLIMBS);
        byte[] image = archive().file("abc", "").bytes();
        image[113] = 'd';
        assertThat(rules(image)).containsExactly(KernelRule.NAME_WITHOUT_NUL);
    }

    @Test
    void symlinks() throws IOException {
        assertThat(rules(archive().entry("l", 0120777, 1, 1, "").bytes()))
                .containsExactly(KernelRule.SYMLINK_EMPTY);
        assertThat(rules(archive().entry("l", 0120777, 1, 1, "x".repeat(4097)).bytes()))
                .containsExactly(KernelRule.SYMLINK_TOO_LONG);
    }

    @Test
    void typesBodiesAndDevices() throws IOException {
        assertThat(rules(archive().entry("d", 0040755, 2, 1, "body").bytes()))
                .containsExactly(KernelRule.BODY_WITHOUT_FILE);
        assertThat(rules(archive().entry("t", 0644, 1, 1, "").bytes()))
                .containsExactly(KernelRule.TYPE_UNKNOWN);
        assertThat(rules(archive().entry("n", 0020600, 1, 1, "", 5000, 1).bytes()))
                .containsExactly(KernelRule.DEVICE_NUMBER);
    }

    @Test
    void owners() throws IOException {
        byte[] image = archive().file("a", "").trailer().bytes();
        Arrays.fill(image, 22, 30, (byte) 'f');
        assertThat(rules(image)).containsExactly(KernelRule.OWNER_UNSET);
    }

    @Test
    void linksOfJoinedArchives() throws IOException {
        RawArchive joined =
                archive()
                        .entry("a", 0100644, 2, 7, "")
                        .entry("b", 0100644, 2, 7, "x")
                        .entry("c", 0100644, 2, 7, "")
                        .entry("d", 0100644, 2, 7, "y");
        assertThat(rules(joined.bytes())).containsExactly(KernelRule.LINKS_JOINED);
        RawArchive apart =
                archive()
                        .entry("a", 0100644, 2, 7, "")
                        .entry("b", 0100644, 2, 7, "x")
                        .trailer()
                        .entry("c", 0100644, 2, 7, "")
                        .entry("d", 0100644, 2, 7, "y");
        assertThat(rules(apart.bytes())).isEmpty();
    }

    @Test
    void replacedDirectories() throws IOException {
        assertThat(rules(archive().directory("d").file("d", "x").bytes())).isEmpty();
        assertThat(rules(archive().directory("d").file("d/x", "").file("d", "x").bytes()))
                .containsExactly(KernelRule.DIRECTORY_REPLACED);
    }

    @Test
    void damage() throws IOException {
        byte[] image = archive().file("a", "12345678").trailer().bytes();
        assertThat(rules(Arrays.copyOf(image, 116))).containsExactly(KernelRule.TRUNCATED);
        byte[] digits = image.clone();
        digits[20] = 'x';
        assertThat(rules(digits)).contains(KernelRule.HEADER_DIGITS);
        assertThat(rules(archive().file("a", "").raw((byte) 'j', (byte) 'u', (byte) 'n').bytes()))
                .containsExactly(KernelRule.JUNK);
        assertThat(
                        rules(
                                archive()
                                        .trailer()
                                        .raw((byte) 0, (byte) 0, (byte) 0)
                                        .raw(archive().file("b", "").bytes())
                                        .bytes()))
                .containsExactly(KernelRule.ARCHIVE_MISALIGNED);
        assertThatThrownBy(() -> rules("hello, world".getBytes()))
                .isInstanceOf(MalformedImageException.class);
        assertThatThrownBy(() -> rules(new byte[100])).isInstanceOf(MalformedImageException.class);
        assertThatThrownBy(() -> rules(new byte[0])).isInstanceOf(MalformedImageException.class);
    }

    @Test
    void settingsThatOnlyOthersUnpack() throws Exception {
        Path plain =
                Files.write(dir.resolve("plain"), archive().file("a", "x".repeat(9000)).bytes());
        if (Tools.there("xz")) {
            assertThat(rules(Tools.run(dir, plain, "xz", "-c")))
                    .containsExactly(KernelRule.XZ_CHECK);
            assertThat(rules(Tools.run(dir, plain, "xz", "-c", "--check=sha256")))
                    .containsExactly(KernelRule.XZ_CHECK);
            assertThat(rules(Tools.run(dir, plain, "xz", "-c", "--check=crc32"))).isEmpty();
            assertThat(
                            rules(
                                    Tools.run(
                                            dir,
                                            plain,
                                            "xz",
                                            "-c",
                                            "--check=crc32",
                                            "--x86",
                                            "--lzma2")))
                    .containsExactly(KernelRule.XZ_BRANCH);
            assertThat(
                            rules(
                                    Tools.run(
                                            dir,
                                            plain,
                                            "xz",
                                            "-c",
                                            "--check=crc32",
                                            "--delta=dist=4",
                                            "--lzma2")))
                    .containsExactly(KernelRule.XZ_FILTER);
        }
        if (Tools.there("lz4")) {
            assertThat(rules(Tools.run(dir, plain, "lz4", "-c")))
                    .containsExactly(KernelRule.LZ4_FRAME);
        }
        Tools.require("gzip");
        byte[] bytes = Files.readAllBytes(plain);
        Path half = Files.write(dir.resolve("half"), Arrays.copyOf(bytes, 4000));
        Path rest = Files.write(dir.resolve("rest"), Arrays.copyOfRange(bytes, 4000, bytes.length));
        Path image = Files.write(dir.resolve("image"), Tools.run(dir, half, "gzip", "-c"));
        Files.write(
                image, Tools.run(dir, rest, "gzip", "-c"), java.nio.file.StandardOpenOption.APPEND);
        assertThat(KernelCheck.check(image))
                .extracting(Finding::rule)
                .containsExactly(KernelRule.MEMBER_CUTS_ENTRY);
    }

    @Test
    void findingsHaveAnEnd() throws IOException {
        RawArchive archive = new RawArchive();
        for (int i = 0; i < 10_100; i++) {
            archive.file("missing/" + i, "");
        }
        assertThat(
                        KernelCheck.check(
                                new ByteArrayInputStream(archive.trailer().bytes()),
                                ReadLimits.defaults()))
                .hasSize(10_000);
    }

    @Test
    @Timeout(20)
    void deepPathsTakeNoTime() throws IOException {
        RawArchive archive = new RawArchive();
        String path = "d";
        for (int i = 0; i < 2000; i++) {
            archive.directory(path);
            path += "/d";
        }
        for (int i = 0; i < 1000; i++) {
            archive.file(path + i, "");
        }
        assertThat(
                        KernelCheck.check(
                                new ByteArrayInputStream(archive.trailer().bytes()),
                                ReadLimits.defaults()))
                .isEmpty();
    }

    @Test
    void namesThatAreNotOneFile() throws IOException {
        RawArchive mode =
                archive().entry("a", 0100644, 2, 7, "x").entry("b", 0100755, 2, 7, "other");
        assertThat(findings(mode.trailer().bytes()))
                .extracting(Finding::toString)
                .containsExactly(
                        "links-joined b: becomes one file with a (inode 7) but has another mode;"
                                + " were archives joined without a trailer?");
        RawArchive content =
                archive().entry("a", 0100644, 2, 7, "123").entry("b", 0100644, 2, 7, "321");
        assertThat(rules(content.trailer().bytes())).containsExactly(KernelRule.LINKS_JOINED);
        RawArchive twice =
                archive().entry("a", 0100644, 2, 7, "123").entry("b", 0100644, 2, 7, "123");
        assertThat(rules(twice.trailer().bytes())).isEmpty();
    }

    @Test
    void windowsThatNobodyUnpacksAreFindings() throws IOException {
        // A frame header with a window of 2 GiB and an empty last block.
        byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (21 << 3), 1, 0, 0};
        assertThat(rules(frame)).containsExactly(KernelRule.ZSTD_WINDOW);
    }

    @Test
    void readsPipesAndTellsDirectories() throws Exception {
        assertThatThrownBy(() -> KernelCheck.check(dir))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(dir.toString());
        Tools.require("mkfifo");
        Path pipe = dir.resolve("pipe");
        Tools.run(dir, null, "mkfifo", pipe.toString());
        byte[] image = archive().file("a/b", "x").trailer().bytes();
        Thread writer =
                new Thread(
                        () -> {
                            try (var out = Files.newOutputStream(pipe)) {
                                out.write(image);
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        writer.start();
        assertThat(KernelCheck.check(pipe))
                .extracting(Finding::rule)
                .containsExactly(KernelRule.PARENT_MISSING);
        writer.join();
    }
}
