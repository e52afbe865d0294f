/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.content;

import dev.wasmlinux.initramfs.ByteString;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The bytes of the host's names. Text is exact as long as it is ASCII; otherwise URIs, which Java
 * makes of the bytes and not of the text, tell and name them whatever the locale is.
 */
public final class HostNames {
    private static final String PLAIN = "-._~/";

    private HostNames() {}

    /** The bytes of a path, its parts between slashes. */
    public static ByteString bytesOf(Path path) {
        String text = path.toString();
        if (Contents.isAscii(text) || path.getFileSystem() != FileSystems.getDefault()) {
            return ByteString.of(text.replace(path.getFileSystem().getSeparator(), "/"));
        }
        Path anchor = Path.of("/");
        boolean absolute = path.isAbsolute();
        String raw = anchor.resolve(path).toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = absolute ? 0 : 1; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(raw.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        byte[] all = bytes.toByteArray();
        // The URI of what happens to be a directory ends in a slash.
        int length = all.length;
        if (length > 1 && all[length - 1] == '/' && !text.endsWith("/")) {
            length--;
        }
        return ByteString.of(all, 0, length);
    }

    /**
     * The path of bytes.
     *
     * @throws InvalidPathException if the file system has no such path
     */
    public static Path pathOf(FileSystem system, ByteString bytes) {
        boolean utf8 = bytes.isUtf8();
        String text = new String(bytes.toByteArray(), StandardCharsets.UTF_8);
        boolean unix = system == FileSystems.getDefault() && system.getSeparator().equals("/");
        if (!unix || bytes.length() == 0 || utf8 && Contents.isAscii(text)) {
            if (!utf8) {
                throw new InvalidPathException(
                        bytes.toString(), "not UTF-8, which this file system needs");
            }
            return system.getPath(text);
        }
        StringBuilder uri = new StringBuilder("file:///");
        for (int i = 0; i < bytes.length(); i++) {
            char c = (char) (bytes.byteAt(i) & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0);
            uri.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        Path absolute;
        try {
            absolute = Path.of(URI.create(uri.toString()));
        } catch (IllegalArgumentException e) {
            throw new InvalidPathException(bytes.toString(), e.getMessage());
        }
        return bytes.byteAt(0) == '/' ? absolute : absolute.subpath(0, absolute.getNameCount());
    }
}
