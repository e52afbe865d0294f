/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * Paths whose names are any bytes. A {@link Path} made from a string can only hold what the
 * platform's charset can; but on Unix a path made from a {@code file:} address holds the address's
 * bytes as they are, so non-ASCII names take that way. On other file systems names are UTF-8.
 */
public final class BytePaths {
    private static final String UNRESERVED =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

    private BytePaths() {}

    /** The path of a byte string below a directory. */
    public static Path resolve(Path directory, String name) {
        if (isAscii(name)) {
            return directory.resolve(name);
        }
        if (!isUnix(directory.getFileSystem())) {
            return directory.resolve(
                    new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        }
        String base = directory.toUri().getRawPath();
        String slash = base.endsWith("/") ? "" : "/";
        return Path.of(URI.create("file://" + base + slash + encode(name)));
    }

    /** The byte string of a path, absolute or relative as it is. */
    public static String name(Path path) {
        String text = path.toString().replace(path.getFileSystem().getSeparator(), "/");
        if (isAscii(text)) {
            return text;
        }
        if (!isUnix(path.getFileSystem())) {
            return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }
        Path absolute = path.isAbsolute() ? path : path.getFileSystem().getPath("/").resolve(path);
        String bytes = decode(absolute.toUri().getRawPath());
        if (bytes.endsWith("/") && bytes.length() > 1) {
            bytes = bytes.substring(0, bytes.length() - 1);
        }
        return path.isAbsolute() ? bytes : bytes.substring(1);
    }

    /**
     * The target of a link as a path.
     *
     * @throws IOException if this platform cannot express it
     */
    public static Path target(Path link, String target) throws IOException {
        FileSystem fileSystem = link.getFileSystem();
        Path path;
        if (isAscii(target)) {
            path = fileSystem.getPath(target);
        } else if (isUnix(fileSystem) && !target.startsWith("/")) {
            Path absolute = Path.of(URI.create("file:///" + encode(target)));
            path = absolute.subpath(0, absolute.getNameCount());
        } else {
            path = resolve(fileSystem.getPath(""), target);
        }
        if (!name(path).equals(target)) {
            throw new IOException("this platform cannot make a link to \"" + target + "\"");
        }
        return path;
    }

    private static boolean isUnix(FileSystem fileSystem) {
        return fileSystem == FileSystems.getDefault() && fileSystem.getSeparator().equals("/");
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** Percent-encodes a byte string. */
    static String encode(String name) {
        StringBuilder encoded = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%')
                        .append(Character.forDigit(c >> 4 & 15, 16))
                        .append(Character.forDigit(c & 15, 16));
            }
        }
        return encoded.toString();
    }

    /** Takes back {@link #encode(String)}; other characters count as their UTF-8 bytes. */
    static String decode(String encoded) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%' && i + 2 < encoded.length()) {
                bytes.write(Integer.parseInt(encoded, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
