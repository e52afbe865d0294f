/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks source archives: tar in gzip, bzip2 or xz, told apart by their first bytes.
 *
 * <p>The archive's one top directory is left out. Files get mode 755 or 644 by their owner's
 * execute bit, and the archive's time. Nothing is ever written outside the target: names with "..",
 * absolute names and links that lead out are refused, and symbolic links are made last, so that no
 * entry can be written through one. Devices and pipes are refused.
 */
public final class Unpacker {
    /** More than any source of this project needs, and less than fills a disk. */
    private static final long MAX_BYTES = 8L << 30;

    private static final int MAX_ENTRIES = 1_000_000;

    private static final Set<PosixFilePermission> PLAIN =
            PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE =
            PosixFilePermissions.fromString("rwxr-xr-x");

    private record Link(Path path, String target, String name) {}

    private final Path target;
    private final Path boundary;
    private final List<Link> symlinks = new ArrayList<>();
    private final Set<Path> directories = new HashSet<>();
    private long bytes;

    private Unpacker(Path target, Path boundary) {
        this.target = target;
        this.boundary = boundary;
    }

    /**
     * Unpacks an archive.
     *
     * @param archive file
     * @param name its name for messages
     * @param target empty existing directory; its contents are undefined after a failure
     * @throws ToolchainException {@link Kind#ARCHIVE} if the archive is malformed or refused
     * @throws IOException if writing fails
     * @throws InterruptedException if interrupted
     */
    public static void unpack(Path archive, String name, Path target)
            throws ToolchainException, IOException, InterruptedException {
        unpack(archive, name, target, target);
    }

    /**
     * Unpacks an archive that belongs into a larger tree.
     *
     * @param boundary directory above the target, which symbolic links may not leave
     * @return the name of the top directory that was left out
     */
    static String unpack(Path archive, String name, Path target, Path boundary)
            throws ToolchainException, IOException, InterruptedException {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                InputStream plain = decompress(file)) {
            return new Unpacker(target, boundary).unpack(new TarArchiveInputStream(plain, "UTF-8"));
        } catch (Refused e) {
            throw new ToolchainException(Kind.ARCHIVE, name + ": " + e.getMessage(), e);
        } catch (FileSystemException e) {
            throw e; // from writing: the disk, not the archive
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
            throw new ToolchainException(
                    Kind.ARCHIVE, name + ": damaged archive: " + e.getMessage(), e);
        }
    }

    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private static InputStream decompress(InputStream file) throws IOException {
        file.mark(8);
        byte[] magic = file.readNBytes(6);
        file.reset();
        if (magic.length == 6 && magic[0] == (byte) 0xfd && magic[1] == '7' && magic[2] == 'z') {
            return new XZInputStream(file);
        }
        if (magic.length >= 3 && magic[0] == 'B' && magic[1] == 'Z' && magic[2] == 'h') {
            return new BZip2CompressorInputStream(file, true);
        }
        if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
            return new GZIPInputStream(file, 1 << 16);
        }
        throw new Refused("neither gzip, bzip2 nor xz");
    }

    private String unpack(TarArchiveInputStream tar) throws IOException, InterruptedException {
        String top = null;
        int entries = 0;
        for (TarArchiveEntry entry = tar.getNextEntry();
                entry != null;
                entry = tar.getNextEntry()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (entry.isGlobalPaxHeader()) {
                continue;
            }
            if (++entries > MAX_ENTRIES) {
                throw new Refused("more than " + MAX_ENTRIES + " entries");
            }
            List<String> names = names(entry.getName());
            if (names.isEmpty()) {
                continue;
            }
            if (top == null) {
                top = names.get(0);
            } else if (!top.equals(names.get(0))) {
                throw new Refused("has more than one top directory: " + entry.getName());
            }
            if (names.size() == 1) {
                if (!entry.isDirectory()) {
                    throw new Refused("its top is no directory: " + entry.getName());
                }
                continue;
            }
            Path path = target.resolve(String.join("/", names.subList(1, names.size())));
            write(tar, entry, path);
        }
        if (top == null) {
            throw new Refused("is empty");
        }
        for (Link link : symlinks) {
            parent(link.path(), link.name());
            Files.deleteIfExists(link.path());
            Files.createSymbolicLink(link.path(), Path.of(link.target()));
        }
        return top;
    }

    /** Components of a name; refuses what could lead out of the tree. */
    private static List<String> names(String name) throws Refused {
        if (name.startsWith("/") || name.indexOf('\0') >= 0) {
            throw new Refused("refused name: " + name);
        }
        List<String> names = new ArrayList<>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                throw new Refused("refused name: " + name);
            }
            if (!part.isEmpty() && !part.equals(".")) {
                names.add(part);
            }
        }
        return names;
    }

    private void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
            throws IOException {
        if (entry.isDirectory()) {
            directory(path, entry.getName());
        } else if (entry.isSymbolicLink()) {
            checkLink(path, entry);
            symlinks.add(new Link(path, entry.getLinkName(), entry.getName()));
        } else if (entry.isLink()) {
            List<String> names = names(entry.getLinkName());
            Path existing =
                    target.resolve(String.join("/", names.subList(1, Math.max(1, names.size()))));
            if (names.size() < 2 || !Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
                throw new Refused("hard link to nothing: " + entry.getName());
            }
            parent(path, entry.getName());
            Files.deleteIfExists(path);
            Files.copy(existing, path, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        } else if (isRegular(entry)) {
            file(tar, entry, path);
        } else {
            throw new Refused("neither file, directory nor link: " + entry.getName());
        }
    }

    /** By the type byte: the library's own answer takes pipes and devices for files. */
    private static boolean isRegular(TarArchiveEntry entry) {
        byte type = entry.getLinkFlag();
        return type == TarConstants.LF_NORMAL
                || type == TarConstants.LF_OLDNORM
                || type == TarConstants.LF_CONTIG;
    }

    private void checkLink(Path path, TarArchiveEntry entry) throws Refused {
        String link = entry.getLinkName();
        boolean out = link.startsWith("/") || link.indexOf('\0') >= 0;
        boolean named = false;
        for (String part : link.split("/")) {
            // Behind a name, which may be another link, ".." leads nobody knows where.
            out |= named && part.equals("..");
            named |= !part.isEmpty() && !part.equals(".") && !part.equals("..");
        }
        if (out || !path.getParent().resolve(link).normalize().startsWith(boundary.normalize())) {
            throw new Refused("link out of the tree: " + entry.getName() + " -> " + link);
        }
    }

    private void file(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
            throws IOException {
        parent(path, entry.getName());
        bytes += entry.getSize();
        if (bytes > MAX_BYTES) {
            throw new Refused("larger than " + MAX_BYTES + " bytes");
        }
        Files.deleteIfExists(path);
        try (OutputStream out =
                Files.newOutputStream(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            tar.transferTo(out);
        }
        if (Files.size(path) != entry.getSize()) {
            throw new IOException("ends inside " + entry.getName());
        }
        Files.setPosixFilePermissions(path, (entry.getMode() & 0100) != 0 ? EXECUTABLE : PLAIN);
        Files.setLastModifiedTime(path, FileTime.fromMillis(entry.getLastModifiedDate().getTime()));
    }

    private void parent(Path path, String name) throws IOException {
        directory(path.getParent(), name);
    }

    private void directory(Path path, String name) throws IOException {
        if (path.equals(target) || directories.contains(path)) {
            return;
        }
        directory(path.getParent(), name);
        try {
            Files.createDirectory(path);
            Files.setPosixFilePermissions(path, EXECUTABLE);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new Refused("file where a directory is needed: " + name);
            }
        }
        directories.add(path);
    }
}
