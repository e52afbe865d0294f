/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.content.Contents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a tree in the list format that {@link CpioList} reads. Names that need it are quoted,
 * which only our reader understands; the format has no times.
 */
public final class CpioListWriter {
    private CpioListWriter() {}

    /**
     * Returns the list of a tree.
     *
     * @param contents directory for the contents that are no files of their own; they are put there
     *     under numbers
     * @throws InvalidEntryException for hard links to anything but regular files, which the format
     *     cannot say
     * @throws IOException if a content cannot be put there
     */
    public static byte[] write(Initramfs tree, Path contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Map<ArchivePath, List<ArchivePath>> links = links(tree);
        int number = 0;
        for (Map.Entry<ArchivePath, Node> entry : tree.asMap().entrySet()) {
            ArchivePath path = entry.getKey();
            Node node = entry.getValue();
            StringBuilder line = new StringBuilder();
            if (node instanceof Node.RegularFile file) {
                String location = location(file.content(), contents.resolve("content-" + number++));
                line.append("file ").append(path(path)).append(' ').append(location);
                attributes(line, file.attributes());
                for (ArchivePath link : links.getOrDefault(path, List.of())) {
                    line.append(' ').append(path(link));
                }
            } else if (node instanceof Node.Directory directory) {
                line.append("dir ").append(path(path));
                attributes(line, directory.attributes());
            } else if (node instanceof Node.Symlink link) {
                line.append("slink ").append(path(path)).append(' ').append(word(link.target()));
                attributes(line, link.attributes());
            } else if (node instanceof Node.Device device) {
                line.append("nod ").append(path(path));
                attributes(line, device.attributes());
                line.append(device.type() == Node.DeviceType.BLOCK ? " b " : " c ");
                line.append(device.major()).append(' ').append(device.minor());
            } else if (node instanceof Node.Fifo fifo) {
                line.append("pipe ").append(path(path));
                attributes(line, fifo.attributes());
            } else if (node instanceof Node.Socket socket) {
                line.append("sock ").append(path(path));
                attributes(line, socket.attributes());
            } else {
                continue;
            }
            out.writeBytes(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static Map<ArchivePath, List<ArchivePath>> links(Initramfs tree) {
        Map<ArchivePath, List<ArchivePath>> links = new HashMap<>();
        tree.asMap()
                .forEach(
                        (path, node) -> {
                            if (node instanceof Node.HardLink link) {
                                if (!(tree.find(link.target()).orElseThrow()
                                        instanceof Node.RegularFile)) {
                                    throw new InvalidEntryException(
                                            path.toString(),
                                            "gen_init_cpio lists have hard links of files only");
                                }
                                links.computeIfAbsent(link.target(), key -> new ArrayList<>())
                                        .add(path);
                            }
                        });
        return links;
    }

    private static String location(FileContent content, Path spare) throws IOException {
        Path file = spare;
        // A name beyond ASCII is other bytes in another locale, so its content is copied.
        if (content instanceof Contents.OfFile there
                && Contents.isAscii(there.file().toAbsolutePath().toString())) {
            file = there.file();
        } else {
            try (InputStream in = content.open()) {
                Files.copy(in, spare, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return word(ByteString.of(file.toAbsolutePath().toString()));
    }

    private static void attributes(StringBuilder line, Attributes attributes) {
        line.append(" 0")
                .append(Integer.toOctalString(attributes.permissions()))
                .append(' ')
                .append(attributes.uid())
                .append(' ')
                .append(attributes.gid());
    }

    private static String path(ArchivePath path) {
        return path.isRoot() ? "." : word(ByteString.of(concat('/', path.bytes())));
    }

    private static byte[] concat(char first, ByteString rest) {
        byte[] bytes = new byte[rest.length() + 1];
        bytes[0] = (byte) first;
        rest.copyTo(bytes, 1);
        return bytes;
    }

    private static String word(ByteString bytes) {
        boolean plain = bytes.length() > 0 && bytes.byteAt(0) != '"';
        for (int i = 0; i < bytes.length(); i++) {
            plain &= bytes.byteAt(i) > ' ' && bytes.byteAt(i) < 0x7f;
        }
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < bytes.length(); i++) {
            char c = (char) (bytes.byteAt(i) & 0xff);
            if (plain) {
                word.append(c);
            } else if (c == '"' || c == '\\') {
                word.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                word.append(c);
            } else {
                word.append(String.format("\\x%02x", (int) c));
            }
        }
        return plain ? word.toString() : '"' + word.toString() + '"';
    }
}
