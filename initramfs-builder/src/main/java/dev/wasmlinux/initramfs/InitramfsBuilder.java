/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import dev.wasmlinux.initramfs.source.EntrySink;
import dev.wasmlinux.initramfs.source.TreeSource;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects entries into an {@link Initramfs}. Paths are texts in UTF-8 or {@link ArchivePath}s for
 * any bytes; permissions are octal as in {@code 0755}; owners are root and times the epoch unless
 * {@link Attributes} say otherwise. Not thread safe.
 */
public final class InitramfsBuilder {
    /** What to do when a path is added that is there already. */
    public enum Conflict {
        /** Refuse, unless both are directories: then the later attributes hold. */
        FAIL,
        /**
         * The later entry wins as in an overlay: directories merge, anything else is replaced with
         * everything below it.
         */
        REPLACE
    }

    /** In which order the archive holds its entries. */
    public enum Order {
        /** By path, so that the bytes do not depend on the order of adding. */
        SORTED,
        /**
         * As added, as {@code gen_init_cpio} does; missing parents come before their first child.
         */
        AS_ADDED
    }

    private static final int MAX_SYMLINKS = 40;
    private static final ByteString UP = ByteString.of("..");

    private Map<ArchivePath, Node> nodes = new LinkedHashMap<>();

    /** The built tree has the same map, which then must not change any more. */
    private boolean given;

    private final Map<ArchivePath, Set<ArchivePath>> linksTo = new LinkedHashMap<>();

    /** Number of entries directly in a directory; sets of them would double the memory. */
    private final Map<ArchivePath, Integer> children = new HashMap<>();

    /** The entries directly in a directory: only for a tree that directories were emptied of. */
    private Map<ArchivePath, Set<ArchivePath>> contained;

    private final Set<ArchivePath> implied = new LinkedHashSet<>();
    private Conflict conflict = Conflict.FAIL;
    private Order order = Order.SORTED;
    private Attributes parentAttributes = Attributes.of(0755);
    private boolean followSymlinks;

    InitramfsBuilder() {}

    /**
     * Sets what happens to later entries of a path that is taken; {@link Conflict#FAIL} at first.
     */
    public InitramfsBuilder onConflict(Conflict policy) {
        conflict = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /** Sets the order of the archive; {@link Order#SORTED} at first. */
    public InitramfsBuilder order(Order value) {
        order = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * Sets the attributes of directories that are made because an entry needs its parent; 0755,
     * root and the epoch at first. The kernel drops entries whose parent is missing, so parents are
     * always made.
     */
    public InitramfsBuilder parents(Attributes attributes) {
        parentAttributes = Objects.requireNonNull(attributes, "attributes");
        return this;
    }

    /**
     * Lets entries whose directory is a symlink of the tree go where it leads, as {@code lib/x} to
     * {@code usr/lib/x}; refused at first. Links are followed as inside the tree's root.
     */
    public InitramfsBuilder followSymlinks(boolean follow) {
        followSymlinks = follow;
        return this;
    }

    /** Adds a directory with permissions 0755. */
    public InitramfsBuilder directory(String path) {
        return directory(path, 0755);
    }

    /** Adds a directory. */
    public InitramfsBuilder directory(String path, int permissions) {
        return directory(path, Attributes.of(permissions));
    }

    /** Adds a directory. */
    public InitramfsBuilder directory(String path, Attributes attributes) {
        return add(ArchivePath.of(path), new Node.Directory(attributes));
    }

    /** Adds a regular file. */
    public InitramfsBuilder file(String path, FileContent content, int permissions) {
        return file(path, content, Attributes.of(permissions));
    }

    /** Adds a regular file. */
    public InitramfsBuilder file(String path, FileContent content, Attributes attributes) {
        return add(ArchivePath.of(path), new Node.RegularFile(content, attributes));
    }

    /** Adds a regular file of a copy of the bytes. */
    public InitramfsBuilder file(String path, byte[] content, int permissions) {
        return file(path, FileContent.of(content), permissions);
    }

    /** Adds a symbolic link with permissions 0777. */
    public InitramfsBuilder symlink(String path, String target) {
        return symlink(path, ByteString.of(target), Attributes.of(0777));
    }

    /** Adds a symbolic link. */
    public InitramfsBuilder symlink(String path, ByteString target, Attributes attributes) {
        return add(ArchivePath.of(path), new Node.Symlink(target, attributes));
    }

    /** Adds another name of an entry, which may be added before or after. */
    public InitramfsBuilder hardLink(String path, String existing) {
        return add(ArchivePath.of(path), new Node.HardLink(ArchivePath.of(existing)));
    }

    /** Adds a device node. */
    public InitramfsBuilder device(
            String path, Node.DeviceType type, int major, int minor, int permissions) {
        return device(path, type, major, minor, Attributes.of(permissions));
    }

    /** Adds a device node. */
    public InitramfsBuilder device(
            String path, Node.DeviceType type, int major, int minor, Attributes attributes) {
        return add(ArchivePath.of(path), new Node.Device(type, major, minor, attributes));
    }

    /** Adds a named pipe. */
    public InitramfsBuilder fifo(String path, int permissions) {
        return add(ArchivePath.of(path), new Node.Fifo(Attributes.of(permissions)));
    }

    /** Adds a socket. */
    public InitramfsBuilder socket(String path, int permissions) {
        return add(ArchivePath.of(path), new Node.Socket(Attributes.of(permissions)));
    }

    /** Adds entries one after the other. */
    public InitramfsBuilder addAll(Iterable<Entry> entries) {
        entries.forEach(this::add);
        return this;
    }

    /**
     * Adds everything that a source gives.
     *
     * @throws InitramfsException if the source is damaged or an entry is refused
     * @throws IOException if reading the source fails
     */
    public InitramfsBuilder addFrom(TreeSource source) throws IOException {
        source.copyTo(
                new EntrySink() {
                    @Override
                    public void add(Entry entry) {
                        InitramfsBuilder.this.add(entry);
                    }

                    @Override
                    public void remove(ArchivePath path) {
                        InitramfsBuilder.this.remove(path);
                    }

                    @Override
                    public void removeBelow(ArchivePath directory) {
                        InitramfsBuilder.this.removeBelow(directory);
                    }
                });
        return this;
    }

    /** Adds an entry. */
    public InitramfsBuilder add(Entry entry) {
        return add(entry.path(), entry.node());
    }

    /**
     * Adds an entry.
     *
     * @throws InvalidEntryException if the path is taken (see {@link #onConflict}), a parent is not
     *     a directory, or the root is made anything else than a directory
     */
    public InitramfsBuilder add(ArchivePath path, Node node) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(node, "node");
        if (followSymlinks) {
            Node placed =
                    node instanceof Node.HardLink link
                            ? new Node.HardLink(resolveParent(link.target()))
                            : node;
            return place(resolveParent(path), placed);
        }
        return place(path, node);
    }

    /**
     * Where an entry goes if symlinks of the tree on its way are followed: the same path with those
     * of its parent resolved, as inside the tree's root.
     */
    public ArchivePath resolveParent(ArchivePath path) {
        if (path.isRoot() || nodes.get(path.parent()) instanceof Node.Directory) {
            return path;
        }
        Deque<ByteString> todo = new ArrayDeque<>(path.parent().components());
        ArchivePath at = ArchivePath.ROOT;
        int symlinks = 0;
        while (!todo.isEmpty()) {
            ByteString part = todo.removeFirst();
            if (part.equals(UP)) {
                at = at.parent();
                continue;
            }
            ArchivePath next = at.resolve(ArchivePath.of(part));
            if (nodes.get(next) instanceof Node.Symlink link) {
                if (++symlinks > MAX_SYMLINKS) {
                    throw new InvalidEntryException(
                            path.toString(), "too many symlinks on the way");
                }
                if (link.target().byteAt(0) == '/') {
                    at = ArchivePath.ROOT;
                }
                List<ByteString> parts = link.target().pathComponents();
                for (int i = parts.size() - 1; i >= 0; i--) {
                    todo.addFirst(parts.get(i));
                }
            } else {
                at = next;
            }
        }
        return at.resolve(ArchivePath.of(path.name()));
    }

    private InitramfsBuilder place(ArchivePath path, Node node) {
        if (path.isRoot() && !(node instanceof Node.Directory)) {
            throw new InvalidEntryException(".", "the root can only be a directory");
        }
        ArchivePath parent = path.parent();
        if (!path.isRoot()) {
            makeParent(path, parent);
        }
        Node old = nodes.get(path);
        if (old != null) {
            boolean merge = old instanceof Node.Directory && node instanceof Node.Directory;
            if (!merge) {
                if (conflict == Conflict.FAIL) {
                    throw new InvalidEntryException(path.toString(), "is there already");
                }
                remove(path);
            }
        }
        if (!implied.isEmpty()) {
            implied.remove(path);
        }
        put(path, parent, node);
        return this;
    }

    /** Whether an entry is there. */
    public boolean contains(ArchivePath path) {
        return nodes.containsKey(path);
    }

    /** The node at a path, or null. */
    public Node get(ArchivePath path) {
        return nodes.get(path);
    }

    /**
     * Removes an entry and everything below it, if there. If other names share the inode of a
     * removed entry, one of them takes it over.
     */
    public InitramfsBuilder remove(ArchivePath path) {
        Node node = nodes.get(path);
        if (node instanceof Node.Directory) {
            removeBelow(path);
        }
        if (node != null) {
            removeOne(path, node);
        }
        return this;
    }

    /** Whether nothing lies below a path. */
    public boolean isLeaf(ArchivePath path) {
        return !children.containsKey(path);
    }

    /**
     * Puts another node of the same kind in the place of one that is there; hard links to it stay.
     *
     * @throws InvalidEntryException if there is nothing, or something of another kind
     */
    public InitramfsBuilder replaceNode(ArchivePath path, Node node) {
        Node old = nodes.get(path);
        if (old == null || old.getClass() != node.getClass() || node instanceof Node.HardLink) {
            throw new InvalidEntryException(path.toString(), "has no node of that kind to replace");
        }
        changeable().put(path, node);
        return this;
    }

    /** Removes everything below a path but not the path itself: an opaque directory of a layer. */
    public InitramfsBuilder removeBelow(ArchivePath directory) {
        if (isLeaf(directory)) {
            return this;
        }
        if (contained == null) {
            contained = new HashMap<>();
            nodes.keySet().forEach(this::contain);
        }
        List<ArchivePath> below = new ArrayList<>(contained.get(directory));
        for (int i = 0; i < below.size(); i++) {
            below.addAll(contained.getOrDefault(below.get(i), Set.of()));
        }
        for (ArchivePath candidate : below) {
            removeOne(candidate, nodes.get(candidate));
        }
        return this;
    }

    private void contain(ArchivePath path) {
        if (!path.isRoot()) {
            contained.computeIfAbsent(path.parent(), parent -> new LinkedHashSet<>()).add(path);
        }
    }

    private void removeOne(ArchivePath path, Node node) {
        changeable().remove(path);
        implied.remove(path);
        children.computeIfPresent(
                path.parent(), (parent, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        if (contained != null) {
            contained.computeIfPresent(
                    path.parent(),
                    (parent, names) -> names.remove(path) && names.isEmpty() ? null : names);
        }
        if (node instanceof Node.HardLink link) {
            Set<ArchivePath> names = linksTo.get(link.target());
            if (names != null) {
                names.remove(path);
            }
            Set<ArchivePath> through = linksTo.remove(path);
            if (through != null) {
                through.forEach(name -> put(name, name.parent(), link));
            }
            return;
        }
        Set<ArchivePath> names = linksTo.remove(path);
        if (names == null || names.isEmpty()) {
            return;
        }
        ArchivePath heir = names.iterator().next();
        names.remove(heir);
        changeable().put(heir, node);
        for (ArchivePath name : names) {
            put(name, name.parent(), new Node.HardLink(heir));
        }
    }

    private void put(ArchivePath path, ArchivePath parent, Node node) {
        if (changeable().put(path, node) == null && !path.isRoot()) {
            Integer count = children.get(parent);
            children.put(parent, count == null ? 1 : count + 1);
            if (contained != null) {
                contain(path);
            }
        }
        if (node instanceof Node.HardLink link) {
            Set<ArchivePath> names = linksTo.get(link.target());
            if (names == null) {
                names = new LinkedHashSet<>();
                linksTo.put(link.target(), names);
            }
            names.add(path);
        }
    }

    private Map<ArchivePath, Node> changeable() {
        if (given) {
            nodes = new LinkedHashMap<>(nodes);
            given = false;
        }
        return nodes;
    }

    private void makeParent(ArchivePath path, ArchivePath parent) {
        if (parent.isRoot()) {
            return;
        }
        Node there = nodes.get(parent);
        if (there instanceof Node.Directory) {
            return;
        }
        if (there != null) {
            if (conflict == Conflict.FAIL || there instanceof Node.Symlink) {
                String kind =
                        there instanceof Node.Symlink link
                                ? "a symlink to " + link.target()
                                : "no directory";
                throw new InvalidEntryException(
                        path.toString(), "its parent " + parent + " is " + kind);
            }
            remove(parent);
        }
        ArchivePath above = parent.parent();
        makeParent(parent, above);
        put(parent, above, new Node.Directory(parentAttributes));
        implied.add(parent);
    }

    /** The directories that were made only because an entry needs them. */
    public Set<ArchivePath> impliedParents() {
        return Set.copyOf(implied);
    }

    /**
     * Makes the tree; the builder can be used further.
     *
     * @throws InvalidEntryException if a hard link leads to nothing, to a directory, to a symlink
     *     or to itself
     */
    public Initramfs build() {
        boolean inOrder = order == Order.AS_ADDED || isSorted();
        Map<ArchivePath, Node> changed = resolvedLinks();
        Map<ArchivePath, Node> result;
        if (inOrder && changed.isEmpty()) {
            // No second map: there may be very many entries.
            given = true;
            result = nodes;
        } else {
            result = inOrder ? new LinkedHashMap<>(nodes) : new TreeMap<>(nodes);
            result.putAll(changed);
        }
        return new Initramfs(result);
    }

    /** Checks all hard links; those that lead to another one, as they must be in the tree. */
    private Map<ArchivePath, Node> resolvedLinks() {
        Map<ArchivePath, Node> changed = new HashMap<>();
        if (linksTo.isEmpty()) {
            return changed;
        }
        for (Map.Entry<ArchivePath, Node> entry : nodes.entrySet()) {
            if (entry.getValue() instanceof Node.HardLink link) {
                resolve(entry.getKey(), link, changed);
            }
        }
        return changed;
    }

    private boolean isSorted() {
        ArchivePath last = ArchivePath.ROOT;
        for (ArchivePath path : nodes.keySet()) {
            if (last.compareTo(path) > 0) {
                return false;
            }
            last = path;
        }
        return true;
    }

    /** Follows a link to its inode; all links on the way lead there directly from then on. */
    private void resolve(ArchivePath path, Node.HardLink link, Map<ArchivePath, Node> changed) {
        List<ArchivePath> way = new ArrayList<>();
        ArchivePath target = link.target();
        Node node = following(target, changed);
        while (node instanceof Node.HardLink next) {
            if (way.size() > nodes.size()) {
                throw new InvalidEntryException(path.toString(), "hard links in a circle");
            }
            way.add(target);
            target = next.target();
            node = following(target, changed);
        }
        if (node == null) {
            throw new InvalidEntryException(
                    path.toString(), "hard link to " + target + ", which is not there");
        }
        if (node instanceof Node.Directory || node instanceof Node.Symlink) {
            throw new InvalidEntryException(
                    path.toString(),
                    "hard link to "
                            + target
                            + ", a directory or symlink (init/initramfs.c links neither)");
        }
        if (!way.isEmpty()) {
            Node direct = new Node.HardLink(target);
            changed.put(path, direct);
            // The last one is direct already.
            way.subList(0, way.size() - 1).forEach(name -> changed.put(name, direct));
        }
    }

    private Node following(ArchivePath path, Map<ArchivePath, Node> changed) {
        Node shorter = changed.get(path);
        return shorter != null ? shorter : nodes.get(path);
    }
}
