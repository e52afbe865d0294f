/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import dev.wasmlinux.patchset.archive.TarReader.Entry;
import dev.wasmlinux.patchset.archive.TarReader.Owner;
import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.diff.Names;
import dev.wasmlinux.patchset.tree.BaseTree;
import dev.wasmlinux.patchset.tree.Node;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tree in a tar archive, read in one pass: the kinds of all entries are remembered, but only
 * the contents that will be needed.
 */
public final class TarTree implements BaseTree {
    private final Set<String> wanted;
    private final Scratch scratch;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Set<String> files = new HashSet<>();
    private final Set<String> unreadTargets = new HashSet<>();
    private final MessageDigest headers = Content.digest("SHA-256");
    private String root;
    private Owner owner;
    private long newest;
    private String digest;

    private TarTree(Optional<String> root, Set<String> wanted, Scratch scratch) {
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
        TarTree tree = new TarTree(root, wanted, scratch);
        TarReader reader = new TarReader(in);
        Entry entry;
        while ((entry = reader.next()) != null) {
            tree.headers.update(entry.headers());
            tree.add(reader, entry);
        }
        tree.digest = HexFormat.of().formatHex(tree.headers.digest());
        if (tree.root == null) {
            throw new IOException("the archive holds no directory");
        }
        return tree;
    }

    private void add(TarReader reader, Entry entry) throws IOException {
        String path = pathOf(entry);
        if (path == null) {
            return;
        }
        newest = Math.max(newest, entry.seconds());
        if (owner == null) {
            owner = entry.owner();
        }
        if (path.isEmpty()) {
            return;
        }
        Node node =
                switch (entry.kind()) {
                    case DIRECTORY -> new Node.Directory();
                    case FILE ->
                            new Node.File(
                                    wanted.contains(path) ? content(reader) : null,
                                    entry.executable(),
                                    null);
                    case SYMLINK -> new Node.Link(entry.link());
                    case HARD_LINK -> hardLink(path, entry);
                    default -> new Node.Special();
                };
        nodes.put(path, node);
        if (node instanceof Node.Directory) {
            files.remove(path);
        } else {
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

    private Content content(TarReader reader) throws IOException {
        try (Scratch.Writer out = scratch.writer()) {
            reader.copyContent(out);
            return out.finish();
        }
    }

    private Node hardLink(String path, Entry entry) throws IOException {
        String target = pathOf(entry.link());
        Node node = target == null ? null : nodes.get(target);
        if (!(node instanceof Node.File file)) {
            throw new IOException(
                    "the hard link "
                            + Names.show(entry.name())
                            + " leads to no file: "
                            + Names.show(entry.link()));
        }
        if (file.content() == null && wanted.contains(path)) {
            unreadTargets.add(target);
        }
        return node;
    }

    /** Hard links' targets that must be asked for too, in another reading; mostly none. */
    public Set<String> unreadTargets() {
        return unreadTargets;
    }

    /**
     * The path of an entry below the root: empty for the root itself, null if it is no part of the
     * tree.
     */
    public String pathOf(Entry entry) throws IOException {
        return entry.kind() == TarReader.Kind.GLOBAL ? null : pathOf(entry.name());
    }

    /** As {@link #pathOf(Entry)}, of a name in the archive. */
    public String pathOf(String name) throws IOException {
        String path = name;
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        if (path.isEmpty() || path.equals(".")) {
            return null;
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.contains("\0")) {
                throw new IOException("the archive holds the name \"" + Names.show(name) + "\"");
            }
        }
        if (root == null) {
            root = path.indexOf('/') < 0 ? path : path.substring(0, path.indexOf('/'));
        }
        if (path.equals(root)) {
            return "";
        }
        if (!path.startsWith(root + "/")) {
            throw new IOException(
                    "the archive holds both \""
                            + Names.show(root)
                            + "\" and \""
                            + Names.show(path)
                            + "\" at its top");
        }
        return path.substring(root.length() + 1);
    }

    /** The directory that holds the tree. */
    public String root() {
        return root;
    }

    /** Whose the first entry is. */
    public Owner owner() {
        return owner;
    }

    /** The time of the newest entry, in seconds since 1970. */
    public long newest() {
        return newest;
    }

    /** A digest of all headers, by which another reading can be told from this one. */
    public String digest() {
        return digest;
    }

    /** Every path in the tree, with directories that have no entry of their own. */
    public Set<String> paths() {
        return nodes.keySet();
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
