/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.source.TreeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real kernel as judge: boots our images under software emulation and compares what it unpacked.
 * Needs qemu-system-x86_64, cc with a static C library, and a kernel: the file that
 * WASM_LINUX_TEST_KERNEL names, or one of Debian's for amd64 in /boot.
 */
@Tag("qemu")
class KernelBootTest {
    private static Path kernel;
    private static Path init;

    @TempDir Path dir;

    @BeforeAll
    static void prepare() throws Exception {
        Tools.require("qemu-system-x86_64");
        Tools.require("cc");
        kernel = kernel();
        Path target = Files.createDirectories(Path.of("target/boot-test").toAbsolutePath());
        Path source = target.resolve("list-init.c");
        try (InputStream in = KernelBootTest.class.getResourceAsStream("list-init.c")) {
            Files.write(source, in.readAllBytes());
        }
        init = target.resolve("list-init");
        Tools.run(
                target,
                null,
                "cc",
                "-static",
                "-Os",
                "-s",
                "-o",
                init.toString(),
                source.toString());
    }

    private static Path kernel() throws IOException {
        String variable = System.getenv("WASM_LINUX_TEST_KERNEL");
        if (variable != null && !variable.isEmpty()) {
            assertThat(Path.of(variable)).as("WASM_LINUX_TEST_KERNEL").isReadable();
            return Path.of(variable).toAbsolutePath();
        }
        Path boot = Path.of("/boot");
        for (String flavour : List.of("-cloud-amd64", "-amd64")) {
            if (Files.isDirectory(boot)) {
                try (Stream<Path> files = Files.list(boot)) {
                    Optional<Path> newest =
                            files.filter(file -> file.toString().startsWith("/boot/vmlinuz-"))
                                    .filter(file -> file.toString().endsWith(flavour))
                                    .filter(Files::isReadable)
                                    .max(Path::compareTo);
                    if (newest.isPresent()) {
                        return newest.get();
                    }
                }
            }
        }
        return Assumptions.abort(
                "no kernel: WASM_LINUX_TEST_KERNEL is not set and /boot has none of Debian's for"
                        + " amd64");
    }

    /** The tree under {@code t}, and what a machine needs to list it. */
    private static Initramfs bootable(Initramfs tree) throws IOException {
        TreeSource below = sink -> tree.entries().forEach(sink::add);
        return Initramfs.builder()
                .directory("dev")
                .device("dev/console", Node.DeviceType.CHARACTER, 5, 1, 0600)
                .file("init", FileContent.of(init), 0755)
                .directory("t", 0755)
                .addFrom(below.under("t"))
                .build();
    }

    private List<String> boot(Path image) throws Exception {
        Path log = dir.resolve("console");
        Process machine =
                new ProcessBuilder(
                                "qemu-system-x86_64",
                                "-accel",
                                "tcg",
                                "-m",
                                "256",
                                "-nodefaults",
                                "-no-user-config",
                                "-display",
                                "none",
                                "-no-reboot",
                                "-serial",
                                "file:" + log,
                                "-kernel",
                                kernel.toString(),
                                "-initrd",
                                image.toString(),
                                "-append",
                                "console=ttyS0 loglevel=4 panic=-1")
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("qemu.log").toFile())
                        .start();
        try {
            assertThat(machine.waitFor(150, TimeUnit.SECONDS)).as("the machine ended").isTrue();
        } finally {
            machine.destroyForcibly();
        }
        String console = Files.readString(log, StandardCharsets.ISO_8859_1).replace("\r", "");
        assertThat(console).contains("\nBEGIN\n").contains("\nEND\n");
        return console.substring(console.indexOf("\nBEGIN\n"), console.indexOf("\nEND\n"))
                .lines()
                .filter(line -> line.startsWith("E "))
                .toList();
    }

    private static String escaped(ByteString bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length(); i++) {
            int b = bytes.byteAt(i) & 0xff;
            text.append(
                    b > ' ' && b < 0x7f && b != '%'
                            ? String.valueOf((char) b)
                            : String.format("%%%02x", b));
        }
        return text.length() == 0 ? "-" : text.toString();
    }

    private static long digest(FileContent content) throws IOException {
        long hash = 0xcbf29ce484222325L;
        try (InputStream in = content.open()) {
            for (byte b : in.readAllBytes()) {
                hash = (hash ^ b & 0xff) * 0x100000001b3L;
            }
        }
        return hash;
    }

    /**
     * What the list should say, without inode numbers; link groups are named by their first path.
     */
    private static Map<String, String> expected(Initramfs tree) throws IOException {
        Map<ArchivePath, Integer> links = new HashMap<>();
        tree.asMap()
                .forEach(
                        (path, node) ->
                                links.merge(
                                        node instanceof Node.HardLink link ? link.target() : path,
                                        1,
                                        Integer::sum));
        Map<ArchivePath, String> leaders = new HashMap<>();
        Map<String, String> lines = new TreeMap<>();
        for (Entry entry : tree.entries()) {
            if (!entry.path().startsWith(ArchivePath.of("t"))) {
                continue;
            }
            ArchivePath inode =
                    entry.node() instanceof Node.HardLink link ? link.target() : entry.path();
            Node node = tree.findInode(entry.path()).orElseThrow();
            String name = escaped(entry.path().bytes());
            String leader = leaders.computeIfAbsent(inode, key -> name);
            lines.put(name, line(node, links.get(inode), leader));
        }
        return lines;
    }

    private static String line(Node node, int links, String leader) throws IOException {
        if (node instanceof Node.Directory directory) {
            return text(0040000, directory.attributes(), "dir", leader, -1, 0, 0, 0, "-");
        } else if (node instanceof Node.RegularFile file) {
            return text(
                    0100000,
                    file.attributes(),
                    "" + links,
                    leader,
                    file.content().size(),
                    0,
                    0,
                    digest(file.content()),
                    "-");
        } else if (node instanceof Node.Symlink link) {
            long length = link.target().length();
            Attributes attributes = link.attributes().withPermissions(0777);
            return text(0120000, attributes, "1", leader, length, 0, 0, 0, escaped(link.target()));
        } else if (node instanceof Node.Device device) {
            boolean block = device.type() == Node.DeviceType.BLOCK;
            return text(
                    block ? 0060000 : 0020000,
                    device.attributes(),
                    "" + links,
                    leader,
                    0,
                    device.major(),
                    device.minor(),
                    0,
                    "-");
        } else if (node instanceof Node.Fifo fifo) {
            return text(0010000, fifo.attributes(), "" + links, leader, 0, 0, 0, 0, "-");
        } else if (node instanceof Node.Socket socket) {
            return text(0140000, socket.attributes(), "" + links, leader, 0, 0, 0, 0, "-");
        }
        throw new AssertionError(node);
    }

    private static String text(
            int type,
            Attributes attributes,
            String links,
            String leader,
            long size,
            long major,
            long minor,
            long digest,
            String target) {
        return String.join(
                " ",
                Integer.toOctalString(type | attributes.permissions()),
                "" + attributes.uid(),
                "" + attributes.gid(),
                links,
                leader,
                "" + size,
                "" + attributes.modified(),
                "" + major,
                "" + minor,
                Long.toHexString(digest),
                target);
    }

    private static Map<String, String> actual(List<String> lines) {
        Map<String, String[]> fields = new TreeMap<>();
        for (String line : lines) {
            String[] field = line.split(" ");
            assertThat(field).as(line).hasSize(13);
            fields.put(field[1], field);
        }
        Map<String, String> leaders = new HashMap<>();
        Map<String, String> result = new TreeMap<>();
        fields.forEach(
                (path, f) -> {
                    boolean directory = f[2].startsWith("4") && f[2].length() == 5;
                    String leader = leaders.computeIfAbsent(f[6], key -> path);
                    result.put(
                            path,
                            String.join(
                                    " ",
                                    f[2],
                                    f[3],
                                    f[4],
                                    directory ? "dir" : f[5],
                                    directory ? path : leader,
                                    directory ? "-1" : f[7],
                                    f[8],
                                    f[9],
                                    f[10],
                                    f[11],
                                    f[12]));
                });
        return result;
    }

    /** Link leaders by the order of escaped names, as the list has no other. */
    private void compare(Initramfs tree, Path image) throws Exception {
        Map<String, String> actual = actual(boot(image));
        Map<String, String> expected = expected(tree);
        assertThat(actual).containsExactlyEntriesOf(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "gzip:9",
                "bzip2:9",
                "lzma:6",
                "xz:6",
                "xz:6:x86",
                "lzo",
                "lz4:1",
                "lz4:9",
                "zstd:3"
            })
    void theKernelUnpacksWhatTheTreeSays(String compression) throws Exception {
        Initramfs tree = bootable(Trees.everyKind());
        Path image = dir.resolve("image");
        tree.writeTo(image, Compression.parse(compression));
        compare(tree, image);
    }

    @Test
    void theKernelUnpacksChecksumsAlignmentAndMembers() throws Exception {
        Initramfs tree = bootable(Trees.everyKind());
        Path image = dir.resolve("image");
        tree.writeTo(
                image,
                WriteOptions.defaults()
                        .withFormat(WriteOptions.Format.NEWC_CHECKSUM)
                        .withDataAlignment(4096));
        compare(tree, image);
        tree.writeTo(
                image,
                WriteOptions.defaults()
                        .withCompression(Compression.gzip())
                        .withMemberSize(1 << 16)
                        .withThreads(2));
        compare(tree, image);
    }

    @Test
    void theKernelUnpacksSegmentsOfEveryCompression() throws Exception {
        Initramfs tree = bootable(Trees.everyKind());
        Image.Builder builder = Image.builder();
        for (String text :
                List.of("none", "lz4", "xz", "none", "lzo", "zstd", "bzip2", "lzma", "gzip")) {
            builder.segment(tree, Compression.parse(text));
        }
        Path image = dir.resolve("image");
        builder.build().writeTo(image);
        compare(tree, image);
    }
}
