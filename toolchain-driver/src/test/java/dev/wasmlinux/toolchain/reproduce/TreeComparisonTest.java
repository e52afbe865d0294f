/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.ReproducibilityReport.Difference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeComparisonTest {
    @TempDir private Path directory;
    private Path first;
    private Path second;

    @BeforeEach
    void trees() throws IOException {
        first = Files.createDirectories(directory.resolve("first"));
        second = Files.createDirectories(directory.resolve("second"));
    }

    private List<Difference> compare(String name, byte[] one, byte[] two) throws IOException {
        Files.write(first.resolve(name), one);
        Files.write(second.resolve(name), two);
        return new TreeComparison(first, second).differences();
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] gzip(byte[] content, int level) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream packed =
                new GZIPOutputStream(out) {
                    {
                        def.setLevel(level);
                    }
                }) {
            packed.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] zip(String name, String text, long time) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry(name);
            entry.setTime(time);
            zip.putNextEntry(entry);
            zip.write(bytes(text));
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    private static String cpio(String name, String content) {
        String zeros = "00000000";
        String size = String.format("%08X", content.length());
        String length = String.format("%08X", name.length() + 1);
        StringBuilder text = new StringBuilder("070701");
        text.append(zeros.repeat(6)).append(size).append(zeros.repeat(4)).append(length);
        text.append(zeros).append(name).append('\0');
        while (text.length() % 4 != 0) {
            text.append('\0');
        }
        text.append(content);
        while (text.length() % 4 != 0) {
            text.append('\0');
        }
        return text.toString();
    }

    @Test
    void theSameIsTheSame() throws IOException {
        assertThat(compare("a", bytes("x"), bytes("x"))).isEmpty();
        assertThat(new TreeComparison(first, second).files()).isEqualTo(1);
    }

    @Test
    void namesTheFirstByteAndWhatIsAroundIt() throws IOException {
        assertThat(compare("a", bytes("in /home/me/x"), bytes("in /var/tmp/x")))
                .singleElement()
                .satisfies(
                        d -> {
                            assertThat(d.path()).isEqualTo("a");
                            assertThat(d.offset()).isEqualTo(4);
                            assertThat(d.first()).contains("[68]").endsWith("in /home/me/x");
                            assertThat(d.second()).contains("[76]").endsWith("in /var/tmp/x");
                        });
        assertThat(compare("a", bytes("ab"), bytes("abc")))
                .singleElement()
                .extracting(Difference::offset, Difference::place)
                .containsExactly(2L, "where one of them ends");
    }

    @Test
    void namesSectionsAndFunctionsOfModules() throws IOException {
        // Two functions of two bytes, then a custom section "note" with one byte.
        String head = "\0asm\1\0\0\0\12\7\2\2\0\13\2\0";
        String one = head + "\13\0\6\4notex";
        assertThat(compare("m", bytes(one), bytes(head + "\14\0\6\4notex")))
                .singleElement()
                .extracting(Difference::place)
                .isEqualTo("section code + 6, body 1 + 1");
        assertThat(compare("m", bytes(one), bytes(head + "\13\0\6\4notey")))
                .singleElement()
                .extracting(Difference::place)
                .isEqualTo("section note + 5");
    }

    @Test
    void namesMembersOfImagesEvenIfCompressed() throws IOException {
        String end = cpio("TRAILER!!!", "");
        byte[] one = bytes(cpio("etc/a", "same") + cpio("etc/b", "1999") + end);
        byte[] two = bytes(cpio("etc/a", "same") + cpio("etc/b", "2001") + end);
        for (List<byte[]> pair : List.of(List.of(one, two), List.of(gzip(one, 9), gzip(two, 9)))) {
            assertThat(compare("i", pair.get(0), pair.get(1)))
                    .singleElement()
                    .extracting(Difference::place)
                    .isEqualTo("etc/b + 0");
        }
    }

    @Test
    void tellsCompressionAndTimesFromContent() throws IOException {
        byte[] content = new byte[100_000];
        new Random(1).ints(content.length).limit(content.length);
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i % 97 * (i % 13));
        }
        assertThat(
                        compare(
                                "z",
                                gzip(content, Deflater.BEST_SPEED),
                                gzip(content, Deflater.BEST_COMPRESSION)))
                .singleElement()
                .extracting(Difference::place)
                .asString()
                .contains("compression");
        assertThat(compare("z", zip("A.class", "x", 1L << 40), zip("A.class", "x", 1L << 41)))
                .singleElement()
                .extracting(Difference::place)
                .asString()
                .contains("times");
        assertThat(compare("z", zip("A.class", "x", 1L << 40), zip("A.class", "y", 1L << 41)))
                .singleElement()
                .extracting(Difference::path)
                .isEqualTo("z!A.class");
    }

    @Test
    void namesWhatOnlyOneHasLinksAndModes() throws IOException {
        Files.writeString(first.resolve("only"), "x");
        Files.createSymbolicLink(first.resolve("link"), Path.of("a"));
        Files.createSymbolicLink(second.resolve("link"), Path.of("b"));
        Files.writeString(first.resolve("run"), "x");
        Files.writeString(second.resolve("run"), "x");
        assertThat(second.resolve("run").toFile().setExecutable(true)).isTrue();
        assertThat(new TreeComparison(first, second).differences())
                .extracting(Difference::path, Difference::place)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("link", "symbolic link"),
                        org.assertj.core.groups.Tuple.tuple("only", "only the first build has it"),
                        org.assertj.core.groups.Tuple.tuple(
                                "run", "only one of them is executable"));
    }

    @Test
    void damagedModulesAndImagesAreComparedAsBytes() throws IOException {
        for (int round = 0; round < 2000; round++) {
            Random random = new Random(round);
            byte[] one =
                    bytes(
                            random.nextBoolean()
                                    ? "\0asm\1\0\0\0\12\7\2\2\0\13\2\0\13\0\6\4notex"
                                    : cpio("etc/a", "same") + cpio("TRAILER!!!", ""));
            for (int i = random.nextInt(4); i > 0; i--) {
                one[4 + random.nextInt(one.length - 4)] = (byte) random.nextInt(256);
            }
            byte[] two = one.clone();
            int at = random.nextInt(one.length - 8) + 8;
            two[at] ^= 1;
            assertThat(compare("f", one, two))
                    .singleElement()
                    .extracting(Difference::offset)
                    .isEqualTo((long) at);
        }
    }
}
