/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.Image;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.UnsupportedCompressionException;
import dev.wasmlinux.initramfs.compress.RawInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Follows an image as the kernel's unpacker would and notes everything that it refuses, drops or
 * changes, before a machine boots it.
 *
 * <p>The kernel's own first archive is taken to hold {@code /dev}, {@code /dev/console} and {@code
 * /root} ({@code usr/default_cpio_list}).
 */
public final class KernelCheck {
    /** Most findings of an image: each is kept. */
    private static final int MAX_FINDINGS = 10_000;

    private static final int MAX_SYMLINKS = 40;

    private final List<Finding> findings = new ArrayList<>();
    private final Map<ByteString, Made> tree = new HashMap<>();
    private final Map<LinkKey, Inode> links = new HashMap<>();

    /** Something that the unpacker has made so far. */
    private static final class Made {
        private final EntryType type;
        private final ByteString target;
        private int children;

        Made(EntryType type, ByteString target) {
            this.type = type;
            this.target = target;
        }
    }

    /** What was seen of an inode with several names. */
    private static final class Inode {
        private final ArchiveEntry first;
        private long names;
        private long size;
        private long sum;

        Inode(ArchiveEntry first) {
            this.first = first;
        }
    }

    private KernelCheck() {
        tree.put(ByteString.EMPTY, new Made(EntryType.DIRECTORY, ByteString.EMPTY));
        tree.put(ByteString.of("dev"), new Made(EntryType.DIRECTORY, ByteString.EMPTY));
        tree.put(ByteString.of("root"), new Made(EntryType.DIRECTORY, ByteString.EMPTY));
    }

    /**
     * Checks an image file with default limits.
     *
     * @return the findings in the order of the image, at most 10,000; none if the kernel takes all
     *     of it
     * @throws MalformedImageException if the file is no initramfs at all
     * @throws dev.wasmlinux.initramfs.LimitExceededException if it exceeds the limits
     * @throws IOException if reading fails
     */
    public static List<Finding> check(Path image) throws IOException {
        return check(image, ReadLimits.defaults());
    }

    /** As {@link #check(Path)} with limits. */
    public static List<Finding> check(Path image, ReadLimits limits) throws IOException {
        try (RawInput raw = RawInput.open(image)) {
            return new KernelCheck().run(raw, limits);
        }
    }

    /** Checks an image from a stream, which is closed. */
    public static List<Finding> check(InputStream image, ReadLimits limits) throws IOException {
        try (RawInput raw = RawInput.of(image)) {
            return new KernelCheck().run(raw, limits);
        }
    }

    /**
     * Checks an image before it is written. Each of its trees is legal by itself, but a later one
     * may put an entry where the ones before it made no directory, or replace a directory that is
     * not empty.
     *
     * @return the findings in the order of the image, their offsets 0
     */
    public static List<Finding> check(Image image) {
        KernelCheck check = new KernelCheck();
        int number = 0;
        for (Image.Segment segment : image.segments()) {
            for (Entry entry : segment.content().entries()) {
                Node node = segment.content().findInode(entry.path()).orElseThrow();
                check.place(planned(entry.path(), node, number));
            }
            number++;
        }
        return List.copyOf(check.findings);
    }

    private static ArchiveEntry planned(ArchivePath path, Node node, int segment) {
        ArchiveEntry.DeviceNumber none = new ArchiveEntry.DeviceNumber(0, 0);
        return new ArchiveEntry(
                path.bytes(),
                ArchiveEntry.Format.NEWC,
                0,
                EntryType.of(node).mode(),
                0,
                0,
                1,
                0,
                0,
                none,
                none,
                0,
                node instanceof Node.Symlink link ? link.target() : ByteString.EMPTY,
                new ArchiveEntry.Location(segment, segment, 0, 0));
    }

    private List<Finding> run(RawInput raw, ReadLimits limits) throws IOException {
        ImageReader.Notes notes =
                (rule, path, offset, text) -> found(new Finding(rule, path, offset, text));
        try (ImageReader reader = new ImageReader(raw, limits, notes)) {
            String current = "";
            try {
                for (ArchiveEntry entry;
                        findings.size() < MAX_FINDINGS && (entry = reader.next()) != null; ) {
                    current = brief(entry.name());
                    long sum = 0;
                    if (entry.format() == ArchiveEntry.Format.NEWC_CHECKSUM
                            || LinkKey.isLinked(entry)) {
                        sum = sum(reader.content());
                    }
                    examine(entry, sum);
                }
            } catch (MalformedImageException e) {
                KernelRule rule = reader.fault();
                if (reader.members().isEmpty() && rule == KernelRule.JUNK) {
                    throw e;
                }
                found(new Finding(rule, current, e.offset(), e.getMessage()));
            } catch (LimitExceededException | UnsupportedCompressionException e) {
                // What we cannot unpack because the kernel will not either is told already.
                if (findings.stream().noneMatch(f -> f.rule() == KernelRule.ZSTD_WINDOW)) {
                    throw e;
                }
            }
        }
        return List.copyOf(findings);
    }

    private static long sum(InputStream content) throws IOException {
        CheckedInputStream in = new CheckedInputStream(content, new CRC32());
        in.transferTo(OutputStream.nullOutputStream());
        return in.getChecksum().getValue();
    }

    private void add(KernelRule rule, ArchiveEntry entry, String text) {
        found(new Finding(rule, brief(entry.name()), entry.location().headerOffset(), text));
    }

    private void found(Finding finding) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(finding);
        }
    }

    private static String brief(ByteString name) {
        String text = name.toString();
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    private void examine(ArchiveEntry entry, long sum) {
        if (entry.name().length() == 0 || entry.name().length() >= 4096) {
            return;
        }
        EntryType type = entry.type();
        if (type == EntryType.UNKNOWN) {
            add(
                    KernelRule.TYPE_UNKNOWN,
                    entry,
                    "mode 0" + Long.toOctalString(entry.mode()) + " has no known type");
            return;
        }
        if (type == EntryType.SYMLINK) {
            if (entry.size() > 4096) {
                add(
                        KernelRule.SYMLINK_TOO_LONG,
                        entry,
                        "link target of " + entry.size() + " bytes, more than 4096");
                return;
            }
            if (entry.linkTarget().length() == 0) {
                add(KernelRule.SYMLINK_EMPTY, entry, "symlink without a target");
                return;
            }
        } else if (type != EntryType.FILE && entry.size() > 0) {
            add(
                    KernelRule.BODY_WITHOUT_FILE,
                    entry,
                    "a " + type.letter() + " entry with a body of " + entry.size() + " bytes");
            return;
        }
        if (type.isDevice()
                && (entry.special().major() > 0xfff || entry.special().minor() > 0xfffff)) {
            add(
                    KernelRule.DEVICE_NUMBER,
                    entry,
                    "device "
                            + entry.special().major()
                            + ":"
                            + entry.special().minor()
                            + " exceeds 4095:1048575");
        }
        if (entry.uid() > Attributes.ID_MAX || entry.gid() > Attributes.ID_MAX) {
            add(
                    KernelRule.OWNER_UNSET,
                    entry,
                    "owner " + entry.uid() + ":" + entry.gid() + " has a number that is none");
        }
        countLinks(entry, sum);
        place(entry);
    }

    /** Finds names that the kernel makes one file although they were several. */
    private void countLinks(ArchiveEntry entry, long sum) {
        if (!LinkKey.isLinked(entry)) {
            return;
        }
        Inode inode = links.computeIfAbsent(LinkKey.of(entry), key -> new Inode(entry));
        inode.names++;
        String text = null;
        if (inode.names == entry.links() + 1) {
            text = "name " + inode.names + " of inode " + entry.inode();
            text += " with " + entry.links() + " links";
        } else if (inode.names <= entry.links()) {
            text = difference(inode, entry, sum);
        }
        if (text != null) {
            add(KernelRule.LINKS_JOINED, entry, text + "; were archives joined without a trailer?");
        }
        if (entry.size() > 0) {
            inode.size = entry.size();
            inode.sum = sum;
        }
    }

    /** How an entry cannot be another name of an inode, or null. */
    private static String difference(Inode inode, ArchiveEntry entry, long sum) {
        ArchiveEntry first = inode.first;
        String what;
        if (first.mode() != entry.mode()) {
            what = "mode";
        } else if (first.uid() != entry.uid() || first.gid() != entry.gid()) {
            what = "owner";
        } else if (first.modified() != entry.modified()) {
            what = "time";
        } else if (inode.size > 0
                && entry.size() > 0
                && (inode.size != entry.size() || inode.sum != sum)) {
            what = "content";
        } else {
            return null;
        }
        return "becomes one file with "
                + brief(first.name())
                + " (inode "
                + entry.inode()
                + ") but has another "
                + what;
    }

    private void place(ArchiveEntry entry) {
        List<ByteString> parts = entry.name().pathComponents();
        for (ByteString part : parts) {
            if (part.length() > ArchivePath.MAX_NAME) {
                add(
                        KernelRule.COMPONENT_TOO_LONG,
                        entry,
                        "a component of " + part.length() + " bytes, more than 255");
                return;
            }
        }
        boolean climbs = parts.contains(ByteString.of(".."));
        if (climbs) {
            add(KernelRule.NAME_CLIMBS, entry, "the name has a component '..'");
        }
        ByteString parent = parts.isEmpty() ? null : resolve(parts.subList(0, parts.size() - 1));
        if (parts.isEmpty()) {
            return;
        }
        if (parent == null) {
            add(KernelRule.PARENT_MISSING, entry, "its directory is not there before it");
            return;
        }
        ByteString last = parts.get(parts.size() - 1);
        if (last.equals(ByteString.of(".."))) {
            return;
        }
        ByteString path = join(parent, last);
        Made old = tree.get(path);
        if (old != null && old.type == EntryType.DIRECTORY) {
            if (entry.type() == EntryType.DIRECTORY) {
                return;
            }
            if (old.children > 0) {
                add(
                        KernelRule.DIRECTORY_REPLACED,
                        entry,
                        "stands for a directory that is not empty");
                return;
            }
        }
        if (old == null) {
            tree.get(parent).children++;
        }
        tree.put(path, new Made(entry.type(), entry.linkTarget()));
    }

    /** Where the components lead, over symlinks, in what was made so far; null if nowhere. */
    private ByteString resolve(List<ByteString> parts) {
        ByteString straight = join(parts);
        Made there = tree.get(straight);
        if (there != null && there.type == EntryType.DIRECTORY) {
            // What the tree holds is below directories only; a deep path has very many.
            return straight;
        }
        List<ByteString> todo = new ArrayList<>(parts);
        ByteString at = ByteString.EMPTY;
        int symlinks = 0;
        while (!todo.isEmpty()) {
            ByteString part = todo.remove(0);
            if (part.equals(ByteString.of(".."))) {
                at = parent(at);
                continue;
            }
            ByteString next = join(at, part);
            Made made = tree.get(next);
            if (made == null) {
                return null;
            }
            if (made.type == EntryType.SYMLINK) {
                if (++symlinks > MAX_SYMLINKS) {
                    return null;
                }
                todo.addAll(0, made.target.pathComponents());
                if (made.target.byteAt(0) == '/') {
                    at = ByteString.EMPTY;
                }
            } else if (made.type == EntryType.DIRECTORY) {
                at = next;
            } else {
                return null;
            }
        }
        return at;
    }

    private static ByteString parent(ByteString path) {
        for (int i = path.length() - 1; i > 0; i--) {
            if (path.byteAt(i) == '/') {
                return path.substring(0, i);
            }
        }
        return ByteString.EMPTY;
    }

    private static ByteString join(List<ByteString> parts) {
        int length = Math.max(0, parts.size() - 1);
        for (ByteString part : parts) {
            length += part.length();
        }
        byte[] bytes = new byte[length];
        int at = 0;
        for (ByteString part : parts) {
            part.copyTo(bytes, at);
            at += part.length();
            if (at < length) {
                bytes[at++] = '/';
            }
        }
        return ByteString.of(bytes);
    }

    private static ByteString join(ByteString directory, ByteString name) {
        if (directory.length() == 0) {
            return name;
        }
        byte[] bytes = new byte[directory.length() + 1 + name.length()];
        directory.copyTo(bytes, 0);
        bytes[directory.length()] = '/';
        name.copyTo(bytes, directory.length() + 1);
        return ByteString.of(bytes);
    }
}
