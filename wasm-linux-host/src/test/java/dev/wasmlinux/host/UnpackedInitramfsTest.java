/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Image;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.read.KernelCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The bundled kernel as judge of the images that initramfs-builder writes: it unpacks segments of
 * every compression that it knows, and tells types, modes, owners, links, sizes, times, devices,
 * digests and link targets as they were written.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UnpackedInitramfsTest {
    private static final String SCRIPT =
            """
            cd /t
            find . -exec stat -c 'stat %f %u %g %h %i %s %t %T %y/%n' {} +
            find . -type f -exec sha256sum {} +
            find . -type l -exec sh -c 'echo "link $(readlink "$1") $1"' sh {} ';'
            """;

    private static final Pattern STAT =
            Pattern.compile(
                    "stat (?<mode>\\w+) (?<owner>\\d+ \\d+) (?<links>\\d+) (?<inode>\\d+) (?<size>\\d+)"
                            + " (?<device>\\w+ \\w+) (?<time>[-\\d]+ [:\\d]+)[^/]*/(?<path>.*)");

    private static Initramfs tree() {
        byte[] noise = new byte[150_000];
        new Random(3).nextBytes(noise);
        InitramfsBuilder builder =
                Initramfs.builder()
                        .directory("sticky", new Attributes(01777, 5, 6, 1_000_000_000))
                        .file("empty", FileContent.empty(), 0)
                        .file("noise", FileContent.of(noise), new Attributes(04755, 1, 2, 3))
                        .file(
                                "limits",
                                FileContent.of("x"),
                                new Attributes(07777, 0xfffffffeL, 0xfffffffeL, 0xffffffffL))
                        .hardLink("deep/er/noise", "noise")
                        .hardLink("again", "noise")
                        .symlink("link", "deep/er")
                        .symlink("dangling", "/no/such/file")
                        .device("null", Node.DeviceType.CHARACTER, 1, 3, 0666)
                        .hardLink("null2", "null")
                        .device("disk", Node.DeviceType.BLOCK, 4095, 1_048_575, 0600)
                        .fifo("pipe", 0640)
                        .socket("socket", 0700)
                        .add(
                                ArchivePath.of(ByteString.of(new byte[] {'l', (byte) 0xe4, 't'})),
                                new Node.RegularFile(FileContent.of("latin"), Attributes.of(0644)))
                        .file("n".repeat(255), FileContent.of("long name"), 0644);
        for (int i = 0; i < 100; i++) {
            builder.file("many/f" + i, FileContent.of("text ".repeat(i * 7)), 0644);
        }
        return builder.build();
    }

    private static Map<String, WriteOptions> segments() {
        Map<String, WriteOptions> segments = new LinkedHashMap<>();
        WriteOptions plain = WriteOptions.defaults();
        segments.put("plain", plain);
        segments.put("gzip", plain.withCompression(Compression.gzip()));
        segments.put("xz", plain.withCompression(Compression.parse("xz:6")));
        segments.put("checksum", plain.withFormat(WriteOptions.Format.NEWC_CHECKSUM));
        segments.put("zstd", plain.withCompression(Compression.parse("zstd:3")));
        segments.put("aligned", plain.withDataAlignment(4096));
        segments.put(
                "members",
                plain.withCompression(Compression.gzip()).withMemberSize(1 << 16).withThreads(2));
        segments.put("list", WriteOptions.matchGenInitCpio());
        return segments;
    }

    private static String latin(ByteString bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    private static String sha256(FileContent content) throws Exception {
        try (InputStream in = content.open()) {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(in.readAllBytes()));
        }
    }

    /** What is expected of a tree's entry: all but the inode number. */
    private static String expected(Node node, long links) throws Exception {
        if (node instanceof Node.RegularFile file) {
            return text(
                    0100000,
                    file.attributes(),
                    links,
                    file.content().size(),
                    "0 0",
                    sha256(file.content()));
        } else if (node instanceof Node.Directory directory) {
            return text(0040000, directory.attributes(), -1, -1, "0 0", "");
        } else if (node instanceof Node.Symlink link) {
            String target = latin(link.target());
            return text(0120000, link.attributes(), 1, target.length(), "0 0", target);
        } else if (node instanceof Node.Device device) {
            String number =
                    Integer.toHexString(device.major()) + " " + Integer.toHexString(device.minor());
            boolean block = device.type() == Node.DeviceType.BLOCK;
            return text(block ? 0060000 : 0020000, device.attributes(), links, 0, number, "");
        } else if (node instanceof Node.Fifo fifo) {
            return text(0010000, fifo.attributes(), links, 0, "0 0", "");
        } else if (node instanceof Node.Socket socket) {
            return text(0140000, socket.attributes(), links, 0, "0 0", "");
        }
        throw new AssertionError(node);
    }

    private static String text(
            int type, Attributes attributes, long links, long size, String device, String rest) {
        return String.join(
                " ",
                Integer.toHexString(type | attributes.permissions()),
                "" + attributes.uid(),
                "" + attributes.gid(),
                "" + links,
                "" + size,
                device,
                time(attributes.modified()),
                rest);
    }

    /** As stat shows it; its number of seconds is only right until 2038. */
    private static String time(long seconds) {
        return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
                .format(LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC));
    }

    private static Map<String, String> expected(Initramfs tree, String below) throws Exception {
        Map<ArchivePath, Integer> links = new HashMap<>();
        for (Entry entry : tree.entries()) {
            ArchivePath inode =
                    entry.node() instanceof Node.HardLink link ? link.target() : entry.path();
            links.merge(inode, 1, Integer::sum);
        }
        Map<String, String> lines = new TreeMap<>();
        for (Entry entry : tree.entries()) {
            ArchivePath inode =
                    entry.node() instanceof Node.HardLink link ? link.target() : entry.path();
            Node node = tree.findInode(entry.path()).orElseThrow();
            lines.put(
                    "./" + below + "/" + latin(entry.path().bytes()),
                    expected(node, links.get(inode)));
        }
        return lines;
    }

    private static String boot(byte[] archive) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (Machine machine =
                Machine.builder()
                        .image(MachineImage.bundled().withExtraInitramfs(archive))
                        .commandLine("console=hvc0 quiet")
                        .build()) {
            machine.start();
            WaitStatus status =
                    machine.run(
                            Command.of("sh", "-c", SCRIPT),
                            InputStream.nullInputStream(),
                            out,
                            err);
            assertThat(err.toString(StandardCharsets.ISO_8859_1)).isEmpty();
            assertThat(status.shellStatus()).isZero();
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void theKernelUnpacksWhatTheTreesSay() throws Exception {
        Initramfs tree = tree();
        Image.Builder builder = Image.builder();
        Map<String, String> expected = new TreeMap<>();
        for (Map.Entry<String, WriteOptions> segment : segments().entrySet()) {
            builder.segment(
                    Initramfs.builder().addFrom(tree.under("t/" + segment.getKey())).build(),
                    segment.getValue());
            expected.putAll(expected(tree, segment.getKey()));
        }
        Image image = builder.build();
        assertThat(KernelCheck.check(image)).isEmpty();
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        image.writeTo(archive);

        Map<String, String> actual = new TreeMap<>();
        Map<String, String> rest = new HashMap<>();
        Map<String, String> inodes = new HashMap<>();
        for (String line : boot(archive.toByteArray()).split("\n")) {
            String[] field = line.split(" ", 3);
            Matcher stat = STAT.matcher(line);
            if (stat.matches()) {
                boolean directory = stat.group("mode").matches("4...");
                actual.put(
                        stat.group("path"),
                        String.join(
                                " ",
                                stat.group("mode"),
                                stat.group("owner"),
                                directory ? "-1" : stat.group("links"),
                                directory ? "-1" : stat.group("size"),
                                stat.group("device"),
                                stat.group("time"),
                                ""));
                inodes.put(stat.group("path"), stat.group("inode"));
            } else if (field[0].equals("link")) {
                rest.put(field[2], field[1]);
            } else {
                rest.put(line.substring(66), line.substring(0, 64));
            }
        }
        rest.forEach((path, text) -> actual.merge(path, text, String::concat));
        actual.keySet().removeIf(path -> path.chars().filter(c -> c == '/').count() < 2);

        assertThat(actual).containsExactlyEntriesOf(expected);
        for (String segment : segments().keySet()) {
            String group = inodes.get("./" + segment + "/noise");
            assertThat(List.of("again", "deep/er/noise"))
                    .allSatisfy(
                            name ->
                                    assertThat(inodes.get("./" + segment + "/" + name))
                                            .isEqualTo(group));
            assertThat(inodes.values().stream().filter(group::equals)).hasSize(3);
        }
    }
}
