/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.Scratch;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tree in a tar archive, read in one pass: the kinds of all entries are remembered, but only
 * the contents that will be needed. Reads POSIX (ustar, pax) and GNU archives.
 */
public final class TarTree implements BaseTree {
    private static final int BLOCK = 512;
    private static final int LONGEST_NAME = 1 << 16;

    private final InputStream in;
    private final Set<String> wanted;
    private final Scratch scratch;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Set<String> files = new HashSet<>();
    private String root;

    private TarTree(InputStream in, Optional<String> root, Set<String> wanted, Scratch scratch) {
        this.in = in;
        this.root = root.orElse(null);
        this.wanted = wanted;
        this.scratch = scratch;
    }

    /**
     * Reads an archive.
     *
     * @param in the archive, not compressed; left open
     * @param root the directory that holds the tree; empty: the only one at the top
     * @param wanted paths of files whose content is needed
     * @param scratch where the contents live
     * @throws IOException if it is damaged, or has several directories at the top and no root given
     */
    public static TarTree read(
            InputStream in, Optional<String> root, Set<String> wanted, Scratch scratch)
            throws IOException {
        TarTree tree = new TarTree(in, root, wanted, scratch);
        tree.read();
        return tree;
    }

    private void read() throws IOException {
        byte[] header = new byte[BLOCK];
        String longName = null;
        String longLink = null;
        long paxSize = -1;
        boolean some = false;
        while (fill(header, some)) {
            if (isZero(header)) {
                break;
            }
            some = true;
            checkSum(header);
            long size = paxSize >= 0 ? paxSize : number(header, 124, 12);
            char type = (char) header[156];
            switch (type) {
                case 'L' -> longName = text(size);
                case 'K' -> longLink = text(size);
                case 'x' -> {
                    Map<String, String> records = pax(text(size));
                    longName = records.getOrDefault("path", longName);
                    longLink = records.getOrDefault("linkpath", longLink);
                    paxSize =
                            records.containsKey("size") ? Long.parseLong(records.get("size")) : -1;
                }
                case 'g' -> text(size);
                default -> {
                    String name = longName != null ? longName : name(header);
                    String link = longLink != null ? longLink : string(header, 157, 100);
                    entry(name, link, type, size, number(header, 100, 8));
                    longName = null;
                    longLink = null;
                    paxSize = -1;
                }
            }
        }
        if (!some) {
            throw new IOException("the archive is empty");
        }
    }

    private void entry(String name, String link, char type, long size, long mode)
            throws IOException {
        String path = inRoot(name);
        boolean regular = type == '0' || type == '\0' || type == '7';
        if (path == null || path.isEmpty()) {
            skip(regular ? size : 0);
            return;
        }
        Node node;
        if (regular && name.endsWith("/") || type == '5') {
            node = new Node.Directory();
            skip(type == '5' ? 0 : size);
        } else if (regular) {
            Content content = null;
            if (wanted.contains(path)) {
                content = content(size);
            } else {
                skip(size);
            }
            node = new Node.File(content, (mode & 0100) != 0, null);
        } else if (type == '2') {
            node = new Node.Link(link);
        } else if (type == '1') {
            node = nodes.get(Optional.ofNullable(inRoot(link)).orElse(""));
            if (node == null || node instanceof Node.File file && file.content() == null) {
                node = new Node.Special();
            }
        } else {
            node = new Node.Special();
        }
        nodes.put(path, node);
        if (!(node instanceof Node.Directory)) {
            files.add(path);
        }
        for (int slash = path.lastIndexOf('/');
                slash > 0;
                slash = path.lastIndexOf('/', slash - 1)) {
            if (nodes.putIfAbsent(path.substring(0, slash), new Node.Directory()) != null) {
                break;
            }
        }
    }

    /** The path below the root, or null if it is not there. */
    private String inRoot(String name) throws IOException {
        String path = name.startsWith("./") ? name.substring(2) : name;
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        if (path.isEmpty()) {
            return null;
        }
        if (root == null) {
            root = path.indexOf('/') < 0 ? path : path.substring(0, path.indexOf('/'));
        }
        if (path.equals(root)) {
            return "";
        }
        if (!path.startsWith(root + "/")) {
            if (path.startsWith("pax_global_header")) {
                return null;
            }
            throw new IOException(
                    "the archive holds both \"" + root + "\" and \"" + path + "\" at its top");
        }
        return path.substring(root.length() + 1);
    }

    private boolean fill(byte[] block, boolean mayEnd) throws IOException {
        int n = in.readNBytes(block, 0, block.length);
        if (n == 0 && mayEnd) {
            return false;
        }
        if (n < block.length) {
            throw new EOFException("the archive is cut short");
        }
        return true;
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static void checkSum(byte[] header) throws IOException {
        long sum = 8 * ' ';
        for (int i = 0; i < BLOCK; i++) {
            sum += i < 148 || i >= 156 ? header[i] & 0xff : 0;
        }
        if (sum != number(header, 148, 8)) {
            throw new IOException("not a tar archive, or damaged: a header has a wrong sum");
        }
    }

    private static long number(byte[] header, int offset, int length) throws IOException {
        if ((header[offset] & 0x80) != 0) {
            long value = header[offset] & 0x7f;
            for (int i = 1; i < length; i++) {
                value = value << 8 | header[offset + i] & 0xff;
            }
            return value;
        }
        String digits = string(header, offset, length).strip();
        if (!digits.matches("[0-7]*")) {
            throw new IOException("damaged number in a tar header: " + digits);
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static String string(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    private static String name(byte[] header) {
        String name = string(header, 0, 100);
        // Only POSIX headers have a prefix; GNU's use the place otherwise.
        boolean posix = header[262] == 0 && string(header, 257, 5).equals("ustar");
        String prefix = posix ? string(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private String text(long size) throws IOException {
        if (size > LONGEST_NAME) {
            throw new IOException("an extended tar header of " + size + " bytes");
        }
        byte[] bytes = in.readNBytes((int) size);
        if (bytes.length < size) {
            throw new EOFException("the archive is cut short");
        }
        skip(-size & BLOCK - 1, false);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }

    private static Map<String, String> pax(String text) throws IOException {
        Map<String, String> records = new HashMap<>();
        int position = 0;
        while (position < text.length()) {
            int space = text.indexOf(' ', position);
            String digits = space < 0 ? "" : text.substring(position, space);
            int length = digits.matches("[0-9]{1,6}") ? Integer.parseInt(digits) : 0;
            int end = position + length;
            int equals = text.indexOf('=', Math.max(space, 0));
            if (length == 0 || end > text.length() || equals < 0 || equals >= end) {
                throw new IOException("damaged pax header");
            }
            records.put(text.substring(space + 1, equals), text.substring(equals + 1, end - 1));
            position = end;
        }
        return records;
    }

    private Content content(long size) throws IOException {
        byte[] buffer = new byte[1 << 13];
        Content content;
        try (Scratch.Writer out = scratch.writer()) {
            long left = size;
            while (left > 0) {
                int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw new EOFException("the archive is cut short");
                }
                out.write(buffer, 0, n);
                left -= n;
            }
            content = out.finish();
        }
        skip(-size & BLOCK - 1, false);
        return content;
    }

    private void skip(long size) throws IOException {
        skip(size, true);
    }

    private void skip(long size, boolean pad) throws IOException {
        in.skipNBytes(pad ? size + BLOCK - 1 & -BLOCK : size);
    }

    @Override
    public Node lookup(String path) throws IOException {
        Node node = nodes.get(path);
        if (node instanceof Node.File file && file.content() == null) {
            throw new IOException("the content of " + path + " was not asked for");
        }
        return node;
    }

    @Override
    public List<String> leavesBelow(String directory) {
        return files.stream().filter(path -> path.startsWith(directory + "/")).toList();
    }
}
