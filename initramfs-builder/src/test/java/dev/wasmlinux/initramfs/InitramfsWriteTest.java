/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitramfsWriteTest {
    @TempDir Path dir;

    static byte[] bytes(Initramfs tree, WriteOptions options) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tree.writeTo(out, options);
        return out.toByteArray();
    }

    private static String ascii(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Test
    void writesTheHeaderThatTheKernelReads() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .file("init", FileContent.of("hello"), new Attributes(0755, 1, 2, 3))
                        .build();
        byte[] image = bytes(tree, WriteOptions.defaults());
        assertThat(image).hasSize(512);
        assertThat(ascii(image, 0, 110))
                .isEqualTo(
                        "070701"
                                + "00000001000081ED00000001000000020000000100000003"
                                + "00000005"
                                + "00000000000000000000000000000000"
                                + "00000005"
                                + "00000000");
        assertThat(ascii(image, 110, 124)).isEqualTo("init\0\0hello\0\0\0");
        assertThat(ascii(image, 124, 130)).isEqualTo("070701");
        assertThat(ascii(image, 124 + 110, 124 + 120)).isEqualTo("TRAILER!!!");
        assertThat(Arrays.copyOfRange(image, 245, 512)).containsOnly(0);
    }

    @Test
    void putsSharedDataOnTheLastName() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .hardLink("a", "b")
                        .file("b", FileContent.of("data"), 0644)
                        .hardLink("c", "b")
                        .build();
        String image = ascii(bytes(tree, WriteOptions.defaults()), 0, 512);
        int first = image.indexOf("a\0");
        int last = image.lastIndexOf("c\0");
        assertThat(image.indexOf("data")).isGreaterThan(last);
        assertThat(image.substring(first - 110 + 38, first - 110 + 46)).isEqualTo("00000003");
        assertThat(image.substring(first - 110 + 54, first - 110 + 62)).isEqualTo("00000000");
        assertThat(image.substring(last - 110 + 54, last - 110 + 62)).isEqualTo("00000004");
        assertThat(image.substring(last - 110 + 6, last - 110 + 14)).isEqualTo("00000001");
    }

    @Test
    void sumsTheBytesOfChecksumArchives() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .file("f", new byte[] {(byte) 0xff, 1, (byte) 0x80}, 0644)
                        .build();
        byte[] image =
                bytes(tree, WriteOptions.defaults().withFormat(WriteOptions.Format.NEWC_CHECKSUM));
        assertThat(ascii(image, 0, 6)).isEqualTo("070702");
        assertThat(ascii(image, 102, 110)).isEqualTo("00000180");
    }

    @Test
    void alignsDataByNulsAfterTheName() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .file("big", new byte[5000], 0644)
                        .file("small", new byte[100], 0644)
                        .build();
        byte[] image = bytes(tree, WriteOptions.defaults().withDataAlignment(4096));
        assertThat(ascii(image, 94, 102)).isEqualTo(String.format("%08X", 4096 - 110));
        int small = 4096 + 5000;
        assertThat(ascii(image, small, small + 6)).isEqualTo("070701");
        assertThat(ascii(image, small + 94, small + 102)).isEqualTo("00000006");
    }

    @Test
    void countsFilesWhoseNameLeavesNoRoomForAlignment() throws IOException {
        String deep = "abcdefghi/".repeat(300) + "f";
        Initramfs tree = Initramfs.builder().file(deep, new byte[5000], 0644).build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WriteReport report = tree.writeTo(out, WriteOptions.defaults().withDataAlignment(4096));
        assertThat(report.segments().get(0).entries()).isEqualTo(301);
        assertThat(report.segments().get(0).unalignedFiles()).isBetween(0, 1);
        assertThat(out.size() % 512).isZero();
    }

    @Test
    void clampsTimesToSourceDateEpoch() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .file("f", FileContent.empty(), Attributes.of(0644).withModified(2000))
                        .build();
        WriteOptions options =
                WriteOptions.defaults().withSourceDateEpoch(Map.of("SOURCE_DATE_EPOCH", "1000"));
        assertThat(ascii(bytes(tree, options), 46, 54)).isEqualTo("000003E8");
        assertThatThrownBy(
                        () ->
                                WriteOptions.defaults()
                                        .withSourceDateEpoch(Map.of("SOURCE_DATE_EPOCH", "noon")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void gzipHasNeitherNameNorTime() throws IOException {
        Initramfs tree = Initramfs.builder().file("f", FileContent.of("x"), 0644).build();
        byte[] image = bytes(tree, WriteOptions.defaults().withCompression(Compression.gzip(9)));
        assertThat(Arrays.copyOf(image, 8)).containsExactly(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
        byte[] plain = new GZIPInputStream(new ByteArrayInputStream(image)).readAllBytes();
        assertThat(plain).isEqualTo(bytes(tree, WriteOptions.defaults()));
    }

    @Test
    void leavesNoFileBehindWhenContentIsNotWhatItSaid() throws IOException {
        Path file = Files.writeString(dir.resolve("f"), "12345");
        FileContent content = FileContent.of(file);
        Initramfs tree = Initramfs.builder().file("f", content, 0644).build();
        Path image = dir.resolve("out/image.cpio");
        Files.createDirectory(dir.resolve("out"));
        for (String changed : new String[] {"1234", "123456"}) {
            Files.writeString(file, changed);
            assertThatThrownBy(() -> tree.writeTo(image, Compression.none()))
                    .isInstanceOf(ContentChangedException.class)
                    .hasMessageContaining("announced as 5 bytes");
            assertThat(dir.resolve("out")).isEmptyDirectory();
        }
        FileContent lying = FileContent.of(10, () -> new ByteArrayInputStream(new byte[11]));
        Initramfs other = Initramfs.builder().file("f", lying, 0644).build();
        assertThatThrownBy(() -> other.writeTo(image, Compression.gzip()))
                .isInstanceOf(ContentChangedException.class);
        assertThat(dir.resolve("out")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip"})
    void refusesImagesAboveTheirLimit(String compression) throws IOException {
        Path source = Files.write(dir.resolve("source"), new byte[300_000]);
        Initramfs tree =
                Initramfs.builder()
                        .file("a", Trees.pattern(200_000, 1), 0644)
                        .file("b", FileContent.of(source), 0644)
                        .build();
        Path image = dir.resolve("image");
        Image.Builder builder = Image.builder().segment(tree, Compression.parse(compression));
        long size = builder.build().writeTo(image).size();
        assertThat(builder.sizeLimit(size).build().writeTo(image).size()).isEqualTo(size);
        Files.delete(image);
        for (long limit : new long[] {size - 1, 100, 0}) {
            assertThatThrownBy(() -> builder.sizeLimit(limit).build().writeTo(image))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("limit of " + limit + " bytes");
        }
        assertThat(dir)
                .isDirectoryContaining("glob:**source")
                .isDirectoryNotContaining("glob:**image*");
    }

    @Test
    void refusesFilesOfFourGigabytesBeforeWriting() {
        FileContent huge = FileContent.of(1L << 32, () -> ByteArrayInputStream.nullInputStream());
        Initramfs tree = Initramfs.builder().file("f", huge, 0644).build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> tree.writeTo(out, WriteOptions.defaults()))
                .isInstanceOf(InvalidEntryException.class);
        assertThat(out.size()).isZero();
    }

    @Test
    void givenInodesAreKeptAndOthersAvoidThem() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .file("a", FileContent.empty(), 0644)
                        .file("b", FileContent.empty(), 0644)
                        .file("c", FileContent.empty(), 0644)
                        .build();
        byte[] image =
                bytes(tree, WriteOptions.defaults().withInodes(Map.of(ArchivePath.of("c"), 2L)));
        assertThat(ascii(image, 6, 14)).isEqualTo("00000001");
        assertThat(ascii(image, 112 + 6, 112 + 14)).isEqualTo("00000003");
        assertThat(ascii(image, 224 + 6, 224 + 14)).isEqualTo("00000002");
        WriteOptions same =
                WriteOptions.defaults()
                        .withInodes(Map.of(ArchivePath.of("c"), 2L, ArchivePath.of("a"), 2L));
        assertThatThrownBy(() -> bytes(tree, same)).isInstanceOf(InvalidEntryException.class);
    }

    @Test
    void theTargetIsAFile() throws Exception {
        Initramfs tree = Initramfs.builder().file("f", new byte[3], 0644).build();
        Path longName = dir.resolve("x".repeat(255));
        tree.writeTo(longName, Compression.none());
        assertThat(longName).hasSize(512);
        Path directory = Files.createDirectory(dir.resolve("d"));
        assertThatThrownBy(() -> tree.writeTo(directory, Compression.none()))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("no regular file");
        assertThatThrownBy(() -> tree.writeTo(Path.of("/dev/null"), Compression.none()))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("no regular file");
    }

    @Test
    void anEmptyFileThatGrewIsNoticed() throws IOException {
        Path file = Files.createFile(dir.resolve("f"));
        Initramfs tree = Initramfs.builder().file("f", FileContent.of(file), 0644).build();
        Files.writeString(file, "more");
        assertThatThrownBy(() -> bytes(tree, WriteOptions.defaults()))
                .isInstanceOf(ContentChangedException.class);
    }

    @Test
    void anInterruptedWriterLeavesNothingAndNoStreamClosed() throws IOException {
        Initramfs tree = Initramfs.builder().file("f", new byte[1 << 20], 0644).build();
        Path file = dir.resolve("image");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> tree.writeTo(file, Compression.none()))
                .isInstanceOf(ClosedByInterruptException.class);
        assertThat(dir).isEmptyDirectory();
        ByteArrayOutputStream out =
                new ByteArrayOutputStream() {
                    @Override
                    public void close() {
                        throw new AssertionError("closed");
                    }
                };
        tree.writeTo(out, WriteOptions.defaults());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(out.size()).isGreaterThan(1 << 20);
    }

    @Test
    void writesThroughLinksAndKeepsPermissions() throws IOException {
        Initramfs tree = Initramfs.builder().directory("d").build();
        Path file = Files.writeString(dir.resolve("file"), "old");
        Files.setPosixFilePermissions(
                file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("file"));
        tree.writeTo(link, WriteOptions.defaults());
        assertThat(link).isSymbolicLink();
        assertThat(file).hasBinaryContent(bytes(tree, WriteOptions.defaults()));
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThatThrownBy(() -> tree.writeTo(dir, WriteOptions.defaults()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(dir.toString());
    }

    @Test
    void alignsAsTheKernelsToolOnlyWhatIsLongerThanABlock() throws IOException {
        Initramfs tree = Initramfs.builder().file("f", new byte[512], 0644).build();
        WriteOptions options = WriteOptions.defaults().withDataAlignment(512);
        assertThat(ascii(bytes(tree, options), 94, 102)).isEqualTo("00000192");
        options = WriteOptions.matchGenInitCpio().withDataAlignment(512);
        assertThat(ascii(bytes(tree, options), 94, 102)).isEqualTo("00000002");
    }
}
