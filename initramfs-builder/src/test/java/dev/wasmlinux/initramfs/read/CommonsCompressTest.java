/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.Trees;
import dev.wasmlinux.initramfs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** commons-compress reads what we write, and we read what it writes. */
class CommonsCompressTest {
    @TempDir Path dir;

    private static String latin(ByteString bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    /** An entry in one line, as both readers can tell it. */
    private static String line(
            String name, long mode, long[] numbers, long major, long minor, byte[] body) {
        return name
                + " "
                + Long.toOctalString(mode)
                + " "
                + java.util.Arrays.toString(numbers)
                + " "
                + major
                + ":"
                + minor
                + " "
                + java.util.Arrays.hashCode(body);
    }

    private static List<String> byCommons(byte[] image) throws IOException {
        List<String> lines = new ArrayList<>();
        try (CpioArchiveInputStream in =
                new CpioArchiveInputStream(
                        new ByteArrayInputStream(image), 512, StandardCharsets.ISO_8859_1.name())) {
            for (CpioArchiveEntry entry; (entry = in.getNextEntry()) != null; ) {
                boolean newc = entry.getFormat() != CpioConstants.FORMAT_OLD_ASCII;
                lines.add(
                        line(
                                entry.getName(),
                                entry.getMode(),
                                new long[] {
                                    entry.getInode(),
                                    entry.getUID(),
                                    entry.getGID(),
                                    entry.getNumberOfLinks(),
                                    entry.getTime(),
                                    entry.getSize()
                                },
                                newc ? entry.getRemoteDeviceMaj() : 0,
                                newc ? entry.getRemoteDeviceMin() : 0,
                                in.readAllBytes()));
            }
        }
        return lines;
    }

    private static List<String> byUs(byte[] image) throws IOException {
        List<String> lines = new ArrayList<>();
        try (ImageReader reader =
                ImageReader.open(new ByteArrayInputStream(image), ReadLimits.defaults())) {
            for (ArchiveEntry entry; (entry = reader.next()) != null; ) {
                boolean newc = entry.format() != ArchiveEntry.Format.ODC;
                lines.add(
                        line(
                                latin(entry.name()),
                                entry.mode(),
                                new long[] {
                                    entry.inode(),
                                    entry.uid(),
                                    entry.gid(),
                                    entry.links(),
                                    entry.modified(),
                                    entry.size()
                                },
                                newc ? entry.special().major() : 0,
                                newc ? entry.special().minor() : 0,
                                reader.content().readAllBytes()));
            }
        }
        return lines;
    }

    @ParameterizedTest
    @EnumSource(WriteOptions.Format.class)
    void readsWhatWeWrite(WriteOptions.Format format) throws IOException {
        List<Initramfs> trees = new ArrayList<>(List.of(Trees.everyKind()));
        for (int seed = 0; seed < 20; seed++) {
            trees.add(Trees.random(seed, 60));
        }
        for (Initramfs whole : trees) {
            // It wants sums of symlink targets too, which neither the kernel nor cpio has.
            Initramfs tree = format == WriteOptions.Format.NEWC ? whole : withoutSymlinks(whole);
            ByteArrayOutputStream image = new ByteArrayOutputStream();
            tree.writeTo(image, WriteOptions.defaults().withFormat(format));
            List<String> lines = byCommons(image.toByteArray());
            assertThat(lines).hasSize(tree.size()).isEqualTo(byUs(image.toByteArray()));
        }
    }

    private static Initramfs withoutSymlinks(Initramfs tree) throws IOException {
        return Initramfs.builder()
                .addFrom(
                        tree.filter(
                                path -> !(tree.find(path).orElseThrow() instanceof Node.Symlink)))
                .build();
    }

    @ParameterizedTest
    @ValueSource(
            shorts = {
                CpioConstants.FORMAT_NEW,
                CpioConstants.FORMAT_NEW_CRC,
                CpioConstants.FORMAT_OLD_ASCII
            })
    void weReadWhatItWrites(short format) throws IOException {
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        byte[] body = "body\n".repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
        try (CpioArchiveOutputStream out =
                new CpioArchiveOutputStream(
                        image, format, 512, StandardCharsets.ISO_8859_1.name())) {
            entry(out, format, "d\u00fc", 0040755, new byte[0]);
            entry(out, format, "d\u00fc/file", 0104755, body);
            entry(out, format, "link", 0120777, new byte[] {'d', (byte) 0xfc});
            entry(out, format, "fifo", 0010600, new byte[0]);
        }
        assertThat(byUs(image.toByteArray())).hasSize(4).isEqualTo(byCommons(image.toByteArray()));
        Path file = Files.write(dir.resolve("image"), image.toByteArray());
        try (ImageIndex index = ImageIndex.open(file)) {
            ArchivePath directory = ArchivePath.of(ByteString.of(new byte[] {'d', (byte) 0xfc}));
            assertThat(index.content(ArchivePath.of("link").resolve("file")).orElseThrow().open())
                    .hasBinaryContent(body);
            assertThat(index.tree().find(directory))
                    .contains(new Node.Directory(new Attributes(0755, 7, 8, 1234567890)));
        }
    }

    private static void entry(
            CpioArchiveOutputStream out, short format, String name, int mode, byte[] body)
            throws IOException {
        CpioArchiveEntry entry = new CpioArchiveEntry(format, name);
        entry.setMode(mode);
        entry.setUID(7);
        entry.setGID(8);
        entry.setTime(1234567890);
        entry.setSize(body.length);
        if (format == CpioConstants.FORMAT_NEW_CRC) {
            long sum = 0;
            for (byte b : body) {
                sum += b & 0xff;
            }
            entry.setChksum(sum);
        }
        out.putArchiveEntry(entry);
        out.write(body);
        out.closeArchiveEntry();
    }

    @Test
    void itsReaderStopsAtTheFirstArchiveAndOursDoesNot() throws IOException {
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        Trees.everyKind().writeTo(image, WriteOptions.defaults());
        Trees.random(1, 30).writeTo(image, WriteOptions.defaults());
        assertThat(byUs(image.toByteArray()))
                .startsWith(byCommons(image.toByteArray()).toArray(String[]::new))
                .hasSize(Trees.everyKind().size() + Trees.random(1, 30).size());
    }
}
