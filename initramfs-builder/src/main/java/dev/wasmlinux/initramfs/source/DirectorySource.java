/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A directory tree of the host. Symlinks are taken as such, hard links inside the tree stay hard
 * links, special files are taken where the system tells what they are.
 *
 * <p>Owners become root and times the epoch unless {@link #keepOwners} and {@link #keepTimes} ask
 * for the host's: an image should not depend on who made it when. Permissions are those of the
 * host; a file system without them gives 0755 to directories and executable files, 0644 to others.
 * Immutable.
 */
public final class DirectorySource implements TreeSource {
    private final Path root;
    private final boolean keepOwners;
    private final boolean keepTimes;

    private DirectorySource(Path root, boolean keepOwners, boolean keepTimes) {
        this.root = root;
        this.keepOwners = keepOwners;
        this.keepTimes = keepTimes;
    }

    /** The tree below a directory; the directory itself gives the root's attributes to none. */
    public static DirectorySource of(Path directory) {
        return new DirectorySource(directory, false, false);
    }

    /** Keeps user and group numbers. */
    public DirectorySource keepOwners() {
        return new DirectorySource(root, true, keepTimes);
    }

    /** Keeps modification times, in whole seconds, as far as the format has them. */
    public DirectorySource keepTimes() {
        return new DirectorySource(root, keepOwners, true);
    }

    @Override
    public void copyTo(EntrySink sink) throws IOException {
        new Walk(sink).directory(root, ArchivePath.ROOT);
    }

    /** One pass over the tree. */
    private final class Walk {
        private final EntrySink sink;
        private final boolean unix =
                root.getFileSystem().supportedFileAttributeViews().contains("unix");
        private final Map<Object, ArchivePath> inodes = new HashMap<>();

        Walk(EntrySink sink) {
            this.sink = sink;
        }

        void directory(Path directory, ArchivePath at) throws IOException {
            Map<ArchivePath, Path> children = new TreeMap<>();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
                for (Path child : stream) {
                    children.put(at.resolve(ArchivePath.of(nameOf(child))), child);
                }
            } catch (java.nio.file.DirectoryIteratorException e) {
                throw e.getCause();
            }
            for (Map.Entry<ArchivePath, Path> child : children.entrySet()) {
                child(child.getValue(), child.getKey());
            }
        }

        private void child(Path file, ArchivePath path) throws IOException {
            if (unix) {
                Map<String, Object> values =
                        Files.readAttributes(
                                file,
                                "unix:mode,uid,gid,nlink,rdev,size,lastModifiedTime,fileKey",
                                LinkOption.NOFOLLOW_LINKS);
                int mode = (Integer) values.get("mode");
                Attributes attributes =
                        attributes(
                                mode & 07777,
                                number(values.get("uid")),
                                number(values.get("gid")),
                                (FileTime) values.get("lastModifiedTime"));
                Object key = (Integer) values.get("nlink") > 1 ? values.get("fileKey") : null;
                unix(file, path, mode, attributes, values, key);
                return;
            }
            BasicFileAttributes basic =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            int mode = permissions(file, basic);
            Attributes attributes = attributes(mode, 0, 0, basic.lastModifiedTime());
            if (basic.isDirectory()) {
                add(path, new Node.Directory(attributes));
                directory(file, path);
            } else if (basic.isSymbolicLink()) {
                add(path, symlink(file, attributes));
            } else if (basic.isRegularFile()) {
                add(path, new Node.RegularFile(FileContent.of(file, basic.size()), attributes));
            } else {
                throw new InvalidEntryException(path.toString(), "a file of unknown type");
            }
        }

        private void unix(
                Path file,
                ArchivePath path,
                int mode,
                Attributes attributes,
                Map<String, Object> values,
                Object key)
                throws IOException {
            int type = mode & 0170000;
            if (key != null && type != 0040000 && type != 0120000) {
                ArchivePath first = inodes.putIfAbsent(key, path);
                if (first != null) {
                    add(path, new Node.HardLink(first));
                    return;
                }
            }
            switch (type) {
                case 0100000 ->
                        add(
                                path,
                                new Node.RegularFile(
                                        FileContent.of(file, (Long) values.get("size")),
                                        attributes));
                case 0040000 -> {
                    add(path, new Node.Directory(attributes));
                    directory(file, path);
                }
                case 0120000 -> add(path, symlink(file, attributes));
                case 0020000 -> add(path, device(Node.DeviceType.CHARACTER, values, attributes));
                case 0060000 -> add(path, device(Node.DeviceType.BLOCK, values, attributes));
                case 0010000 -> add(path, new Node.Fifo(attributes));
                case 0140000 -> add(path, new Node.Socket(attributes));
                default ->
                        throw new InvalidEntryException(
                                path.toString(), "mode 0" + Integer.toOctalString(mode));
            }
        }

        private void add(ArchivePath path, Node node) {
            sink.add(new Entry(path, node));
        }

        private Attributes attributes(int permissions, long uid, long gid, FileTime time) {
            long seconds = time.toInstant().getEpochSecond();
            return new Attributes(
                    permissions,
                    keepOwners ? uid : 0,
                    keepOwners ? gid : 0,
                    keepTimes ? Math.max(0, Math.min(seconds, Attributes.FIELD_MAX)) : 0);
        }
    }

    private static long number(Object value) {
        return ((Integer) value) & 0xffff_ffffL;
    }

    /**
     * The C library's dev_t: twelve bits of major from bit 8, the rest from 32; minor around it.
     */
    private static Node.Device device(
            Node.DeviceType type, Map<String, Object> values, Attributes attributes) {
        long device = (Long) values.get("rdev");
        int major = (int) (device >>> 8 & 0xfff | device >>> 32 & ~0xfffL);
        int minor = (int) (device & 0xff | device >>> 12 & ~0xffL);
        return new Node.Device(type, major, minor, attributes);
    }

    private static Node.Symlink symlink(Path file, Attributes attributes) throws IOException {
        return new Node.Symlink(bytesOf(Files.readSymbolicLink(file)), attributes);
    }

    private static int permissions(Path file, BasicFileAttributes basic) throws IOException {
        if (basic.isSymbolicLink()) {
            return 0777;
        }
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            PosixFileAttributes posix = Files.readAttributes(file, PosixFileAttributes.class);
            int bits = 0;
            for (PosixFilePermission permission : posix.permissions()) {
                bits |= 0400 >> permission.ordinal();
            }
            return bits;
        }
        return basic.isDirectory() || Files.isExecutable(file) ? 0755 : 0644;
    }

    private static ByteString nameOf(Path file) {
        return bytesOf(file.getFileName());
    }

    /**
     * The bytes of a path. Text is exact as long as it is ASCII; otherwise the URI, which Java
     * makes of the bytes and not of the text, tells them whatever the locale is.
     */
    private static ByteString bytesOf(Path path) {
        String text = path.toString();
        boolean ascii = true;
        for (int i = 0; i < text.length(); i++) {
            ascii &= text.charAt(i) < 0x80;
        }
        if (ascii || !path.getFileSystem().equals(java.nio.file.FileSystems.getDefault())) {
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
}
