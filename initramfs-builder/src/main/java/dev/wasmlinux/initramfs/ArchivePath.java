/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.util.List;

/**
 * The place of an entry in the root file system that an archive describes: a relative path in the
 * one form that the kernel cannot misread.
 *
 * <p>Leading, doubled and trailing slashes and {@code .} components are dropped when a path is
 * made; the empty path is the root directory and is written as {@code .}. Refused, because the
 * kernel's unpacker loses such entries without a word or they leave the tree: a NUL, a component
 * {@code ..}, more than {@value #MAX_LENGTH} bytes ({@code PATH_MAX} less the NUL), a component
 * above {@value #MAX_NAME} bytes ({@code NAME_MAX}), and the name {@code TRAILER!!!} in the root,
 * which ends an archive. Source of the rules: {@code init/initramfs.c} (do_header, do_name) and
 * {@code include/uapi/linux/limits.h}.
 *
 * <p>The order puts a directory directly before everything below it. Immutable and thread safe.
 */
public final class ArchivePath implements Comparable<ArchivePath> {
    /** Most bytes of a path. */
    public static final int MAX_LENGTH = 4095;

    /** Most bytes of one component. */
    public static final int MAX_NAME = 255;

    /** The root directory itself. */
    public static final ArchivePath ROOT = new ArchivePath(ByteString.EMPTY);

    private static final ByteString DOT = ByteString.of(".");
    private static final ByteString TRAILER = ByteString.of("TRAILER!!!");

    private final ByteString bytes;

    private ArchivePath(ByteString bytes) {
        this.bytes = bytes;
    }

    /**
     * Makes a path of a text, encoded as UTF-8.
     *
     * @throws InvalidEntryException if the path is one of those refused
     */
    public static ArchivePath of(String path) {
        return of(ByteString.of(path));
    }

    /**
     * Makes a path of bytes in any character set.
     *
     * @throws InvalidEntryException if the path is one of those refused
     */
    public static ArchivePath of(ByteString path) {
        int length = path.length();
        byte[] clean = new byte[length];
        int used = 0;
        int at = 0;
        while (at < length) {
            int slash = path.indexOf('/', at);
            int end = slash < 0 ? length : slash;
            int size = end - at;
            if (size > 0 && !(size == 1 && path.byteAt(at) == '.')) {
                if (size == 2 && path.byteAt(at) == '.' && path.byteAt(at + 1) == '.') {
                    throw invalid(path, "has a component '..'", "init/initramfs.c follows it");
                }
                if (size > MAX_NAME) {
                    throw invalid(
                            path,
                            "has a component of " + size + " bytes, more than " + MAX_NAME,
                            "NAME_MAX, include/uapi/linux/limits.h");
                }
                if (used > 0) {
                    clean[used++] = '/';
                }
                for (int i = at; i < end; i++) {
                    byte b = path.byteAt(i);
                    if (b == 0) {
                        throw invalid(path, "has a NUL byte", "init/initramfs.c ends names at NUL");
                    }
                    clean[used++] = b;
                }
            }
            at = end + 1;
        }
        if (used > MAX_LENGTH) {
            throw invalid(
                    path,
                    "has " + used + " bytes, more than " + MAX_LENGTH,
                    "PATH_MAX, include/uapi/linux/limits.h");
        }
        if (used == 0) {
            return ROOT;
        }
        ByteString result = used == length ? path : ByteString.of(clean, 0, used);
        if (result.equals(TRAILER)) {
            throw invalid(path, "is the end mark of an archive", "init/initramfs.c do_name");
        }
        return new ArchivePath(result);
    }

    private static InvalidEntryException invalid(ByteString path, String what, String source) {
        String shown = path.toString();
        if (shown.length() > 200) {
            shown = shown.substring(0, 200) + "...";
        }
        return new InvalidEntryException(shown, "path " + what + " (" + source + ")");
    }

    /** Whether this is the root directory. */
    public boolean isRoot() {
        return bytes.length() == 0;
    }

    /** The directory that holds this path; the root's parent is the root. */
    public ArchivePath parent() {
        for (int i = bytes.length() - 1; i > 0; i--) {
            if (bytes.byteAt(i) == '/') {
                return new ArchivePath(bytes.substring(0, i));
            }
        }
        return ROOT;
    }

    /** The last component; empty for the root. */
    public ByteString name() {
        for (int i = bytes.length() - 1; i > 0; i--) {
            if (bytes.byteAt(i) == '/') {
                return bytes.substring(i + 1, bytes.length());
            }
        }
        return bytes;
    }

    /** The components from the root down; none for the root. */
    public List<ByteString> components() {
        return bytes.pathComponents();
    }

    /**
     * The path of something below this one.
     *
     * @throws InvalidEntryException if the result is refused
     */
    public ArchivePath resolve(ArchivePath below) {
        if (isRoot()) {
            return below;
        }
        if (below.isRoot()) {
            return this;
        }
        byte[] joined = new byte[bytes.length() + 1 + below.bytes.length()];
        bytes.copyTo(joined, 0);
        joined[bytes.length()] = '/';
        below.bytes.copyTo(joined, bytes.length() + 1);
        if (joined.length > MAX_LENGTH) {
            return of(ByteString.of(joined));
        }
        // Both parts are clean already, and a path of two components is no end mark.
        return new ArchivePath(ByteString.wrap(joined));
    }

    /** As {@link #resolve(ArchivePath)} with a text. */
    public ArchivePath resolve(String below) {
        return resolve(of(below));
    }

    /** Whether this path is the other one or lies below it. */
    public boolean startsWith(ArchivePath other) {
        int size = other.bytes.length();
        if (size == 0) {
            return true;
        }
        if (bytes.length() < size || (bytes.length() > size && bytes.byteAt(size) != '/')) {
            return false;
        }
        for (int i = size - 1; i >= 0; i--) {
            if (bytes.byteAt(i) != other.bytes.byteAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The part of this path below another.
     *
     * @throws IllegalArgumentException unless {@code this.startsWith(other)}
     */
    public ArchivePath relativeTo(ArchivePath other) {
        if (!startsWith(other)) {
            throw new IllegalArgumentException(this + " is not below " + other);
        }
        if (other.isRoot()) {
            return this;
        }
        if (bytes.length() == other.bytes.length()) {
            return ROOT;
        }
        return of(bytes.substring(other.bytes.length() + 1, bytes.length()));
    }

    /** The name as an archive holds it, without NUL: {@code .} for the root. */
    public ByteString bytes() {
        return isRoot() ? DOT : bytes;
    }

    /** Orders component by component in unsigned bytes, so that subtrees stay together. */
    @Override
    public int compareTo(ArchivePath other) {
        int length = bytes.length();
        int otherLength = other.bytes.length();
        int at = bytes.mismatch(other.bytes);
        if (at < 0 || at == length || at == otherLength) {
            return length - otherLength;
        }
        int a = bytes.byteAt(at) & 0xff;
        int b = other.bytes.byteAt(at) & 0xff;
        return (a == '/' ? -1 : a) - (b == '/' ? -1 : b);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ArchivePath that && bytes.equals(that.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    /** The path as {@link ByteString#toString()} shows it; {@code .} for the root. */
    @Override
    public String toString() {
        return bytes().toString();
    }
}
