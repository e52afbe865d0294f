/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import dev.wasmlinux.patchset.archive.TarReader.Entry;
import dev.wasmlinux.patchset.archive.TarReader.Kind;
import dev.wasmlinux.patchset.archive.TarReader.Owner;
import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.tree.Node;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads an archive a second time and passes it on with staged changes in it: what has not changed
 * as it is, what has in its old place, what is new behind everything else. Changed and new entries
 * get the time of the newest one in the archive.
 */
public final class ArchivePatcher {
    private final TarTree tree;
    private final Map<String, Optional<Node>> changes;
    private final TreeSink sink;
    private final Set<String> gone = new HashSet<>();
    private final Set<String> written = new HashSet<>();

    /**
     * For an archive.
     *
     * @param tree what the first reading has found
     * @param changes what each path becomes, sorted
     * @param sink where it goes
     */
    public ArchivePatcher(TarTree tree, Map<String, Optional<Node>> changes, TreeSink sink) {
        this.tree = tree;
        this.changes = changes;
        this.sink = sink;
    }

    /**
     * Passes everything on.
     *
     * @param in the archive, not compressed, from its beginning
     * @throws IOException if it is not the archive of the first reading, or the sink fails
     */
    public void run(InputStream in) throws IOException {
        findWhatGoes();
        MessageDigest headers = Content.digest("SHA-256");
        TarReader reader = new TarReader(in);
        Entry entry;
        while ((entry = reader.next()) != null) {
            headers.update(entry.headers());
            String path = tree.pathOf(entry);
            if (path == null || path.isEmpty()) {
                sink.keep(reader, entry, path);
            } else {
                pass(reader, entry, path);
            }
        }
        if (!HexFormat.of().formatHex(headers.digest()).equals(tree.digest())) {
            throw new IOException("the archive has changed while it was being patched");
        }
        addNew();
    }

    /** Directories that lose their last entry, and those that something else is put over. */
    private void findWhatGoes() throws IOException {
        boolean removes = false;
        Map<String, Integer> children = new HashMap<>();
        Set<String> counted = new HashSet<>();
        for (Map.Entry<String, Optional<Node>> change : changes.entrySet()) {
            boolean there = tree.paths().contains(change.getKey());
            removes |= there && change.getValue().isEmpty();
            if (change.getValue().isPresent()) {
                if (there && tree.lookup(change.getKey()) instanceof Node.Directory) {
                    gone.add(change.getKey());
                }
                String made = change.getKey();
                while (!made.isEmpty() && !tree.paths().contains(made) && counted.add(made)) {
                    made = parent(made);
                    children.merge(made, 1, Integer::sum);
                }
            }
        }
        if (!removes) {
            return;
        }
        Set<String> becomeDirectories = new HashSet<>(children.keySet());
        tree.paths().forEach(path -> children.merge(parent(path), 1, Integer::sum));
        for (Map.Entry<String, Optional<Node>> change : changes.entrySet()) {
            String path = change.getKey();
            if (change.getValue().isEmpty()
                    && tree.paths().contains(path)
                    && !becomeDirectories.contains(path)) {
                String above = parent(path);
                while (!above.isEmpty() && children.merge(above, -1, Integer::sum) == 0) {
                    gone.add(above);
                    above = parent(above);
                }
            }
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private boolean isGone(String path) {
        for (String above = path; !above.isEmpty(); above = parent(above)) {
            if (gone.contains(above)) {
                return true;
            }
        }
        return false;
    }

    private void pass(TarReader reader, Entry entry, String path) throws IOException {
        if (entry.kind() == Kind.DIRECTORY) {
            if (!isGone(path)) {
                sink.keep(reader, entry, path);
            }
            return;
        }
        Optional<Node> change = changes.get(path);
        if (change != null) {
            if (change.isPresent() && written.add(path)) {
                put(
                        path,
                        change.get(),
                        entry.kind() == Kind.FILE ? entry.mode() : -1,
                        entry.owner());
            }
            return;
        }
        if (entry.kind() == Kind.HARD_LINK && changes.containsKey(tree.pathOf(entry.link()))) {
            // What it leads to changes, but it does not.
            Node.File file = (Node.File) tree.lookup(path);
            sink.file(path, entry.mode(), entry.owner(), entry.seconds(), file.content());
            return;
        }
        sink.keep(reader, entry, path);
    }

    private void put(String path, Node node, int mode, Owner owner) throws IOException {
        if (node instanceof Node.Link link) {
            sink.link(path, link.target(), owner, tree.newest());
        } else if (node instanceof Node.File file) {
            sink.file(path, mode(mode, file.executable()), owner, tree.newest(), file.content());
        } else {
            throw new IllegalStateException("cannot write " + node);
        }
    }

    /** The mode of before, with execution where reading is allowed, or nowhere. */
    private static int mode(int before, boolean executable) {
        if (before < 0) {
            return executable ? 0755 : 0644;
        }
        if ((before & 0100) != 0 == executable) {
            return before;
        }
        return executable ? before | before >> 2 & 0111 : before & ~0111;
    }

    private void addNew() throws IOException {
        Set<String> directories = new TreeSet<>();
        for (Map.Entry<String, Optional<Node>> change : changes.entrySet()) {
            if (change.getValue().isPresent() && !written.contains(change.getKey())) {
                String above = parent(change.getKey());
                while (!above.isEmpty() && needsDirectory(above) && directories.add(above)) {
                    above = parent(above);
                }
            }
        }
        for (String directory : directories) {
            sink.directory(directory, tree.owner(), tree.newest());
        }
        for (Map.Entry<String, Optional<Node>> change : changes.entrySet()) {
            if (change.getValue().isPresent() && !written.contains(change.getKey())) {
                put(change.getKey(), change.getValue().get(), -1, tree.owner());
            }
        }
    }

    private boolean needsDirectory(String path) {
        return !tree.paths().contains(path) || changes.containsKey(path);
    }
}
