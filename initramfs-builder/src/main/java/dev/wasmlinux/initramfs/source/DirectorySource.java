/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.content.Contents;
import dev.wasmlinux.initramfs.content.HostNames;
import dev.wasmlinux.initramfs.content.Workers;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

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
    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int SYMLINK = 0120000;

    /** Most listings of one directory's children that are made ahead. */
    private static final int AHEAD = 8;

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
        try (Walk walk = new Walk(sink)) {
            walk.give(walk.list(root, ArchivePath.ROOT));
        }
    }

    /** What is known of a child before its own children are. */
    private record Child(ArchivePath path, Node node, Inode inode, Path directory) {}

    /** A file of the host and its place in the tree. */
    private record Named(ArchivePath path, Path file) implements Comparable<Named> {
        @Override
        public int compareTo(Named other) {
            return path.compareTo(other.path);
        }
    }

    /** What hard links of the host share. */
    private record Inode(long device, long number) {
        // What a record has by itself is linked when it is first used, which takes tens of
        // milliseconds: more than all else that a small tree needs.
        @Override
        public boolean equals(Object other) {
            return other instanceof Inode that && device == that.device && number == that.number;
        }

        @Override
        public int hashCode() {
            return 31 * Long.hashCode(number) + Long.hashCode(device);
        }
    }

    /**
     * One pass over the tree. The listings of the next few directories are made on other threads
     * while entries are given away in order: most of the time goes to the system's calls.
     */
    private final class Walk implements AutoCloseable {
        private final EntrySink sink;
        private final boolean unix =
                root.getFileSystem().supportedFileAttributeViews().contains("unix");
        private final String wanted =
                "unix:mode,nlink,size"
                        + (keepOwners ? ",uid,gid" : "")
                        + (keepTimes ? ",lastModifiedTime" : "");
        private final String wantedWithInode = wanted + ",ino,dev";
        private final Map<Inode, ArchivePath> inodes = new HashMap<>();

        /** Set by the first file of several names: few trees have any, and each value costs. */
        private volatile boolean linked;

        private final Workers workers;

        Walk(EntrySink sink) {
            this.sink = sink;
            boolean system = root.getFileSystem() == FileSystems.getDefault();
            workers = Workers.of(system ? Workers.useful() : 0, "initramfs-list");
        }

        void give(List<Child> children) throws IOException {
            List<Child> directories = new ArrayList<>();
            for (Child child : children) {
                if (child.directory() != null) {
                    directories.add(child);
                }
            }
            boolean ahead = workers.parallel() && directories.size() > 1;
            Iterator<Child> next = directories.iterator();
            Deque<Future<List<Child>>> listings = new ArrayDeque<>();
            for (Child child : children) {
                ArchivePath first =
                        child.inode() == null
                                ? null
                                : inodes.putIfAbsent(child.inode(), child.path());
                Node node = first == null ? child.node() : new Node.HardLink(first);
                sink.add(new Entry(child.path(), node));
                if (child.directory() == null) {
                    continue;
                }
                while (ahead && listings.size() < AHEAD && next.hasNext()) {
                    Child later = next.next();
                    listings.add(workers.submit(new Listing(later)));
                }
                give(
                        ahead
                                ? Workers.await(listings.remove())
                                : list(child.directory(), child.path()));
            }
        }

        /** The listing of a directory that comes later. */
        private final class Listing implements Callable<List<Child>> {
            private final Child directory;

            Listing(Child directory) {
                this.directory = directory;
            }

            @Override
            public List<Child> call() throws IOException {
                return list(directory.directory(), directory.path());
            }
        }

        /** The children of a directory in order; called on any thread. */
        List<Child> list(Path directory, ArchivePath at) throws IOException {
            List<Named> files = new ArrayList<>();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
                for (Path file : stream) {
                    files.add(
                            new Named(
                                    at.resolve(
                                            ArchivePath.of(HostNames.bytesOf(file.getFileName()))),
                                    file));
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            Collections.sort(files);
            List<Child> children = new ArrayList<>(files.size());
            Attributes shared = Attributes.of(0);
            for (Named named : files) {
                Child child =
                        unix
                                ? unix(named.file(), named.path(), directory, shared)
                                : basic(named.file(), named.path());
                if (child.node() instanceof Node.RegularFile node) {
                    shared = node.attributes();
                }
                children.add(child);
            }
            return children;
        }

        private Child basic(Path file, ArchivePath path) throws IOException {
            BasicFileAttributes basic =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            int mode = permissions(file, basic);
            Attributes attributes =
                    new Attributes(mode, 0, 0, keepTimes ? seconds(basic.lastModifiedTime()) : 0);
            if (basic.isDirectory()) {
                return new Child(path, new Node.Directory(attributes), null, file);
            } else if (basic.isSymbolicLink()) {
                return new Child(path, symlink(file, attributes), null, null);
            } else if (basic.isRegularFile()) {
                FileContent content = FileContent.of(file, basic.size());
                return new Child(path, new Node.RegularFile(content, attributes), null, null);
            }
            throw new InvalidEntryException(path.toString(), "a file of unknown type");
        }

        /**
         * @param shared attributes to use again if they are the same
         */
        private Child unix(Path file, ArchivePath path, Path directory, Attributes shared)
                throws IOException {
            Map<String, Object> values =
                    Files.readAttributes(
                            file, linked ? wantedWithInode : wanted, LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) values.get("mode");
            long uid = keepOwners ? number(values.get("uid")) : 0;
            long gid = keepOwners ? number(values.get("gid")) : 0;
            long modified = keepTimes ? seconds((FileTime) values.get("lastModifiedTime")) : 0;
            boolean same =
                    shared.permissions() == (mode & 07777)
                            && shared.uid() == uid
                            && shared.gid() == gid
                            && shared.modified() == modified;
            Attributes attributes =
                    same ? shared : new Attributes(mode & 07777, uid, gid, modified);
            int type = mode & TYPE;
            if (type == DIRECTORY) {
                return new Child(path, new Node.Directory(attributes), null, file);
            } else if (type == SYMLINK) {
                return new Child(path, symlink(file, attributes), null, null);
            }
            Inode inode = (Integer) values.get("nlink") > 1 ? inode(file, values) : null;
            Node node =
                    switch (type) {
                        case 0100000 ->
                                new Node.RegularFile(
                                        content(directory, file, (Long) values.get("size")),
                                        attributes);
                        case 0020000 -> device(Node.DeviceType.CHARACTER, file, attributes);
                        case 0060000 -> device(Node.DeviceType.BLOCK, file, attributes);
                        case 0010000 -> new Node.Fifo(attributes);
                        case 0140000 -> new Node.Socket(attributes);
                        default ->
                                throw new InvalidEntryException(
                                        path.toString(), "mode 0" + Integer.toOctalString(mode));
                    };
            return new Child(path, node, inode, null);
        }

        private Inode inode(Path file, Map<String, Object> values) throws IOException {
            Map<String, Object> all = values;
            if (!values.containsKey("ino")) {
                linked = true;
                all = Files.readAttributes(file, "unix:ino,dev", LinkOption.NOFOLLOW_LINKS);
            }
            return new Inode((Long) all.get("dev"), (Long) all.get("ino"));
        }

        @Override
        public void close() {
            workers.close();
        }
    }

    /** The directory's path is shared by all its files, as there may be very many of them. */
    private static FileContent content(Path directory, Path file, long size) {
        String name = file.getFileName().toString();
        return Contents.isAscii(name)
                ? new Contents.OfFile(directory, name, size)
                : FileContent.of(file, size);
    }

    private static long seconds(FileTime time) {
        long seconds = time.toInstant().getEpochSecond();
        return Math.max(0, Math.min(seconds, Attributes.FIELD_MAX));
    }

    private static long number(Object value) {
        return ((Integer) value) & 0xffff_ffffL;
    }

    /**
     * The C library's dev_t: twelve bits of major from bit 8, the rest from 32; minor around it.
     */
    private static Node.Device device(Node.DeviceType type, Path file, Attributes attributes)
            throws IOException {
        long device = (Long) Files.getAttribute(file, "unix:rdev", LinkOption.NOFOLLOW_LINKS);
        int major = (int) (device >>> 8 & 0xfff | device >>> 32 & ~0xfffL);
        int minor = (int) (device & 0xff | device >>> 12 & ~0xffL);
        return new Node.Device(type, major, minor, attributes);
    }

    private static Node.Symlink symlink(Path file, Attributes attributes) throws IOException {
        return new Node.Symlink(HostNames.bytesOf(Files.readSymbolicLink(file)), attributes);
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
}
