/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.UnsafeExtractionException;
import dev.wasmlinux.initramfs.content.HostNames;
import dev.wasmlinux.initramfs.source.ContentStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Unpacks an image into a directory, and into nothing else.
 *
 * <p>Names are followed as if the directory were the root: symlinks of the image, absolute ones
 * too, lead to places inside it, {@code ..} stops at it. Nothing that was there before is written
 * over unless {@link #overwrite} is set, and never through a symlink that was there before. Missing
 * parents are made. Owners, set-id bits and device nodes need rights that an ordinary user lacks:
 * owners and set-id bits are left out, special files are skipped and listed unless asked for. It is
 * assumed that nobody else changes the directory meanwhile. Immutable and thread safe.
 */
public final class ImageExtractor {
    /** What to do with device nodes, pipes and sockets. */
    public enum SpecialFiles {
        /** Leave them out and list them in the report. */
        SKIP,
        /** Refuse the image. */
        FAIL,
        /** Make pipes and devices with the system's {@code mknod}; sockets are skipped. */
        CREATE
    }

    private static final int MAX_SYMLINKS = 40;
    private static final ByteString UP = ByteString.of("..");
    private static final OpenOption[] EMPTY = {
        StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS
    };

    private final ReadLimits limits;
    private final SpecialFiles specialFiles;
    private final boolean overwrite;
    private final Predicate<ArchivePath> wanted;

    private ImageExtractor(
            ReadLimits limits,
            SpecialFiles specialFiles,
            boolean overwrite,
            Predicate<ArchivePath> wanted) {
        this.limits = limits;
        this.specialFiles = specialFiles;
        this.overwrite = overwrite;
        this.wanted = wanted;
    }

    /** Default limits, special files skipped, nothing overwritten. */
    public static ImageExtractor defaults() {
        return new ImageExtractor(ReadLimits.defaults(), SpecialFiles.SKIP, false, null);
    }

    /** Sets the limits. */
    public ImageExtractor limits(ReadLimits value) {
        return new ImageExtractor(Objects.requireNonNull(value), specialFiles, overwrite, wanted);
    }

    /** Sets what becomes of special files. */
    public ImageExtractor specialFiles(SpecialFiles value) {
        return new ImageExtractor(limits, Objects.requireNonNull(value), overwrite, wanted);
    }

    /** Lets files and symlinks that were there before be replaced. */
    public ImageExtractor overwrite(boolean value) {
        return new ImageExtractor(limits, specialFiles, value, wanted);
    }

    /**
     * Unpacks only the entries whose path passes, with the directories on the way to them; a file
     * gets its bytes also where another name of it holds them.
     */
    public ImageExtractor filter(Predicate<ArchivePath> passes) {
        return new ImageExtractor(
                limits, specialFiles, overwrite, Objects.requireNonNull(passes, "passes"));
    }

    /**
     * What was done.
     *
     * @param entries entries unpacked
     * @param bytes bytes of regular files
     * @param skipped names of special files that were left out
     */
    public record Report(int entries, long bytes, List<ByteString> skipped) {
        /** Copies the list. */
        public Report {
            skipped = List.copyOf(skipped);
        }
    }

    /**
     * Unpacks an image file.
     *
     * @param directory made if it is not there
     * @throws UnsafeExtractionException for an entry that may not or cannot be made; the file it
     *     stands for is not left half written
     * @throws dev.wasmlinux.initramfs.MalformedImageException if the image is damaged
     * @throws IOException if reading or writing fails
     */
    public Report extract(Path image, Path directory) throws IOException {
        try (ImageReader reader = ImageReader.open(image, limits)) {
            return extract(reader, directory);
        }
    }

    /** Unpacks what a reader still has to give. */
    public Report extract(ImageReader reader, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (ContentStore store = ContentStore.open()) {
            Run run = new Run(directory.toRealPath(), store);
            try {
                for (ArchiveEntry entry; (entry = reader.next()) != null; ) {
                    if (isWanted(entry)) {
                        run.place(entry, reader);
                    } else {
                        run.keepForOtherNames(entry, reader);
                    }
                }
            } catch (IOException | RuntimeException e) {
                try {
                    run.finishDirectories();
                } catch (IOException second) {
                    e.addSuppressed(second);
                }
                throw e;
            }
            run.finishDirectories();
            return new Report(run.entries, run.bytes, run.skipped);
        }
    }

    private boolean isWanted(ArchiveEntry entry) {
        if (wanted == null) {
            return true;
        }
        try {
            return wanted.test(ArchivePath.of(entry.name()));
        } catch (InvalidEntryException e) {
            return false;
        }
    }

    /** One extraction. */
    private final class Run {
        private final Path root;
        private final ContentStore store;
        private final Set<Path> made = new HashSet<>();
        private final Map<Path, ArchiveEntry> directories = new LinkedHashMap<>();
        private final Map<LinkKey, Path> leaders = new HashMap<>();

        /** First names of inodes that still are those files. */
        private final Set<Path> linkable = new HashSet<>();

        /** Bytes of files whose name was not wanted, while another name may be. */
        private final Map<LinkKey, FileContent> spare = new HashMap<>();

        private final List<ByteString> skipped = new ArrayList<>();
        private int entries;
        private long bytes;

        Run(Path root, ContentStore store) {
            this.root = root;
            this.store = store;
            made.add(root);
        }

        void place(ArchiveEntry entry, ImageReader reader) throws IOException {
            String shown = entry.name().toString();
            List<ByteString> parts = entry.name().pathComponents();
            if (parts.isEmpty() || parts.get(parts.size() - 1).equals(UP)) {
                if (entry.type() == EntryType.DIRECTORY) {
                    return;
                }
                throw new UnsafeExtractionException(shown, "names the root of the tree");
            }
            Path parent = walk(parts.subList(0, parts.size() - 1), shown);
            Path target = child(parent, parts.get(parts.size() - 1), shown);
            switch (entry.type()) {
                case DIRECTORY -> directory(target, entry, shown);
                case FILE -> file(target, entry, reader, shown);
                case SYMLINK -> symlink(target, entry, shown);
                case UNKNOWN ->
                        throw new UnsafeExtractionException(
                                shown,
                                "mode 0" + Long.toOctalString(entry.mode()) + " has no known type");
                default -> special(target, entry, shown);
            }
        }

        /** Takes the bytes of an unwanted name to the inode that wanted names share. */
        void keepForOtherNames(ArchiveEntry entry, ImageReader reader) throws IOException {
            if (entry.type() != EntryType.FILE || entry.size() == 0 || !LinkKey.isLinked(entry)) {
                return;
            }
            LinkKey key = LinkKey.of(entry);
            Path leader = leaders.get(key);
            if (leader != null && linkable.contains(leader)) {
                permissions(leader, 0600);
                copy(leader, reader.content(), StandardOpenOption.TRUNCATE_EXISTING);
                attributes(leader, entry);
            } else {
                spare.put(key, store.add(reader.content()));
            }
        }

        private Path child(Path directory, ByteString name, String shown) {
            try {
                Path path = HostNames.pathOf(directory.getFileSystem(), name);
                if (path.isAbsolute()
                        || path.getNameCount() != 1
                        || !HostNames.bytesOf(path).equals(name)) {
                    throw new UnsafeExtractionException(
                            shown, "'" + name + "' is no file name here");
                }
                return directory.resolve(path);
            } catch (InvalidPathException e) {
                throw new UnsafeExtractionException(
                        shown, "'" + name + "' is no file name here: " + e.getReason());
            }
        }

        /** The directory that components lead to; made where it is missing. */
        private Path walk(List<ByteString> parts, String shown) throws IOException {
            List<ByteString> todo = new ArrayList<>(parts);
            Path at = root;
            int symlinks = 0;
            while (!todo.isEmpty()) {
                ByteString part = todo.remove(0);
                if (part.equals(UP)) {
                    at = at.equals(root) ? root : at.getParent();
                    continue;
                }
                Path next = child(at, part, shown);
                if (made.contains(next) && directories.containsKey(next)) {
                    at = next;
                    continue;
                }
                BasicFileAttributes there = attributes(next);
                if (there == null) {
                    Files.createDirectory(next);
                    made.add(next);
                    at = next;
                } else if (there.isDirectory()) {
                    at = next;
                } else if (there.isSymbolicLink() && made.contains(next)) {
                    if (++symlinks > MAX_SYMLINKS) {
                        throw new UnsafeExtractionException(shown, "too many symlinks on the way");
                    }
                    ByteString link = HostNames.bytesOf(Files.readSymbolicLink(next));
                    if (link.byteAt(0) == '/') {
                        at = root;
                    }
                    todo.addAll(0, link.pathComponents());
                } else {
                    throw new UnsafeExtractionException(
                            shown,
                            part
                                    + (there.isSymbolicLink()
                                            ? " is a symlink that was there before"
                                            : " is no directory"));
                }
            }
            return at;
        }

        private BasicFileAttributes attributes(Path path) throws IOException {
            try {
                return Files.readAttributes(
                        path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                return null;
            }
        }

        /** Makes room for something else than a directory. */
        private void clear(Path target, String shown) throws IOException {
            BasicFileAttributes there = attributes(target);
            if (there == null) {
                return;
            }
            if (!made.contains(target)) {
                if (!overwrite || there.isDirectory()) {
                    throw new UnsafeExtractionException(shown, target + " was there before");
                }
            }
            Files.delete(target);
            made.remove(target);
            linkable.remove(target);
            directories.remove(target);
        }

        private void directory(Path target, ArchiveEntry entry, String shown) throws IOException {
            BasicFileAttributes there = attributes(target);
            if (there != null && !there.isDirectory()) {
                clear(target, shown);
                there = null;
            }
            if (there == null) {
                Files.createDirectory(target);
                made.add(target);
            }
            directories.remove(target);
            directories.put(target, entry);
            entries++;
        }

        private void file(Path target, ArchiveEntry entry, ImageReader reader, String shown)
                throws IOException {
            boolean linked = LinkKey.isLinked(entry);
            LinkKey key = linked ? LinkKey.of(entry) : null;
            Path leader = linked ? leaders.get(key) : null;
            if (leader != null && linkable.contains(leader) && !leader.equals(target)) {
                clear(target, shown);
                Files.createLink(target, leader);
                made.add(target);
                // An inode of ours: its first name was made by this run and is no symlink. Its
                // permissions are set already and may keep an ordinary user out.
                permissions(target, 0600);
                if (entry.size() > 0) {
                    copy(target, reader.content(), StandardOpenOption.TRUNCATE_EXISTING);
                }
            } else {
                clear(target, shown);
                FileContent other = linked && entry.size() == 0 ? spare.get(key) : null;
                try (InputStream body = other == null ? reader.content() : other.open()) {
                    copy(target, body, StandardOpenOption.CREATE_NEW);
                }
                made.add(target);
                if (linked) {
                    leaders.put(key, target);
                    linkable.add(target);
                }
            }
            attributes(target, entry);
            entries++;
        }

        private void copy(Path target, InputStream body, StandardOpenOption how)
                throws IOException {
            boolean fine = true;
            try (OutputStream out =
                    Files.newOutputStream(
                            target, StandardOpenOption.WRITE, how, LinkOption.NOFOLLOW_LINKS)) {
                fine = false;
                bytes += body.transferTo(out);
                fine = true;
            } finally {
                if (!fine) {
                    // Its other names, if it has some, are not to be half a file either.
                    Files.newOutputStream(target, EMPTY).close();
                    Files.delete(target);
                }
            }
        }

        private void symlink(Path target, ArchiveEntry entry, String shown) throws IOException {
            if (entry.linkTarget().length() == 0) {
                throw new UnsafeExtractionException(shown, "symlink without a target");
            }
            clear(target, shown);
            try {
                Path there = HostNames.pathOf(target.getFileSystem(), entry.linkTarget());
                Files.createSymbolicLink(target, there);
            } catch (InvalidPathException e) {
                throw new UnsafeExtractionException(
                        shown, "symlink to '" + entry.linkTarget() + "': " + e.getReason());
            }
            made.add(target);
            entries++;
        }

        private void special(Path target, ArchiveEntry entry, String shown) throws IOException {
            if (specialFiles == SpecialFiles.FAIL) {
                throw new UnsafeExtractionException(
                        shown, "a special file (" + entry.type().letter() + ")");
            }
            if (specialFiles == SpecialFiles.SKIP || entry.type() == EntryType.SOCKET) {
                skipped.add(entry.name());
                return;
            }
            clear(target, shown);
            SpecialFile.make(target, entry, shown);
            made.add(target);
            entries++;
        }

        /** The time comes first: to set it, Java opens the file, which must be readable. */
        private void attributes(Path target, ArchiveEntry entry) throws IOException {
            FileTime time = FileTime.from(entry.modified(), TimeUnit.SECONDS);
            Files.setLastModifiedTime(target, time);
            permissions(target, entry.permissions());
        }

        /** What was made by this run and is no symlink. */
        private void permissions(Path target, int bits) throws IOException {
            if (target.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(target, ImageExtractor.permissions(bits));
            }
        }

        /** Directories get their permissions last: some forbid to write into them. */
        void finishDirectories() throws IOException {
            List<Path> deepestFirst = new ArrayList<>(directories.keySet());
            deepestFirst.sort(Comparator.comparingInt(Path::getNameCount).reversed());
            for (Path directory : deepestFirst) {
                if (made.contains(directory)) {
                    attributes(directory, directories.get(directory));
                }
            }
        }
    }

    private static Set<PosixFilePermission> permissions(int bits) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values();
        for (int i = 0; i < all.length; i++) {
            if ((bits & 0400 >> i) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }
}
