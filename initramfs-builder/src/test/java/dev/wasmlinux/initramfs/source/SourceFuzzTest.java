/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and hostile sources give typed errors, bounded memory and bounded output. */
class SourceFuzzTest {
    private static final long LIMIT = 4 << 20;

    @TempDir Path dir;
    private ContentStore store;

    @BeforeEach
    void open() throws IOException {
        store = ContentStore.open(Files.createDirectory(dir.resolve("store")));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static Initramfs tree(TreeSource source) throws IOException {
        InitramfsBuilder builder =
                Initramfs.builder().onConflict(InitramfsBuilder.Conflict.REPLACE);
        return builder.addFrom(source).build();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] tar(int zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            TarArchiveEntry directory = new TarArchiveEntry("d/");
            directory.setModTime(0);
            out.putArchiveEntry(directory);
            out.closeArchiveEntry();
            for (String name : List.of("d/x", "d/" + "long".repeat(60), "y")) {
                TarArchiveEntry file = new TarArchiveEntry(name);
                file.setSize(name.length());
                file.setModTime(1L << 34);
                out.putArchiveEntry(file);
                out.write(text(name));
                out.closeArchiveEntry();
            }
            TarArchiveEntry link = new TarArchiveEntry("h", TarArchiveEntry.LF_LINK);
            link.setLinkName("d/x");
            link.setModTime(0);
            out.putArchiveEntry(link);
            out.closeArchiveEntry();
            TarArchiveEntry big = new TarArchiveEntry("zeros");
            big.setSize(zeros);
            big.setModTime(0);
            out.putArchiveEntry(big);
            out.write(new byte[zeros]);
            out.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] bytes, int from, int to) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes, from, to - from);
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        return gzip(bytes, 0, bytes.length);
    }

    private static byte[] zip(int zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(bytes)) {
            for (String name : List.of("d/", "d/x", "y")) {
                ZipArchiveEntry entry = new ZipArchiveEntry(name);
                entry.setUnixMode(name.endsWith("/") ? 0040755 : 0100644);
                out.putArchiveEntry(entry);
                out.write(text(name.endsWith("/") ? "" : name.repeat(50)));
                out.closeArchiveEntry();
            }
            ZipArchiveEntry link = new ZipArchiveEntry("l");
            link.setUnixMode(0120777);
            out.putArchiveEntry(link);
            out.write(text("d/x"));
            out.closeArchiveEntry();
            out.putArchiveEntry(new ZipArchiveEntry("zeros"));
            out.write(new byte[zeros]);
            out.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] deb(byte[] payload, String size) {
        byte[] head =
                text(
                        "!<arch>\ndebian-binary   0           0     0     100644  4         `\n"
                                + "2.0\ndata.tar.gz     0           0     0     100644  "
                                + String.format("%-10s", size)
                                + "`\n");
        byte[] deb = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, deb, head.length, payload.length);
        return deb;
    }

    private byte[] sample(String kind, int zeros) throws IOException {
        byte[] tar = tar(zeros);
        return switch (kind) {
            case "tar" -> tar;
            case "tar.gz" -> gzip(tar);
            case "zip" -> zip(zeros);
            case "deb" -> {
                byte[] payload = gzip(tar);
                yield deb(payload, Integer.toString(payload.length));
            }
            case "apk" -> {
                byte[] first = gzip(tar, 0, 1024);
                byte[] rest = gzip(tar, 1024, tar.length);
                byte[] apk = Arrays.copyOf(first, first.length + rest.length);
                System.arraycopy(rest, 0, apk, first.length, rest.length);
                yield apk;
            }
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private TreeSource source(String kind, Path file) {
        return switch (kind) {
            case "tar", "tar.gz" -> TarSource.of(file, store).limit(LIMIT);
            case "zip" -> ZipSource.of(file, store).limit(LIMIT);
            case "deb" -> PackageSource.deb(file, store).limit(LIMIT);
            case "apk" -> PackageSource.apk(file, store).limit(LIMIT);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static byte[] damage(byte[] sample, Random random, int round) {
        byte[] damaged =
                round % 4 == 0
                        ? Arrays.copyOf(sample, random.nextInt(sample.length))
                        : sample.clone();
        for (int k = 0; k < round % 4; k++) {
            int at = random.nextInt(damaged.length);
            damaged[at] =
                    (byte)
                            switch (random.nextInt(4)) {
                                case 0 -> '7';
                                case 1 -> damaged[at] ^ 1 << random.nextInt(8);
                                case 2 -> 0xff;
                                default -> random.nextInt(256);
                            };
        }
        return damaged;
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "zip", "deb", "apk"})
    void damagedArchivesAreTypedErrors(String kind) throws IOException {
        byte[] sample = sample(kind, 100);
        Path file = dir.resolve("x");
        Files.write(file, sample);
        assertThat(tree(source(kind, file)).size()).isGreaterThan(4);
        Random random = new Random(kind.hashCode());
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            Files.write(file, damage(sample, random, i));
            try {
                tree(source(kind, file));
            } catch (InitramfsException e) {
                assertThat(e.getMessage()).isNotEmpty();
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar.gz", "zip", "deb", "apk"})
    void bombsStopAtTheLimit(String kind) throws IOException {
        Path file = Files.write(dir.resolve("x"), sample(kind, (int) LIMIT * 4));
        assertThat(Files.size(file)).isLessThan(LIMIT / 50);
        assertThatThrownBy(() -> tree(source(kind, file)))
                .isInstanceOf(LimitExceededException.class);
        try (var files = Files.walk(dir.resolve("store"))) {
            long kept = files.mapToLong(f -> f.toFile().length()).sum();
            assertThat(kept).isLessThan(2 * LIMIT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7 a=\n", "4 =\n", "5 a=\n", "3 a", "99 path=x\n", "0 a=b\n", "6 a=bc"})
    void strangePaxRecordsAreTypedErrorsOrHarmless(String record) throws IOException {
        byte[] tar = new byte[2048];
        byte[] body = text(record);
        tar[0] = 'p';
        tar[156] = 'x';
        System.arraycopy(text(String.format("%011o\0", body.length)), 0, tar, 124, 12);
        checksum(tar, 0);
        System.arraycopy(body, 0, tar, 512, body.length);
        Path file = Files.write(dir.resolve("x"), tar);
        try {
            assertThat(tree(TarSource.of(file, store)).size()).isZero();
        } catch (MalformedImageException e) {
            assertThat(e).hasMessageContaining("pax");
        }
    }

    @Test
    void sizesThatAreNoneAreTypedErrors() throws IOException {
        byte[] payload = gzip(tar(0));
        for (String size : List.of("-1", "1e3", "")) {
            Path file = Files.write(dir.resolve("x"), deb(payload, size));
            assertThatThrownBy(() -> tree(PackageSource.deb(file, store)))
                    .isInstanceOf(MalformedImageException.class)
                    .hasMessageContaining("size");
        }
        Path beyond =
                Files.write(
                        dir.resolve("x"),
                        text(
                                "!<arch>\n"
                                        + "debian-binary".concat(" ".repeat(35))
                                        + "9999999999`\n2.0\n"));
        assertThatThrownBy(() -> tree(PackageSource.deb(beyond, store)))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("cut short");
        byte[] tar = tar(0);
        for (String size : List.of("77777777777\0", "-0000000001\0")) {
            byte[] changed = tar.clone();
            int header = 0;
            while (!new String(changed, header, 4, StandardCharsets.US_ASCII).equals("d/x\0")) {
                header += 512;
            }
            System.arraycopy(text(size), 0, changed, header + 124, 12);
            checksum(changed, header);
            Path file = Files.write(dir.resolve("x"), changed);
            assertThatThrownBy(() -> tree(TarSource.of(file, store).limit(LIMIT)))
                    .isInstanceOf(InitramfsException.class);
        }
    }

    private static void checksum(byte[] tar, int at) {
        Arrays.fill(tar, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = at; i < at + 512; i++) {
            sum += tar[i] & 0xff;
        }
        System.arraycopy(text(String.format("%06o\0 ", sum)), 0, tar, at + 148, 8);
    }

    private static byte[] header(String name, char type, long size) {
        byte[] header = new byte[512];
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.writeEntryHeader(header);
        header[156] = (byte) type;
        checksum(header, 0);
        return header;
    }

    private static String digest(byte[] bytes) throws Exception {
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private void blob(byte[] bytes) throws Exception {
        Path blobs = Files.createDirectories(dir.resolve("layout/blobs/sha256"));
        Files.write(blobs.resolve(digest(bytes).substring(7)), bytes);
    }

    /** A layout whose index and manifest are changed; the manifest's digest is kept right. */
    private TreeSource layout(
            byte[] layer, Function<byte[], byte[]> index, Function<byte[], byte[]> manifest)
            throws Exception {
        blob(layer);
        byte[] inner =
                manifest.apply(
                        text(
                                "{\"schemaVersion\": 2, \"config\": {}, \"layers\": [{\"mediaType\":"
                                        + " \"application/vnd.oci.image.layer.v1.tar\", \"digest\": \""
                                        + digest(layer)
                                        + "\", \"size\": "
                                        + layer.length
                                        + "}]}"));
        blob(inner);
        byte[] outer =
                index.apply(
                        text(
                                "{\"schemaVersion\": 2, \"manifests\": [{\"digest\": \""
                                        + digest(inner)
                                        + "\", \"size\": "
                                        + inner.length
                                        + "}]}"));
        Files.write(dir.resolve("layout/index.json"), outer);
        return OciSource.of(dir.resolve("layout"), store).limit(LIMIT);
    }

    @Test
    void damagedContainerImagesAreTypedErrors() throws Exception {
        byte[] layer = gzip(tar(100));
        assertThat(tree(layout(layer, b -> b, b -> b)).size()).isGreaterThan(4);
        Random random = new Random(3);
        for (int i = 0; i < 400; i++) {
            int round = i;
            Function<byte[], byte[]> change = bytes -> damage(bytes, random, round / 3);
            Function<byte[], byte[]> same = bytes -> bytes;
            try {
                tree(
                        layout(
                                i % 3 == 0 ? change.apply(layer) : layer,
                                i % 3 == 1 ? change : same,
                                i % 3 == 2 ? change : same));
            } catch (InitramfsException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{\"manifests\": 7}",
                "{\"manifests\": [{\"digest\": -1}]}",
                "{\"manifests\": [{\"digest\": \"sha256:../../../etc/passwd\"}]}",
                "{\"layers\": [{}]}",
                "{\"layers\": [null]}",
                "{\"layers\": {\"a\": 1e999}}",
                "{\"manifests\": [{\"digest\": \"\\u00"
            })
    void strangeIndexesAreTypedErrors(String index) throws Exception {
        TreeSource source = layout(tar(0), b -> text(index), b -> b);
        assertThatThrownBy(() -> tree(source)).isInstanceOf(MalformedImageException.class);
    }

    @Test
    void deepAndCircularDocumentsAreTypedErrors() throws Exception {
        TreeSource deep = layout(tar(0), b -> text("[".repeat(1 << 20)), b -> b);
        assertThatThrownBy(() -> tree(deep))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("deeply");
        TreeSource huge = layout(tar(0), b -> new byte[5 << 20], b -> b);
        assertThatThrownBy(() -> tree(huge)).isInstanceOf(LimitExceededException.class);
        byte[] inner = text("{\"manifests\": []}");
        for (int i = 0; i < 20; i++) {
            blob(inner);
            inner = text("{\"manifests\": [{\"digest\": \"" + digest(inner) + "\"}]}");
        }
        byte[] chain = inner;
        TreeSource nested = layout(tar(0), b -> chain, b -> b);
        assertThatThrownBy(() -> tree(nested))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("circle");
    }

    @Test
    void oneLayerManyTimesStopsAtTheLimit() throws Exception {
        byte[] layer = gzip(tar(1 << 20));
        String one = "{\"digest\": \"" + digest(layer) + "\"}";
        TreeSource source =
                layout(
                        layer,
                        b -> b,
                        b -> text("{\"layers\": [" + (one + ",").repeat(500) + one + "]}"));
        assertThatThrownBy(() -> tree(source)).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void dockerImagesNameNothingOutside() throws Exception {
        Files.createDirectories(dir.resolve("layout"));
        for (String name : List.of("../outside.tar", "a\\u0000b", "", "/etc/passwd", ".")) {
            Files.write(dir.resolve("outside.tar"), tar(0));
            Files.writeString(
                    dir.resolve("layout/manifest.json"), "[{\"Layers\": [\"" + name + "\"]}]");
            assertThatThrownBy(() -> tree(OciSource.of(dir.resolve("layout"), store)))
                    .as(name)
                    .isInstanceOf(InitramfsException.class);
        }
    }

    @Test
    void manyValuesAndRecordsCostLittle() throws Exception {
        TreeSource values =
                layout(tar(0), b -> text("{\"a\":[" + "{},".repeat(1 << 20) + "0]}"), b -> b);
        assertThatThrownBy(() -> tree(values))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("values");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < 20; i++) {
            StringBuilder records = new StringBuilder();
            for (int k = 0; k < 50_000; k++) {
                records.append("18 key").append(1_000_000 + i * 50_000 + k).append("=val\n");
            }
            out.writeBytes(header("g", 'g', records.length()));
            out.writeBytes(text(records.toString()));
            out.writeBytes(new byte[-records.length() & 511]);
        }
        for (int i = 0; i < 1000; i++) {
            out.writeBytes(header("d" + i, '5', 0));
        }
        out.writeBytes(new byte[1024]);
        Path file = Files.write(dir.resolve("globals.tar"), out.toByteArray());
        assertThat(tree(TarSource.of(file, store)).size()).isEqualTo(1000);
    }

    @Test
    void dockerNamesThatAreNoTextAreTypedErrors() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            byte[] manifest = text("[{\"Layers\": [\"\\ud800\"]}]");
            TarArchiveEntry entry = new TarArchiveEntry("manifest.json");
            entry.setSize(manifest.length);
            tar.putArchiveEntry(entry);
            tar.write(manifest);
            tar.closeArchiveEntry();
        }
        Path file = Files.write(dir.resolve("docker.tar"), out.toByteArray());
        assertThatThrownBy(() -> tree(OciSource.of(file, store)))
                .isInstanceOf(MalformedImageException.class);
    }

    @Test
    void aLayoutMayBeTheCurrentDirectory() throws Exception {
        layout(tar(0), b -> b, b -> b);
        Path layout = dir.resolve("layout");
        Path here = Path.of("").toAbsolutePath().relativize(layout.toAbsolutePath());
        assertThat(tree(OciSource.of(here.resolve("."), store)).size()).isPositive();
        assertThatThrownBy(() -> tree(OciSource.of(Path.of(""), store)))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("neither");
    }
}
